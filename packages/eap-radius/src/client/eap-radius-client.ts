import { constantTimeEqual } from "@sallyport/crypto";
import {
  completeEngineSettings,
  EAPCODE_Request,
  EAPCODE_Success,
  type EapMethod,
  type EapOutcome,
  EapPeerHost,
  type EapUserInterface,
  eapStatusText,
  eapTypeIdentity,
  eapTypeName,
  encodeEapPacket,
  findMppeKeys,
  isSameEapType,
  type MppeKeyPair,
} from "@sallyport/eap";
import {
  formatAttribute,
  type RadiusAnswer,
  RadiusCode,
  type RawAttribute,
  radiusCodeName,
  type SharedSecret,
} from "@sallyport/radius";
import type { Cancel, Clock, Log, Milliseconds, Random } from "@sallyport/runtime";
import {
  eapMessageType,
  errorCauseType,
  sessionTimeoutType,
  stateType,
  userNameType,
} from "../wire/attribute-types.ts";
import { joinEapMessage, splitEapMessage } from "../wire/eap-message.ts";
import { EapMessageError } from "../wire/eap-message-error.ts";
import { uint32Of } from "../wire/uint32.ts";
import type {
  EapConversationEntry,
  EapConversationLog,
  EapConversationResult,
  EapKeyComparison,
} from "./conversation.ts";
import { nakNotes, packetFacts } from "./packet-facts.ts";
import { serverKeys } from "./server-keys.ts";
import { TlsFlights } from "./tls-flights.ts";

export interface EapRadiusClientOptions {
  /** Those that the peer accepts, best first: from `openEapMethods`. */
  readonly methods: readonly EapMethod[];
  /** Who the user is. */
  readonly identity: string;
  readonly password?: string | null | undefined;
  /** What methods know of their user and their connection, as in begin. */
  readonly userData?: Uint8Array | null | undefined;
  readonly connectionData?: Uint8Array | null | undefined;
  /** Whom a method may ask; without one, methods that would have to ask fail. */
  readonly user?: EapUserInterface | undefined;
  /** What the log calls the server. */
  readonly server: string;
  /** The secret shared with it: reveals the keys of an Access-Accept. */
  readonly secret: SharedSecret;
  /** What an access server would say of itself and of the port: NAS-Port-Type, Framed-MTU, Calling-Station-Id ... */
  readonly attributes?: readonly RawAttribute[] | undefined;
  /** Begins with EAP-Start instead of the identity: the server has to ask for it; false by default. */
  readonly eapStart?: boolean | undefined;
  /** How long the method and its user may take for an answer, in milliseconds; 60 000 by default. */
  readonly responseTimeout?: Milliseconds | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly events: EapRadiusClientEvents;
}

export interface EapRadiusClientEvents {
  /** An Access-Request is to be sent; its answer goes to `receive`, an error to `failed`. */
  request(attributes: readonly RawAttribute[]): void;
  /** The conversation is over; nothing comes after this. */
  finished(log: EapConversationLog): void;
}

/**
 * A supplicant and its access server in one, without a socket: leads an EAP conversation with a RADIUS server (RFC
 * 3579), for tests of servers and of methods. What it tells in the end is a log of every packet, without any content,
 * and whether the server's MS-MPPE keys are those of the method.
 *
 * @example
 * ```ts
 * import { type EapMethod } from "@sallyport/eap";
 * import { EapRadiusClient, ladderDiagram } from "@sallyport/eap-radius";
 * import { type RadiusAnswer, type RawAttribute } from "@sallyport/radius";
 * import { silentLog, systemClock, systemRandom } from "@sallyport/runtime";
 *
 * declare const methods: readonly EapMethod[];
 * declare function exchange(attributes: readonly RawAttribute[]): Promise<RadiusAnswer>;
 * const client = new EapRadiusClient({
 *   methods, identity: "alice", password: "wonderland", server: "192.0.2.1:1812",
 *   secret: new TextEncoder().encode("testing123"),
 *   clock: systemClock, random: systemRandom, log: silentLog,
 *   events: {
 *     request: (attributes) => void exchange(attributes).then((answer) => client.receive(answer)),
 *     finished: (log) => console.log(ladderDiagram(log)),
 *   },
 * });
 * client.start();
 * ```
 */
export class EapRadiusClient {
  readonly #sentFlights = new TlsFlights();
  readonly #receivedFlights = new TlsFlights();
  readonly #options: EapRadiusClientOptions;
  readonly #peer: EapPeerHost;
  readonly #entries: EapConversationEntry[] = [];
  readonly #begunAt: Milliseconds;
  #rounds = 0;
  #userName: Uint8Array;
  /** Of the last challenge: to be given back with the next request. */
  #state: Uint8Array | undefined;
  #peerOutcome: EapOutcome | undefined;
  #ended: { readonly answer: RadiusAnswer; readonly success: boolean } | undefined;
  #waiting: "peer" | "server" | undefined;
  #cancelTimeout: Cancel = () => {};
  #finished = false;

  constructor(options: EapRadiusClientOptions) {
    const { clock, random, log, methods, identity, password, userData, connectionData, user } = options;
    this.#options = options;
    this.#begunAt = clock.monotonic();
    this.#userName = new TextEncoder().encode(identity);
    this.#peer = new EapPeerHost({
      methods,
      clock,
      random,
      log,
      identity,
      ...(password !== undefined && { password }),
      ...(userData !== undefined && { userData }),
      ...(connectionData !== undefined && { connectionData }),
      ...(user !== undefined && { user }),
      settings: completeEngineSettings({ retransmission: "lower-layer" }),
      events: {
        send: (packet) => this.#peerSends(packet),
        finished: (outcome) => this.#peerFinished(outcome),
      },
    });
  }

  /** Sends the first Access-Request. To be called once. */
  start(): void {
    const { random, eapStart = false } = this.#options;
    void this.#peer.start();
    if (eapStart) {
      this.#request("start", [{ type: eapMessageType, value: new Uint8Array(0) }]);
      return;
    }
    // The access server asks who is there before it troubles the RADIUS server (RFC 3579 section 2.1).
    const identifier = random(1)[0] ?? 0;
    this.#toPeer(encodeEapPacket({ code: EAPCODE_Request, identifier, type: eapTypeIdentity }));
  }

  /** Takes the server's answer to the last request. */
  receive(answer: RadiusAnswer): void {
    if (this.#finished || this.#waiting !== "server") return;
    this.#waiting = undefined;
    let bytes: Uint8Array | undefined;
    let problem: string | undefined;
    try {
      const message = joinEapMessage(answer.packet);
      if (message.kind === "packet") bytes = message.bytes;
    } catch (error) {
      if (!(error instanceof EapMessageError)) throw error;
      problem = error.message;
    }
    this.#note(answer, bytes);
    if (problem !== undefined) this.#finish("failed", problem);
    else if (answer.code === RadiusCode.AccessChallenge) this.#challenged(answer, bytes);
    else this.#answered(answer, bytes);
  }

  /** The request got no answer. */
  failed(error: Error): void {
    this.#finish("failed", error.message);
  }

  #challenged(answer: RadiusAnswer, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) {
      this.#finish("failed", "the Access-Challenge carries no EAP-Message (RFC 3579 section 2.6.3)");
      return;
    }
    this.#state = answer.packet.first(stateType);
    this.#toPeer(bytes);
  }

  #answered(answer: RadiusAnswer, bytes: Uint8Array | undefined): void {
    const success = answer.code === RadiusCode.AccessAccept;
    this.#ended = { answer, success };
    if (bytes === undefined) {
      if (success)
        this.#finish("failed", "the Access-Accept carries no EAP-Success (RFC 3579 section 2.6.3)");
      else this.#conclude();
      return;
    }
    if ((bytes[0] === EAPCODE_Success) !== success) {
      this.#finish("failed", `the EAP packet contradicts the ${answer.codeName} (RFC 3579 section 2.6.3)`);
      return;
    }
    this.#toPeer(bytes);
  }

  #toPeer(bytes: Uint8Array): void {
    const { clock, responseTimeout = 60_000 } = this.#options;
    this.#waiting = "peer";
    this.#cancelTimeout = clock.after(responseTimeout, () => this.#peerIsSilent());
    if (this.#peerOutcome === undefined) void this.#peer.receive(bytes);
    // What ends a conversation leads to nothing but its end, which may have come already.
    if (this.#ended !== undefined && this.#peerOutcome !== undefined) this.#conclude();
  }

  #peerSends(packet: Uint8Array): void {
    if (this.#waiting !== "peer") return;
    this.#cancelTimeout();
    if (packet[4] === eapTypeIdentity) this.#userName = packet.slice(5);
    this.#request(packet, splitEapMessage(packet));
  }

  #peerFinished(outcome: EapOutcome): void {
    this.#peerOutcome = outcome;
    if (this.#finished) return;
    if (this.#ended !== undefined) this.#conclude();
    else if (this.#waiting === "peer") {
      this.#finish("failed", `the peer gave up: ${eapStatusText(outcome.result)}`);
    }
  }

  #peerIsSilent(): void {
    if (this.#ended !== undefined) this.#conclude();
    else this.#finish("failed", "the method on this side did not answer the server's packet");
  }

  #request(eap: Uint8Array | "start", message: readonly RawAttribute[]): void {
    const { attributes = [], clock, events } = this.#options;
    this.#rounds++;
    const all: RawAttribute[] = [{ type: userNameType, value: this.#userName }, ...attributes, ...message];
    if (this.#state !== undefined) all.push({ type: stateType, value: this.#state });
    this.#waiting = "server";
    this.#entries.push({
      direction: "sent",
      at: clock.monotonic() - this.#begunAt,
      radius: {
        code: RadiusCode.AccessRequest,
        name: radiusCodeName(RadiusCode.AccessRequest),
        length: all.reduce((length, { value }) => length + 2 + value.length, requestOverhead),
      },
      state: this.#state !== undefined,
      eap: eap === "start" ? eap : packetFacts(eap),
      notes: eap === "start" ? [] : [...nakNotes(eap), ...this.#sentFlights.notes(eap)],
    });
    events.request(all);
  }

  #note(answer: RadiusAnswer, bytes: Uint8Array | undefined): void {
    const { code, codeName, packet, tries } = answer;
    const notes: string[] = bytes === undefined ? [] : this.#receivedFlights.notes(bytes);
    const timeout = uint32Of(packet.first(sessionTimeoutType));
    if (timeout !== undefined) notes.push(`Session-Timeout ${timeout} s`);
    const keys = serverKeys(answer, this.#options.secret);
    if (keys === "unreadable") notes.push("MS-MPPE keys that this secret does not reveal");
    else if (keys !== undefined)
      notes.push(`MS-MPPE keys of ${keys.send.length} and ${keys.receive.length} octets`);
    for (const attribute of answer.attributes) {
      const worthTelling = attribute.type === errorCauseType || attribute.type === replyMessageType;
      if (!worthTelling) continue;
      const { name, text } = formatAttribute(attribute);
      notes.push(`${name} ${text}`);
    }
    this.#entries.push({
      direction: "received",
      at: this.#options.clock.monotonic() - this.#begunAt,
      radius: { code, name: codeName, length: packet.length, tries },
      state: packet.offsetOf(stateType) >= 0,
      eap: bytes === undefined ? undefined : packetFacts(bytes),
      notes,
    });
  }

  /** The server has decided, and the peer has said what it thinks of it. */
  #conclude(): void {
    const { answer, success } = this.#ended ?? {};
    const peer = this.#peerOutcome;
    if (answer === undefined) return;
    if (!success) {
      const reason = peer === undefined ? "" : ` ${eapStatusText(peer.result)}`;
      this.#finish("rejected", `the server answers ${answer.codeName}.${reason}`);
    } else if (peer === undefined) {
      this.#finish("failed", "the server accepts, but the method on this side is not finished");
    } else if (peer.result !== 0) {
      this.#finish(
        "failed",
        `the server accepts, but the method on this side does not: ${eapStatusText(peer.result)}`,
      );
    } else {
      const keys = this.#keys();
      if (keys === "differ" || keys === "missing")
        this.#finish("failed", "the keys of the two sides are not the same");
      else this.#finish("accepted", `${peer.identity} is authenticated`);
    }
  }

  #keys(): EapKeyComparison {
    const own = findMppeKeys(this.#peerOutcome?.attributes ?? []);
    const answer = this.#ended?.answer;
    const theirs = answer === undefined ? undefined : serverKeys(answer, this.#options.secret);
    if (theirs === undefined) return own === undefined ? "none" : "missing";
    if (own === undefined) return "unexpected";
    return theirs !== "unreadable" && sameKeys(own, theirs) ? "match" : "differ";
  }

  #finish(kind: EapConversationResult["kind"], explanation: string): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#cancelTimeout();
    const keys = kind === "rejected" ? "none" : this.#keys();
    if (this.#peerOutcome === undefined) void this.#peer.stop();
    const { clock, identity, server, events } = this.#options;
    events.finished({
      user: identity,
      server,
      entries: this.#entries,
      result: {
        kind,
        explanation,
        method: this.#method(),
        rounds: this.#rounds,
        duration: clock.monotonic() - this.#begunAt,
        peerResult: this.#peerOutcome?.result,
        keys,
      },
    });
  }

  #method(): EapConversationResult["method"] {
    const type = this.#peerOutcome?.method;
    if (type === undefined) return undefined;
    const method = this.#options.methods.find((one) => isSameEapType(one.type, type));
    return { type, name: method?.name ?? eapTypeName(type) };
  }
}

/** Header and Message-Authenticator. */
const requestOverhead = 20 + 18;
/** RFC 2865 section 5.18. */
const replyMessageType = 18;

/** EAP-84: the server names keys as its access server uses them; the peer receives with what that sends with. */
function sameKeys(own: MppeKeyPair, theirs: MppeKeyPair): boolean {
  return constantTimeEqual(own.send, theirs.receive) && constantTimeEqual(own.receive, theirs.send);
}
