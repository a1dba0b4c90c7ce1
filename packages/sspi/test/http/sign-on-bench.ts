import { EventEmitter } from "node:events";
import { createVirtualClock, type VirtualClock } from "@sallyport/runtime";
import { expect } from "vitest";
import {
  createSignOn,
  type SignedOnUser,
  type SignOn,
  type SignOnEvent,
  type SignOnOptions,
  type SignOnOutcome,
} from "../../src/http/index.ts";
import type { SspiProvider } from "../../src/index.ts";
import { message, proof, proofCredentials } from "./proof-package.ts";

/** When the bench starts. */
export const now: number = Date.UTC(2026, 0, 1);
/** What its sessions are signed with. */
export const key: Uint8Array = new Uint8Array(32).fill(7);

/** A connection that ends when a test says so. */
export class Connection extends EventEmitter {
  readonly remoteAddress: string;
  readonly encrypted: boolean = false;

  constructor(address = "192.0.2.1") {
    super();
    this.remoteAddress = address;
  }
}

type Parts = Partial<SignOnOptions> & Parameters<typeof proofCredentials>[0];

interface SignOnBench {
  readonly clock: VirtualClock;
  readonly provider: SspiProvider;
  readonly signOn: SignOn;
  readonly events: readonly SignOnEvent[];
  ask(
    connection: Connection,
    headers?: Record<string, string>,
    httpVersionMajor?: number,
  ): Promise<SignOnOutcome>;
  send(connection: Connection, token: Uint8Array, scheme?: string): Promise<SignOnOutcome>;
  /** The first message; gives the challenge. */
  begin(connection: Connection, scheme?: string): Promise<Uint8Array>;
  /** Both messages. */
  enter(connection: Connection, user?: string, password?: string): Promise<SignOnOutcome>;
}

/** A sign-on with virtual time, without sockets. */
export async function bench({
  users,
  onAccept,
  lastWord,
  established,
  ...options
}: Parts = {}): Promise<SignOnBench> {
  const clock = createVirtualClock({ now });
  const parts = {
    ...(users && { users }),
    ...(onAccept && { onAccept }),
    ...(lastWord && { lastWord }),
    ...(established && { established }),
    clock,
  };
  const { provider, ntlm, negotiate } = await proofCredentials(parts);
  const events: SignOnEvent[] = [];
  const signOn = createSignOn({
    schemes: [
      { scheme: "Negotiate", credentials: negotiate },
      { scheme: "NTLM", credentials: ntlm },
    ],
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const ask = (connection: Connection, headers: Record<string, string> = {}, httpVersionMajor = 1) =>
    signOn.authenticate({ connection, httpVersionMajor, header: (name) => headers[name] });
  const send = (connection: Connection, token: Uint8Array, scheme = "NTLM") =>
    ask(connection, { authorization: `${scheme} ${Buffer.from(token).toString("base64")}` });
  const begin = async (connection: Connection, scheme = "NTLM"): Promise<Uint8Array> =>
    tokenOf(await send(connection, message(1), scheme));
  const enter = async (connection: Connection, user = "alice", password = "wonderland") =>
    send(connection, proof(await begin(connection), user, password));
  return { clock, provider, signOn, events, ask, send, begin, enter };
}

/** The values of WWW-Authenticate. */
export function challengesOf(outcome: SignOnOutcome): string[] {
  if (outcome.kind !== "answered") return [];
  return outcome.headers.filter(([name]) => name === "www-authenticate").map(([, value]) => value);
}

/** The token of the only challenge. */
export function tokenOf(outcome: SignOnOutcome): Uint8Array {
  const [only = "", ...more] = challengesOf(outcome);
  expect(more).toEqual([]);
  return Buffer.from(only.split(" ")[1] ?? "", "base64");
}

/** The status of an answer, or what else it is. */
export const statusOf = (outcome: SignOnOutcome): number | string =>
  outcome.kind === "answered" ? outcome.status : outcome.kind;
/** Who was let in. */
export const userOf = (outcome: SignOnOutcome): SignedOnUser | undefined =>
  outcome.kind === "admitted" ? outcome.user : undefined;
