import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Environment, environmentLines, readEnvironment } from "../environment.ts";
import { type Spread, spread } from "../statistics.ts";
import { measureCallCost, measureContextMemory, measureCycles } from "./machine.ts";

/** What the call machine of `@sallyport/sspi` may cost. */
const limits = { machineMicroseconds: 3, contextsMB: 60, growthMiB: 1 } as const;

/** How much is measured. */
export interface SspiBenchSize {
  readonly rounds: number;
  readonly steps: number;
  readonly contexts: number;
  readonly cycles: number;
}

export const fullSize: SspiBenchSize = { rounds: 5, steps: 200_000, contexts: 10_000, cycles: 1_000_000 };

/** Microseconds for each way to call, and memory. */
export interface SspiBenchResults {
  readonly startedAt: string;
  readonly environment: Environment;
  readonly size: SspiBenchSize;
  readonly direct: Spread;
  readonly queued: Spread;
  readonly awaited: Spread;
  /** Queued less direct, round by round. */
  readonly machine: Spread;
  /** Millions of bytes that the contexts in progress hold. */
  readonly contextsMB: number;
  /** MiB that the last slice of the cycles holds more than the middle one. */
  readonly growthMiB: number;
  readonly promises: readonly { readonly text: string; readonly kept: boolean }[];
  /** Whether memory is as promised: a busy machine cannot change that. */
  readonly isMemoryKept: boolean;
}

/** Measures the machine that runs the calls of SSPI, with a package that does nothing. */
export async function runSspiBenchmark(
  size: SspiBenchSize,
  onProgress: (line: string) => void,
): Promise<SspiBenchResults> {
  const startedAt = new Date().toISOString();
  const environment = await readEnvironment();
  const heap = heapMeter();
  await measureCallCost(size.steps); // not counted: the compiler of V8 needs to see the code first
  const rounds = [];
  for (let round = 1; round <= size.rounds; round += 1) {
    const cost = await measureCallCost(size.steps);
    rounds.push(cost);
    onProgress(
      `round ${round}: direct ${micro(cost.direct)}, queued ${micro(cost.queued)}, awaited ${micro(cost.awaited)}`,
    );
  }
  const contextsMB = (await measureContextMemory(size.contexts, heap)) / 1e6;
  onProgress(`${size.contexts} contexts in progress: ${contextsMB.toFixed(1)} MB`);
  const slices = 10;
  const held = await measureCycles(size.cycles, slices, heap);
  const growthMiB = ((held[slices - 1] ?? 0) - (held[slices / 2] ?? 0)) / 2 ** 20;
  onProgress(`${size.cycles} cycles: ${growthMiB.toFixed(2)} MiB more at the end than in the middle`);
  const machine = spread(rounds.map(({ queued, direct }) => queued - direct));
  return {
    startedAt,
    environment,
    size,
    direct: spread(rounds.map(({ direct }) => direct)),
    queued: spread(rounds.map(({ queued }) => queued)),
    awaited: spread(rounds.map(({ awaited }) => awaited)),
    machine,
    contextsMB,
    growthMiB,
    promises: [
      {
        text: `the machine costs less than ${limits.machineMicroseconds} us a call`,
        kept: machine.median < limits.machineMicroseconds,
      },
      {
        text: `${size.contexts} contexts in progress take less than ${limits.contextsMB} MB`,
        kept: contextsMB < limits.contextsMB,
      },
      {
        text: `${size.cycles} cycles of create, queue and free leave less than ${limits.growthMiB} MiB behind`,
        kept: growthMiB < limits.growthMiB,
      },
    ],
    isMemoryKept: contextsMB < limits.contextsMB && growthMiB < limits.growthMiB,
  };
}

/** The results for people. */
export function sspiText(results: SspiBenchResults): string {
  const { direct, queued, awaited, machine, size, contextsMB, growthMiB, promises, environment } = results;
  const row = (name: string, { median, min, max }: Spread): string =>
    `${name.padEnd(44)} ${micro(median).padStart(10)}  [${min.toFixed(2)}..${max.toFixed(2)}]`;
  return [
    `median [min..max] of ${size.rounds} rounds of ${size.steps} calls`,
    row("the package, called directly", direct),
    row("SspiAcceptSecurityContextAsync, with callback", queued),
    row("await context.step(token)", awaited),
    row("the machine: queued less direct", machine),
    `${size.contexts} contexts in progress: ${contextsMB.toFixed(1)} MB`,
    `${size.cycles} cycles of create, queue and free: ${growthMiB.toFixed(2)} MiB more at the end than in the middle`,
    ...promises.map(({ text, kept }) => `promise: ${text}: ${kept ? "kept" : "MISSED"}`),
    ...environmentLines(environment),
    "",
  ].join("\n");
}

/** Bytes that live, after a full collection: the heap, and the memory of arrays outside of it. */
function heapMeter(): () => number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("this Node.js has no garbage collection on demand");
  return () => {
    collect();
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
}

function micro(value: number): string {
  return `${value.toFixed(2)} us`;
}
