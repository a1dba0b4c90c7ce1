import { NO_ERROR } from "@sallyport/errors/win32";
import type { Milliseconds } from "@sallyport/runtime";
import {
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
  RAS_EAP_FLAG_CONFG_READONLY,
  RAS_EAP_FLAG_MACHINE_AUTH,
  RAS_EAP_FLAG_NON_INTERACTIVE,
} from "../contract/constants.ts";
import type { PppEapOutput } from "../contract/ppp-eap.ts";
import {
  ERROR_AUTH_INTERNAL,
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_INTERACTIVE_MODE,
  ERROR_NO_AUTH_PROTOCOL_AVAILABLE,
} from "../contract/status-codes.ts";
import { EAPCODE_Failure, EAPCODE_Request, EAPCODE_Response, EAPCODE_Success } from "../wire/codes.ts";
import {
  type EapType,
  eapTypeExpanded,
  eapTypeIdentity,
  eapTypeNak,
  eapTypeNotification,
  isSameEapType,
} from "../wire/eap-type.ts";
import { encodeNak } from "../wire/nak.ts";
import { type EapPacket, encodeEapPacket } from "../wire/packet.ts";
import type { EapOutcome, PeerEffect } from "./effects.ts";
import { MethodSession, noAttributes } from "./method-session.ts";
import type { OfferedMethod } from "./offered-method.ts";
import type { CompleteEngineSettings } from "./settings.ts";

/** What a peer's engine is made of. */
export interface PeerSession {
  readonly settings: CompleteEngineSettings;
  /** Those that are enabled, best first. */
  readonly methods: readonly PeerMethod[];
  /** The answer to the identity request. */
  readonly identity: string;
  /** `RAS_EAP_FLAG_...` */
  readonly flags: number;
}

/** A method that a peer's engine may begin. */
export interface PeerMethod extends OfferedMethod {
  /** Whether a dialog is registered for it (EAP-63). */
  readonly hasInteractiveUI: boolean;
}

/**
 * The peer's side of one EAP session: identity, notifications, Nak, and the packet loop around the method. Sans-IO:
 * each call returns what is to be done, in order; `now` comes from one monotonic clock.
 *
 * @example
 * ```ts
 * import { completeEngineSettings, EapPeer } from "@sallyport/eap";
 *
 * const engine = new EapPeer({
 *   settings: completeEngineSettings(),
 *   methods: [{ type: 26, hasInteractiveUI: false }],
 *   identity: "alice",
 *   flags: 0,
 * });
 * engine.receive(Uint8Array.of(1, 7, 0, 5, 1), 0); // one effect: send the identity response
 * ```
 */
export class EapPeer extends MethodSession<PeerEffect> {
  readonly #session: PeerSession;
  #networkPhaseSeen = false;
  #refusedAll = false;

  constructor(session: PeerSession) {
    super(session.settings);
    this.#session = session;
  }

  /** The lower layer is ready: from now on the session's time counts. The authenticator speaks first. */
  start(now: Milliseconds): readonly PeerEffect[] {
    return this.over ? [] : this.take(now);
  }

  /**
   * A packet of the network phase arrived: Success was sent and lost (EAP-48). Has an effect once, while a method runs
   * (EAP-49).
   */
  networkPhaseSeen(now: Milliseconds): readonly PeerEffect[] {
    if (this.over || this.#networkPhaseSeen) return [];
    if (!this.begun) this.diagnose("unexpected-packet", "network phase without a method");
    else {
      this.#networkPhaseSeen = true;
      this.callWithInput({ successPacketReceived: true });
    }
    return this.take(now);
  }

  /** The user left the method's dialog (EAP-66); null when it gave nothing. */
  userLeftDialog(data: Uint8Array | null, now: Milliseconds): readonly PeerEffect[] {
    if (this.over || !this.waitingForUser) return [];
    this.waitingForUser = false;
    this.callWithInput({ dataReceivedFromInteractiveUI: true, dataFromInteractiveUI: data });
    return this.take(now);
  }

  protected packetArrived(packet: EapPacket): void {
    if (packet.code === EAPCODE_Request) this.#requestArrived(packet);
    else if (packet.code === EAPCODE_Response) this.diagnose("unexpected-packet", "a Response");
    else if (this.begun) this.deliver(packet);
    else if (packet.code === EAPCODE_Success) {
      // RFC 3748 section 4.2: a Success that no method led to is not one.
      this.diagnose("unexpected-packet", "a Success before any method");
    } else if (isAnswerTo(packet, this.lastIdentifier)) {
      this.finish(
        this.#refusedAll ? ERROR_NO_AUTH_PROTOCOL_AVAILABLE : ERROR_AUTHENTICATION_FAILURE,
        "negotiation",
      );
    } else {
      this.diagnose("unexpected-packet", "a Failure before any method");
    }
  }

  protected resend(): void {
    this.callResend();
  }

  protected afterBegin(): void {
    // The request that led to begin waits in the queue.
  }

  protected besidesAction(output: PppEapOutput): boolean {
    const { flags } = this.#session;
    if (
      output.action === EAPACTION_SendWithTimeout ||
      output.action === EAPACTION_SendWithTimeoutInteractive
    ) {
      this.diagnose("peer-retransmits", output.action);
    }
    if ((output.saveConnectionData || output.saveUserData) && (flags & RAS_EAP_FLAG_CONFG_READONLY) !== 0) {
      this.diagnose("request-ignored", "data to be saved, and the configuration is read-only");
    } else {
      if (output.saveConnectionData && output.connectionData !== null) {
        this.effects.push({ kind: "save-connection-data", data: new Uint8Array(output.connectionData) });
      }
      if (output.saveUserData && output.userData !== null) {
        this.effects.push({ kind: "save-user-data", data: new Uint8Array(output.userData) });
      }
    }
    return output.invokeInteractiveUI ? this.#openDialog(output) : true;
  }

  protected authenticate(): void {
    this.diagnose("bad-action", "EAPACTION_Authenticate on a peer");
    this.finish(ERROR_AUTH_INTERNAL, "method-error");
  }

  protected sent(): void {}

  protected done(result: number, packet: Uint8Array<ArrayBuffer> | undefined): void {
    if (packet !== undefined) this.send(packet, "never");
    this.finish(result, "method");
  }

  protected outcome(result: number, endedBy: EapOutcome["endedBy"]): EapOutcome {
    return {
      result,
      identity: this.#session.identity,
      attributes: result === NO_ERROR ? this.methodAttributes : noAttributes,
      method: this.#session.methods[this.method]?.type,
      endedBy,
      finalPacketSent: false,
      lastIdentifier: Math.max(this.lastIdentifier, 0),
    };
  }

  #requestArrived(packet: EapPacket): void {
    const { type, identifier, expanded } = packet;
    if (type === eapTypeNotification && !expanded) {
      if (!this.countRound()) return;
      this.effects.push({ kind: "notification", text: decoder.decode(packet.data) });
      this.#answer(encodeEapPacket({ code: EAPCODE_Response, identifier, type: eapTypeNotification }));
    } else if (this.begun) {
      const running = this.#session.methods[this.method]?.type ?? 0;
      // RFC 3748 section 2.1: until the method is done, a request of another type is silently discarded.
      if (isSameEapType(type, running) && expanded === (typeof running !== "number")) this.deliver(packet);
      else this.diagnose("unexpected-packet", typeof type === "number" ? type : "expanded type");
    } else if (type === eapTypeIdentity && !expanded) {
      if (!this.countRound()) return;
      const data = encoder.encode(this.#session.identity);
      this.lastIdentifier = identifier;
      this.#answer(encodeEapPacket({ code: EAPCODE_Response, identifier, type, data }));
    } else if (typeof type === "number" && (type <= eapTypeNak || type === eapTypeExpanded)) {
      this.diagnose("unexpected-packet", type);
    } else {
      this.#methodRequested(packet);
    }
  }

  #methodRequested(packet: EapPacket): void {
    const { type, identifier, expanded, bytes } = packet;
    const { methods, identity } = this.#session;
    const method = methods.findIndex(
      (one) => isSameEapType(one.type, type) && expanded === (typeof one.type !== "number"),
    );
    this.lastIdentifier = identifier;
    if (method >= 0) {
      this.method = method;
      this.outstanding = "begin";
      this.effects.push({ kind: "begin", method, initialId: 0, identity });
      this.keep(bytes);
      return;
    }
    if (!this.countRound()) return;
    this.#refusedAll = true;
    const types: readonly EapType[] = methods.map((one) => one.type);
    this.#answer(encodeNak(identifier, types, { expanded }));
  }

  #openDialog(output: PppEapOutput): boolean {
    const { flags, methods } = this.#session;
    const refuse = (result: number, why: string): false => {
      this.diagnose("no-interactive-ui", why);
      this.finish(result, "method-error");
      return false;
    };
    if (this.waitingForUser) {
      this.diagnose("request-ignored", "a dialog while one is open");
      return true;
    }
    if ((flags & (RAS_EAP_FLAG_NON_INTERACTIVE | RAS_EAP_FLAG_MACHINE_AUTH)) !== 0) {
      return refuse(ERROR_INTERACTIVE_MODE, "no dialog may be shown");
    }
    if (methods[this.method]?.hasInteractiveUI !== true) {
      return refuse(ERROR_AUTH_INTERNAL, "the method has no dialog");
    }
    this.waitingForUser = true;
    const contextData = output.uiContextData === null ? null : new Uint8Array(output.uiContextData);
    this.effects.push({ kind: "invoke-interactive-ui", contextData });
    return true;
  }

  /** The engine's own answers: sent once, and once more for each request (RFC 3748 section 4.1). */
  #answer(packet: Uint8Array<ArrayBuffer>): void {
    this.effects.push({
      kind: "send",
      packet,
      interactive: false,
      retransmission: 0,
      retransmitAfter: "never",
    });
  }
}

/** A Failure carries the identifier of the response that it answers; some count one up. */
function isAnswerTo(packet: EapPacket, lastIdentifier: number): boolean {
  if (packet.code !== EAPCODE_Failure || lastIdentifier < 0) return false;
  return packet.identifier === lastIdentifier || packet.identifier === ((lastIdentifier + 1) & 255);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
