import { challengeResponse, constantTimeEqual, md5, ntHash } from "@sallyport/crypto";
import { createMemoryLog, createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import type { TlsEndpoint, TlsEngine } from "@sallyport/tls-engine";
import { createInlineTlsEngine } from "@sallyport/tls-engine/node";
import {
  createEapAuthenticator,
  createEapPeer,
  type EapAuthenticatorOptions,
  type EapMethodRegistration,
  type EapOutcome,
  type EapPeerOptions,
  type EapProvider,
  findMppeKeys,
  type MsChapAccounts,
  openEapMethods,
  peapServer,
  type TlsMethodServerSettings,
  type TunnelClientOptions,
  ttlsServer,
} from "../../src/index.ts";
import { identityOf, pem } from "../methods/tls/fixtures.ts";

const engine: TlsEngine = createInlineTlsEngine();

/** A credential set of the server for PEAP or TTLS. */
export function peapCredentials(more: Partial<TlsMethodServerSettings> = {}): TlsEndpoint {
  return peapServer({ engine, identity: identityOf("server"), ...more });
}

export function ttlsCredentials(more: Partial<TlsMethodServerSettings> = {}): TlsEndpoint {
  return ttlsServer({ engine, identity: identityOf("server"), ...more });
}

/** What alice's device trusts; outside she is anonymous. */
export const client: TunnelClientOptions = {
  engine,
  trustedAuthorities: [pem("authority")],
  serverNames: ["radius.example"],
  innerIdentity: "alice",
};

/** Knows alice, whose password is wonderland, in clear. */
export const provider: EapProvider = {
  authenticate: ({ identity, attributes, suppliedPassword }) => {
    const expected =
      suppliedPassword === undefined ? "wonderland" : new TextDecoder().decode(suppliedPassword);
    const chap = attributes.find(({ type }) => type === 3)?.value;
    const challenge = attributes.find(({ type }) => type === 60)?.value;
    if (chap instanceof Uint8Array && challenge instanceof Uint8Array) {
      const answer = md5(chap.subarray(0, 1), new TextEncoder().encode(expected), challenge);
      return {
        result: identity === "alice" && constantTimeEqual(answer, chap.subarray(1)) ? 0 : 691,
        attributes: [],
      };
    }
    const password = attributes.find(({ type }) => type === 2)?.value;
    const right =
      identity === "alice" &&
      password instanceof Uint8Array &&
      new TextDecoder().decode(password) === expected;
    return { result: right ? 0 : 691, attributes: [] };
  },
  authorize: () => ({ result: 0, attributes: [] }),
};

/** The same for MS-CHAP, version 1. */
export const msChapBook: MsChapAccounts = {
  verify: ({ identity, challenge, ntResponse, useNtResponse }) => {
    const expected = challengeResponse(challenge, ntHash("wonderland"));
    const right = identity === "alice" && useNtResponse && constantTimeEqual(expected, ntResponse);
    return right ? 0 : 691;
  },
};

export interface TunnelRun {
  readonly authenticator: EapOutcome | undefined;
  readonly peer: EapOutcome | undefined;
  /** `>` the authenticator, `<` the peer; the data after the type. */
  readonly packets: readonly string[];
  readonly log: readonly string[];
}

export interface TunnelRunOptions {
  readonly authenticator: EapMethodRegistration;
  readonly peer: EapMethodRegistration;
  readonly identity?: string;
  readonly password?: string | null;
  readonly authenticatorOptions?: Partial<EapAuthenticatorOptions>;
  readonly peerOptions?: Partial<EapPeerOptions>;
  /** Changes, or swallows, a packet on its way. */
  readonly line?: (packet: Uint8Array, to: "peer" | "authenticator", index: number) => Uint8Array | undefined;
}

/** A whole login, both hosts against each other. */
export async function login(options: TunnelRunOptions): Promise<TunnelRun> {
  const { identity = "anonymous", password = "wonderland", line = (packet) => packet } = options;
  const clock = createVirtualClock();
  const log = createMemoryLog();
  const authenticators = await openEapMethods([options.authenticator], { log });
  const peers = await openEapMethods([options.peer], { log });
  const packets: string[] = [];
  const queue: { readonly to: "peer" | "authenticator"; readonly packet: Uint8Array }[] = [];
  let granted: EapOutcome | undefined;
  let concluded: EapOutcome | undefined;
  const send = (to: "peer" | "authenticator") => (packet: Uint8Array) => {
    const changed = line(packet, to, packets.length);
    packets.push(`${to === "peer" ? ">" : "<"} ${Buffer.from(packet).toString("hex")}`);
    if (changed !== undefined) queue.push({ to, packet: changed });
  };
  const authenticator = createEapAuthenticator({
    methods: authenticators.usable({ role: "authenticator" }),
    clock,
    log,
    random: createSeededRandom(1),
    settings: { retransmission: "lower-layer" },
    ...options.authenticatorOptions,
    events: { send: send("peer"), finished: (outcome) => (granted = outcome) },
  });
  const peer = createEapPeer({
    methods: peers.usable({ role: "peer" }),
    clock,
    log,
    random: createSeededRandom(2),
    identity,
    password,
    settings: { retransmission: "lower-layer" },
    ...options.peerOptions,
    events: {
      send: send("authenticator"),
      finished: (outcome) => (concluded = outcome),
    },
  });
  await peer.start();
  await authenticator.start();
  for (let turn = 0; turn < 800; turn += 1) {
    const next = queue.shift();
    if (next === undefined) {
      // A dialog may be at work.
      for (let wait = 0; wait < 20 && queue.length === 0; wait += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (queue.length === 0) break;
      continue;
    }
    await (next.to === "peer" ? peer : authenticator).receive(next.packet);
  }
  await authenticator.stop();
  await peer.stop();
  await authenticators.close();
  await peers.close();
  return {
    authenticator: granted,
    peer: concluded,
    packets,
    log: log.events.map(({ message }) => message),
  };
}

export const hexKeys = (outcome: EapOutcome | undefined): string[] => {
  const keys = findMppeKeys(outcome?.attributes ?? []);
  return keys === undefined
    ? []
    : [Buffer.from(keys.send).toString("hex"), Buffer.from(keys.receive).toString("hex")];
};
