import { BenchError } from "../bench-error.ts";
import type { LoadGenerator } from "../load-generator.ts";
import { complaint, type Measurement } from "../measurement.ts";
import type { Scope } from "../scope.ts";
import { type BenchServer, type ServerName, serverNames } from "../servers/bench-server.ts";
import { ratio, type Spread, spread } from "../statistics.ts";
import { LoginLoad } from "./measure-logins.ts";
import { startTlsPair } from "./start-tls-pair.ts";
import { tlsCases, tlsPledges } from "./tls-cases.ts";
import type { TlsLaboratory } from "./tls-laboratory.ts";

/** p99 of PAP in microseconds, alone and with logins by EAP-TLS beside it. */
export interface PapBesideTls {
  readonly papRate: number;
  readonly servers: Readonly<Record<ServerName, PapLatency>>;
  readonly isKept: boolean;
}

interface PapLatency {
  readonly alone: Spread;
  readonly beside: Spread;
  /** Beside divided by alone, round by round. */
  readonly ratio: Spread;
  /** Logins by EAP-TLS a second that were reached. */
  readonly loginRate: Spread;
}

/** Requests by PAP a second. */
const papRate = 500;
const seconds = 4;
/** A hundred logins a second. */
const everyMs = 10;
/** So many that a login that takes longer delays no other. */
const peersBeside = 16;
const warmUpLogins = 1_000;

/** Measures how long PAP waits while others do RSA: one server after the other, with and without, by turns. */
export async function measurePapBesideTls(
  scope: Scope,
  generator: LoadGenerator,
  options: {
    readonly laboratory: TlsLaboratory;
    readonly workers: number | undefined;
    readonly rounds: number;
    readonly onProgress: (line: string) => void;
  },
): Promise<PapBesideTls> {
  const { laboratory, rounds, onProgress } = options;
  const test = tlsCases.find(({ name }) => name === "eap-tls-rsa");
  if (test === undefined) throw new RangeError("there is no case eap-tls-rsa");
  const version = "1.2";
  const servers = await startTlsPair(scope, generator, { ...options, test, version });
  const measured: Record<ServerName, Round[]> = { FreeRADIUS: [], Sallyport: [] };
  const pap = async (server: BenchServer): Promise<Measurement> => {
    const request = ["--mode", "pap", "--message-authenticator", "--expect", "2"];
    const found = await generator.run({
      port: server.auth,
      pid: server.pid,
      seconds,
      rate: papRate,
      request,
    });
    const wrong = complaint(found);
    if (wrong !== undefined) throw new BenchError(`PAP at ${server.name}: ${wrong}`, "run it again");
    return found;
  };
  for (const name of serverNames) {
    const load = await LoginLoad.open(
      scope,
      servers[name],
      { laboratory, method: "tls", version, resume: false },
      peersBeside,
    );
    await load.run(warmUpLogins);
    await generator.run({
      port: servers[name].auth,
      seconds: 2,
      request: ["--mode", "pap", "--message-authenticator"],
    });
    for (let round = 1; round <= rounds; round++) {
      const alone = await pap(servers[name]);
      const { result: beside, rate } = await load.paced(everyMs, () => pap(servers[name]));
      measured[name].push({ alone, beside, rate });
      onProgress(
        `round ${round}/${rounds}  PAP at ${name.padEnd(10)}  p99 ${alone.p99} us alone, ${beside.p99} us beside ${rate.toFixed(0)} EAP-TLS/s`,
      );
    }
  }
  const latencies = { FreeRADIUS: latencyOf(measured.FreeRADIUS), Sallyport: latencyOf(measured.Sallyport) };
  return {
    papRate,
    servers: latencies,
    isKept: latencies.Sallyport.ratio.median <= tlsPledges.papLatency,
  };
}

interface Round {
  readonly alone: Measurement;
  readonly beside: Measurement;
  readonly rate: number;
}

function latencyOf(rounds: readonly Round[]): PapLatency {
  const alone = rounds.map((round) => round.alone.p99);
  const beside = rounds.map((round) => round.beside.p99);
  return {
    alone: spread(alone),
    beside: spread(beside),
    ratio: ratio(beside, alone),
    loginRate: spread(rounds.map(({ rate }) => rate)),
  };
}
