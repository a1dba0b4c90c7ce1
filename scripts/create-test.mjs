// The whole way of somebody who begins an extension, outside the repository and from tarballs alone: create, install,
// test, build, start, and ask the running server. Every other template is created, typechecked and tested as well.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./workspace.mjs";

/** The template that goes the whole way. */
const wholeWay = "nps-device-allowlist";

const initializer = "@sallyport/create-extension";

/**
 * @typedef {object} Bench
 * @property {Map<string, string>} tarballs by the package's name
 * @property {string} work an empty folder outside the repository
 * @property {(title: string, holds: boolean, detail?: string) => void} check
 * @property {(title: string, command: string, args: string[], cwd: string) => Promise<string>} checkRun
 *
 * @typedef {{ scripts: Record<string, string>, dependencies: Record<string, string>, devDependencies: Record<string, string> }} Project
 */

export async function testInitializer(/** @type {Bench} */ { tarballs, work, check, checkRun }) {
  if (!tarballs.has(initializer)) return;
  const begun = performance.now();
  const files = new Map([...tarballs].map(([name, file]) => [name, `file:${file}`]));

  const home = join(work, "initializer-home");
  mkdirSync(home);
  writeFileSync(
    join(home, "package.json"),
    JSON.stringify({ private: true, dependencies: { [initializer]: "*" } }),
  );
  useTarballs(home, files);
  await checkRun("create: npm install of the initializer", "npm", install, home);
  const command = join(home, "node_modules", ".bin", "create-extension");
  const list = await checkRun("create: --list --json", process.execPath, [command, "--list", "--json"], home);
  const names = JSON.parse(list || "[]").map((/** @type {{ name: string }} */ { name }) => name);
  check("create: there are templates", names.includes(wholeWay), list);

  const create = (/** @type {string} */ template, /** @type {string} */ folder) =>
    checkRun(`create: ${template}`, process.execPath, [command, folder, "--template", template], work);

  // One project goes the whole way.
  const project = join(work, "my-extension");
  const printed = await create(wholeWay, project);
  const commands = printed.split("\n").filter((line) => /^ {2}(?:cd|npm) /.test(line));
  check(
    "create: prints how to go on",
    commands.map((line) => line.trim()).join() === `cd my-extension,npm install,npm test,npm start`,
    printed,
  );
  useTarballs(project, files);
  await checkRun("create: npm install", "npm", install, project);
  await checkRun("create: npm run typecheck", "npm", ["run", "typecheck"], project);
  await checkRun("create: npm test", "npm", ["test"], project);
  await checkRun("create: npm run build", "npm", ["run", "build"], project);
  await checkStart(project, check);

  // The others share one installation.
  const others = join(work, "other-templates");
  mkdirSync(others);
  /** @type {Project} */
  const union = { scripts: {}, dependencies: {}, devDependencies: {} };
  for (const name of names) {
    const folder = join(others, name);
    await create(name, folder);
    const manifest = manifestOf(folder);
    Object.assign(union.dependencies, manifest.dependencies, manifest.devDependencies);
  }
  writeFileSync(join(others, "package.json"), JSON.stringify({ private: true, ...union }));
  useTarballs(others, files);
  await checkRun("create: npm install for all templates", "npm", install, others);
  for (const name of readdirSync(others).filter((entry) => names.includes(entry) && entry !== wholeWay)) {
    const folder = join(others, name);
    if (!existsSync(join(folder, "node_modules")))
      symlinkSync(join(others, "node_modules"), join(folder, "node_modules"));
    await checkRun(`create: ${name}: npm run typecheck`, "npm", ["run", "typecheck"], folder);
    await checkRun(`create: ${name}: npm test`, "npm", ["test"], folder);
    await checkProgram(name, folder, check);
  }
  await checkServerAlone({ tarballs, work, check, checkRun });
  console.log(
    `create: ${names.length} templates tested in ${((performance.now() - begun) / 1000).toFixed(1)} s`,
  );
}

const install = ["install", "--ignore-scripts", "--no-audit", "--no-fund"];

/** @returns {Project} */
function manifestOf(/** @type {string} */ folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** Takes this project's packages from files, as the registry will have them. */
function useTarballs(/** @type {string} */ folder, /** @type {Map<string, string>} */ files) {
  const manifest = manifestOf(folder);
  for (const ranges of [manifest.dependencies, manifest.devDependencies]) {
    for (const name of Object.keys(ranges ?? {}))
      ranges[name] = files.get(name) ?? /** @type {string} */ (ranges[name]);
  }
  const direct = { ...manifest.dependencies, ...manifest.devDependencies };
  const overrides = Object.fromEntries([...files].filter(([name]) => direct[name] === undefined));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, overrides }, undefined, 2));
}

/** The server by itself, as `npx @sallyport/server` brings it: its own defaults first, then an extension that a package holds. */
async function checkServerAlone(
  /** @type {Pick<Bench, "tarballs" | "work" | "check" | "checkRun">} */ bench,
) {
  const { tarballs, work, check, checkRun } = bench;
  const folder = join(work, "server-alone");
  mkdirSync(folder);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({
      private: true,
      dependencies: { "@sallyport/server": "*", [`@sallyport/sample-${wholeWay}`]: "*" },
      devDependencies: {},
    }),
  );
  useTarballs(folder, new Map([...tarballs].map(([name, file]) => [name, `file:${file}`])));
  await checkRun("server alone: npm install", "npm", install, folder);
  const sallyport = join(folder, "node_modules", ".bin", "sallyport");

  // Its fixed ports may be taken on this machine, which changes nothing about what it writes.
  await (await startServer(sallyport, [], folder)).stop();
  anyPort(join(folder, "sallyport", "sallyport.config.json"));
  const first = await startServer(sallyport, [], folder);
  check("server alone: starts with its own defaults", first.ready, first.output());
  if (first.ready) {
    const { output } = await run(sallyport, ["radius", "test", "alice"], { cwd: folder, quiet: true });
    check("server alone: answers with its own defaults", output.includes("Access-Accept"), output);
    const told = await run(sallyport, ["explain"], { cwd: folder, quiet: true });
    check("server alone: explains its answer", told.output.includes("was accepted"), told.output);
  }
  await first.stop();

  const settings = {
    radius: {
      auth: "127.0.0.1:0",
      acct: "127.0.0.1:0",
      clients: [{ name: "localhost", address: "127.0.0.1", secret: "for-this-test" }],
    },
    accounts: [{ name: "alice", password: "for-this-test" }],
    extensions: {
      authentication: [
        { module: `@sallyport/sample-${wholeWay}`, settings: { devices: ["00-00-5E-00-53-01"] } },
      ],
    },
  };
  writeFileSync(join(folder, "other.config.json"), JSON.stringify(settings));
  const second = await startServer(sallyport, ["start", "--config", "other.config.json"], folder);
  check("server alone: starts with an extension named by its package", second.ready, second.output());
  const ask = [
    "radius",
    "test",
    "alice",
    "--config",
    "other.config.json",
    "-a",
    "Calling-Station-Id=00-00-5E-00-53-09",
  ];
  const { output } = await run(sallyport, ask, { cwd: folder, quiet: true });
  check("server alone: the extension decides", output.includes("This device is not registered"), output);
  check("server alone: ends calmly", (await second.stop()) === 0, second.output());
}

function anyPort(/** @type {string} */ settings) {
  const text = readFileSync(settings, "utf8");
  writeFileSync(settings, text.replaceAll(/127\.0\.0\.1:181[23]/g, "127.0.0.1:0"));
}

/** `npm start` of a template that is a program of its own: it says something, and ends well, by itself or when it is told to. */
async function checkProgram(
  /** @type {string} */ name,
  /** @type {string} */ folder,
  /** @type {Bench["check"]} */ check,
) {
  const start = manifestOf(folder).scripts["start"] ?? "";
  if (!start.startsWith("node ")) return;
  const env = { ...process.env, PORT: "0" };
  const program = spawn(process.execPath, start.split(" ").slice(1), { cwd: folder, env, timeout: 30_000 });
  let said = "";
  let complained = "";
  /** @type {Promise<number | string> | undefined} */
  let asked;
  program.stdout.on("data", (/** @type {Buffer} */ chunk) => {
    said += chunk;
    const [origin] = /http:\/\/localhost:\d+/.exec(said) ?? [];
    if (origin === undefined || asked !== undefined) return;
    asked = fetch(origin).then(({ status }) => status, String);
    void asked.then(() => program.kill("SIGTERM"));
  });
  program.stderr.on("data", (/** @type {Buffer} */ chunk) => {
    complained += chunk;
  });
  const code = await new Promise((resolve) => program.once("exit", resolve));
  check(`create: ${name}: npm start says something`, said !== "", complained);
  check(`create: ${name}: npm start ends well`, code === 0, `${said}${complained}`);
  // A site that wants to know who asks.
  const answer = await asked;
  if (answer !== undefined) check(`create: ${name}: the site answers`, answer === 401, String(answer));
}

/** Starts a server and waits until it is ready, or ended. */
async function startServer(
  /** @type {string} */ sallyport,
  /** @type {string[]} */ args,
  /** @type {string} */ cwd,
) {
  const server = spawn(sallyport, args, { cwd });
  let output = "";
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const ready = await new Promise((resolve) => {
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk;
      if (output.includes("ready ")) resolve(true);
    };
    server.stdout.on("data", collect);
    server.stderr.on("data", collect);
    void ended.then(() => resolve(false));
  });
  const stop = () => {
    server.kill("SIGTERM");
    return ended;
  };
  return { ready: ready === true, output: () => output, stop };
}

/** `npm start`, and a request from the same command line tool, which finds the server by its settings. */
async function checkStart(/** @type {string} */ project, /** @type {Bench["check"]} */ check) {
  const settings = join(project, "sallyport.config.json");
  const text = readFileSync(settings, "utf8");
  check("create: the project has secrets of its own", !/wonderland|for-this-computer-only/.test(text), text);
  anyPort(settings);
  const sallyport = join(project, "node_modules", ".bin", "sallyport");
  const { start } = manifestOf(project).scripts;
  check(
    "create: npm start starts the server",
    start === "sallyport start --config sallyport.config.json",
    start,
  );
  const server = await startServer(sallyport, ["start", "--config", "sallyport.config.json"], project);
  check("create: the server starts with the extension", server.ready, server.output());
  const ask = (/** @type {string} */ device) =>
    run(
      sallyport,
      ["radius", "test", "alice", "--config", "sallyport.config.json", "-a", `Calling-Station-Id=${device}`],
      { cwd: project, quiet: true },
    );
  const listed = await ask("00-00-5E-00-53-01");
  check("create: a listed device is admitted", listed.output.includes("Access-Accept"), listed.output);
  const unknown = await ask("00-00-5E-00-53-09");
  check("create: another device is refused", unknown.output.includes("Access-Reject"), unknown.output);
  check(
    "create: the server prints commands that a shell finds in the project",
    server.output().includes("  npx sallyport radius test alice"),
    server.output(),
  );
  check("create: the server ends calmly", (await server.stop()) === 0, server.output());
}
