// npm run add-user -- NAME: makes a password, shows it, and puts both into the database of sallyport.config.json.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

const [name] = process.argv.slice(2);
if (name === undefined) {
  process.stderr.write("usage: npm run add-user -- NAME\n");
  process.exitCode = 2;
} else {
  const { extensions } = JSON.parse(readFileSync("sallyport.config.json", "utf8"));
  const file: string = extensions.authentication[0].settings.database;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file);
  // It has passwords in clear: nobody else may read it.
  chmodSync(file, 0o600);
  database.exec("CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, password TEXT NOT NULL) STRICT");
  const password = randomBytes(12).toString("base64url");
  database
    .prepare("INSERT OR REPLACE INTO users (name, password) VALUES (?, ?)")
    .run(name.toLowerCase(), password);
  database.close();
  process.stdout.write(`${password}\n`);
}
