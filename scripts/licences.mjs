// The licences of everything that is installed with a public package. Ends with a mistake where one is not on the list
// of those that ask for nothing but their text.
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { conclude, root, workspaces } from "./workspace.mjs";

const { values: options } = parseArgs({ options: { json: { type: "boolean" } } });
const permitted = new Set([
  "MIT",
  "ISC",
  "0BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "Unlicense",
  "CC0-1.0",
]);

/** @type {Map<string, { licence: string, usedBy: string[] }>} by name and version */
const found = new Map();
/** @type {string[]} */
const mistakes = [];
for (const { manifest } of workspaces()) {
  if (manifest.private) continue;
  const args = ["--filter", manifest.name, "licenses", "list", "--prod", "--json"];
  const output = execFileSync("pnpm", args, { cwd: root, encoding: "utf8" });
  /** @type {Record<string, { name: string, versions: string[] }[]>} */
  const byLicence = output.trim().startsWith("{") ? JSON.parse(output) : {};
  for (const [licence, packages] of Object.entries(byLicence)) {
    for (const { name, versions } of packages) {
      if (name.startsWith("@sallyport/")) continue;
      const key = `${name} ${versions.join(", ")}`;
      const entry = found.get(key) ?? { licence, usedBy: [] };
      entry.usedBy.push(manifest.name);
      found.set(key, entry);
    }
  }
}
for (const [name, { licence, usedBy }] of found) {
  const choices = licence.replace(/[()]/g, "").split(" OR ");
  if (!choices.some((choice) => choice.split(" AND ").every((part) => permitted.has(part)))) {
    mistakes.push(`${name}, used by ${usedBy.join(", ")}, has the licence ${licence}`);
  }
}
const sorted = [...found].sort(([one], [other]) => one.localeCompare(other));
if (options.json) console.log(JSON.stringify(Object.fromEntries(sorted), undefined, 2));
else {
  for (const [name, { licence, usedBy }] of sorted) {
    console.log(
      `${licence.padEnd(14)} ${name} (${usedBy.map((user) => user.replace("@sallyport/", "")).join(", ")})`,
    );
  }
}
conclude("licences", mistakes);
