import type { Clock } from "@sallyport/runtime";
import type { LocalTime } from "./local-time.ts";

/** When a new file is begun (NPS-93). */
export type LogPeriod = "daily" | "weekly" | "monthly" | "never" | "size";

export interface LogRotationOptions {
  /** Default `monthly`. */
  readonly period?: LogPeriod | undefined;
  /** With the period `size`: how long a file may become, in octets. Default 10 MiB. */
  readonly maxBytes?: number | undefined;
  readonly clock: Clock;
  /** The wall clock whose midnight begins a day. */
  readonly localTime: LocalTime;
}

/**
 * Which file a record goes to (NPS-93): `IN261121.log` daily, `IN261104.log` weekly (the fourth week of the month, weeks
 * begin on Sunday), `IN2611.log` monthly, `iaslog.log` never, `iaslog0.log`, `iaslog1.log` ... by size.
 *
 * @example
 * ```ts
 * import { LogRotation, localTimeIn } from "@sallyport/nps";
 * import { systemClock } from "@sallyport/runtime";
 *
 * const rotation = new LogRotation({ period: "daily", clock: systemClock, localTime: localTimeIn("UTC") });
 * const name = rotation.fileFor(line.length);
 * ```
 */
export class LogRotation {
  readonly #period: LogPeriod;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #localTime: LocalTime;
  #sequence = 0;
  #size = 0;

  /** @throws {RangeError} when `maxBytes` is no positive number */
  constructor(options: LogRotationOptions) {
    this.#period = options.period ?? "monthly";
    this.#maxBytes = options.maxBytes ?? 10 * 1_048_576;
    this.#clock = options.clock;
    this.#localTime = options.localTime;
    if (!(this.#maxBytes > 0))
      throw new RangeError(`maxBytes must be a positive number, not ${this.#maxBytes}`);
  }

  /** Goes on with the newest of the files that are there already. */
  adopt(files: readonly { readonly name: string; readonly size: number }[]): void {
    for (const { name, size } of files) {
      const sequence = Number(/^iaslog(\d{1,15})\.log$/i.exec(name)?.[1] ?? -1);
      if (sequence < this.#sequence) continue;
      this.#sequence = sequence;
      this.#size = size;
    }
  }

  /** The name of the file that the next `length` octets go to. A record is never divided. */
  fileFor(length: number): string {
    if (this.#period === "never") return "iaslog.log";
    if (this.#period !== "size") return `IN${this.#date(this.#period)}.log`;
    if (this.#size > 0 && this.#size + length > this.#maxBytes) {
      this.#sequence += 1;
      this.#size = 0;
    }
    return `iaslog${this.#sequence}.log`;
  }

  /** So many octets were written to the file that was named last. */
  wrote(length: number): void {
    this.#size += length;
  }

  #date(period: "daily" | "weekly" | "monthly"): string {
    const now = new Date(this.#localTime(this.#clock.now()));
    const month = now.toISOString().slice(2, 7).replace("-", "");
    const day = now.getUTCDate();
    switch (period) {
      case "monthly":
        return month;
      case "daily":
        return `${month}${String(day).padStart(2, "0")}`;
      case "weekly": {
        const weekdayOfFirst = (now.getUTCDay() - (day - 1) + 35) % 7;
        return `${month}0${Math.floor((day - 1 + weekdayOfFirst) / 7) + 1}`;
      }
    }
  }
}
