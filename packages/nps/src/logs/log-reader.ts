import { type LogDateOrder, LogDates } from "./log-dates.ts";
import { decodeLineOf, logFormatOf } from "./log-line.ts";
import { LogLineError, type LogLineErrorReason } from "./log-line-error.ts";
import type { LogFormat, LogRow } from "./log-row.ts";
import { shortLived } from "./log-values.ts";

export interface LogReaderOptions {
  /** Which of `03/04/2026` is the month. Default `month-first`, as NPS writes it. */
  readonly dates?: LogDateOrder;
  /** The longest line that is kept, in octets. Default 1 MiB; what is longer is one mistake. */
  readonly longestLine?: number;
  /** The encoding of lines that are not UTF-8, as `TextDecoder` names it. Default `windows-1252`. */
  readonly fallbackEncoding?: string;
}

/** A line that is no row. Its text is not kept: it may hold anything. */
export interface LogMistake {
  /** From 1. */
  readonly line: number;
  readonly reason: LogLineErrorReason;
  /** The character of the line, from 0, at which it was noticed. */
  readonly offset: number;
}

/** What one piece of a file held. */
export interface LogBatch {
  readonly rows: readonly LogRow[];
  /** The first hundred of the piece. */
  readonly mistakes: readonly LogMistake[];
  /** All of them. */
  readonly mistakeCount: number;
}

/**
 * Reads NPS logs piece by piece, in constant memory: the pieces may end anywhere. The format is found for each line
 * (NPS-92); empty lines are passed over; what is no row is told, and the next line is read. UTF-8, UTF-16 with or without
 * its mark, and one further encoding are understood.
 *
 * @example
 * ```ts
 * import { LogReader } from "@sallyport/nps";
 *
 * const reader = new LogReader();
 * for (const batch of [reader.read(bytes), reader.end()]) {
 *   for (const row of batch.rows) console.log(row.localTimeText, row.packetTypeName, row.user, row.reasonText);
 * }
 * ```
 */
export class LogReader {
  readonly #dates: LogDates;
  readonly #longestLine: number;
  readonly #fallback: Decoder;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true });
  /** Turns UTF-16 into UTF-8; undefined for everything else. */
  #wide: Decoder | undefined;
  #begun = false;
  #line = 0;
  #rest: Uint8Array[] = [];
  #restLength = 0;
  /** The line is longer than any record: what is left of it is passed over. */
  #overlong = false;
  /** An `<Event>` that goes on in the next line. */
  #event: { text: string; line: number } | undefined;
  #batch = new GrowingBatch();

  /** @throws {RangeError} when the fallback encoding is none, or the longest line no positive number */
  constructor(options: LogReaderOptions = {}) {
    this.#dates = new LogDates(options.dates);
    this.#longestLine = options.longestLine ?? 1_048_576;
    if (!(this.#longestLine > 0)) {
      throw new RangeError(`longestLine must be a positive number of octets, not ${this.#longestLine}`);
    }
    this.#fallback = new TextDecoder(options.fallbackEncoding ?? "windows-1252");
  }

  /** How many dates could only be read in the order that was not asked for: the ambiguous ones were likely misread. */
  get datesInOtherOrder(): number {
    return this.#dates.otherOrder;
  }

  /** Takes the next piece of the file; it is not kept. */
  read(piece: Uint8Array): LogBatch {
    if (!this.#begun && piece.length > 0) {
      this.#begun = true;
      this.#wide = wideDecoder(piece);
    }
    const bytes =
      this.#wide === undefined ? piece : encoder.encode(this.#wide.decode(piece, { stream: true }));
    let at = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, at)) {
      if (this.#restLength === 0 && !this.#overlong) {
        const last = Math.max(end, bytes.lastIndexOf(newline, at + blockLength));
        if (last - at <= blockLength && this.#readBlock(bytes.subarray(at, last))) {
          at = last + 1;
          continue;
        }
      }
      this.#endLine(bytes.subarray(at, end));
      at = end + 1;
    }
    if (at < bytes.length) this.#keep(bytes.subarray(at));
    return this.#take();
  }

  /** The file has ended: what the last line was. */
  end(): LogBatch {
    if (this.#restLength > 0 || this.#overlong) this.#endLine(new Uint8Array(0));
    this.#giveUpEvent();
    return this.#take();
  }

  #take(): LogBatch {
    const batch = this.#batch;
    this.#batch = new GrowingBatch();
    return batch;
  }

  /** Lines that become text together; false where they are not UTF-8, or one may be too long. */
  #readBlock(bytes: Uint8Array): boolean {
    if (bytes.length > this.#longestLine) return false;
    let text: string;
    try {
      text = this.#utf8.decode(bytes);
    } catch {
      return false;
    }
    for (let at = 0; at <= text.length; ) {
      const newlineAt = text.indexOf("\n", at);
      const next = newlineAt < 0 ? text.length : newlineAt;
      const end = next > at && text.charCodeAt(next - 1) === carriageReturn ? next - 1 : next;
      const begin = text.charCodeAt(at) === byteOrderMark ? at + 1 : at;
      this.#line += 1;
      if (end > begin) this.#readText(text.slice(begin, end));
      at = next + 1;
    }
    return true;
  }

  #keep(part: Uint8Array): void {
    if (this.#overlong) return;
    if (this.#restLength + part.length > this.#longestLine) {
      this.#overlong = true;
      this.#rest = [];
      this.#restLength = 0;
      return;
    }
    this.#rest.push(part.slice());
    this.#restLength += part.length;
  }

  #endLine(part: Uint8Array): void {
    this.#line += 1;
    if (this.#restLength > 0 || this.#overlong || part.length > this.#longestLine) {
      this.#keep(part);
      if (this.#overlong) {
        this.#overlong = false;
        this.#mistake("too-long", this.#longestLine);
        return;
      }
      const whole = joined(this.#rest, this.#restLength);
      this.#rest = [];
      this.#restLength = 0;
      this.#readLine(whole);
      return;
    }
    this.#readLine(part);
  }

  #readLine(bytes: Uint8Array): void {
    const { length } = bytes;
    const line = length > 0 && bytes[length - 1] === carriageReturn ? bytes.subarray(0, length - 1) : bytes;
    if (line.length > 0) this.#readText(this.#textOf(line));
  }

  #textOf(bytes: Uint8Array): string {
    try {
      return this.#utf8.decode(bytes);
    } catch {
      return this.#fallback.decode(bytes);
    }
  }

  #readText(text: string): void {
    const format = logFormatOf(text);
    if (this.#event !== undefined) {
      if (format === undefined) {
        this.#continueEvent(this.#event, text);
        return;
      }
      this.#giveUpEvent();
    }
    switch (format) {
      case "dts":
        if (!this.#readWhole(text)) this.#readEvents(text, this.#line);
        return;
      case undefined:
        if (text.trim() !== "") this.#mistake("not-a-record", 0);
        return;
      default:
        this.#readRecord(format, text, this.#line);
    }
  }

  /** A line that is one event, as most are. */
  #readWhole(text: string): boolean {
    if (!text.endsWith(closing)) return false;
    try {
      this.#batch.rows.push(decodeLineOf("dts", text, this.#dates));
      return true;
    } catch (error) {
      if (error instanceof LogLineError) return false;
      throw error;
    }
  }

  /** A server that was stopped while it wrote goes on in the same line, behind what is cut off. */
  #readEvents(text: string, line: number): void {
    let from = 0;
    for (let next = text.indexOf(opening, opening.length); next >= 0; ) {
      this.#readEvent(text.slice(from, next), line);
      from = next;
      next = text.indexOf(opening, from + opening.length);
    }
    const last = from === 0 ? text : text.slice(from);
    if (last.includes(closing)) this.#readEvent(last, line);
    else this.#event = { text: last, line };
  }

  /** What follows an event in its line is read as a line of its own. */
  #readEvent(text: string, line: number): void {
    const end = text.indexOf(closing);
    const behind = end < 0 ? text.length : end + closing.length;
    this.#readRecord("dts", text.slice(0, behind), line);
    if (behind < text.length) this.#readText(text.slice(behind).trimStart());
  }

  /** Other programs write an `<Event>` over several lines. */
  #continueEvent(event: { text: string; line: number }, text: string): void {
    event.text += `\n${text}`;
    if (event.text.length > this.#longestLine) {
      this.#event = undefined;
      this.#mistake("too-long", this.#longestLine, event.line);
    } else if (text.includes(closing)) {
      this.#event = undefined;
      this.#readEvent(event.text, event.line);
    }
  }

  #giveUpEvent(): void {
    const event = this.#event;
    if (event === undefined) return;
    this.#event = undefined;
    this.#mistake("truncated", event.text.length, event.line);
  }

  #readRecord(format: LogFormat, text: string, line: number): void {
    try {
      this.#batch.rows.push(decodeLineOf(format, text, this.#dates));
    } catch (error) {
      if (!(error instanceof LogLineError)) throw error;
      this.#mistake(error.reason, error.offset, line);
    }
  }

  #mistake(reason: LogLineErrorReason, offset: number, line = this.#line): void {
    this.#batch.mistakeCount += 1;
    if (this.#batch.mistakes.length < toldMistakes) this.#batch.mistakes.push({ line, reason, offset });
  }
}

class GrowingBatch implements LogBatch {
  readonly rows: LogRow[] = shortLived();
  readonly mistakes: LogMistake[] = shortLived();
  mistakeCount = 0;
}

type Decoder = InstanceType<typeof TextDecoder>;

const opening = "<Event>";
const closing = "</Event>";
const newline = 0x0a;
const byteOrderMark = 0xfeff;
/** How many octets become one text. A row that somebody keeps keeps the text, so this is short. */
const blockLength = 4_096;
const carriageReturn = 0x0d;
const toldMistakes = 100;
const encoder = new TextEncoder();

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** By the byte order mark, or by the zero that every other octet is. */
function wideDecoder(piece: Uint8Array): Decoder | undefined {
  const [first = 0, second = 0] = piece;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le");
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be");
  if (piece.length < 2 || (first === 0) === (second === 0)) return undefined;
  return new TextDecoder(second === 0 ? "utf-16le" : "utf-16be");
}
