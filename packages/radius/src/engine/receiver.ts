import { type Clock, isThenable } from "@sallyport/runtime";
import { RadiusCode, radiusCodeName } from "../wire/codes.ts";
import { decodeRadiusPacket, type RadiusPacket } from "../wire/packet.ts";
import { RadiusPacketError } from "../wire/packet-error.ts";
import { AnswerWriter, UnsendableAnswer } from "./answer-writer.ts";
import { ClientTable, type KnownClient, type KnownSource } from "./client-table.ts";
import { DuplicateRing, type RingTicket } from "./duplicate-ring.ts";
import type {
  Answer,
  Endpoint,
  Handler,
  RadiusClientSettings,
  RadiusPort,
  RadiusReceiverOptions,
  ReceiverEvent,
  ReceiverEventKind,
  SeenMessageAuthenticator,
} from "./receiver-types.ts";
import { objectionTo, unprotected } from "./request-check.ts";

/** How often each kind of event happened, and how many datagrams came in. */
export type ReceiverCounters = Readonly<Record<ReceiverEventKind | "received", number>>;

type Send = (answer: Uint8Array) => void;

/**
 * The server side of one RADIUS port, without the socket: datagrams in, answers out (RFC 2865, 2866, 3579, 5080, 5997).
 *
 * A datagram goes through these steps, and is dropped in silence with an event where one fails: its source is a client;
 * it is a RADIUS packet; the port serves its code; it is verified; it is no duplicate. Then the handler decides. The
 * answer of a handler that returns no promise is sent before `receive` returns.
 *
 * @example
 * ```ts
 * import { Secret } from "@sallyport/crypto";
 * import { attributesFromNames, RadiusCode, RadiusReceiver } from "@sallyport/radius";
 * import { systemClock } from "@sallyport/runtime";
 *
 * const receiver = new RadiusReceiver({
 *   port: "authentication",
 *   clients: [{ name: "lab", address: "192.0.2.0/24", secret: new Secret("testing123") }],
 *   clock: systemClock,
 *   handler: () => ({ code: RadiusCode.AccessReject, attributes: attributesFromNames({ "Reply-Message": "No." }) }),
 * });
 * receiver.receive(new Uint8Array(20), { address: "192.0.2.7", port: 50_000 }, (answer) => console.log(answer));
 * ```
 */
export class RadiusReceiver {
  readonly #port: RadiusPort;
  readonly #handler: Handler;
  readonly #clock: Clock;
  readonly #onEvent: ((event: ReceiverEvent) => void) | undefined;
  readonly #clients: ClientTable;
  readonly #seen: SeenMessageAuthenticator;
  readonly #ring: DuplicateRing;
  readonly #writer = new AnswerWriter();
  readonly #counters: Record<ReceiverEventKind | "received", number> = zeroCounters();
  #inProgress = 0;
  #drained: (() => void)[] = [];

  /**
   * @throws {TypeError} when a client's address is no address or prefix, or belongs to two clients
   * @throws {RangeError} when `duplicates` holds an impossible number
   */
  constructor(options: RadiusReceiverOptions) {
    const { keepAnswersFor = 5_000, limit = 65_536 } = options.duplicates ?? {};
    if (!(keepAnswersFor >= 0)) {
      throw new RangeError(
        `duplicates.keepAnswersFor must be at least 0 milliseconds, found ${keepAnswersFor}`,
      );
    }
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new RangeError(`duplicates.limit must be a whole number of at least 1, found ${limit}`);
    }
    this.#port = options.port;
    this.#handler = options.handler;
    this.#clock = options.clock;
    this.#onEvent = options.onEvent;
    this.#clients = new ClientTable(options.clients);
    this.#seen = options.seenMessageAuthenticator ?? new Set<string>();
    this.#ring = new DuplicateRing(keepAnswersFor, limit);
  }

  /** Counted since construction. A live object: read it, or copy it to keep it. */
  get counters(): ReceiverCounters {
    return this.#counters;
  }

  /**
   * Goes on with other clients, from the next datagram on. Requests in progress are answered with the secret that they
   * came under, and what is known of duplicates stays.
   *
   * @throws {TypeError} when a client's address is no address or prefix, or belongs to two clients; nothing changes then
   */
  setClients(clients: readonly RadiusClientSettings[]): void {
    this.#clients.replace(clients);
  }

  /** The number of requests whose handler has not finished. */
  get inProgress(): number {
    return this.#inProgress;
  }

  /** Resolves when no handler is at work; at once when none is. */
  drained(): Promise<void> {
    if (this.#inProgress === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /**
   * Takes one datagram. Neither throws nor rejects, whatever the datagram, the handler and `send` do.
   *
   * @param datagram is viewed, not copied: it must stay as it is until the request is answered
   * @param send is called with the answer, at most once; the answer must not be changed
   */
  receive(datagram: Uint8Array, source: Endpoint, send: Send): void {
    this.#counters.received++;
    const known = this.#clients.find(source.address);
    if (known === undefined) {
      this.#report({ kind: "unknown-client", source });
      return;
    }
    const { client } = known;
    const packet = this.#decode(datagram, source, client);
    if (packet === undefined) return;
    const { code } = packet;
    if (code !== RadiusCode.StatusServer && code !== requestCodes[this.#port]) {
      this.#report({
        kind: "unexpected-code",
        source,
        client: client.settings,
        reason: radiusCodeName(code),
      });
      return;
    }
    const objection = objectionTo(packet, client, this.#seen);
    if (objection !== undefined && objection !== unprotected) {
      this.#report({ ...objection, source, client: client.settings });
      return;
    }
    if (code === RadiusCode.StatusServer) this.#answerStatus(packet, source, client, send);
    else this.#process(packet, source, known, send, objection === unprotected);
  }

  #decode(datagram: Uint8Array, source: Endpoint, client: KnownClient): RadiusPacket | undefined {
    try {
      return decodeRadiusPacket(datagram);
    } catch (error) {
      const { reason, offset } = error instanceof RadiusPacketError ? error : {};
      this.#report({ kind: "malformed", source, client: client.settings, reason, offset });
      return undefined;
    }
  }

  /** RFC 5997 section 4.2: answered at once, always anew, and not by the handler. */
  #answerStatus(packet: RadiusPacket, source: Endpoint, client: KnownClient, send: Send): void {
    const code = statusCodes[this.#port];
    this.#send(this.#writer.write(packet, code, [], client.secret), code, source, client, send);
  }

  #process(packet: RadiusPacket, source: Endpoint, known: KnownSource, send: Send, warn: boolean): void {
    const { client } = known;
    const origin = source.port * 0x100 + packet.identifier;
    this.#ring.expire(this.#clock.monotonic());
    const duplicate = this.#ring.find(known.number, origin, packet.bytes);
    if (duplicate >= 0) {
      this.#repeat(this.#ring.answerAt(duplicate), source, client, send);
      return;
    }
    const ticket = this.#ring.add(known.number, origin, packet.bytes);
    if (ticket === undefined) {
      this.#report({ kind: "overloaded", source, client: client.settings });
      return;
    }
    if (warn) this.#report({ kind: "message-authenticator-absent", source, client: client.settings });
    this.#handle(new Exchange(packet, source, client, ticket, send));
  }

  #repeat(answer: Uint8Array | undefined, source: Endpoint, client: KnownClient, send: Send): void {
    if (answer === undefined) {
      this.#report({ kind: "duplicate-in-progress", source, client: client.settings });
      return;
    }
    try {
      send(answer);
    } catch (error) {
      this.#report({ kind: "unsendable-answer", source, client: client.settings, reason: "send", error });
      return;
    }
    this.#report({ kind: "duplicate-answered", source, client: client.settings, code: answer[0] });
  }

  #handle(exchange: Exchange): void {
    const { packet, client, source } = exchange;
    const port = this.#port;
    let later: Promise<Answer | null>;
    try {
      const receivedAt = this.#clock.now();
      const outcome = this.#handler({ packet, client: client.settings, source, receivedAt, port });
      if (!isThenable(outcome)) {
        this.#finish(exchange, outcome);
        return;
      }
      later = Promise.resolve(outcome);
    } catch (error) {
      this.#fail(exchange, error);
      return;
    }
    this.#inProgress++;
    void later.then(
      (answer) => {
        this.#finish(exchange, answer);
        this.#settled();
      },
      (error: unknown) => {
        this.#fail(exchange, error);
        this.#settled();
      },
    );
  }

  /** What the handler returned may be anything, and reading it may throw. */
  #finish(exchange: Exchange, answer: Answer | null): void {
    const { packet, client, source, ticket, send } = exchange;
    if (!this.#ring.holds(ticket)) {
      this.#report({ kind: "discarded", source, client: client.settings, reason: "superseded" });
      return;
    }
    if (answer === null) {
      this.#ring.remove(ticket);
      this.#report({ kind: "discarded", source, client: client.settings });
      return;
    }
    let code: number;
    let bytes: Uint8Array;
    try {
      if (typeof answer !== "object") throw new TypeError(`the handler returned ${typeof answer}`);
      code = answer.code;
      bytes = this.#writer.write(packet, code, answer.attributes, client.secret);
    } catch (error) {
      this.#fail(exchange, error);
      return;
    }
    this.#ring.answered(ticket, bytes, this.#clock.monotonic());
    this.#send(bytes, code, source, client, send);
  }

  #fail({ source, client, ticket }: Exchange, error: unknown): void {
    this.#ring.remove(ticket);
    if (error instanceof UnsendableAnswer) {
      const { reason } = error;
      this.#report({ kind: "unsendable-answer", source, client: client.settings, reason, error });
    } else {
      this.#report({ kind: "handler-failed", source, client: client.settings, error });
    }
  }

  #send(answer: Uint8Array, code: number, source: Endpoint, client: KnownClient, send: Send): void {
    try {
      send(answer);
    } catch (error) {
      this.#report({ kind: "unsendable-answer", source, client: client.settings, reason: "send", error });
      return;
    }
    this.#report({ kind: "answered", source, client: client.settings, code });
  }

  #settled(): void {
    this.#inProgress--;
    if (this.#inProgress > 0) return;
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }

  #report(event: ReceiverEvent): void {
    this.#counters[event.kind]++;
    if (this.#onEvent === undefined) return;
    try {
      this.#onEvent(event);
    } catch {
      // A listener that fails must not decide about the request, and there is nobody else to tell.
    }
  }
}

/** A request on its way through the handler. */
class Exchange {
  readonly packet: RadiusPacket;
  readonly source: Endpoint;
  readonly client: KnownClient;
  readonly ticket: RingTicket;
  readonly send: Send;

  constructor(packet: RadiusPacket, source: Endpoint, client: KnownClient, ticket: RingTicket, send: Send) {
    this.packet = packet;
    this.source = source;
    this.client = client;
    this.ticket = ticket;
    this.send = send;
  }
}

const requestCodes: Readonly<Record<RadiusPort, number>> = {
  authentication: RadiusCode.AccessRequest,
  accounting: RadiusCode.AccountingRequest,
};

const statusCodes: Readonly<Record<RadiusPort, number>> = {
  authentication: RadiusCode.AccessAccept,
  accounting: RadiusCode.AccountingResponse,
};

function zeroCounters(): Record<ReceiverEventKind | "received", number> {
  return {
    received: 0,
    "unknown-client": 0,
    malformed: 0,
    "bad-authenticator": 0,
    "message-authenticator-missing": 0,
    "message-authenticator-wrong": 0,
    "proxy-state-without-message-authenticator": 0,
    "message-authenticator-absent": 0,
    "unexpected-code": 0,
    "duplicate-in-progress": 0,
    "duplicate-answered": 0,
    answered: 0,
    discarded: 0,
    "unsendable-answer": 0,
    "handler-failed": 0,
    overloaded: 0,
  };
}
