/** A database of users. */
export interface UserDatabase {
  /** The password in clear of a user, whose name comes in lower case and without domain; undefined for nobody. */
  passwordOf(name: string): string | undefined | PromiseLike<string | undefined>;
  close(): void;
}

const usualQuery = "SELECT password FROM users WHERE name = ?";

/**
 * Opens the SQLite database of the settings for reading; changes of its users count at once.
 *
 * @throws {TypeError} for settings that cannot be read
 */
export async function openUserDatabase(settings: unknown): Promise<UserDatabase> {
  const { database: file, query = usualQuery } = Object(settings) as Readonly<Record<string, unknown>>;
  if (typeof file !== "string" || file === "")
    throw new TypeError('settings.database is no file name; write "./state/users.sqlite"');
  if (typeof query !== "string") throw new TypeError("settings.query is no text");
  // Not above, so that a Node.js without it can say so when the server starts.
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    // Prepared here, so that a query which cannot work prevents the start.
    const statement = database.prepare(query);
    return {
      passwordOf(name) {
        const row = statement.get(name);
        const [password] = row === undefined ? [] : Object.values(row);
        return typeof password === "string" && password !== "" ? password : undefined;
      },
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
