import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** A record that waits. */
export interface Waiting {
  /** The same after a restart; its receiver can tell doubles by it. */
  readonly id: string;
  readonly record: unknown;
}

/** Thrown by `append` at the bound: nothing was kept. */
export class QueueFull extends Error {}

/** A queue in a file of SQLite. What `append` has kept is on the disk: there after kill -9, and after a loss of power. */
export class RecordQueue {
  readonly #database: DatabaseSync;
  readonly #limit: number;
  #size: number;
  /** Records that go with the next transaction: many that arrive together cost one fsync. */
  #batch: { readonly records: Waiting[]; readonly kept: Promise<void> } | undefined;

  /** @throws {Error} when the file cannot be opened, or is of something else */
  constructor(path: string, limit: number) {
    mkdirSync(dirname(path), { recursive: true });
    // Who was where is nobody else's business.
    closeSync(openSync(path, "a", 0o600));
    this.#limit = limit;
    this.#database = new DatabaseSync(path);
    this.#database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" +
        "CREATE TABLE IF NOT EXISTS waiting (place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, record TEXT NOT NULL)",
    );
    this.#size = Number(this.#database.prepare("SELECT count(*) AS size FROM waiting").get()?.["size"]);
  }

  /** How many records wait, those included that are being kept. */
  get size(): number {
    return this.#size;
  }

  /** The first records that wait, in the order in which they were kept. */
  first(most: number): readonly Waiting[] {
    const rows = this.#database.prepare("SELECT id, record FROM waiting ORDER BY place LIMIT ?").all(most);
    return rows.map(({ id, record }) => ({ id: String(id), record: JSON.parse(String(record)) }));
  }

  /**
   * Keeps a record; when the promise has settled well it is not lost any more.
   *
   * @throws {QueueFull} at the bound
   */
  append(waiting: Waiting): Promise<void> {
    if (this.#size >= this.#limit)
      return Promise.reject(new QueueFull(`${this.#limit} records wait already`));
    this.#size++;
    this.#batch ??= this.#nextBatch();
    this.#batch.records.push(waiting);
    return this.#batch.kept;
  }

  /** Takes the first records out. */
  remove(count: number): void {
    const oldest = "SELECT place FROM waiting ORDER BY place LIMIT ?";
    this.#database.prepare(`DELETE FROM waiting WHERE place IN (${oldest})`).run(count);
    this.#size -= count;
  }

  /** Keeps what is under way, and closes the file. */
  async close(): Promise<void> {
    await this.#batch?.kept.catch(() => undefined);
    this.#database.close();
  }

  #nextBatch(): { readonly records: Waiting[]; readonly kept: Promise<void> } {
    const records: Waiting[] = [];
    const kept = new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        this.#batch = undefined;
        try {
          this.#keep(records);
          resolve();
        } catch (error) {
          this.#size -= records.length;
          reject(error);
        }
      });
    });
    return { records, kept };
  }

  #keep(records: readonly Waiting[]): void {
    this.#database.exec("BEGIN");
    try {
      const insert = this.#database.prepare("INSERT INTO waiting (id, record) VALUES (?, ?)");
      for (const { id, record } of records) insert.run(id, JSON.stringify(record));
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}
