import { reasonText } from "@sallyport/errors/nps";
import type { Milliseconds } from "@sallyport/runtime";
import { BoundedTally } from "./bounded-tally.ts";
import type { LogFormat, LogRow } from "./log-row.ts";
import { packetTypeName } from "./packet-types.ts";
import { Timeline, type TimelineColumns } from "./timeline.ts";

/** What many rows come to. */
export interface LogSummaryFigures {
  readonly rows: number;
  readonly formats: Readonly<Record<LogFormat, number>>;
  /** The earliest and the latest row, as `LogRow.localTime`; undefined without rows. */
  readonly from: Milliseconds | undefined;
  readonly to: Milliseconds | undefined;
  /** By packet type, most frequent first. */
  readonly packets: readonly { readonly type: number; readonly name: string; readonly count: number }[];
  readonly accepts: number;
  readonly rejects: number;
  /** Why requests were rejected, most frequent first. */
  readonly reasons: readonly { readonly code: number; readonly text: string; readonly count: number }[];
  /** Who was rejected most. */
  readonly rejectedUsers: readonly { readonly name: string; readonly count: number }[];
  /** Which clients had most rejected. */
  readonly rejectingClients: readonly { readonly name: string; readonly count: number }[];
  /** Whether there were too many names to count them all: those counts are then "at least". */
  readonly approximate: boolean;
  readonly timeline: TimelineColumns | undefined;
}

/**
 * Sums rows up in bounded memory, however many there are and in whatever order they come.
 *
 * @example
 * ```ts
 * import { LogSummary, logSummaryText } from "@sallyport/nps";
 *
 * const summary = new LogSummary();
 * for (const row of rows) summary.add(row);
 * console.log(logSummaryText(summary.figures({ columns: 60 })));
 * ```
 */
export class LogSummary {
  #rows = 0;
  readonly #formats: Record<LogFormat, number> = { dts: 0, odbc: 0, ias: 0 };
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  readonly #packets = new BoundedTally(256);
  readonly #reasons = new BoundedTally(1_024);
  readonly #users = new BoundedTally(mostNames);
  readonly #clients = new BoundedTally(mostNames);
  readonly #timeline = new Timeline();
  #accepts = 0;
  #rejects = 0;

  add(row: LogRow): void {
    const { localTime, packetType } = row;
    this.#rows += 1;
    this.#formats[row.format] += 1;
    if (localTime < this.#from) this.#from = localTime;
    if (localTime > this.#to) this.#to = localTime;
    if (packetType === undefined) return;
    this.#packets.add(String(packetType));
    if (packetType === 2) {
      this.#accepts += 1;
      this.#timeline.add(localTime, "accepts");
    } else if (packetType === 3) {
      this.#rejects += 1;
      this.#timeline.add(localTime, "rejects");
      const { reason, user, client } = row;
      if (reason !== undefined) this.#reasons.add(String(reason));
      if (user !== undefined) this.#users.add(shortened(user));
      if (client !== undefined) this.#clients.add(shortened(client));
    }
  }

  /** @param options how many columns the timeline may have, and how many names the lists (default 60 and 10) */
  figures(options: { readonly columns?: number; readonly names?: number } = {}): LogSummaryFigures {
    const { columns = 60, names = 10 } = options;
    const numbered = (tally: BoundedTally, length: number): { number: number; count: number }[] =>
      tally.top(length).map(({ name, count }) => ({ number: Number(name), count }));
    return {
      rows: this.#rows,
      formats: { ...this.#formats },
      from: this.#rows === 0 ? undefined : this.#from,
      to: this.#rows === 0 ? undefined : this.#to,
      packets: numbered(this.#packets, 256).map(({ number, count }) => ({
        type: number,
        name: packetTypeName(number),
        count,
      })),
      accepts: this.#accepts,
      rejects: this.#rejects,
      reasons: numbered(this.#reasons, names).map(({ number, count }) => ({
        code: number,
        text: reasonText(number),
        count,
      })),
      rejectedUsers: this.#users.top(names),
      rejectingClients: this.#clients.top(names),
      approximate: this.#users.forgotten || this.#clients.forgotten,
      timeline: this.#timeline.columns(columns),
    };
  }
}

const mostNames = 20_000;
const longestName = 256;

function shortened(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName)}...` : name;
}
