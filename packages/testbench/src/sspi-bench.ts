import {
  createMemoryLog,
  createSeededRandom,
  createVirtualClock,
  type MemoryLog,
  type Milliseconds,
  type VirtualClock,
} from "@sallyport/runtime";
import {
  createSspiProvider,
  type SspiProvider,
  type SspiProviderOptions,
  type SspiWarning,
} from "@sallyport/sspi";

/** What the provider on the bench is made of. */
export interface SspiBenchOptions extends Omit<SspiProviderOptions, "clock" | "random" | "log" | "warn"> {
  /** Where the wall clock starts, milliseconds since the Unix epoch. Default: 2026-01-01T00:00:00Z. */
  readonly now?: Milliseconds;
  /** What the random numbers are derived from, a whole number. Default 1: the same in every run. */
  readonly seed?: number;
}

/** A provider on a bench. */
export interface SspiBench {
  readonly provider: SspiProvider;
  /** Stands still until the test moves it: `await bench.clock.advanceAsync(30_000)`. */
  readonly clock: VirtualClock;
  /** What the provider wrote. */
  readonly log: MemoryLog;
  /** What it warned of, instead of the process. */
  readonly warnings: readonly SspiWarning[];
}

/**
 * Puts security packages on a bench: a real provider with virtual time, and numbers that are random only in looks.
 *
 * @example
 * ```ts
 * import { acquireCredentials, acceptSecurityContext } from "@sallyport/sspi";
 * import { createSspiBench, never, scriptedPackage } from "@sallyport/testbench";
 *
 * const bench = createSspiBench({ packages: [scriptedPackage({ accept: [never()] })] });
 * const server = await acquireCredentials({ provider: bench.provider, package: "Scripted", use: "inbound" });
 * const step = acceptSecurityContext(server).step(Uint8Array.of(1), { timeoutMs: 30_000 });
 * void step.catch((error) => console.log(error.symbol)); // SEC_E_NO_AUTHENTICATING_AUTHORITY
 * await bench.clock.advanceAsync(30_000);
 * ```
 */
export function createSspiBench(options: SspiBenchOptions): SspiBench {
  const { now, seed = 1, ...rest } = options;
  const clock = createVirtualClock({ now: now ?? Date.UTC(2026, 0, 1) });
  const log = createMemoryLog();
  const warnings: SspiWarning[] = [];
  const random = createSeededRandom(seed);
  const provider = createSspiProvider({ ...rest, clock, random, log, warn: (code) => warnings.push(code) });
  return { provider, clock, log, warnings };
}
