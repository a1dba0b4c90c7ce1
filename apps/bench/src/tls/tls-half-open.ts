import { setTimeout as delay } from "node:timers/promises";
import type { RadiusClient } from "@sallyport/radius/node";
import { BenchError } from "../bench-error.ts";
import { type Environment, environmentLines, readEnvironment } from "../environment.ts";
import { oneDigit, whole } from "../report/figures.ts";
import type { Scope } from "../scope.ts";
import { collected, memoryProbe, residentMemory } from "../server-memory.ts";
import { tlsRadiusClient } from "./measure-logins.ts";
import { startTlsSallyport } from "./start-tls-pair.ts";
import { tlsCases, tlsPledges } from "./tls-cases.ts";
import { makeTlsLaboratory } from "./tls-laboratory.ts";
import { TlsPeer } from "./tls-peer.ts";

export interface TlsHalfOpenResults {
  readonly startedAt: string;
  readonly environment: Environment;
  readonly conversations: number;
  /** Resident memory of the server in MB: warm, and with all conversations, when their answers are forgotten. */
  readonly before: number;
  readonly after: number;
  /** What is alive in the main thread then, in MB. */
  readonly live: { readonly before: number; readonly after: number };
  /** By how much resident memory grew, in MB. */
  readonly growth: number;
  readonly allowance: number;
}

const warmUpLogins = 1_000;
/** Longer than answers are kept for resends, in milliseconds. */
const settleTime = 11_000;
/** How many are begun at a time. */
const window = 16;
/** A login by PEAP is inside of TLS when all but the last two requests were sent. */
const left = 2;

/** Lets so many logins by PEAP stop inside of TLS, and looks at the memory of the server before and after. */
export async function runTlsHalfOpen(
  scope: Scope,
  options: {
    readonly conversations: number;
    readonly workers: number | undefined;
    readonly onProgress: (line: string) => void;
  },
): Promise<TlsHalfOpenResults> {
  const { conversations, workers, onProgress } = options;
  const startedAt = new Date().toISOString();
  const environment = await readEnvironment();
  const test = tlsCases.find(({ name }) => name === "eap-peap");
  if (test === undefined) throw new RangeError("there is no case eap-peap");
  const laboratory = await makeTlsLaboratory(scope, test.keyKind);
  const server = await startTlsSallyport(scope, {
    test,
    version: "1.3",
    laboratory,
    workers,
    node: memoryProbe,
    sessions: conversations,
  });
  const radius = tlsRadiusClient(scope, server);
  const openPeer = (): Promise<TlsPeer> =>
    TlsPeer.open({ laboratory, method: test.method, version: "1.3", resume: false });
  const peers = await Promise.all(Array.from({ length: window }, openPeer));

  const rounds = await warmUp(peers, radius);
  await delay(settleTime, undefined, { signal: scope.signal });
  const liveBefore = await collected(scope, server);
  const before = residentMemory(server.pid);
  onProgress(`before: RSS ${before.toFixed(1)} MB, alive ${liveBefore.toFixed(1)} MB`);

  let begun = 0;
  await Promise.all(
    peers.map(async (peer) => {
      while (begun < conversations) {
        begun += 1;
        const { insideTls } = await peer.begin(radius, rounds - left);
        if (!insideTls)
          throw new BenchError("a conversation is not inside of TLS", "try --tls eap-peap first");
      }
    }),
  );
  await delay(settleTime, undefined, { signal: scope.signal });
  const liveAfter = await collected(scope, server);
  const after = residentMemory(server.pid);
  const ended = server.ended();
  if (ended !== undefined)
    throw new BenchError(`the server did not survive: ${ended}`, "see its own words above");
  return {
    startedAt,
    environment,
    conversations,
    before,
    after,
    live: { before: liveBefore, after: liveAfter },
    growth: after - before,
    allowance: (conversations * tlsPledges.halfOpen.megabytes) / tlsPledges.halfOpen.conversations,
  };
}

/** How many requests a login takes. */
async function warmUp(peers: readonly TlsPeer[], radius: RadiusClient): Promise<number> {
  let begun = 0;
  let rounds = 0;
  await Promise.all(
    peers.map(async (peer) => {
      while (begun < warmUpLogins) {
        begun += 1;
        rounds = (await peer.logOn(radius)).rounds;
      }
    }),
  );
  return rounds;
}

/** For a terminal. */
export function tlsHalfOpenText(results: TlsHalfOpenResults): string {
  const { conversations, before, after, live, growth, allowance, environment } = results;
  return [
    `${conversations} logins by PEAP wait inside of TLS 1.3`,
    `RSS: ${oneDigit(before)} MB before, ${oneDigit(after)} MB with them, ${whole((growth * 1e6) / conversations)} octets each`,
    `growth ${oneDigit(growth)} MB, less than ${oneDigit(allowance)} MB: ${growth < allowance ? "kept" : "MISSED"}`,
    `alive in the main thread after a full collection: ${oneDigit(live.before)} MB before, ${oneDigit(live.after)} MB after`,
    ...environmentLines(environment),
    "",
  ].join("\n");
}
