import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { AccountingLog, AccountingRecord } from "@sallyport/nps";
import { formatAttribute, type RawAttribute } from "@sallyport/radius";
import { accountingAttributes, type AccountingRecord as CallRecord } from "@sallyport/ras";

/** One accounting record as it is read back. */
export interface StoredRecord {
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly client: string;
  readonly source: string;
  readonly status: string | null;
  readonly session: string | null;
  readonly user: string | null;
  /** Names of the RFCs; a repeated attribute has a list. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
}

export interface StoreOptions {
  /** Force each batch to the disk before its records count as written. */
  readonly fsync: boolean;
}

const schema = `
  CREATE TABLE IF NOT EXISTS accounting (
    id INTEGER PRIMARY KEY,
    received_at TEXT NOT NULL,
    client TEXT NOT NULL,
    source TEXT NOT NULL,
    status TEXT,
    session TEXT,
    user TEXT,
    attributes TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS message_authenticator_seen (client TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS one_time_password (user TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/**
 * What the server must not forget, in one SQLite file of the state folder: accounting records, and which clients were
 * seen to send Message-Authenticator.
 *
 * Records of one turn of the event loop are written in one transaction; a record's promise resolves when the
 * operating system has it, so that it survives the death of this process (of the machine, too, with `fsync`).
 */
export class Store implements AccountingLog {
  readonly recordsAuthentication = false;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #seen = new Set<string>();
  #waiting: { row: () => Row; resolve: () => void; reject: (error: unknown) => void }[] = [];

  /** @throws the system's error when the folder or the file cannot be made or written */
  static open(folder: string, options: StoreOptions): Store {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = storeFile(folder);
    // SQLite gives its other files the mode of this one: records are for the owner's eyes.
    closeSync(openSync(file, "a", 0o600));
    return new Store(new DatabaseSync(file, { timeout: 5_000 }), options);
  }

  private constructor(database: DatabaseSync, options: StoreOptions) {
    this.#database = database;
    database.exec("PRAGMA journal_mode = WAL");
    database.exec(`PRAGMA synchronous = ${options.fsync ? "FULL" : "NORMAL"}`);
    database.exec(schema);
    this.#insert = database.prepare(
      "INSERT INTO accounting (received_at, client, source, status, session, user, attributes) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    for (const row of database.prepare("SELECT client FROM message_authenticator_seen").all()) {
      this.#seen.add(String(row["client"]));
    }
  }

  write(record: AccountingRecord): Promise<void> {
    return this.#keep(() => rowOf(record));
  }

  /** Keeps a record of a caller of this server's own: its client is the port. */
  writeCall(record: CallRecord): Promise<void> {
    return this.#keep(() => callRow(record));
  }

  #keep(row: () => Row): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.flush());
      this.#waiting.push({ row, resolve, reject });
    });
  }

  /** Writes what waits, in one transaction: all of it is written, or none. */
  flush(): void {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    try {
      this.#database.exec("BEGIN");
      for (const { row } of batch) this.#insert.run(...row());
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const { resolve } of batch) resolve();
  }

  /** The clients that were once seen to send Message-Authenticator: from then on it is required of them. */
  readonly seenMessageAuthenticator: { has(client: string): boolean; add(client: string): void } = {
    has: (client) => this.#seen.has(client),
    add: (client) => {
      if (this.#seen.has(client)) return;
      this.#seen.add(client);
      this.#database
        .prepare("INSERT OR IGNORE INTO message_authenticator_seen (client) VALUES (?)")
        .run(client);
    },
  };

  /** How far the one-time passwords of users have been used; what is written survives the death of this process. */
  readonly oneTimePasswords: {
    get(user: string): string | undefined;
    replace(user: string, before: string | undefined, after: string): boolean;
  } = {
    get: (user) => {
      const row = this.#database.prepare("SELECT state FROM one_time_password WHERE user = ?").get(user);
      return row === undefined ? undefined : String(row["state"]);
    },
    replace: (user, before, after) => {
      const { changes } =
        before === undefined
          ? this.#database
              .prepare("INSERT OR IGNORE INTO one_time_password (user, state) VALUES (?, ?)")
              .run(user, after)
          : this.#database
              .prepare("UPDATE one_time_password SET state = ? WHERE user = ? AND state = ?")
              .run(after, user, before);
      return Number(changes) === 1;
    },
  };

  close(): void {
    this.flush();
    this.#database.close();
  }
}

/** The columns of a record behind its id. */
type Row = readonly [
  receivedAt: string,
  client: string,
  source: string,
  status: string | null,
  session: string | null,
  user: string | null,
  attributes: string,
];

function rowOf(record: AccountingRecord): Row {
  const { client, source } = record.received;
  const attributes = attributesByName(heldAttributes(record));
  return row(record.receivedAt, client.name, `${source.address}:${source.port}`, attributes);
}

function callRow(record: CallRecord): Row {
  const now = Date.now();
  return row(now, record.portName, record.from, attributesByName(accountingAttributes(record, now)));
}

function row(
  at: number,
  client: string,
  source: string,
  attributes: Readonly<Record<string, string | string[]>>,
): Row {
  return [
    new Date(at).toISOString(),
    client,
    source,
    firstOf(attributes["Acct-Status-Type"]),
    firstOf(attributes["Acct-Session-Id"]),
    firstOf(attributes["User-Name"]),
    JSON.stringify(attributes),
  ];
}

/** Reads the newest accounting records, oldest first, beside a running server. */
export function readAccounting(
  folder: string,
  options: { limit: number; session?: string | undefined },
): StoredRecord[] {
  const database = new DatabaseSync(storeFile(folder), { readOnly: true, timeout: 5_000 });
  try {
    const rows = database
      .prepare(
        `SELECT id, received_at AS receivedAt, client, source, status, session, user, attributes FROM accounting
         WHERE ?1 IS NULL OR session = ?1 ORDER BY id DESC LIMIT ?2`,
      )
      .all(options.session ?? null, options.limit);
    return rows
      .reverse()
      .map(
        (row) => ({ ...row, attributes: JSON.parse(String(row["attributes"])) }) as unknown as StoredRecord,
      );
  } finally {
    database.close();
  }
}

/** The file that holds the store of a state folder. */
export function storeFile(folder: string): string {
  return join(folder, "sallyport.sqlite");
}

function heldAttributes({ attributes }: AccountingRecord): RawAttribute[] {
  return [...attributes].flatMap(({ attrType, bytes }) =>
    attrType > 255 ? [] : [{ type: attrType, value: bytes }],
  );
}

function attributesByName(attributes: readonly RawAttribute[]): Record<string, string | string[]> {
  const byName: Record<string, string | string[]> = {};
  for (const attribute of attributes) {
    const { name, text } = formatAttribute(attribute);
    const present = byName[name];
    if (present === undefined) byName[name] = text;
    else if (Array.isArray(present)) present.push(text);
    else byName[name] = [present, text];
  }
  return byName;
}

function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
