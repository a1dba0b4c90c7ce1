import type { CaseName, Pledge } from "../cases.ts";
import type { Environment } from "../environment.ts";
import { complaint, type Measurement } from "../measurement.ts";
import type { ServerName } from "../servers/bench-server.ts";
import { median, ratio, type Spread, spread } from "../statistics.ts";

/** What a server did with a case: rounds that were measured, or why there is nothing to measure. */
export type Outcome =
  | { readonly kind: "served"; readonly rounds: readonly Measurement[] }
  | { readonly kind: "not served"; readonly reason: string };

/**
 * The figures of one server. CPU in microseconds per request, latency in microseconds, memory in MiB; in a case of
 * EAP a whole login stands for the request.
 */
export interface Figures {
  readonly cpu: Spread;
  readonly rps: Spread;
  readonly p50: Spread;
  readonly p99: Spread;
  readonly rss: Spread;
  /** RADIUS requests that what is counted takes: 1, but with EAP several. */
  readonly requests: number;
  /** Whether every reply carried a Message-Authenticator. */
  readonly signed: boolean;
}

type ServerResult = ({ readonly kind: "served" } & Figures) | Extract<Outcome, { kind: "not served" }>;

/** One line of the table. */
export interface Row {
  readonly case: CaseName;
  readonly title: string;
  readonly servers: Readonly<Record<ServerName, ServerResult>>;
  /** Ours divided by FreeRADIUS's, round by round; absent unless both serve the case. */
  readonly ratios?: { readonly cpu: Spread; readonly rps: Spread };
  readonly pledge?: Pledge & { readonly kept: boolean };
  /** Wrong and lost replies, by server and round. Without any, the figures count. */
  readonly complaints: readonly string[];
}

/** A whole run. */
export interface Results {
  readonly startedAt: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly sourcePorts: number;
  readonly outstanding: number;
  readonly environment: Environment;
  /** The generator against the least that answers: what it could measure at most. */
  readonly ceiling: { readonly rps: number; readonly generatorCpu: number; readonly responderCpu: number };
  readonly rows: readonly Row[];
}

export function rowOf(
  { name, title, pledge }: { readonly name: CaseName; readonly title: string; readonly pledge?: Pledge },
  outcomes: Readonly<Record<ServerName, Outcome>>,
): Row {
  const { FreeRADIUS: theirs, Sallyport: ours } = outcomes;
  const row = {
    case: name,
    title,
    servers: { FreeRADIUS: resultOf(theirs), Sallyport: resultOf(ours) },
    complaints: [...complaintsOf("FreeRADIUS", theirs), ...complaintsOf("Sallyport", ours)],
  };
  if (ours.kind !== "served" || theirs.kind !== "served") return row;
  const ratios = {
    cpu: ratio(each(ours.rounds, "serverCpu"), each(theirs.rounds, "serverCpu")),
    rps: ratio(each(ours.rounds, "rps"), each(theirs.rounds, "rps")),
  };
  if (pledge === undefined) return { ...row, ratios };
  const kept = ratios.cpu.median <= pledge.cpu && ratios.rps.median >= (pledge.rps ?? 0);
  return { ...row, ratios, pledge: { ...pledge, kept } };
}

function resultOf(outcome: Outcome): ServerResult {
  if (outcome.kind === "not served") return outcome;
  const { rounds } = outcome;
  return {
    kind: "served",
    cpu: spread(each(rounds, "serverCpu")),
    rps: spread(each(rounds, "rps")),
    p50: spread(each(rounds, "p50")),
    p99: spread(each(rounds, "p99")),
    rss: spread(each(rounds, "rss")),
    requests: median(rounds.map(({ packets, sent }) => packets / Math.max(sent, 1))),
    signed: rounds.every(({ ok, withSignature }) => withSignature === ok),
  };
}

function each(
  rounds: readonly Measurement[],
  figure: "serverCpu" | "rps" | "p50" | "p99" | "rss",
): readonly number[] {
  return rounds.map((round) => round[figure]);
}

function complaintsOf(server: ServerName, outcome: Outcome): string[] {
  if (outcome.kind === "not served") return [];
  return outcome.rounds.flatMap((measurement, index) => {
    const words = complaint(measurement);
    return words === undefined ? [] : [`${server}, round ${index + 1}: ${words}`];
  });
}
