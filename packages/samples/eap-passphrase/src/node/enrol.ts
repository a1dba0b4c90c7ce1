// npm run enrol -- NAME: makes a passphrase, shows it once, and keeps what the server needs.
import { enrol, newPassphrase } from "../index.ts";
import { readUsers, writeUsers } from "./users.ts";

const [name] = process.argv.slice(2);
if (name === undefined) {
  process.stderr.write("usage: npm run enrol -- NAME\n");
  process.exitCode = 2;
} else {
  const passphrase = newPassphrase();
  writeUsers(readUsers().set(name, await enrol(passphrase)));
  process.stdout.write(`${passphrase}\n`);
}
