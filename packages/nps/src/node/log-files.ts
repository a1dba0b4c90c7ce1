import { type FileHandle, mkdir, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { encodeLogLine } from "../logs/log-line.ts";
import { LogRotation, type LogRotationOptions } from "../logs/log-rotation.ts";
import type { LogFormat } from "../logs/log-row.ts";
import { accountingRow, type LogWriterFacts } from "../logs/record-row.ts";
import type { AccountingLog, AccountingRecord } from "../pipeline/accounting-log.ts";

export interface LogFilesOptions extends LogRotationOptions, LogWriterFacts {
  /** Where the files are; made when it is not there. */
  readonly folder: string;
  /** Default `dts`. */
  readonly format?: LogFormat | undefined;
  /** Whether Access-Requests, Accepts and Rejects are recorded, too. Default true. */
  readonly authentication?: boolean | undefined;
  /** Whether every batch is forced to the disk before its records count as written. Default false. */
  readonly fsync?: boolean | undefined;
}

/**
 * The log files of NPS (NPS-91 to NPS-97), as an {@link AccountingLog}. Records that come while others are being written go
 * together in one write; a record's promise resolves when the operating system has it. At most 10 000 records may wait; what
 * comes then fails at once. After a failure the next record tries anew, on a line of its own.
 *
 * @example
 * ```ts
 * import { localTimeIn } from "@sallyport/nps";
 * import { LogFiles } from "@sallyport/nps/node";
 * import { systemClock } from "@sallyport/runtime";
 *
 * const files = await LogFiles.open({
 *   folder: "logs", format: "dts", period: "daily", computer: "nps1", clock: systemClock, localTime: localTimeIn("UTC"),
 * });
 * ```
 */
export class LogFiles implements AccountingLog {
  readonly recordsAuthentication: boolean;
  readonly #options: LogFilesOptions;
  readonly #format: LogFormat;
  readonly #rotation: LogRotation;
  #file: { readonly name: string; readonly handle: FileHandle } | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  /** @throws the system's error when the folder cannot be made, read or written */
  static async open(options: LogFilesOptions): Promise<LogFiles> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const files = new LogFiles(options);
    const present = await Promise.all(
      (await readdir(options.folder))
        .filter((name) => /^iaslog\d+\.log$/i.test(name))
        .map(async (name) => ({ name, size: (await stat(join(options.folder, name))).size })),
    );
    files.#rotation.adopt(present);
    await files.#handleOf(files.#rotation.fileFor(0));
    return files;
  }

  private constructor(options: LogFilesOptions) {
    this.#options = options;
    this.#format = options.format ?? "dts";
    this.recordsAuthentication = options.authentication ?? true;
    this.#rotation = new LogRotation(options);
  }

  write(record: AccountingRecord): Promise<void> {
    if (this.#waiting.length >= mostWaiting) {
      return Promise.reject(new Error(`${mostWaiting} records wait to be written already`));
    }
    const line = `${encodeLogLine(accountingRow(record, this.#options), this.#format)}\r\n`;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes: encoder.encode(line), resolve, reject });
      this.#writing ??= nextTurn().then(() => this.#writeAll());
    });
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#closeFile();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (let from = 0; from < waiting.length; ) from = await this.#writeBatch(waiting, from);
    }
    this.#writing = undefined;
  }

  /** Writes the records from one on that go to the same file; returns where the next batch begins. */
  async #writeBatch(waiting: readonly Waiting[], from: number): Promise<number> {
    let end = from;
    let name = "";
    const lines: Uint8Array[] = [];
    for (let one = waiting[end]; one !== undefined; one = waiting[end]) {
      const own = this.#rotation.fileFor(one.bytes.length);
      if (end === from) name = own;
      else if (own !== name) break;
      this.#rotation.wrote(one.bytes.length);
      lines.push(one.bytes);
      end += 1;
    }
    const batch = waiting.slice(from, end);
    try {
      const handle = await this.#handleOf(name);
      await handle.appendFile(Buffer.concat(lines));
      if (this.#options.fsync === true) await handle.datasync();
      for (const { resolve } of batch) resolve();
    } catch (error) {
      await this.#closeFile().catch(() => {});
      for (const { reject } of batch) reject(error);
    }
    return end;
  }

  async #handleOf(name: string): Promise<FileHandle> {
    if (this.#file?.name === name && (await isStillThere(this.#file.handle))) return this.#file.handle;
    await this.#closeFile();
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    // Records hold who was where and when: they are for the owner's eyes.
    const handle = await open(join(this.#options.folder, name), "a+", 0o600);
    this.#file = { name, handle };
    if (!(await endsWithLine(handle))) await handle.appendFile("\r\n");
    return handle;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const mostWaiting = 10_000;
const encoder = new TextEncoder();

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Somebody may have removed the file; what is written to it would be lost. */
async function isStillThere(handle: FileHandle): Promise<boolean> {
  return (await handle.stat()).nlink > 0;
}

/** False where a process was stopped, or a disk was full, in the middle of a record. */
async function endsWithLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const last = new Uint8Array(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === 0x0a;
}
