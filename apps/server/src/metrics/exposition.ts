/** One metric with its samples, ready to be written. */
export type Metric =
  | {
      readonly name: string;
      readonly help: string;
      readonly type: "counter" | "gauge";
      readonly samples: readonly Sample[];
    }
  | {
      readonly name: string;
      readonly help: string;
      readonly type: "histogram";
      readonly histogram: HistogramState;
    };

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface HistogramState {
  /** Upper limits of the buckets, ascending. */
  readonly limits: readonly number[];
  /** How many observations fell into each bucket alone; one more than limits, for what is above all of them. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
}

/** The content type of {@link exposition}. */
export const expositionType = "text/plain; version=0.0.4; charset=utf-8";

/** Metrics in the text format that Prometheus and its relatives read, version 0.0.4. */
export function exposition(metrics: readonly Metric[]): string {
  return metrics.map(written).join("");
}

function written(metric: Metric): string {
  const { name, help, type } = metric;
  const head = `# HELP ${name} ${help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}\n# TYPE ${name} ${type}\n`;
  const lines =
    metric.type === "histogram"
      ? histogramLines(name, metric.histogram)
      : metric.samples.map(({ labels = {}, value }) => line(name, labels, value));
  return head + lines.join("");
}

/** Buckets are cumulative: each holds all that is not above its limit. */
function histogramLines(name: string, { limits, counts, sum }: HistogramState): string[] {
  let total = 0;
  const buckets = Array.from(counts, (count, index) => {
    total += count;
    const limit = limits[index];
    return line(`${name}_bucket`, { le: limit === undefined ? "+Inf" : String(limit) }, total);
  });
  return [...buckets, line(`${name}_sum`, {}, sum), line(`${name}_count`, {}, total)];
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

function escaped(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}
