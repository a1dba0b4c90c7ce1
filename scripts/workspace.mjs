// What the other scripts share: where the packages are, how to run a program, and the closing line of a test run.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * The parts of a package.json that the scripts read.
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {string} [description]
 * @property {string} [license]
 * @property {unknown} [sideEffects]
 * @property {Record<string, string>} [engines]
 * @property {string | Record<string, string>} [bin]
 * @property {Record<string, string>} [exports]
 * @property {{ exports?: Record<string, string>, bin?: string | Record<string, string> }} [publishConfig]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 *
 * @typedef {object} Workspace
 * @property {string} folder relative to the root, for example `packages/radius`
 * @property {"package" | "sample" | "app"} kind
 * @property {string} room the name without its scope, for example `radius`
 * @property {Manifest} manifest
 */

/** @type {readonly (readonly [string, Workspace["kind"]])[]} */
const parents = [
  ["packages", "package"],
  ["packages/samples", "sample"],
  ["apps", "app"],
];

/** Every package, sample and app, in that order and by name. @returns {Workspace[]} */
export function workspaces() {
  return parents.flatMap(([parent, kind]) =>
    (existsSync(join(root, parent)) ? readdirSync(join(root, parent)) : [])
      .sort()
      .map((name) => `${parent}/${name}`)
      .filter((folder) => existsSync(join(root, folder, "package.json")))
      .map((folder) => {
        /** @type {Manifest} */
        const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
        return { folder, kind, room: manifest.name.replace(/^@[^/]+\//, ""), manifest };
      }),
  );
}

/** The files below a folder whose name ends in one of the extensions, relative to the root. */
export function filesBelow(/** @type {string} */ folder, /** @type {RegExp} */ name) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .filter((file) => !file.includes("node_modules/"))
    .sort();
}

/** The environment in which the tools of node_modules/.bin are found and npm's own settings are not inherited. */
export const environment = Object.fromEntries(
  // Windows calls it Path, and would have two of them.
  Object.entries(process.env).filter(([name]) => !/^(npm_.*|path)$/i.test(name)),
);
environment["PATH"] = [`${root}node_modules/.bin`, process.env["PATH"]].join(delimiter);

/**
 * Runs a program to its end. Its output is shown as it comes, or collected with `quiet`; `onLine` sees every line
 * of standard output and answers whether to show it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, quiet?: boolean, onLine?: (line: string) => boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { cwd = root, quiet = false, onLine } = {}) {
  const pipe = quiet || onLine ? "pipe" : "inherit";
  const shell = needsShell(command);
  const child = spawn(shell ? quoted(command) : command, shell ? args.map(quoted) : args, {
    cwd,
    env: environment,
    shell,
    stdio: ["ignore", pipe, quiet ? "pipe" : "inherit"],
  });
  let output = "";
  let rest = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    output += text;
    if (!onLine) return;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (onLine(line)) console.log(line);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => {
      if (onLine && rest !== "" && onLine(rest)) console.log(rest);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Whether a program is a .cmd file: on Windows what npm installs is one, and only a shell starts it. */
export function needsShell(/** @type {string} */ command) {
  return process.platform === "win32" && !/(?:^|[\\/])(?:node|git|openssl)(?:\.exe)?$|\.exe$/i.test(command);
}

/** An argument as cmd.exe takes it. */
function quoted(/** @type {string} */ argument) {
  return /^[\w@%+=:,./\\-]+$/.test(argument) ? argument : `"${argument.replaceAll('"', '""')}"`;
}

/** What a test run adds up to. @typedef {{ passed: number, failed: number, skipped: number }} Tally */

/** The closing line of a test run, for example `812 passed, 0 failed, 3 skipped`. */
export function tallyLine(/** @type {Tally} */ { passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Reads a closing line. @returns {Tally | undefined} */
export function readTally(/** @type {string} */ line) {
  const match = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line.trim());
  return match
    ? { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3] ?? 0) }
    : undefined;
}

/** Ends a check: prints what is wrong, or that all is well, and sets the exit code. */
export function conclude(/** @type {string} */ check, /** @type {readonly string[]} */ mistakes) {
  for (const mistake of mistakes) console.error(`${check}: ${mistake}`);
  if (mistakes.length === 0) console.log(`${check}: all is well`);
  process.exitCode = mistakes.length === 0 ? 0 : 1;
}
