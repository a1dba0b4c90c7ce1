import { NO_ERROR } from "@sallyport/errors/win32";
import type { Milliseconds, Random } from "@sallyport/runtime";
import {
  authAttributeText,
  findAuthAttribute,
  isSameAttributeType,
  type RasAuthAttribute,
  replaceAttributes,
  withoutTerminator,
} from "../contract/auth-attribute.ts";
import { raatUserName } from "../contract/auth-attribute-types.ts";
import { findMppeKeys } from "../contract/mppe-key-attributes.ts";
import type { PppEapOutput } from "../contract/ppp-eap.ts";
import {
  ERROR_AUTH_INTERNAL,
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_NO_AUTH_PROTOCOL_AVAILABLE,
  ERROR_PEER_REFUSED_AUTH,
} from "../contract/status-codes.ts";
import { EAPCODE_Failure, EAPCODE_Request, EAPCODE_Response, EAPCODE_Success } from "../wire/codes.ts";
import { eapTypeIdentity, isSameEapType } from "../wire/eap-type.ts";
import { decodeNak, type EapNak, isNak } from "../wire/nak.ts";
import { type EapPacket, encodeEapPacket, encodeEapResult } from "../wire/packet.ts";
import { EapPacketError } from "../wire/packet-error.ts";
import { strictUtf8Text } from "../wire/text.ts";
import type { AuthenticatorEffect, EapOutcome } from "./effects.ts";
import { MethodSession, noAttributes } from "./method-session.ts";
import type { OfferedMethod } from "./offered-method.ts";
import type { CompleteEngineSettings } from "./settings.ts";

/** What an authenticator's engine is made of. */
export interface AuthenticatorSession {
  readonly settings: CompleteEngineSettings;
  readonly random: Random;
  /** In the order in which they are offered. */
  readonly methods: readonly OfferedMethod[];
  /** Known already: no identity exchange takes place. */
  readonly identity?: string | undefined;
  /**
   * The name under which methods and the provider know a peer that says to be `identity`, where rules rewrite names (NPS-78).
   * Default: what the peer said.
   */
  readonly accountName?: ((identity: string) => string) | undefined;
  /** What the methods are given in begin (EAP-54). */
  readonly userAttributes?: readonly RasAuthAttribute[] | undefined;
}

/** szIdentity has 257 places, one for the end (EAP-46). */
const longestIdentity = 256;

/**
 * The authenticator's side of one EAP session: identity, negotiation, and the packet loop around the method. Sans-IO:
 * each call returns what is to be done, in order; `now` comes from one monotonic clock.
 *
 * @example
 * ```ts
 * import { completeEngineSettings, EapAuthenticator } from "@sallyport/eap";
 * import { systemRandom } from "@sallyport/runtime";
 *
 * const engine = new EapAuthenticator({
 *   settings: completeEngineSettings(),
 *   random: systemRandom,
 *   methods: [{ type: 4 }, { type: 26 }],
 * });
 * engine.start(0); // one effect: send an identity request, again after 3 000 milliseconds
 * ```
 */
export class EapAuthenticator extends MethodSession<AuthenticatorEffect> {
  readonly #session: AuthenticatorSession;
  #identity: string;
  #phase: "idle" | "identity" | "method" = "idle";
  /** Indexes of methods that were refused: none is offered twice. */
  #refused: readonly number[] = [];
  /** The identifier of the method's first request, the only one that a Nak may answer (EAP-57); -1 before it. */
  #firstIdentifier = -1;
  #identityRequest: Uint8Array<ArrayBuffer> | undefined;
  #providerAttributes: readonly RasAuthAttribute[] = noAttributes;
  #finalPacketSent = false;

  constructor(session: AuthenticatorSession) {
    super(session.settings);
    this.#session = session;
    this.#identity = session.identity ?? "";
  }

  /** Who the peer says to be, by its account's name; empty before it said so. */
  get identity(): string {
    return this.#identity;
  }

  /** The lower layer is ready: asks for the identity, or begins the first method where it is known. */
  start(now: Milliseconds): readonly AuthenticatorEffect[] {
    if (this.over || this.#phase !== "idle") return [];
    this.lastIdentifier = this.#session.random(1)[0] ?? 0;
    if (this.#session.identity !== undefined) this.#beginNext(0);
    else {
      this.#phase = "identity";
      const identifier = this.lastIdentifier;
      this.#identityRequest = encodeEapPacket({ code: EAPCODE_Request, identifier, type: eapTypeIdentity });
      this.send(this.#identityRequest, this.startTimer(now));
    }
    return this.take(now);
  }

  /** The provider answered `ask-provider` (EAP-51). */
  providerFinished(
    result: number,
    attributes: readonly RasAuthAttribute[],
    now: Milliseconds,
  ): readonly AuthenticatorEffect[] {
    if (this.over || this.outstanding !== "provider") return [];
    this.outstanding = undefined;
    if (result === NO_ERROR) this.#providerAttributes = withoutTerminator(attributes);
    this.callWithInput({
      authenticationComplete: true,
      authResultCode: result,
      userAttributes: withoutTerminator(attributes),
    });
    return this.take(now);
  }

  protected packetArrived(packet: EapPacket): void {
    const offered = this.#session.methods[this.method];
    if (packet.code !== EAPCODE_Response) {
      this.diagnose("unexpected-packet", `code ${packet.code}`);
    } else if (packet.type === eapTypeIdentity && !packet.expanded && this.#phase !== "method") {
      this.#identityArrived(packet);
    } else if (isNak(packet) && offered !== undefined) {
      this.#nakArrived(packet);
    } else if (
      this.begun &&
      offered !== undefined &&
      isSameEapType(packet.type, offered.type) &&
      packet.expanded === (typeof offered.type !== "number")
    ) {
      this.deliver(packet);
    } else {
      this.diagnose("unexpected-packet", typeof packet.type === "number" ? packet.type : "expanded type");
    }
  }

  protected resend(now: Milliseconds): void {
    if (this.#phase === "method") this.callResend();
    else if (this.#identityRequest !== undefined) this.send(this.#identityRequest, this.startTimer(now));
  }

  protected afterBegin(): void {
    this.callFirst();
  }

  protected besidesAction(output: PppEapOutput): boolean {
    // EAP-63 to EAP-79 are the peer's.
    if (output.invokeInteractiveUI) this.diagnose("request-ignored", "interactive UI on an authenticator");
    if (output.saveConnectionData || output.saveUserData) {
      this.diagnose("request-ignored", "data to be saved on an authenticator");
    }
    if (output.identity !== null) this.toldIdentity = output.identity;
    return true;
  }

  protected authenticate(attributes: readonly RasAuthAttribute[]): void {
    const known = this.#session.userAttributes ?? noAttributes;
    const fresh = attributes.filter((attribute) => !known.some((given) => isRepeated(attribute, given)));
    if (fresh.length < attributes.length) {
      this.diagnose("attributes-repeated", attributes.length - fresh.length);
    }
    this.outstanding = "provider";
    this.effects.push({ kind: "ask-provider", attributes: fresh });
  }

  protected sent(packet: Uint8Array<ArrayBuffer>): void {
    if (this.#firstIdentifier < 0) this.#firstIdentifier = this.lastIdentifier;
    if (packet[0] === EAPCODE_Success || packet[0] === EAPCODE_Failure) this.#finalPacketSent = true;
  }

  protected done(result: number, packet: Uint8Array<ArrayBuffer> | undefined): void {
    const verdict = result === NO_ERROR ? this.#successVerdict() : result;
    // A success that does not count must not be told to the peer.
    const overruled = verdict !== result;
    const identifier = packet?.[1] ?? Math.max(this.lastIdentifier, 0);
    if (packet !== undefined && !overruled) this.#sendLast(packet);
    else if (overruled || (!this.#finalPacketSent && this.settings.autoFinalPacket)) {
      this.#sendLast(encodeEapResult(verdict === NO_ERROR ? EAPCODE_Success : EAPCODE_Failure, identifier));
    }
    this.finish(verdict, overruled ? "method-error" : "method");
  }

  protected outcome(result: number, endedBy: EapOutcome["endedBy"]): EapOutcome {
    const success = result === NO_ERROR;
    return {
      result,
      identity: success ? this.#toldOrKnown() : (this.toldIdentity ?? this.#identity),
      attributes: success ? replaceAttributes(this.#providerAttributes, this.methodAttributes) : noAttributes,
      method: this.#session.methods[this.method]?.type,
      endedBy,
      finalPacketSent: this.#finalPacketSent,
      lastIdentifier: Math.max(this.lastIdentifier, 0),
    };
  }

  #sendLast(packet: Uint8Array<ArrayBuffer>): void {
    this.interactive = false;
    this.retransmissions = 0;
    if (packet[0] === EAPCODE_Success || packet[0] === EAPCODE_Failure) this.#finalPacketSent = true;
    this.send(packet, "never");
  }

  /** 0, or why a method's success does not count. */
  #successVerdict(): number {
    if (this.#toldOrKnown().length > longestIdentity) {
      this.diagnose("bad-identity", this.#toldOrKnown().length);
      return ERROR_AUTH_INTERNAL;
    }
    const attributes = replaceAttributes(this.#providerAttributes, this.methodAttributes);
    if (this.settings.requireEncryption && findMppeKeys(attributes) === undefined) {
      this.diagnose("no-session-keys", this.method);
      return ERROR_AUTH_INTERNAL;
    }
    return NO_ERROR;
  }

  /** EAP-46, X-07: the attribute, the field of the preliminary edition, what begin was given. */
  #toldOrKnown(): string {
    const attribute = findAuthAttribute(this.methodAttributes, raatUserName);
    if (attribute !== undefined) return authAttributeText(attribute);
    return this.toldIdentity ?? this.#identity;
  }

  #identityArrived(packet: EapPacket): void {
    if (this.#phase === "identity" && packet.identifier !== this.lastIdentifier) {
      this.diagnose("unexpected-packet", eapTypeIdentity);
      return;
    }
    this.lastIdentifier = packet.identifier;
    this.stopTimer();
    if (!this.countRound()) return;
    const identity = strictUtf8Text(packet.bytes, identityOffset);
    if (identity === undefined) {
      this.diagnose("bad-identity", packet.bytes.length - identityOffset);
      this.#refuse(ERROR_AUTHENTICATION_FAILURE);
      return;
    }
    this.#identity = this.#session.accountName?.(identity) ?? identity;
    this.#beginNext(0);
  }

  #nakArrived(packet: EapPacket): void {
    const offered = this.#session.methods[this.method];
    const legal =
      packet.identifier === this.lastIdentifier &&
      this.lastIdentifier === this.#firstIdentifier &&
      packet.expanded === (typeof offered?.type !== "number");
    if (!legal) {
      this.diagnose("unexpected-packet", "Nak");
      return;
    }
    let nak: EapNak;
    try {
      nak = decodeNak(packet);
    } catch (error) {
      if (!(error instanceof EapPacketError)) throw error;
      this.diagnose("malformed-packet", error.reason);
      return;
    }
    this.stopTimer();
    if (!this.countRound()) return;
    this.#refused = [...this.#refused, this.method];
    const next = this.#acceptable(nak);
    if (next < 0) {
      this.diagnose("no-common-type", nak.types.length);
      const named = nak.types.length > 0 || (nak.expandedPossible && !packet.expanded);
      this.#refuse(named ? ERROR_NO_AUTH_PROTOCOL_AVAILABLE : ERROR_PEER_REFUSED_AUTH);
      return;
    }
    if (this.begun) this.effects.push({ kind: "end" });
    this.begun = false;
    this.#beginNext(next);
  }

  /** The first type of a Nak that is offered and was not refused before; -1 for none. */
  #acceptable(nak: EapNak): number {
    const { methods } = this.#session;
    const open = (index: number): boolean => !this.#refused.includes(index);
    for (const type of nak.types) {
      const index = methods.findIndex((method, at) => open(at) && isSameEapType(method.type, type));
      if (index >= 0) return index;
    }
    if (!nak.expandedPossible) return -1;
    return methods.findIndex((method, at) => open(at) && typeof method.type !== "number");
  }

  #beginNext(method: number): void {
    if (this.#session.methods[method] === undefined) {
      this.diagnose("no-common-type", 0);
      this.#refuse(ERROR_NO_AUTH_PROTOCOL_AVAILABLE);
      return;
    }
    this.#phase = "method";
    this.#identityRequest = undefined;
    this.method = method;
    this.#firstIdentifier = -1;
    this.methodAttributes = noAttributes;
    this.#providerAttributes = noAttributes;
    this.toldIdentity = undefined;
    this.outstanding = "begin";
    const initialId = (this.lastIdentifier + 1) & 255;
    this.effects.push({ kind: "begin", method, initialId, identity: this.#identity });
  }

  /** The engine's own refusal: the peer is told. */
  #refuse(result: number): void {
    this.#sendLast(encodeEapResult(EAPCODE_Failure, Math.max(this.lastIdentifier, 0)));
    this.finish(result, "negotiation");
  }
}

/** Behind the header and the Type. */
const identityOffset = 5;

/** EAP-54: the same attribute, not just another one of its type. */
function isRepeated(attribute: RasAuthAttribute, given: RasAuthAttribute): boolean {
  if (!isSameAttributeType(attribute, given)) return false;
  const { value } = attribute;
  const { value: known } = given;
  if (typeof value === "number" || typeof known === "number") return value === known;
  return value.length === known.length && value.every((octet, index) => octet === known[index]);
}
