import { createMemoryLog, createSeededRandom, createVirtualClock, type MemoryLog } from "@sallyport/runtime";
import type { TlsEndpoint, TlsSession } from "@sallyport/tls-engine";
import {
  createEapAuthenticator,
  createEapPeer,
  type EapAuthenticatorOptions,
  type EapMethodRegistration,
  type EapOutcome,
  type EapPeerOptions,
  encodeEapPacket,
  encodeFragment,
  openEapMethods,
  TlsFragmentation,
} from "../../src/index.ts";
import { tlsMethodClient } from "../../src/methods/tls-core/tls-endpoints.ts";
import { challengeExporters } from "../../src/methods/ttls/ttls-challenge.ts";
import { client } from "./tunnel-bench.ts";

/** What a scripted side got for what it said. */
export interface Heard {
  /** What came through the tunnel; undefined where nothing was sent, or the packet had no part of it. */
  readonly data: Uint8Array | undefined;
  /** Success (3) or Failure (4), where one was sent. */
  readonly end: number | undefined;
}

abstract class ScriptedSide {
  readonly fragmentation: TlsFragmentation = new TlsFragmentation();
  readonly log: MemoryLog;
  outcome: EapOutcome | undefined;
  /** Packets of the side under test that nobody has looked at. */
  readonly packets: Uint8Array[] = [];
  identifier = 0;
  protected readonly type: number;
  abstract session: TlsSession;
  protected abstract readonly code: 1 | 2;

  constructor(type: number, log: MemoryLog) {
    this.type = type;
    this.log = log;
  }

  /** Octets as the data of a packet, whatever they are. */
  packet(data: Uint8Array): Uint8Array<ArrayBuffer> {
    return encodeEapPacket({ code: this.code, identifier: this.identifier, type: this.type, data });
  }

  protected abstract give(packet: Uint8Array): Promise<void>;

  /** Sends a whole flight, and gives the flight that answers it; null where there is none. */
  async exchange(flight: Uint8Array): Promise<Uint8Array | null> {
    if (flight.length === 0) await this.#send(Uint8Array.of(0));
    else {
      this.fragmentation.send(flight);
      await this.#sendNext();
    }
    for (;;) {
      const packet = this.packets.shift();
      if (packet === undefined || packet.length <= 5) return null;
      this.identifier = this.code === 2 ? (packet[1] ?? 0) : this.identifier;
      const event = this.fragmentation.receive(packet.subarray(5));
      if (event.kind === "message") return event.message;
      if (event.kind === "empty") return new Uint8Array(0);
      if (event.kind === "acknowledged") await this.#sendNext();
      if (event.kind === "fragment") await this.#send(Uint8Array.of(0));
    }
  }

  /** Says something inside the tunnel; no octets for an empty packet. */
  async say(data: Uint8Array): Promise<Heard> {
    const flight = data.length === 0 ? data : await this.session.write(data);
    return this.heard(await this.exchange(flight));
  }

  async heard(answer: Uint8Array | null): Promise<Heard> {
    const last = this.outcome === undefined ? undefined : this.outcome.result === 0 ? 3 : 4;
    if (answer === null) return { data: undefined, end: last };
    if (answer.length > 0) await this.session.step(answer);
    return { data: this.session.read(), end: last };
  }

  async #sendNext(): Promise<void> {
    const target = new Uint8Array(1_200);
    await this.#send(target.subarray(0, this.fragmentation.writeFragment(target)));
  }

  async #send(data: Uint8Array): Promise<void> {
    if (this.code === 1) this.identifier = (this.identifier + 1) & 255;
    await this.give(this.packet(data));
  }
}

/** A peer that says what a test wants it to say, against the authenticator of a tunnel method. */
export class ScriptedPeer extends ScriptedSide {
  protected readonly code = 2;
  session: TlsSession;
  readonly host: ReturnType<typeof createEapAuthenticator>;

  private constructor(
    type: number,
    session: TlsSession,
    host: ReturnType<typeof createEapAuthenticator>,
    log: MemoryLog,
  ) {
    super(type, log);
    this.session = session;
    this.host = host;
  }

  static async connect(
    method: EapMethodRegistration,
    options: Partial<EapAuthenticatorOptions> = {},
  ): Promise<{ readonly peer: ScriptedPeer; readonly first: Heard }> {
    const type = method.type as number;
    const { innerIdentity: _, onRefused: __, ...trust } = client;
    const session = tlsMethodClient(type, trust, challengeExporters).open("scripted");
    const log = createMemoryLog();
    const registry = await openEapMethods([method], { log });
    const host = createEapAuthenticator({
      methods: registry.usable({ role: "authenticator" }),
      clock: createVirtualClock(),
      log,
      random: createSeededRandom(1),
      settings: { retransmission: "lower-layer" },
      identity: "anonymous",
      ...options,
      events: {
        send: (packet) => peer.packets.push(packet),
        finished: (outcome) => {
          peer.outcome = outcome;
        },
      },
    });
    const peer: ScriptedPeer = new ScriptedPeer(type, session, host, log);
    await host.start();
    peer.identifier = peer.packets.shift()?.[1] ?? 0;
    let answer: Uint8Array | null = await peer.exchange(await session.step(new Uint8Array(0)));
    while (session.connection === undefined && answer !== null) {
      answer = await peer.exchange(await session.step(answer));
    }
    // TLS 1.3: what came may have the first octets of the inside.
    return { peer, first: await peer.heard(answer) };
  }

  protected async give(packet: Uint8Array): Promise<void> {
    await this.host.receive(packet);
  }
}

/** A server that says what a test wants it to say, against the peer of a tunnel method. */
export class ScriptedServer extends ScriptedSide {
  protected readonly code = 1;
  session: TlsSession;
  readonly host: ReturnType<typeof createEapPeer>;

  private constructor(type: number, session: TlsSession, host: ReturnType<typeof createEapPeer>) {
    super(type, createMemoryLog());
    this.session = session;
    this.host = host;
  }

  /** Leads to where the tunnel stands and the peer waits, or has said its first words. */
  static async connect(
    method: EapMethodRegistration,
    credentials: TlsEndpoint,
    options: Partial<EapPeerOptions> = {},
  ): Promise<{ readonly server: ScriptedServer; readonly first: Heard }> {
    const type = method.type as number;
    const session = credentials.open();
    const registry = await openEapMethods([method], { log: createMemoryLog() });
    const host = createEapPeer({
      methods: registry.usable({ role: "peer" }),
      clock: createVirtualClock(),
      log: createMemoryLog(),
      random: createSeededRandom(2),
      settings: { retransmission: "lower-layer" },
      identity: "anonymous",
      password: "wonderland",
      ...options,
      events: {
        send: (packet) => server.packets.push(packet),
        finished: (outcome) => {
          server.outcome = outcome;
        },
      },
    });
    const server: ScriptedServer = new ScriptedServer(type, session, host);
    await host.start();
    const start = new Uint8Array(1);
    encodeFragment(start, {
      start: true,
      more: false,
      version: 0,
      messageLength: undefined,
      data: new Uint8Array(0),
    });
    await host.receive(server.packet(start));
    const hello = server.packets.shift();
    const event = server.fragmentation.receive(hello?.subarray(5) ?? new Uint8Array(0));
    if (event.kind !== "message") throw new Error(`the peer began with ${event.kind}`);
    let flight = await session.step(event.message);
    let answer: Uint8Array | null = null;
    while (flight.length > 0) {
      answer = await server.exchange(flight);
      if (session.connection !== undefined || answer === null) break;
      flight = await session.step(answer);
    }
    return { server, first: await server.heard(session.connection === undefined ? null : answer) };
  }

  /** Success (3) or Failure (4), outside of the tunnel. */
  async end(code: 3 | 4): Promise<void> {
    await this.host.receive(Uint8Array.of(code, this.identifier, 0, 4));
  }

  protected async give(packet: Uint8Array): Promise<void> {
    await this.host.receive(packet);
  }
}
