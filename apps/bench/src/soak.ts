import { BenchError } from "./bench-error.ts";
import { casesNamed } from "./cases.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { LoadGenerator } from "./load-generator.ts";
import { complaint } from "./measurement.ts";
import type { Scope } from "./scope.ts";
import { startSallyport } from "./servers/sallyport.ts";
import { median } from "./statistics.ts";

/** By how much memory may grow at once, MiB: V8 gives young objects two more halves of 16 to 32 when it sees fit. */
const youngGeneration = 64;
/** Accounting records per second beside the logins: ten minutes must not fill a disk. */
const recordsPerSecond = 500;

interface SoakSample {
  /** Since the start of the load. */
  readonly second: number;
  /** MiB. */
  readonly rss: number;
}

export interface SoakResults {
  readonly startedAt: string;
  readonly seconds: number;
  readonly environment: Environment;
  readonly samples: readonly SoakSample[];
  readonly requests: { readonly logins: number; readonly records: number };
  /** Wrong and lost replies. */
  readonly complaints: readonly string[];
  readonly flatness: Flatness;
}

export interface Flatness {
  readonly flat: boolean;
  /** Medians of the middle and of the last third of the samples, MiB. The first third is the warm-up. */
  readonly middle: number;
  readonly last: number;
  /** How much more the last third may hold, MiB. */
  readonly allowance: number;
}

/**
 * Keeps the server busy with logins as fast as it answers and with accounting beside them, from new source ports in
 * every slice, and watches its resident memory.
 */
export async function runSoak(
  scope: Scope,
  seconds: number,
  onProgress: (line: string) => void,
): Promise<SoakResults> {
  const startedAt = new Date().toISOString();
  const environment = await readEnvironment();
  const generator = await LoadGenerator.compile(scope, scope.temporaryFolder());
  const server = await startSallyport(scope);
  const [login, accounting] = casesNamed(["pap-ma", "accounting"]);
  if (login === undefined || accounting === undefined)
    throw new RangeError("the cases of the soak are missing");
  const slices = Math.min(60, Math.max(9, Math.round(seconds / 2)));
  const slice = seconds / slices;

  const samples: SoakSample[] = [];
  const complaints: string[] = [];
  let logins = 0;
  let records = 0;
  const begun = performance.now();
  for (let index = 1; index <= slices; index++) {
    const load = { pid: server.pid, seconds: slice };
    const [access, written] = await Promise.all([
      generator.run({ ...load, port: server.auth, request: login.request }),
      generator.run({
        ...load,
        port: server.acct,
        rate: recordsPerSecond,
        request: [...accounting.request, "--expect", String(accounting.expect)],
      }),
    ]);
    const ended = server.ended();
    if (ended !== undefined)
      throw new BenchError(`the server did not survive: ${ended}`, "see its own words above");
    const second = (performance.now() - begun) / 1_000;
    const rss = Math.max(access.rss, written.rss);
    samples.push({ second: Math.round(second * 10) / 10, rss });
    logins += access.ok;
    records += written.ok;
    for (const [name, measurement] of [["logins", access] as const, ["accounting", written] as const]) {
      const wrong = complaint(measurement);
      if (wrong !== undefined) complaints.push(`${name} around second ${second.toFixed(0)}: ${wrong}`);
    }
    onProgress(
      `${second.toFixed(0).padStart(4)} s  RSS ${rss.toFixed(1)} MiB  ${access.rps.toFixed(0)} logins/s, ${written.rps.toFixed(0)} records/s`,
    );
  }
  return {
    startedAt,
    seconds,
    environment,
    samples,
    requests: { logins, records },
    complaints,
    flatness: flatnessOf(samples.map(({ rss }) => rss)),
  };
}

/**
 * Whether memory has stopped growing: after the warm-up of the first third, the median of the last third may exceed
 * that of the middle third by five per cent, or 64 MiB where that is more: by so much V8's young generation grows
 * when it sees fit, once. A leak of a hundred octets a login is more than that within a minute.
 *
 * @throws {RangeError} for less than nine samples, which show nothing
 */
export function flatnessOf(samples: readonly number[]): Flatness {
  if (samples.length < 9) throw new RangeError(`${samples.length} samples are too few to judge by`);
  const third = Math.floor(samples.length / 3);
  const middle = median(samples.slice(third, 2 * third));
  const last = median(samples.slice(2 * third));
  const allowance = Math.max(youngGeneration, 0.05 * middle);
  return { flat: last - middle <= allowance, middle, last, allowance };
}
