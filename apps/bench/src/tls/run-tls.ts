import { BenchError } from "../bench-error.ts";
import { type Environment, readEnvironment } from "../environment.ts";
import { LoadGenerator } from "../load-generator.ts";
import { Scope } from "../scope.ts";
import { type ServerName, serverNames } from "../servers/bench-server.ts";
import { freeRadiusVersion } from "../servers/freeradius.ts";
import { median, ratio, type Spread, spread } from "../statistics.ts";
import { LoginLoad, type LoginMeasurement, peersAtOnce } from "./measure-logins.ts";
import { measurePapBesideTls, type PapBesideTls } from "./pap-beside-tls.ts";
import { startTlsPair } from "./start-tls-pair.ts";
import { type TlsCase, type TlsCaseName, type TlsVersion, tlsCases, tlsPledges } from "./tls-cases.ts";
import { type KeyKind, makeTlsLaboratory, type TlsLaboratory } from "./tls-laboratory.ts";

export interface TlsBenchmarkOptions {
  readonly rounds: number;
  readonly cases: readonly TlsCaseName[];
  readonly versions: readonly TlsVersion[];
  /** Logins of each kind in each server's part of a round. */
  readonly logins: number;
  /** Logins at each server before anything counts; a third as many are resumed after them. */
  readonly warmUp: Readonly<Record<ServerName, number>>;
  /** The server's `eap.tls.workers`; as it is by default where undefined. */
  readonly workers: number | undefined;
  readonly onProgress: (line: string) => void;
}

/** One server in one case. CPU in microseconds a login. */
interface TlsFigures {
  readonly full: Spread;
  /** Undefined where the server does not resume. */
  readonly resumed: Spread | undefined;
  /** Milliseconds of a full login, the peer's own work included. */
  readonly p50: number;
  readonly rounds: number;
}

export interface TlsRow {
  readonly case: TlsCaseName;
  readonly title: string;
  readonly version: TlsVersion;
  readonly servers: Readonly<Record<ServerName, TlsFigures>>;
  /** Ours divided by FreeRADIUS's, of full logins, round by round. */
  readonly ratio: Spread;
  readonly isCpuKept: boolean;
  /** Our resumed login divided by our full one; undefined where none was resumed. */
  readonly resumedShare: Spread | undefined;
  readonly isResumedKept: boolean;
}

export interface TlsResults {
  readonly startedAt: string;
  readonly environment: Environment;
  readonly rounds: number;
  readonly logins: number;
  readonly warmUp: Readonly<Record<ServerName, number>>;
  readonly peersAtOnce: number;
  readonly workers: number | "default";
  readonly rows: readonly TlsRow[];
  readonly papBesideTls: PapBesideTls | undefined;
}

/** Logins by EAP-TLS, PEAP and TTLS at both servers, round by round, then PAP beside EAP-TLS. */
export async function runTls(scope: Scope, options: TlsBenchmarkOptions): Promise<TlsResults> {
  const { rounds, logins, warmUp, workers, versions, onProgress } = options;
  const startedAt = new Date().toISOString();
  const environment = await readEnvironment(await freeRadiusVersion());
  const generator = await LoadGenerator.compile(scope, scope.temporaryFolder());
  const laboratories = new Map<KeyKind, TlsLaboratory>();
  const rows: TlsRow[] = [];
  for (const test of tlsCases.filter(({ name }) => options.cases.includes(name))) {
    const { keyKind } = test;
    const laboratory = laboratories.get(keyKind) ?? (await makeTlsLaboratory(scope, keyKind));
    laboratories.set(keyKind, laboratory);
    for (const version of versions)
      rows.push(
        await inScopeOf(scope, (inner) =>
          measureCase(inner, generator, { test, version, laboratory }, options),
        ),
      );
  }
  const laboratory = laboratories.get("rsa");
  const papBesideTls =
    laboratory === undefined
      ? undefined
      : await inScopeOf(scope, (inner) =>
          measurePapBesideTls(inner, generator, { laboratory, workers, rounds, onProgress }),
        );
  return {
    startedAt,
    environment,
    rounds,
    logins,
    warmUp,
    peersAtOnce,
    workers: workers ?? "default",
    rows,
    papBesideTls,
  };
}

/** The servers of one case are stopped before those of the next are started. */
async function inScopeOf<T>(outer: Scope, work: (scope: Scope) => Promise<T>): Promise<T> {
  const scope = new Scope(outer.signal);
  try {
    return await work(scope);
  } finally {
    await scope.close();
  }
}

interface Measured {
  readonly full: LoginMeasurement[];
  readonly resumed: LoginMeasurement[];
}

async function measureCase(
  scope: Scope,
  generator: LoadGenerator,
  what: { readonly test: TlsCase; readonly version: TlsVersion; readonly laboratory: TlsLaboratory },
  { rounds, logins, warmUp, workers, onProgress }: TlsBenchmarkOptions,
): Promise<TlsRow> {
  const { test, version, laboratory } = what;
  const servers = await startTlsPair(scope, generator, { ...what, workers });
  const measured: Record<ServerName, Measured> = {
    FreeRADIUS: { full: [], resumed: [] },
    Sallyport: { full: [], resumed: [] },
  };
  const loads = new Map<ServerName, { readonly full: LoginLoad; readonly resumed: LoginLoad }>();
  for (const name of serverNames) {
    const peer = { laboratory, version, method: test.method };
    const full = await LoginLoad.open(scope, servers[name], { ...peer, resume: false });
    const resumed = await LoginLoad.open(scope, servers[name], { ...peer, resume: true });
    loads.set(name, { full, resumed });
    // A just-in-time compiler counts calls and not seconds.
    await full.run(warmUp[name]);
    await resumed.run(Math.ceil(warmUp[name] / 3));
    onProgress(`${test.name} TLS ${version}  ${name}: warm`);
  }
  for (let round = 1; round <= rounds; round++) {
    for (const name of round % 2 === 1 ? serverNames : serverNames.toReversed()) {
      const load = loads.get(name);
      const ended = servers[name].ended();
      if (load === undefined || ended !== undefined)
        throw new BenchError(`${name} did not survive ${test.name}: ${ended}`, "run it alone");
      const full = await load.full.run(logins);
      const resumed = await load.resumed.run(logins);
      measured[name].full.push(full);
      measured[name].resumed.push(resumed);
      onProgress(
        `round ${round}/${rounds}  ${test.name} TLS ${version}  ${name.padEnd(10)}  ${full.cpu.toFixed(0)} us CPU/login, ` +
          `p50 ${full.p50.toFixed(1)} ms; ${resumed.resumed} of ${resumed.logins} resumed: ${resumed.cpu.toFixed(0)} us`,
      );
    }
  }
  return rowOf(test, version, measured);
}

function rowOf(test: TlsCase, version: TlsVersion, measured: Readonly<Record<ServerName, Measured>>): TlsRow {
  const { FreeRADIUS: theirs, Sallyport: ours } = measured;
  const cpu = ratio(cpuOf(ours.full), cpuOf(theirs.full));
  const figures = { FreeRADIUS: figuresOf(theirs), Sallyport: figuresOf(ours) };
  const resumedShare =
    figures.Sallyport.resumed === undefined ? undefined : ratio(cpuOf(ours.resumed), cpuOf(ours.full));
  return {
    case: test.name,
    title: test.title,
    version,
    servers: figures,
    ratio: cpu,
    isCpuKept: cpu.median <= tlsPledges.cpu,
    resumedShare,
    isResumedKept: resumedShare !== undefined && resumedShare.median <= tlsPledges.resumed,
  };
}

function figuresOf({ full, resumed }: Measured): TlsFigures {
  const everyoneResumed = resumed.every((one) => one.resumed === one.logins);
  return {
    full: spread(cpuOf(full)),
    resumed: everyoneResumed ? spread(cpuOf(resumed)) : undefined,
    p50: median(full.map(({ p50 }) => p50)),
    rounds: median(full.map((one) => one.rounds)),
  };
}

function cpuOf(measurements: readonly LoginMeasurement[]): readonly number[] {
  return measurements.map(({ cpu }) => cpu);
}
