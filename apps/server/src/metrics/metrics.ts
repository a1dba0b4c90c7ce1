import type { RadiusReceiver } from "@sallyport/radius";
import { exposition, type Metric, type Sample } from "./exposition.ts";
import type { RequestTally } from "./request-tally.ts";

/** What the metrics are read from when somebody asks for them. */
export interface MetricSources {
  readonly receivers: Readonly<Record<"auth" | "acct", Pick<RadiusReceiver, "counters" | "inProgress">>>;
  readonly requests: RequestTally;
  /** The modules in workers. */
  readonly workers: () => readonly WorkerState[];
  /** How often settings were reloaded, by what came of it. */
  readonly reloads: Readonly<Record<"applied" | "refused", number>>;
  readonly startedAt: number;
  readonly version: string;
  readonly residentMemory: () => number;
}

export interface WorkerState {
  readonly extension: string;
  readonly serving: boolean;
  readonly restarts: number;
}

/** Everything that `/metrics` shows. The names are part of the product; the guide to the server lists them. */
export function metricsText(sources: MetricSources): string {
  return exposition(metrics(sources));
}

function metrics(sources: MetricSources): Metric[] {
  const { receivers, requests, reloads } = sources;
  const ports = Object.entries(receivers);
  const workers = sources.workers();
  const counter = (name: string, help: string, samples: readonly Sample[]): Metric => ({
    name,
    help,
    type: "counter",
    samples,
  });
  const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({
    name,
    help,
    type: "gauge",
    samples,
  });
  return [
    counter(
      "sallyport_requests_total",
      "Finished requests by client, answer (accept, reject, challenge, accounting, none) and NPS reason code.",
      requests.samples(),
    ),
    {
      name: "sallyport_request_duration_seconds",
      help: "How long requests took from the datagram to the answer.",
      type: "histogram",
      histogram: requests.durations(),
    },
    counter(
      "sallyport_datagrams_total",
      "What became of datagrams, by port (auth, acct); event received counts all of them.",
      ports.flatMap(([port, { counters }]) =>
        Object.entries(counters).map(([event, value]) => ({ labels: { port, event }, value })),
      ),
    ),
    gauge(
      "sallyport_requests_in_progress",
      "Requests that wait for a module, an account source or the accounting store.",
      ports.map(([port, { inProgress }]) => ({ labels: { port }, value: inProgress })),
    ),
    gauge(
      "sallyport_extension_worker_up",
      "1 while the worker of an isolated extension serves, 0 while it is started again.",
      workers.map(({ extension, serving }) => ({ labels: { extension }, value: Number(serving) })),
    ),
    counter(
      "sallyport_extension_worker_restarts_total",
      "How often the worker of an isolated extension was started again since its settings were loaded.",
      workers.map(({ extension, restarts }) => ({ labels: { extension }, value: restarts })),
    ),
    counter(
      "sallyport_reloads_total",
      "Reloads of the settings by result (applied, refused).",
      Object.entries(reloads).map(([result, value]) => ({ labels: { result }, value })),
    ),
    gauge("sallyport_info", "Always 1; the label holds the version.", [
      { labels: { version: sources.version }, value: 1 },
    ]),
    gauge("process_start_time_seconds", "When the server started, in seconds since 1970.", [
      { value: sources.startedAt / 1_000 },
    ]),
    gauge("process_resident_memory_bytes", "Memory of the process that is in RAM.", [
      { value: sources.residentMemory() },
    ]),
  ];
}
