// Holds the whole tree to the rules of the house that no other tool knows: what every package carries, how long a
// file may be, that no test is switched off in silence, and that no note to oneself or path of one machine is left.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { conclude, root, workspaces } from "./workspace.mjs";

const longFile = 400;
const tooLongFile = 600;
const nodeFloor = { package: ">=22.12", sample: ">=22.18", app: ">=22.18" };
/** Words that stay out of the tree; the brackets keep these patterns from finding themselves. */
const unwanted = [
  { pattern: /\b(?:TO[D]O|FIX[M]E|X[X]X)\b/, why: "a note to oneself; do it, or write it down as an issue" },
  { pattern: /(?<![\w.~-])\/(?:[w]ork|[U]sers|[r]oot)\//, why: "a path of one machine" },
  { pattern: /\/tmp\/\w+_[j]obs/, why: "a path of one machine" },
];

/** @type {string[]} */
const mistakes = [];
const read = (/** @type {string} */ file) => readFileSync(join(root, file), "utf8");

// What every package carries.
const changesets = readdirSync(join(root, ".changeset"))
  .filter((name) => name.endsWith(".md") && name !== "README.md")
  .map((name) => read(`.changeset/${name}`));

for (const { folder, kind, manifest } of workspaces()) {
  const wrong = (/** @type {string} */ what) => mistakes.push(`${folder}/package.json: ${what}`);
  const uses = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies };
  for (const [name, range] of Object.entries(uses)) {
    if (name.startsWith("@sallyport/") && !range.startsWith("workspace:")) {
      wrong(`${name} is ${range}; write "workspace:^", which becomes the version when published`);
    }
  }
  if (manifest.private) continue;

  for (const file of ["README.md", "LICENSE"]) {
    if (!existsSync(join(root, folder, file))) mistakes.push(`${folder}/${file} is missing`);
  }
  if (!manifest.description) wrong("description is missing");
  if (manifest.license !== "MIT") wrong('license must be "MIT"');
  if (manifest.engines?.["node"] !== nodeFloor[kind]) wrong(`engines.node must be "${nodeFloor[kind]}"`);
  if (manifest.sideEffects === undefined)
    wrong('sideEffects is missing; "false" unless importing a file does something');

  const built = manifest.publishConfig?.exports ?? {};
  const source = manifest.exports ?? {};
  for (const key of new Set([...Object.keys(source), ...Object.keys(built)])) {
    const expected = source[key]?.replace(/^\.\/src\/(.*)\.ts$/, "./dist/$1.js");
    if (!expected) wrong(`publishConfig.exports has "${key}", which exports has not`);
    else if (built[key] !== expected) wrong(`publishConfig.exports["${key}"] must be "${expected}"`);
  }

  const announced = changesets.some((text) => text.split("---")[1]?.includes(`"${manifest.name}":`));
  if (manifest.version === "0.0.0" && !announced) {
    mistakes.push(`${folder}: never released and without a changeset; run "pnpm changeset"`);
  }
}

// What every file keeps to.
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
  cwd: root,
})
  .toString()
  .split("\0")
  .filter((file) => file !== "" && file !== "pnpm-lock.yaml" && existsSync(join(root, file)));
const isText =
  /\.(?:[cm]?[jt]sx?|json|md|yaml|yml|sh|c|h|css|html|txt|api)$|(?:^|\/)(?:NOTICE|LICENSE|run|\.\w+)$/;
const isSource = /\.(?:[cm]?[jt]sx?|sh|c|h|css)$/;

for (const file of tracked.filter((name) => isText.test(name))) {
  const lines = read(file).split("\n");
  if (isSource.test(file) && !/\.generated\.ts$/.test(file)) {
    const length = lines.length - 1;
    if (length > tooLongFile)
      mistakes.push(`${file}: ${length} lines; a file past ${longFile} is usually two ideas`);
    else if (length > longFile)
      console.warn(`check-house: note: ${file} has ${length} lines (more than ${longFile})`);
  }
  for (const [index, line] of lines.entries()) {
    const wrong = (/** @type {string} */ why) => mistakes.push(`${file}:${index + 1}: ${why}`);
    for (const { pattern, why } of unwanted) {
      const found = pattern.exec(line);
      if (found) wrong(`"${found[0]}": ${why}`);
    }
    if (!/\.test(?:-d)?\.[cm]?tsx?$/.test(file)) continue;
    if (/\b(?:it|test|describe|suite|bench)(?:\.\w+)*\.only\b/.test(line))
      wrong(".only leaves every other test out");
    const skipped = /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:skip|todo)\(/.test(line);
    if ((skipped && !/\(skipped: [^)]+\)/.test(`${line}${lines[index + 1]}`)) || /\.skip\(\)/.test(line)) {
      wrong('a skipped test says why in its title: "... (skipped: radclient is not installed)"');
    }
  }
}
conclude("check-house", mistakes);
