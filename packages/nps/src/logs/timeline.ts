import type { Milliseconds } from "@sallyport/runtime";

/** Accepts and rejects in equal parts of time. */
export interface TimelineColumns {
  /** Where the first column begins, as `LogRow.localTime`. */
  readonly start: Milliseconds;
  /** How long a column is. */
  readonly width: Milliseconds;
  readonly accepts: readonly number[];
  readonly rejects: readonly number[];
}

/**
 * Counts over time in bounded memory: begins with minutes, and joins them into longer parts when there are too many. The
 * rows may come in any order.
 */
export class Timeline {
  #step = 0;
  #parts = new Map<number, { accepts: number; rejects: number }>();

  add(localTime: Milliseconds, kind: "accepts" | "rejects"): void {
    const index = Math.floor(localTime / width(this.#step));
    let part = this.#parts.get(index);
    if (part === undefined) {
      if (this.#parts.size >= mostParts) {
        this.#join();
        this.add(localTime, kind);
        return;
      }
      part = { accepts: 0, rejects: 0 };
      this.#parts.set(index, part);
    }
    part[kind] += 1;
  }

  /** At most so many columns of a length that people can name; undefined where nothing was counted. */
  columns(most: number): TimelineColumns | undefined {
    if (this.#parts.size === 0) return undefined;
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const index of this.#parts.keys()) {
      first = Math.min(first, index);
      last = Math.max(last, index);
    }
    const own = width(this.#step);
    const span = (columnWidth: number): number =>
      Math.floor((last * own) / columnWidth) - Math.floor((first * own) / columnWidth) + 1;
    const column = readable.find((one) => one % own === 0 && span(one) <= most) ?? fitting(own, most, span);
    const start = Math.floor((first * own) / column);
    const accepts = new Array<number>(span(column)).fill(0);
    const rejects = [...accepts];
    for (const [index, part] of this.#parts) {
      const at = Math.floor((index * own) / column) - start;
      accepts[at] = (accepts[at] ?? 0) + part.accepts;
      rejects[at] = (rejects[at] ?? 0) + part.rejects;
    }
    return { start: start * column, width: column, accepts, rejects };
  }

  #join(): void {
    const before = this.#parts;
    const factor = width(this.#step + 1) / width(this.#step);
    this.#step += 1;
    this.#parts = new Map();
    for (const [index, { accepts, rejects }] of before) {
      const at = Math.floor(index / factor);
      const part = this.#parts.get(at);
      if (part === undefined) this.#parts.set(at, { accepts, rejects });
      else {
        part.accepts += accepts;
        part.rejects += rejects;
      }
    }
    if (this.#parts.size >= mostParts) this.#join();
  }
}

const mostParts = 4_096;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Each is a multiple of the one before, so that parts can be joined. */
const widths = [minute, 5 * minute, 15 * minute, hour, 6 * hour, day, 7 * day, 28 * day];
const readable = [1, 2, 5, 10, 15, 30]
  .map((minutes) => minutes * minute)
  .concat([1, 2, 3, 6, 12].map((hours) => hours * hour))
  .concat([1, 2, 7, 14, 28, 56, 112, 364].map((days) => days * day));

function width(step: number): Milliseconds {
  return widths[step] ?? 28 * day * 2 ** (step - widths.length + 1);
}

function fitting(own: number, most: number, span: (width: number) => number): number {
  let column = Math.max(own, 364 * day);
  while (span(column) > most) column *= 2;
  return column;
}
