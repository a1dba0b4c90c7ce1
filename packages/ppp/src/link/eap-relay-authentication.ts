import {
  completeEngineSettings,
  EapRelay,
  eapStatusText,
  type RelayAnswer,
  type RelayEffect,
  type RelayOutcome,
} from "@sallyport/eap";
import type { Cancel } from "@sallyport/runtime";
import type { Authentication, AuthenticationOutcome } from "../authentication/credentials.ts";
import { grantOf } from "../authentication/grant.ts";
import { protocolEap } from "../wire/protocols.ts";
import type { Ask } from "./ask.ts";
import { type EapLinkOptions, eapPacketSize } from "./eap-link.ts";
import type { PppServerEap } from "./link-options.ts";

/** EAP whose methods run on a RADIUS server (EAP-13): packets pass unread, result and keys come from there. */
export class EapRelayAuthentication implements Authentication {
  readonly protocol: number = protocolEap;
  readonly #options: EapLinkOptions;
  readonly #eap: Extract<PppServerEap, { kind: "relay" }>;
  readonly #ask: Ask;
  readonly #relay: EapRelay;
  #cancelTimer: Cancel | undefined;
  #stopped = false;

  constructor(options: EapLinkOptions, eap: Extract<PppServerEap, { kind: "relay" }>, ask: Ask) {
    this.#options = options;
    this.#ask = ask;
    this.#eap = eap;
    this.#relay = new EapRelay({ settings: completeEngineSettings(eap.settings), random: options.random });
  }

  start(): void {
    this.#perform(this.#relay.start(this.#now()));
  }

  receive(packet: Uint8Array): void {
    // The server reads it later than this call.
    this.#perform(this.#relay.receive(new Uint8Array(packet), this.#now()));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #perform(effects: readonly RelayEffect[]): void {
    if (this.#stopped) return;
    this.#arm();
    for (const effect of effects) {
      switch (effect.kind) {
        case "send":
          this.#options.send(effect.packet);
          break;
        case "diagnostic":
          this.#options.discarded(`${effect.diagnostic} ${effect.detail}`);
          break;
        case "forward":
          this.#forward(effect.packet, effect.identity);
          break;
        case "finished":
          this.#options.done(outcomeOf(effect.outcome));
          break;
      }
    }
  }

  #forward(packet: Uint8Array, identity: string): void {
    const answered = (answer: RelayAnswer): void =>
      this.#perform(this.#relay.serverAnswered(answer, this.#now()));
    const packetSize = eapPacketSize(this.#options.peerMru);
    this.#ask(
      () => this.#eap.forward(packet, identity, packetSize),
      answered,
      () => answered({ kind: "silence" }),
    );
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const { deadline } = this.#relay;
    if (deadline === undefined) return;
    this.#cancelTimer = this.#options.clock.after(deadline - this.#now(), () =>
      this.#perform(this.#relay.expire(this.#now())),
    );
  }
}

function outcomeOf({ result, identity, attributes }: RelayOutcome): AuthenticationOutcome {
  if (result === 0) return { kind: "accepted", userName: identity, grant: grantOf(attributes) };
  return { kind: "refused", userName: identity, code: result, reason: eapStatusText(result) };
}
