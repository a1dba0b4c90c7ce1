import { completeEngineSettings, EapRelay, type RelayAnswer, type RelayEffect } from "@sallyport/eap";
import { EapMessageError, joinEapMessage, splitEapMessage } from "@sallyport/eap-radius";
import {
  ERROR_AUTH_SERVER_TIMEOUT,
  ERROR_INVALID_RADIUS_RESPONSE,
  ERROR_PORT_DISCONNECTED,
} from "@sallyport/errors/ras";
import { type RadiusAnswer, RadiusCode, type RawAttribute } from "@sallyport/radius";
import type { Cancel, Clock, Random } from "@sallyport/runtime";
import type { Authorization, ProviderCall, ProviderEapEvents, ProviderEapSession } from "./provider.ts";
import { authorizationOf, rasAttributes, refusalError } from "./radius-answer.ts";
import type { RadiusProviderServer } from "./radius-provider.ts";
import { callAttributes, type RadiusNas } from "./radius-request.ts";

const stateType = 24;
const sessionTimeoutType = 27;
const framedMtuType = 12;
/** What a caller's link takes (RFC 1661 section 6.1); keeps the server's fragments below it (RFC 3579 section 2.4). */
const framedMtu: RawAttribute = { type: framedMtuType, value: Uint8Array.of(0, 0, 0x05, 0xdc) };
const settings = completeEngineSettings();

interface RadiusEapOptions {
  readonly nas: RadiusNas;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: ProviderEapEvents;
  /** Asks the server of the conversation; undefined: whichever answers. Resolves to undefined where none does. */
  readonly forward: (
    attributes: readonly RawAttribute[],
    server: RadiusProviderServer | undefined,
  ) => Promise<readonly [RadiusAnswer, RadiusProviderServer] | undefined>;
}

/** EAP between a caller and a RADIUS server: the packets pass unread, the keys stay here (EAP-13). */
export function radiusEapSession(call: ProviderCall, options: RadiusEapOptions): ProviderEapSession {
  const { nas, clock, random, events } = options;
  const relay = new EapRelay({ settings, random });
  let server: RadiusProviderServer | undefined;
  let state: Uint8Array | undefined;
  let granted: Authorization = {};
  let cancelTimer: Cancel | undefined;
  let stopped = false;

  function perform(effects: readonly RelayEffect[]): void {
    for (const effect of effects) {
      if (stopped) return;
      if (effect.kind === "send") events.send(Uint8Array.from(effect.packet));
      else if (effect.kind === "forward") void forward(effect.packet, effect.identity);
      else if (effect.kind === "finished") {
        const { result, identity, attributes } = effect.outcome;
        stopped = true;
        events.finished({ result, identity, attributes, authorization: result === 0 ? granted : {} });
      }
    }
    schedule();
  }

  function schedule(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    const { deadline } = relay;
    if (stopped || deadline === undefined) return;
    const wait = deadline - clock.monotonic();
    cancelTimer = clock.after(wait, () => perform(relay.expire(clock.monotonic())));
  }

  async function forward(packet: Uint8Array, identity: string): Promise<void> {
    const attributes = [
      ...callAttributes(identity, call, nas),
      framedMtu,
      ...splitEapMessage(packet),
      ...(state === undefined ? [] : [{ type: stateType, value: state }]),
    ];
    const asked = await options.forward(attributes, server);
    if (stopped) return;
    if (asked === undefined) {
      perform(relay.stop(ERROR_AUTH_SERVER_TIMEOUT));
      return;
    }
    const [answer, answering] = asked;
    server = answering;
    perform(relay.serverAnswered(relayAnswer(answer, answering), clock.monotonic()));
  }

  function relayAnswer(answer: RadiusAnswer, { secret }: RadiusProviderServer): RelayAnswer {
    const packet = eapPacketOf(answer);
    const kept = answer.packet.first(stateType);
    state = kept && Uint8Array.from(kept);
    switch (answer.code) {
      case RadiusCode.AccessChallenge: {
        if (packet === null) return { kind: "reject", packet: null, result: ERROR_INVALID_RADIUS_RESPONSE };
        const seconds = answer.packet.first(sessionTimeoutType);
        if (seconds?.length !== 4) return { kind: "challenge", packet };
        const waitMs = new DataView(seconds.buffer, seconds.byteOffset).getUint32(0) * 1_000;
        return { kind: "challenge", packet, waitMs };
      }
      case RadiusCode.AccessAccept: {
        const authorization = authorizationOf(answer, secret);
        if (authorization === undefined) {
          return { kind: "reject", packet: null, result: ERROR_INVALID_RADIUS_RESPONSE };
        }
        granted = authorization;
        return { kind: "accept", packet, attributes: rasAttributes(answer, authorization.keys) };
      }
      default:
        return { kind: "reject", packet, result: refusalError(answer) };
    }
  }

  return {
    start: () => perform(relay.start(clock.monotonic())),
    receive: (packet) => perform(relay.receive(Uint8Array.from(packet), clock.monotonic())),
    stop() {
      stopped = true;
      cancelTimer?.();
      relay.stop(ERROR_PORT_DISCONNECTED);
    },
  };
}

/** The EAP packet of an answer; null where there is none, or none that can be joined. */
function eapPacketOf(answer: RadiusAnswer): Uint8Array | null {
  try {
    const message = joinEapMessage(answer.packet);
    return message.kind === "packet" ? Uint8Array.from(message.bytes) : null;
  } catch (error) {
    if (error instanceof EapMessageError) return null;
    throw error;
  }
}
