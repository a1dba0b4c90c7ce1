import { RAS_EAP_FLAG_HOSTED_IN_PEAP } from "../../contract/constants.ts";
import type { EapQuestion } from "../../contract/eap-module.ts";
import type { PppEapBeginInput } from "../../contract/ppp-eap.ts";
import { ERROR_AUTHENTICATION_FAILURE, ERROR_PPP_REMOTE_TERMINATED } from "../../contract/status-codes.ts";
import type { EapOutcome } from "../../engine/effects.ts";
import { EapPeerHost } from "../../host/peer-host.ts";
import { EAPCODE_Failure, EAPCODE_Request, EAPCODE_Success } from "../../wire/codes.ts";
import { encodeEapResult } from "../../wire/packet.ts";
import { leastInnerPacket } from "./inner-authenticator.ts";
import type { InnerMethods } from "./inner-methods.ts";

/** What an inner conversation came to by one packet of the authenticator, or one answer of the user. */
export type InnerPeerProgress =
  | { readonly kind: "response"; readonly packet: Uint8Array<ArrayBuffer> }
  /** The method wants to know something from its user: {@link InnerPeer.answered} goes on. */
  | { readonly kind: "question"; readonly question: EapQuestion }
  | { readonly kind: "finished"; readonly outcome: EapOutcome }
  | { readonly kind: "nothing" };

/** Turns of the event loop's queue that a dialog may take before it asks its question. */
const turnsOfDialog = 8;

/** An EAP conversation inside a tunnel, in the role of the peer; what it asks its user, the outer method asks. */
export class InnerPeer {
  readonly #host: EapPeerHost;
  #sent: Uint8Array<ArrayBuffer> | undefined;
  #outcome: EapOutcome | undefined;
  #question: EapQuestion | undefined;
  #answer: ((text: string | null) => void) | undefined;
  /** Called when one of the events above came. */
  #wake: (() => void) | undefined;
  /** The identifier of the request that was received last; -1 before the first. */
  #identifier = -1;

  constructor(
    input: PppEapBeginInput,
    inner: InnerMethods,
    facts: { readonly identity: string; readonly maxPacketSize: number },
  ) {
    this.#host = new EapPeerHost({
      methods: inner.usable("peer"),
      clock: input.clock,
      random: input.random,
      log: inner.log,
      flags: input.flags | RAS_EAP_FLAG_HOSTED_IN_PEAP,
      isVpn: input.isVpn,
      connectionId: input.connectionId,
      maxPacketSize: Math.max(facts.maxPacketSize, leastInnerPacket),
      identity: facts.identity,
      password: input.password,
      tokenImpersonateUser: input.tokenImpersonateUser,
      settings: { retransmission: "lower-layer", maxRounds: inner.maxRounds },
      user: {
        ask: (question) => {
          this.#question = question;
          this.#wake?.();
          return new Promise((resolve) => {
            this.#answer = resolve;
          });
        },
        // A message without a question has nobody to wait for it.
        show: () => undefined,
      },
      events: {
        send: (packet) => {
          this.#sent = packet;
          this.#wake?.();
        },
        finished: (outcome) => {
          this.#outcome = outcome;
          this.#wake?.();
        },
      },
    });
  }

  /** Takes a packet of the authenticator. */
  async receive(packet: Uint8Array): Promise<InnerPeerProgress> {
    if (packet[0] === EAPCODE_Request) this.#identifier = packet[1] ?? 0;
    await this.#host.receive(packet);
    for (let turn = 0; turn < turnsOfDialog && !this.#happened(); turn += 1) await Promise.resolve();
    return this.#taken();
  }

  /** The user answered the question; null when the dialog was left. */
  async answered(text: string | null): Promise<InnerPeerProgress> {
    const answer = this.#answer;
    this.#answer = undefined;
    const happened = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    answer?.(text);
    await happened;
    this.#wake = undefined;
    return this.#taken();
  }

  /**
   * The authenticator told success under the protection of the tunnel: whether the inner method agrees. Without one that
   * had its say there is no success.
   */
  async succeeds(): Promise<EapOutcome | undefined> {
    if (this.#outcome === undefined && this.#identifier >= 0) {
      await this.#host.receive(encodeEapResult(EAPCODE_Success, this.#identifier));
    }
    return this.#outcome?.result === 0 ? this.#outcome : undefined;
  }

  /** The authenticator told failure: the code that the inner method has for it. */
  async fails(): Promise<number> {
    if (this.#outcome === undefined && this.#identifier >= 0) {
      await this.#host.receive(encodeEapResult(EAPCODE_Failure, this.#identifier));
    }
    const { result = 0 } = this.#outcome ?? {};
    return result === 0 ? ERROR_AUTHENTICATION_FAILURE : result;
  }

  /** The tunnel is gone: what the method waits for will not come. */
  stop(): void {
    this.#answer?.(null);
    if (this.#outcome === undefined) void this.#host.stop(ERROR_PPP_REMOTE_TERMINATED);
  }

  #happened(): boolean {
    return this.#sent !== undefined || this.#outcome !== undefined || this.#question !== undefined;
  }

  #taken(): InnerPeerProgress {
    const sent = this.#sent;
    const question = this.#question;
    this.#sent = undefined;
    this.#question = undefined;
    if (this.#outcome !== undefined) return { kind: "finished", outcome: this.#outcome };
    if (sent !== undefined) return { kind: "response", packet: sent };
    return question === undefined ? { kind: "nothing" } : { kind: "question", question };
  }
}
