import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { DefinedEapMethod } from "@sallyport/eap";
import { passphrase } from "../index.ts";

/** The users of this project: what `enrol` made, by identity. Beside what the server remembers, and as secret. */
const folder = new URL("../../state/", import.meta.url);
const file = new URL("users.json", folder);

/** The method for the server: the module that `sallyport.config.json` names. The file is read anew for each log-on. */
const method: DefinedEapMethod = passphrase({ verifierOf: (identity) => readUsers().get(identity) });

export default method;

/** Nobody, where there is no file yet. */
export function readUsers(): Map<string, string> {
  try {
    return new Map(Object.entries<string>(JSON.parse(readFileSync(file, "utf8"))));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return new Map();
    throw error;
  }
}

/** Only the owner may read it: who has a line of it can log on. */
export function writeUsers(users: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(users), undefined, 2)}\n`, { mode: 0o600 });
}
