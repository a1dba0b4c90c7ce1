import type { Secret } from "@sallyport/crypto";
import type { Cancel, Clock, Milliseconds, Random } from "@sallyport/runtime";
import { messageAuthenticatorType, userPasswordType } from "../wire/attribute-types.ts";
import {
  signMessageAuthenticator,
  signRequestAuthenticator,
  verifyMessageAuthenticator,
  verifyResponseAuthenticator,
} from "../wire/authenticators.ts";
import { isAnswerTo, RadiusCode } from "../wire/codes.ts";
import {
  authenticatorLength,
  decodeRadiusPacket,
  encodeRadiusPacket,
  headerLength,
  type RadiusPacket,
  type RawAttribute,
} from "../wire/packet.ts";
import { PreparedSecret } from "../wire/prepared-secret.ts";
import { hideUserPassword } from "../wire/user-password.ts";
import { RadiusAnswer } from "./radius-answer.ts";
import { retransmissionDelay } from "./retransmission.ts";
import { type IgnoredReason, RadiusTimeoutError } from "./timeout-error.ts";

/** The requests that {@link RadiusExchange} makes. */
export type RequestCode =
  | typeof RadiusCode.AccessRequest
  | typeof RadiusCode.AccountingRequest
  | typeof RadiusCode.StatusServer;

export interface RadiusExchangeOptions {
  /** How the server is called in errors. */
  readonly server: string;
  readonly secret: Secret | Uint8Array | string;
  readonly clock: Clock;
  readonly random: Random;
  /** Sends one datagram to the server. The same bytes come again for a retransmission; they are not changed. */
  readonly send: (datagram: Uint8Array) => void;
  /** How long to wait for an answer, all tries and the time in the queue included; 30 000 milliseconds by default. */
  readonly timeout?: Milliseconds | undefined;
  /** How often a request is sent at most, 1 to 100; 5 by default. */
  readonly tries?: number | undefined;
  /** Whether answers to an Access-Request or Status-Server must carry Message-Authenticator; true by default. */
  readonly requireMessageAuthenticator?: boolean | undefined;
  /** How many requests wait for an identifier at most; 10 000 by default. */
  readonly queueLimit?: number | undefined;
}

/** The identifiers of one socket (RFC 2865 section 3: one octet). */
const identifierCount = 256;

/**
 * The client side of one socket and one server, without the socket: requests in, datagrams out, and back (RFC 2865,
 * 2866, 3579, 5080, 5997).
 *
 * Up to 256 requests are outstanding; more wait for an identifier, and the identifier that has been free for longest
 * is taken next. A request is sent again, byte for byte, as RFC 5080 section 2.2.1 says: after 2 seconds, then twice as
 * long each time up to 16 seconds, with 10 percent of jitter. Only an answer that is verified counts; any other is
 * ignored and mentioned in the {@link RadiusTimeoutError}.
 *
 * @example
 * ```ts
 * import { attributesFromNames, RadiusCode, RadiusExchange } from "@sallyport/radius";
 * import { systemClock, systemRandom } from "@sallyport/runtime";
 *
 * const exchange = new RadiusExchange({
 *   server: "192.0.2.1:1812",
 *   secret: "testing123",
 *   clock: systemClock,
 *   random: systemRandom,
 *   send: (datagram) => console.log("to the socket:", datagram.length, "octets"),
 * });
 * const answer = exchange.request(RadiusCode.AccessRequest, attributesFromNames({ "User-Name": "alice" }));
 * exchange.receive(new Uint8Array(20)); // what the socket received
 * exchange.close(new Error("done"));
 * await answer.catch((error) => console.log(error.message)); // done
 * ```
 */
export class RadiusExchange {
  readonly #server: string;
  readonly #secret: PreparedSecret;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #send: (datagram: Uint8Array) => void;
  readonly #timeout: Milliseconds;
  readonly #tries: number;
  readonly #requireMessageAuthenticator: boolean;
  readonly #queueLimit: number;
  readonly #requests: Map<number, PendingRequest> = new Map();
  readonly #queue: Set<PendingRequest> = new Set();
  readonly #free: number[];
  #unmatched = 0;
  #lastSendError: unknown;
  #closed: Error | undefined;

  constructor(options: RadiusExchangeOptions) {
    const { timeout = 30_000, tries = 5, queueLimit = 10_000 } = options;
    if (!(timeout > 0 && Number.isFinite(timeout))) {
      throw new RangeError(`timeout must be a positive number of milliseconds, found ${timeout}`);
    }
    if (!Number.isInteger(tries) || tries < 1 || tries > 100) {
      throw new RangeError(`tries must be a whole number from 1 to 100, found ${tries}`);
    }
    if (!Number.isSafeInteger(queueLimit) || queueLimit < 0) {
      throw new RangeError(`queueLimit must be a whole number of at least 0, found ${queueLimit}`);
    }
    this.#server = options.server;
    this.#secret = new PreparedSecret(options.secret);
    this.#clock = options.clock;
    this.#random = options.random;
    this.#send = options.send;
    this.#timeout = timeout;
    this.#tries = tries;
    this.#requireMessageAuthenticator = options.requireMessageAuthenticator ?? true;
    this.#queueLimit = queueLimit;
    // A process that starts anew begins elsewhere: the server may still hold answers for its predecessor.
    const [first = 0] = this.#random(1);
    this.#free = Array.from({ length: identifierCount }, (_, index) => (first + index) % identifierCount);
  }

  /** Requests without an answer yet, those in the queue included. */
  get outstanding(): number {
    return this.#requests.size + this.#queue.size;
  }

  /** Datagrams received that belonged to no request. */
  get unmatched(): number {
    return this.#unmatched;
  }

  /**
   * Sends a request and resolves to its answer. User-Password is given in clear and hidden here; an Access-Request and
   * a Status-Server get a Message-Authenticator as their first attribute, and one that is given is left out.
   *
   * Rejects with {@link RadiusTimeoutError}, with `RadiusPacketError` when the attributes make no packet, with a
   * `RangeError` when the queue is full, and with the reason given to {@link RadiusExchange.close}.
   */
  request(code: RequestCode, attributes: readonly RawAttribute[]): Promise<RadiusAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) throw this.#closed;
      const waiting = this.#queue.size > 0 || this.#free.length === 0;
      if (waiting && this.#queue.size >= this.#queueLimit) {
        throw new RangeError(`more than ${this.#queueLimit} requests to ${this.#server} are waiting`);
      }
      const request = new PendingRequest(
        code,
        this.#encode(code, attributes),
        this.#clock.monotonic(),
        resolve,
        reject,
      );
      request.cancelTimeout = this.#clock.after(this.#timeout, () => this.#timedOut(request));
      if (waiting) this.#queue.add(request);
      else this.#start(request);
    });
  }

  /** Takes a datagram that came from the server. Never throws. */
  receive(datagram: Uint8Array): void {
    const request = this.#requests.get(datagram[1] ?? -1);
    if (request === undefined) {
      this.#unmatched++;
      return;
    }
    const received = this.#verify(request, datagram);
    if (typeof received === "string") {
      request.ignored[received] = (request.ignored[received] ?? 0) + 1;
      return;
    }
    const { firstSentAt, tries, authenticator } = request;
    this.#lastSendError = undefined;
    this.#forget(request);
    request.resolve(new RadiusAnswer(received, this.#clock.monotonic() - firstSentAt, tries, authenticator));
    this.#startNext();
  }

  /** Takes note of an error of the network. Requests go on, since a server may come back; a timeout then mentions it. */
  sendFailed(error: unknown): void {
    this.#lastSendError = error;
  }

  /** Rejects every request, those to come included. */
  close(reason: Error): void {
    this.#closed ??= reason;
    const all = [...this.#requests.values(), ...this.#queue];
    this.#queue.clear();
    for (const request of all) {
      this.#forget(request);
      request.reject(reason);
    }
  }

  /** The packet with an identifier of 0 and without Message-Authenticator and Accounting-Request authenticator. */
  #encode(code: RequestCode, given: readonly RawAttribute[]): Uint8Array {
    const accounting = code === RadiusCode.AccountingRequest;
    const authenticator = accounting
      ? new Uint8Array(authenticatorLength)
      : this.#random(authenticatorLength);
    const attributes: RawAttribute[] = accounting
      ? []
      : [{ type: messageAuthenticatorType, value: new Uint8Array(authenticatorLength) }];
    for (const attribute of given) {
      if (attribute.type === messageAuthenticatorType) continue;
      attributes.push(
        attribute.type === userPasswordType
          ? { type: userPasswordType, value: hideUserPassword(attribute.value, this.#secret, authenticator) }
          : attribute,
      );
    }
    return encodeRadiusPacket({ code, identifier: 0, authenticator, attributes });
  }

  #start(request: PendingRequest): void {
    const identifier = this.#free.shift();
    if (identifier === undefined) return;
    request.identifier = identifier;
    this.#requests.set(identifier, request);
    const { code, packet } = request;
    packet[1] = identifier;
    if (code === RadiusCode.AccountingRequest) signRequestAuthenticator(packet, this.#secret);
    else signMessageAuthenticator(packet, headerLength, request.authenticator, this.#secret);
    request.firstSentAt = this.#clock.monotonic();
    this.#transmit(request);
  }

  #transmit(request: PendingRequest): void {
    request.tries++;
    if (request.tries < this.#tries) {
      request.delay = retransmissionDelay(request.delay, this.#random);
      request.cancelRetransmission = this.#clock.after(request.delay, () => this.#transmit(request));
    }
    try {
      this.#send(request.packet);
    } catch (error) {
      this.sendFailed(error);
    }
  }

  /** The packet when it is the answer to the request, otherwise why it is not. */
  #verify(request: PendingRequest, datagram: Uint8Array): RadiusPacket | IgnoredReason {
    let packet: RadiusPacket;
    try {
      packet = decodeRadiusPacket(datagram);
    } catch {
      return "malformed";
    }
    if (!isAnswerTo(request.code, packet.code)) return "code";
    const { bytes } = packet;
    if (!verifyResponseAuthenticator(bytes, request.authenticator, this.#secret))
      return "response-authenticator";
    // No document says how an Accounting-Response would carry one; its Response Authenticator must do.
    if (packet.code === RadiusCode.AccountingResponse) return packet;
    const offset = packet.offsetOf(messageAuthenticatorType);
    if (offset < 0) return this.#requireMessageAuthenticator ? "message-authenticator-missing" : packet;
    return verifyMessageAuthenticator(bytes, offset, request.authenticator, this.#secret)
      ? packet
      : "message-authenticator-wrong";
  }

  #timedOut(request: PendingRequest): void {
    this.#queue.delete(request);
    this.#forget(request);
    request.reject(
      new RadiusTimeoutError({
        server: this.#server,
        tries: request.tries,
        elapsed: this.#clock.monotonic() - request.madeAt,
        ignoredReasons: request.ignored,
        cause: this.#lastSendError,
      }),
    );
    this.#startNext();
  }

  #forget(request: PendingRequest): void {
    request.cancelTimeout();
    request.cancelRetransmission();
    if (this.#requests.get(request.identifier) !== request) return;
    this.#requests.delete(request.identifier);
    this.#free.push(request.identifier);
  }

  #startNext(): void {
    const [next] = this.#queue;
    if (next === undefined || this.#free.length === 0) return;
    // Its own timer is due in this very instant: there is no time left for an answer.
    if (this.#clock.monotonic() - next.madeAt >= this.#timeout) return;
    this.#queue.delete(next);
    this.#start(next);
  }
}

class PendingRequest {
  readonly code: RequestCode;
  readonly packet: Uint8Array;
  /** When it was made; with a full set of identifiers it is sent later. */
  readonly madeAt: Milliseconds;
  readonly resolve: (answer: RadiusAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly ignored: Partial<Record<IgnoredReason, number>> = {};
  identifier = -1;
  firstSentAt: Milliseconds = 0;
  tries = 0;
  /** The last wait before a retransmission. */
  delay: Milliseconds | undefined = undefined;
  cancelTimeout: Cancel = () => {};
  cancelRetransmission: Cancel = () => {};

  constructor(
    code: RequestCode,
    packet: Uint8Array,
    madeAt: Milliseconds,
    resolve: (answer: RadiusAnswer) => void,
    reject: (error: Error) => void,
  ) {
    this.code = code;
    this.packet = packet;
    this.madeAt = madeAt;
    this.resolve = resolve;
    this.reject = reject;
  }

  get authenticator(): Uint8Array {
    return this.packet.subarray(4, headerLength);
  }
}
