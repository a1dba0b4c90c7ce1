import { decodeRadiusPacket, radiusCodeName } from "@sallyport/radius";
import { BenchError } from "./bench-error.ts";
import { type Case, type CaseName, casesNamed, type EapMethod } from "./cases.ts";
import { readEnvironment } from "./environment.ts";
import { LoadGenerator, outstanding, sourcePorts } from "./load-generator.ts";
import { complaint, type Measurement } from "./measurement.ts";
import { type Outcome, type Results, rowOf } from "./report/results.ts";
import type { Scope } from "./scope.ts";
import { type BenchServer, type ServerName, serverNames } from "./servers/bench-server.ts";
import { freeRadiusVersion, startFreeRadius } from "./servers/freeradius.ts";
import { startSallyport } from "./servers/sallyport.ts";

export interface BenchmarkOptions {
  readonly rounds: number;
  /** The length of each server's part of a round. */
  readonly seconds: number;
  readonly cases: readonly CaseName[];
  /** Told what is going on, a line at a time. */
  readonly onProgress: (line: string) => void;
}

/**
 * The uncounted run before the first round, in which compilers warm up, pools and caches fill: so many seconds, and
 * where so many requests or logins take longer, these, but no longer than the last number says.
 */
const warmUp = { seconds: 2, atLeast: 30_000, atMostSeconds: 15 } as const;

/** Measures both servers with every case, round by round, one server at a time. */
export async function runBenchmark(scope: Scope, options: BenchmarkOptions): Promise<Results> {
  const { rounds, seconds, onProgress } = options;
  const startedAt = new Date().toISOString();
  const environment = await readEnvironment(await freeRadiusVersion());
  const generator = await LoadGenerator.compile(scope, scope.temporaryFolder());
  const ceiling = await measureCeiling(generator, seconds);
  onProgress(`generator's ceiling: ${ceiling.rps.toFixed(0)} requests/s against its own answering side (C)`);

  const pairs = new Map<EapMethod, readonly BenchServer[]>();
  const contestants: Contestant[] = [];
  for (const test of casesNamed(options.cases)) {
    const { eap = "md5" } = test;
    const pair = pairs.get(eap) ?? (await startPair(scope, generator, eap));
    pairs.set(eap, pair);
    for (const server of pair) contestants.push(await enter(generator, test, server, options));
  }
  for (let round = 1; round <= rounds; round++) {
    for (const test of new Set(contestants.map((contestant) => contestant.test))) {
      // The first place of a round goes to each in turn: what the second one inherits evens out.
      const pair = contestants.filter((contestant) => contestant.test === test);
      for (const contestant of round % 2 === 1 ? pair : pair.toReversed()) {
        if (contestant.refusal !== undefined) continue;
        const measurement = await measure(generator, contestant, seconds);
        contestant.rounds.push(measurement);
        onProgress(`round ${round}/${rounds}  ${progressLine(contestant, measurement)}`);
      }
    }
  }
  return {
    startedAt,
    rounds,
    seconds,
    sourcePorts,
    outstanding,
    environment,
    ceiling,
    rows: casesNamed(options.cases).map((test) => rowOf(test, outcomesOf(test.name, contestants))),
  };
}

/** Both servers; what is no EAP does not care which method they offer first. */
async function startPair(
  scope: Scope,
  generator: LoadGenerator,
  firstMethod: EapMethod,
): Promise<BenchServer[]> {
  return [await startFreeRadius(scope, generator, firstMethod), await startSallyport(scope, { firstMethod })];
}

/** One server with one case, and what was measured of it so far. */
interface Contestant {
  readonly test: Case;
  readonly server: BenchServer;
  /** Why the case is not measured; undefined where it is. */
  readonly refusal: string | undefined;
  readonly rounds: Measurement[];
}

async function measureCeiling(generator: LoadGenerator, seconds: number): Promise<Results["ceiling"]> {
  const responder = await generator.startAnswering();
  const measurement = await generator.run({ ...responder, seconds, request: ["--message-authenticator"] });
  const wrong = complaint(measurement);
  if (wrong !== undefined) {
    throw new BenchError(
      `the generator does not even get on with its own answering side: ${wrong}`,
      "the machine is too busy to measure anything; run it again when it is not",
    );
  }
  const { rps, generatorCpu, serverCpu } = measurement;
  return { rps, generatorCpu, responderCpu: serverCpu };
}

/** One request decides whether the server serves the case; then it is warmed up. */
async function enter(
  generator: LoadGenerator,
  test: Case,
  server: BenchServer,
  { onProgress }: BenchmarkOptions,
): Promise<Contestant> {
  const contestant = { test, server, rounds: [] };
  const first = await generator.run({ ...target(test, server), count: 1 });
  const refusal = refusalOf(first, test);
  if (refusal === undefined) await warm(generator, { ...contestant, refusal });
  onProgress(`${test.name}  ${server.name}: ${refusal === undefined ? "warm" : `not served, ${refusal}`}`);
  return { ...contestant, refusal };
}

async function warm(generator: LoadGenerator, contestant: Contestant): Promise<void> {
  const { seconds, atLeast, atMostSeconds } = warmUp;
  const { ok, rps } = await measure(generator, contestant, seconds);
  const missing = atLeast - ok;
  if (missing > 0 && rps > 0)
    await measure(generator, contestant, Math.min(missing / rps, atMostSeconds - seconds));
}

/** Why the first answer is not the one that the case asks for; undefined where it is. */
export function refusalOf(first: Measurement, test: Pick<Case, "expect" | "greeted">): string | undefined {
  const { firstReply } = first;
  if (firstReply.length === 0) return "no answer";
  if (first.forged > 0) return "its answer does not verify";
  if (first.broken > 0) return first.problem;
  const reply = decodeRadiusPacket(firstReply);
  if (reply.code !== test.expect)
    return `answered ${radiusCodeName(reply.code)}, not ${radiusCodeName(test.expect)}`;
  return test.greeted && reply.first(replyMessage) === undefined
    ? "answered without the Reply-Message that it was told to add"
    : undefined;
}

/** RFC 2865 section 5.18. */
const replyMessage = 18;

async function measure(
  generator: LoadGenerator,
  { test, server }: Contestant,
  seconds: number,
): Promise<Measurement> {
  const measurement = await generator.run({ ...target(test, server), seconds }).catch((error: unknown) => {
    throw death(server, test) ?? error;
  });
  const died = death(server, test);
  if (died !== undefined) throw died;
  return measurement;
}

function death(server: BenchServer, test: Case): BenchError | undefined {
  const ended = server.ended();
  if (ended === undefined) return undefined;
  return new BenchError(
    `${server.name} did not survive ${test.name}: ${ended}`,
    `run it alone: --only ${test.name}`,
  );
}

function target(test: Case, server: BenchServer): { port: number; pid: number; request: readonly string[] } {
  return {
    port: server[test.port],
    pid: server.pid,
    request: [...test.request, "--expect", String(test.expect)],
  };
}

function outcomesOf(
  name: CaseName,
  contestants: readonly Contestant[],
): Readonly<Record<ServerName, Outcome>> {
  const outcome = (server: ServerName): Outcome => {
    const contestant = contestants.find((one) => one.test.name === name && one.server.name === server);
    if (contestant === undefined) return { kind: "not served", reason: "not run" };
    const { refusal, rounds } = contestant;
    return refusal === undefined ? { kind: "served", rounds } : { kind: "not served", reason: refusal };
  };
  const [theirs, ours] = serverNames;
  return { [theirs]: outcome(theirs), [ours]: outcome(ours) } as Readonly<Record<ServerName, Outcome>>;
}

function progressLine({ test, server }: Contestant, measurement: Measurement): string {
  const { serverCpu, rps, p99, rss } = measurement;
  const unit = test.eap === undefined ? "request" : "login";
  const wrong = complaint(measurement);
  return (
    `${test.name.padEnd(12)}  ${server.name.padEnd(10)}  ${serverCpu.toFixed(1)} us CPU/${unit}, ` +
    `${rps.toFixed(0)} ${unit}s/s, p99 ${p99} us, RSS ${rss.toFixed(0)} MiB${wrong === undefined ? "" : `, ${wrong}`}`
  );
}
