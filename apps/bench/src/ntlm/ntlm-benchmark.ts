import { type Environment, environmentLines, readEnvironment } from "../environment.ts";
import type { Scope } from "../scope.ts";
import { ratio, type Spread, spread } from "../statistics.ts";
import { type GssCost, GssPeer } from "./gss-peer.ts";
import { measureNtlm, type NtlmCost, ntlmEnds } from "./measure.ts";
import { measureRefusals, measureTurns, type Percentiles, type RefusalTimes } from "./turns.ts";

/** How many times as fast as gss-ntlmssp NTLM is to be. */
const promised = { accepts: 5, seal: 0.75 } as const;

/** How much is measured. */
export interface NtlmBenchSize {
  readonly rounds: number;
  /** Handshakes of ours a round. */
  readonly contexts: number;
  /** Messages of ours a round and size. */
  readonly mebibytes: number;
  /** CPU seconds of gss-ntlmssp a round. */
  readonly seconds: number;
  /** Handshakes at once, and in all, for the turns of the event loop. */
  readonly concurrent: number;
  readonly handshakes: number;
  /** Refusals of each kind. */
  readonly attempts: number;
}

export const fullNtlmSize: NtlmBenchSize = {
  rounds: 7,
  contexts: 5_000,
  mebibytes: 32,
  seconds: 1,
  concurrent: 100,
  handshakes: 30_000,
  attempts: 10_000,
};

/** Ours beside theirs: microseconds of CPU time, and how many times as fast ours is, round by round. */
interface NtlmComparison {
  readonly ours: Spread;
  readonly theirs: Spread;
  readonly factor: Spread;
}

export interface NtlmBenchResults {
  readonly startedAt: string;
  readonly environment: Environment;
  readonly size: NtlmBenchSize;
  readonly accept: NtlmComparison;
  readonly seal64: NtlmComparison;
  readonly seal1024: NtlmComparison;
  readonly seal65536: NtlmComparison;
  /** `context.wrap` of 64 KiB beside their gss_wrap. */
  readonly wrap65536: NtlmComparison;
  /** Milliseconds of a turn of the event loop with many handshakes at once. */
  readonly turns: Percentiles;
  readonly refusals: { readonly unknown: RefusalTimes; readonly wrong: RefusalTimes };
  readonly promises: readonly { readonly text: string; readonly kept: boolean }[];
}

/** Measures NTLM beside gss-ntlmssp, by turns. */
export async function runNtlmBenchmark(
  scope: Scope,
  size: NtlmBenchSize,
  onProgress: (line: string) => void,
): Promise<NtlmBenchResults> {
  const startedAt = new Date().toISOString();
  const environment = await readEnvironment();
  const gss = await GssPeer.compile(scope, scope.temporaryFolder());
  const ends = await ntlmEnds();
  await measureNtlm(ends, size.contexts, size.mebibytes); // not counted: V8 has to see the code first
  const ours: NtlmCost[] = [];
  const theirs: GssCost[] = [];
  for (let round = 1; round <= size.rounds; round += 1) {
    const [own, other] = [
      await measureNtlm(ends, size.contexts, size.mebibytes),
      await gss.run(size.seconds),
    ];
    ours.push(own);
    theirs.push(other);
    onProgress(`round ${round}: accept ${micro(own.accept)} against ${micro(other.accept)}`);
    scope.signal.throwIfAborted();
  }
  const turns = await measureTurns(ends, size.concurrent, size.handshakes);
  onProgress(`${size.concurrent} handshakes at once: a turn takes ${turns.p999.toFixed(2)} ms (p99.9)`);
  const unknown = await ntlmEnds("nobody", "alicepw");
  const wrong = await ntlmEnds("alice", "wrong");
  const refusals = await measureRefusals(unknown, wrong, size.attempts);
  await Promise.all([ends, unknown, wrong].map(({ provider }) => provider.shutdown()));
  const compare = (own: keyof NtlmCost, other: keyof GssCost): NtlmComparison =>
    comparison(
      ours.map((cost) => cost[own]),
      theirs.map((cost) => cost[other]),
    );
  const accept = compare("accept", "accept");
  const seal65536 = compare("seal65536", "seal65536");
  return {
    startedAt,
    environment,
    size,
    accept,
    seal64: compare("seal64", "seal64"),
    seal1024: compare("seal1024", "seal1024"),
    seal65536,
    wrap65536: compare("wrap65536", "seal65536"),
    turns,
    refusals,
    promises: [
      {
        text: `${promised.accepts} times the accepts of gss-ntlmssp`,
        kept: accept.factor.median >= promised.accepts,
      },
      {
        text: `seals 64 KiB at ${promised.seal} of its speed`,
        kept: seal65536.factor.median >= promised.seal,
      },
    ],
  };
}

function comparison(ours: readonly number[], theirs: readonly number[]): NtlmComparison {
  return { ours: spread(ours), theirs: spread(theirs), factor: ratio(theirs, ours) };
}

/** The results for people. */
export function ntlmText(results: NtlmBenchResults): string {
  const { size, turns, refusals, promises, environment } = results;
  const row = (name: string, { ours, theirs, factor }: NtlmComparison): string =>
    `${name.padEnd(34)} ${micro(ours.median).padStart(11)} ${micro(theirs.median).padStart(11)}   ${factor.median.toFixed(2)} [${factor.min.toFixed(2)}..${factor.max.toFixed(2)}]`;
  const times = ({ p10, p50, p90 }: RefusalTimes): string =>
    `10 % ${micro(p10)}, median ${micro(p50)}, 90 % ${micro(p90)}`;
  return [
    `CPU time, median of ${size.rounds} alternating rounds; how many times as fast as gss-ntlmssp [min..max]`,
    `${"".padEnd(34)} ${"sallyport".padStart(11)} ${"gss".padStart(11)}`,
    row("accept, both steps", results.accept),
    row("seal 64 B", results.seal64),
    row("seal 1 KiB", results.seal1024),
    row("seal 64 KiB, in place", results.seal65536),
    row("seal 64 KiB, context.wrap", results.wrap65536),
    `${size.concurrent} handshakes at once, a turn of the event loop: median ${turns.p50.toFixed(3)} ms, p99 ${turns.p99.toFixed(2)} ms, p99.9 ${turns.p999.toFixed(2)} ms, longest ${turns.max.toFixed(2)} ms`,
    `a refusal, unknown account: ${times(refusals.unknown)}`,
    `a refusal, wrong password:  ${times(refusals.wrong)}`,
    ...promises.map(({ text, kept }) => `promise: ${text}: ${kept ? "kept" : "MISSED"}`),
    ...environmentLines(environment),
    "",
  ].join("\n");
}

function micro(value: number): string {
  return `${value.toFixed(2)} us`;
}
