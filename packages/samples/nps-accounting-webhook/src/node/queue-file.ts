import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

export interface QueueFileOptions {
  /** Whether a record is on the disk before it is kept: then it survives the loss of power, too. */
  readonly fsync: boolean;
  /** How many records may wait. */
  readonly limit: number;
}

/** A record that waits. */
export interface Waiting {
  /** The same after a restart; its receiver can tell doubles by it. */
  readonly id: string;
  readonly record: unknown;
}

/** Thrown by `append` at the bound: nothing was kept. */
export class QueueFull extends Error {}

/** One line of the file. */
type Line = { readonly add: Waiting } | { readonly done: number };

/**
 * A queue in a file to which is only ever appended: a line for each record, and one for each time that records have left. What
 * `append` has kept is there after kill -9: the system has it, and with `fsync` the disk. The beginning of the file is written
 * anew when most of it has left; the new file takes the place of the old one in one step.
 */
export class QueueFile {
  readonly #path: string;
  readonly #options: QueueFileOptions;
  #handle: FileHandle;
  /** Octets that are whole lines; what stands behind them is the rest of a write that failed. */
  #length: number;
  #isTorn = false;
  #waiting: Waiting[];
  #leftLines = 0;
  #reserved = 0;
  /** One operation at a time. */
  #last: Promise<unknown> = Promise.resolve();
  /** Records that go out with the next write: many that arrive together cost one fsync. */
  #batch: { readonly lines: Waiting[]; readonly written: Promise<void> } | undefined;

  private constructor(
    path: string,
    options: QueueFileOptions,
    handle: FileHandle,
    found: { waiting: Waiting[]; length: number },
  ) {
    this.#path = path;
    this.#options = options;
    this.#handle = handle;
    this.#waiting = found.waiting;
    this.#length = found.length;
  }

  /** @throws {SyntaxError} when a line other than the last cannot be read: somebody else has written into the file */
  static async open(path: string, options: QueueFileOptions): Promise<QueueFile> {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, "a+", 0o600);
    try {
      const found = readLines(await handle.readFile("utf8"), path);
      // A line without end is of a write that was cut off; nobody was told that it is kept.
      await handle.truncate(found.length);
      if (options.fsync) await syncFolder(path);
      return new QueueFile(path, options, handle, found);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** How many records wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** The first records that wait, in the order in which they were kept. */
  first(most: number): readonly Waiting[] {
    return this.#waiting.slice(0, most);
  }

  /**
   * Keeps a record; when the promise has settled well it is not lost any more.
   *
   * @throws {QueueFull} at the bound
   */
  async append(waiting: Waiting): Promise<void> {
    if (this.#waiting.length + this.#reserved >= this.#options.limit) {
      throw new QueueFull(`${this.#options.limit} records wait already`);
    }
    this.#reserved++;
    try {
      this.#batch ??= this.#nextBatch();
      this.#batch.lines.push(waiting);
      await this.#batch.written;
    } finally {
      this.#reserved--;
    }
  }

  /** Takes the first records out. If that is lost, they are delivered once more after a restart. */
  remove(count: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#write([{ done: count }]);
      this.#waiting = this.#waiting.slice(count);
      this.#leftLines += count + 1;
      if (this.#leftLines > 1_000 && this.#leftLines > 2 * this.#waiting.length) await this.#writeAnew();
    });
  }

  /** Waits for what is under way, and closes the file. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#handle.close());
  }

  #nextBatch(): { readonly lines: Waiting[]; readonly written: Promise<void> } {
    const lines: Waiting[] = [];
    const written = this.#inTurn(async () => {
      this.#batch = undefined;
      await this.#write(lines.map((add) => ({ add })));
      this.#waiting.push(...lines);
    });
    return { lines, written };
  }

  #inTurn<Result>(operation: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(operation);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #write(lines: readonly Line[]): Promise<void> {
    if (this.#isTorn) await this.#handle.truncate(this.#length);
    this.#isTorn = true;
    const octets = encode(lines);
    await this.#handle.appendFile(octets);
    if (this.#options.fsync) await this.#handle.datasync();
    this.#isTorn = false;
    this.#length += octets.length;
  }

  async #writeAnew(): Promise<void> {
    const octets = encode(this.#waiting.map((add) => ({ add })));
    const name = `${this.#path}.new`;
    await rm(name, { force: true });
    const next = await open(name, "ax", 0o600);
    try {
      await next.appendFile(octets);
      await next.sync();
      await rename(name, this.#path);
    } catch (error) {
      await next.close();
      throw error;
    }
    const old = this.#handle;
    this.#handle = next;
    this.#length = octets.length;
    this.#leftLines = 0;
    await old.close();
    if (this.#options.fsync) await syncFolder(this.#path);
  }
}

/** The name of a file is on the disk when its folder is. Windows has no such call, and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(dirname(path), "r");
  await folder.sync().finally(() => folder.close());
}

function encode(lines: readonly Line[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

function readLines(text: string, path: string): { waiting: Waiting[]; length: number } {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const waiting: Waiting[] = [];
  let left = 0;
  for (const [index, line] of whole.split("\n").slice(0, -1).entries()) {
    const read = parse(line, `${path}, line ${index + 1}`);
    if ("add" in read) waiting.push(read.add);
    else left += read.done;
  }
  return { waiting: waiting.slice(left), length: new TextEncoder().encode(whole).length };
}

function parse(text: string, place: string): Line {
  try {
    const line: Line = JSON.parse(text);
    if ("add" in line ? typeof line.add.id === "string" : Number.isInteger(line.done)) return line;
  } catch {
    // told below
  }
  throw new SyntaxError(`${place} is no line of a queue; set the file aside`);
}
