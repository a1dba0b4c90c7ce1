import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { TlsExporter, TlsProtocol } from "../connection.ts";
import { alertAtEnd, alertAtStart, encodeAlert } from "../wire/alert.ts";
import { type HelloFields, readHello } from "../wire/hello.ts";
import { alertOfError } from "./alert-of-error.ts";
import type { PlainConnection } from "./established.ts";
import { KeyLog } from "./key-log.ts";
import { MemorySocket } from "./memory-socket.ts";
import type { Command, Failure, Outcome } from "./outcome.ts";
import { sealedAlert } from "./sealed-alert.ts";

/** What a conversation takes from its endpoint. */
export interface ConversationSettings {
  readonly role: "server" | "client";
  readonly exporters: readonly TlsExporter[];
  readonly maxBytes: number;
  readonly peerChain: boolean;
}

const longestChain = 10;

/** One conversation of TLS in the thread that it runs in: a TLS socket of Node.js on a socket of memory. */
export class Conversation {
  readonly socket: MemorySocket;
  readonly keyLog: KeyLog = new KeyLog();
  readonly #settings: ConversationSettings;
  /** Puts an action into the turn of this conversation. */
  readonly #inTurn: (conversation: Conversation, action: () => void) => Promise<void>;
  #tls: TLSSocket | undefined;
  #clientHello: HelloFields | undefined;
  #serverHello: HelloFields | undefined;
  #flightsSeen = false;
  #data: Uint8Array[] = [];
  #dataLength = 0;
  #peerClosed = false;
  #established = false;
  /** What is told with the next outcome. */
  #news: { connection?: PlainConnection; ticket?: Uint8Array<ArrayBuffer> } = {};
  readonly #saved: [string, Uint8Array<ArrayBuffer>][] = [];
  readonly #storeKeys: string[] = [];
  #failure: Failure | undefined;
  #ended = false;
  /** As a server of TLS 1.2: the session of the store that the client offered. */
  offered: Uint8Array | undefined;

  constructor(
    settings: ConversationSettings,
    inTurn: (conversation: Conversation, action: () => void) => Promise<void>,
  ) {
    this.#settings = settings;
    this.#inTurn = inTurn;
    this.socket = new MemorySocket(settings.maxBytes);
    // Whatever becomes of the memory, the TLS socket on it tells.
    this.socket.on("error", () => undefined);
  }

  async perform(command: Command): Promise<Outcome> {
    if (command.kind === "refuse") return this.#refuse(command.alert);
    // Whoever goes on after the handshake refuses nobody anymore.
    if (this.#established) this.keyLog.clear();
    let received: Uint8Array | undefined;
    await this.#inTurn(this, () => {
      if (this.#ended) return;
      switch (command.kind) {
        case "step":
          received = command.bytes;
          this.offered = command.offered;
          this.#see(received);
          if (received.length > 0) this.socket.deliver(received);
          break;
        case "write":
          this.#tls?.write(command.bytes);
          break;
        case "close":
          this.#tls?.end();
          break;
      }
    });
    return this.#outcome(received);
  }

  /** The TLS socket is there: with a client at once, with a server when the handshake is complete. */
  attach(tls: TLSSocket): void {
    this.#tls = tls;
    tls.on("data", (data: Uint8Array) => {
      this.#dataLength += data.length;
      if (this.#dataLength > this.#settings.maxBytes) this.fail({ reason: "too-long" });
      else this.#data.push(data);
    });
    tls.on("end", () => {
      this.#peerClosed = true;
    });
    tls.on("error", (error: NodeJS.ErrnoException) => this.failed(error));
  }

  /** The handshake is complete; `own` is the certificate of the other side. */
  established(authorized: boolean, authorizationError: string | undefined, own?: Uint8Array): void {
    const tls = this.#tls;
    if (tls === undefined) return;
    this.#established = true;
    try {
      this.#news.connection = this.#connectionOf(tls, authorized, authorizationError, own);
    } catch (error) {
      // Nothing above this function would take an exception but the process.
      this.fail({ reason: "internal", detail: error instanceof Error ? error.name : undefined });
    }
  }

  #connectionOf(
    tls: TLSSocket,
    authorized: boolean,
    authorizationError: string | undefined,
    own: Uint8Array | undefined,
  ): PlainConnection {
    const protocol = tls.getProtocol() as TlsProtocol;
    const keyingMaterial = this.#settings.exporters
      .filter((exporter) => exporter.protocol === undefined || exporter.protocol === protocol)
      .map(({ name, length, label, context }): [string, Uint8Array<ArrayBuffer>] => [
        name,
        // Without a context it must be absent, not empty (RFC 5705 section 4).
        plainCopy(
          tls.exportKeyingMaterial(
            length,
            label,
            (context === undefined ? undefined : Buffer.from(context)) as Buffer,
          ),
        ),
      ]);
    return {
      protocol,
      cipher: tls.getCipher().standardName,
      resumed: tls.isSessionReused(),
      certificates: certificatesOf(tls, own, this.#settings.peerChain),
      authorized,
      authorizationError,
      serverName: serverNameOf(tls),
      clientRandom: this.#clientHello?.random,
      serverRandom: this.#serverHello?.random,
      keyingMaterial,
      storeKeys: this.#storeKeys,
    };
  }

  /** As a server: the session will be, or was, found under this key. */
  foundUnder(key: string): void {
    if (!this.#storeKeys.includes(key)) this.#storeKeys.push(key);
  }

  /** As a server: the session goes into the store. */
  save(key: string, session: Uint8Array): void {
    this.#saved.push([key, plainCopy(session)]);
  }

  /** As a client: the server gave what resumes the session. */
  ticket(session: Uint8Array): void {
    this.#news.ticket = plainCopy(session);
  }

  failed(error: NodeJS.ErrnoException): void {
    const alert = alertOfError(error.code);
    if (alert !== undefined) this.fail({ reason: "alert-received", alert, detail: error.code });
    else this.fail({ reason: "protocol", detail: error.code });
  }

  fail(failure: Failure): void {
    this.#failure ??= failure;
  }

  /** Frees what the TLS library holds. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.keyLog.clear();
    this.#data = [];
    this.#tls?.destroy();
    this.socket.destroy();
  }

  #see(received: Uint8Array): void {
    if (this.#flightsSeen || received.length === 0) return;
    const hello = readHello(received);
    if (hello?.kind === "client") this.#clientHello ??= hello;
    else if (hello?.kind === "server") this.#serverHello ??= hello;
  }

  #seeOwn(flight: Uint8Array): void {
    if (this.#flightsSeen || flight.length === 0) return;
    const hello = readHello(flight);
    if (hello?.kind === "client") this.#clientHello ??= hello;
    else if (hello?.kind === "server") this.#serverHello ??= hello;
    this.#flightsSeen = this.#clientHello !== undefined && this.#serverHello !== undefined;
  }

  #outcome(received: Uint8Array | undefined): Outcome {
    const flight = this.socket.takeFlight();
    this.#seeOwn(flight);
    if (this.socket.overflowed) this.fail({ reason: "too-long" });
    if (this.#ended) this.fail({ reason: "ended" });
    else if (this.socket.destroyed && !this.#peerClosed) this.fail({ reason: "protocol" });
    const data = joined(this.#data, this.#dataLength);
    this.#data = [];
    this.#dataLength = 0;
    const { connection, ticket } = this.#news;
    this.#news = {};
    const failure = this.#failure;
    const saved = this.#saved.splice(0);
    const outcome = {
      flight,
      data,
      connection,
      saved,
      ticket,
      peerClosed: this.#peerClosed,
    };
    if (failure === undefined) return outcome;
    this.end();
    return { ...outcome, failure: completed(failure, received, flight) };
  }

  #refuse(alert: number): Outcome {
    const flight = this.#alertFlight(alert);
    this.end();
    return { flight, data: new Uint8Array(0), peerClosed: false };
  }

  /** An alert in place of the flight that completed the handshake on this side. */
  #alertFlight(alert: number): Uint8Array<ArrayBuffer> {
    const tls = this.#tls;
    if (!this.#established || tls === undefined || this.#ended) return new Uint8Array(0);
    const protocol = tls.getProtocol();
    const resumed = tls.isSessionReused();
    const { role } = this.#settings;
    // In TLS 1.2 who finishes second has not changed to the new keys before that flight (RFC 5246 section 7.3).
    if (protocol === "TLSv1.2" && (role === "server") !== resumed) return encodeAlert(alert);
    const secret = this.keyLog.secretFor(role, protocol === "TLSv1.3");
    if (secret === undefined) return new Uint8Array(0);
    const cipher = tls.getCipher().standardName;
    const serverRandom = this.#serverHello?.random;
    return sealedAlert({ role, alert, cipher, serverRandom, ...secret }) ?? new Uint8Array(0);
  }
}

/** A failure with what the flights tell of it. */
function completed(failure: Failure, received: Uint8Array | undefined, flight: Uint8Array): Failure {
  if (failure.reason !== "protocol" || failure.alert !== undefined) return failure;
  const came = received === undefined ? undefined : alertAtStart(received);
  if (came !== undefined && flight.length === 0) return { ...failure, reason: "alert-received", alert: came };
  return { ...failure, alert: alertAtEnd(flight) };
}

/** `own` is the certificate of the other side, where it is known already: asking for it costs something. */
function certificatesOf(
  tls: TLSSocket,
  own: Uint8Array | undefined,
  chain: boolean,
): Uint8Array<ArrayBuffer>[] {
  if (own === undefined) return [];
  const certificates = [plainCopy(own)];
  if (!chain) return certificates;
  let one: DetailedPeerCertificate | undefined = tls.getPeerCertificate(true);
  // The last one has itself for its issuer, or none.
  while (certificates.length < longestChain && one?.issuerCertificate !== one) {
    one = one?.issuerCertificate;
    if (one?.raw === undefined) break;
    certificates.push(plainCopy(one.raw));
  }
  return certificates;
}

function serverNameOf(tls: TLSSocket): string | undefined {
  const { servername } = tls as { servername?: string | false | null };
  return typeof servername === "string" ? servername : undefined;
}

/** Octets of one's own, without the pool that a Buffer may come from. */
function plainCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
