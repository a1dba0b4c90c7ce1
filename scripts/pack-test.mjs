// Guards what users get: every public package is built and packed, each tarball is installed alone in an empty project,
// and there every export must import, be required, and typecheck as a user's compiler sees it. Ends with the line
// "N passed, N failed".
//   --only NAME           test this package alone (all are built)
//   --node 22,26          repeat imports and commands under these Node versions, fetched from the npm registry
//   --typescript 5.8.3,6.0.3   check the types with these compilers as well, fetched likewise
//   --out FOLDER          keep the tarballs there
//   --keep                leave the projects in place for a look
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { testInitializer } from "./create-test.mjs";
import { firstExample } from "./readme-test.mjs";
import { root, run, tallyLine, workspaces } from "./workspace.mjs";

/** @typedef {import("./workspace.mjs").Manifest} Manifest */

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    node: { type: "string" },
    typescript: { type: "string" },
    out: { type: "string" },
    keep: { type: "boolean" },
  },
});
const work = mkdtempSync(join(tmpdir(), "sallyport-pack-"));
const publicPackages = workspaces().filter(({ manifest }) => !manifest.private);
let passed = 0;
let failed = 0;

/** What a tarball may weigh, in bytes. A package that outgrows its budget has something in it that users did not ask for. */
/** @type {Readonly<Record<string, number>>} */
const tarballBudgets = JSON.parse(readFileSync(join(root, "scripts", "tarball-budgets.json"), "utf8"));

/**
 * Counts one check; tells about it where it does not hold.
 * @param {string} title
 * @param {boolean} holds
 * @param {string} [detail]
 */
function check(title, holds, detail = "") {
  if (holds) passed += 1;
  else {
    failed += 1;
    console.log(`FAILED ${title}${detail && `\n${detail.trim().replace(/^/gm, "    ")}`}`);
  }
}

/** Runs a program as one check: it must end with exit code 0. */
async function checkRun(
  /** @type {string} */ title,
  /** @type {string} */ command,
  /** @type {string[]} */ args,
  /** @type {string} */ cwd,
) {
  const { code, output } = await run(command, args, { cwd, quiet: true });
  check(title, code === 0, output);
  return output;
}

/** The path of a program that an npm package carries. */
async function fetched(/** @type {string} */ specifier, /** @type {string[]} */ ...command) {
  const args = ["exec", "--yes", "--loglevel=error", `--package=${specifier}`, "--", ...command];
  const { code, output } = await run("npm", args, { quiet: true, cwd: work });
  if (code !== 0) throw new Error(`npm could not fetch ${specifier}: ${output}`);
  return output.trim();
}

const nodes = [process.execPath];
for (const version of options.node?.split(",") ?? []) {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}@${version}`;
  nodes.push(await fetched(name, "node", "--print", "process.execPath"));
}
/** @type {{ name: string, program: string }[]} */
const compilers = [{ name: "the compiler of this repository", program: "tsc" }];
for (const version of options.typescript?.split(",") ?? []) {
  const path = await fetched(`typescript@${version}`, "node", "--print", "process.env.PATH");
  const program = join(path.split(delimiter)[0] ?? "", "tsc");
  compilers.push({ name: `TypeScript ${version}`, program });
}

// Build and pack.
const filters = publicPackages.map(({ manifest }) => `--filter=${manifest.name}`);
const build = ["run", "build", "--concurrency=2", "--output-logs=errors-only", ...filters];
const built = await run("turbo", build, { quiet: true });
if (built.code !== 0) stop(`the build failed; nothing was packed\n${built.output}`);
/** @type {Map<string, string>} name to tarball */
const tarballs = new Map();
for (const { folder, manifest } of publicPackages) {
  const packing = await run("pnpm", ["pack", "--json", "--pack-destination", work], {
    cwd: join(root, folder),
    quiet: true,
  });
  if (packing.code !== 0) stop(`${manifest.name} could not be packed: ${packing.output}`);
  const json = packing.output.slice(packing.output.indexOf("{"));
  tarballs.set(manifest.name, JSON.parse(json).filename);
}

// Two at a time: most of it is waiting for npm.
const queue = [...tarballs.keys()].filter((name) => options.only === undefined || name === options.only);
if (queue.length === 0) stop(`no public package is called ${options.only}`);
const worker = async () => {
  for (let name = queue.shift(); name; name = queue.shift()) await testPackage(name);
};
await Promise.all([worker(), worker()]);
if (options.only === undefined || options.only === "@sallyport/create-extension") {
  await testInitializer({ tarballs, work, check, checkRun });
}

if (options.out !== undefined) {
  mkdirSync(options.out, { recursive: true });
  for (const tarball of tarballs.values()) copyFileSync(tarball, join(options.out, basename(tarball)));
}
if (options.keep) console.log(`The projects are in ${work}`);
else rmSync(work, { recursive: true });
console.log(tallyLine({ passed, failed, skipped: 0 }));
process.exitCode = failed === 0 ? 0 : 1;

/** @returns {never} */
function stop(/** @type {string} */ why) {
  check(why, false);
  console.log(tallyLine({ passed, failed, skipped: 0 }));
  process.exit(1);
}

async function testPackage(/** @type {string} */ name) {
  const begun = performance.now();
  const tarball = /** @type {string} */ (tarballs.get(name));
  const project = join(work, name.replace(/^@[^/]+\//, ""));
  mkdirSync(project);
  const others = [...tarballs].filter(([other]) => other !== name);
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({
      private: true,
      dependencies: { [name]: `file:${tarball}` },
      overrides: Object.fromEntries(others.map(([other, file]) => [other, `file:${file}`])),
    }),
  );
  const install = ["install", "--omit=dev", "--ignore-scripts", "--engine-strict", "--no-audit", "--no-fund"];
  await checkRun(`${name}: npm install`, "npm", install, project);
  const installed = join(project, "node_modules", name);
  if (!existsSync(installed)) return;
  /** @type {Manifest} */
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));

  checkContents(name, installed, manifest);
  const budget = tarballBudgets[name] ?? 0;
  const { size } = statSync(tarball);
  check(
    `${name}: the tarball has at most ${budget} bytes (scripts/tarball-budgets.json)`,
    size <= budget,
    `${size} bytes`,
  );
  const entries = Object.keys(manifest.exports ?? {}).filter((key) => !key.endsWith(".json"));
  for (const node of nodes) await checkLoading(name, project, entries, node);
  if (publicPackages.some(({ kind, manifest: { name: own } }) => kind === "package" && own === name)) {
    for (const node of nodes) await checkExample(name, project, manifest, node);
  }
  await checkTypes(name, project, entries);
  await checkRun(`${name}: publint`, "publint", ["run", tarball, "--strict"], project);
  if (entries.length > 0) {
    await checkRun(`${name}: are the types wrong?`, "attw", [tarball, "--profile", "esm-only"], project);
  }
  for (const command of typeof manifest.bin === "string" ? [name] : Object.keys(manifest.bin ?? {})) {
    for (const node of nodes) {
      const program = join(project, "node_modules", ".bin", command);
      const help = await checkRun(`${name}: ${command} --help`, node, [program, "--help"], project);
      check(`${name}: ${command} --help says something`, help.includes(command));
    }
  }
  console.log(`${name}: tested in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

/** Licence and readme are inside, every entry point is built JavaScript, no dependency is a workspace's. */
function checkContents(
  /** @type {string} */ name,
  /** @type {string} */ installed,
  /** @type {Manifest} */ manifest,
) {
  for (const file of ["LICENSE", "README.md"]) {
    check(`${name}: the tarball has ${file}`, existsSync(join(installed, file)));
  }
  const bins = typeof manifest.bin === "string" ? [manifest.bin] : Object.values(manifest.bin ?? {});
  for (const target of [...Object.values(manifest.exports ?? {}), ...bins]) {
    const isBuilt = /\.(?:js|json)$/.test(target) && existsSync(join(installed, target));
    check(`${name}: ${target} is an entry point that exists and is not TypeScript`, isBuilt);
  }
  const ranges = Object.values({ ...manifest.dependencies, ...manifest.peerDependencies });
  check(
    `${name}: dependencies are versions`,
    !ranges.some((range) => /^(?:workspace|catalog|file|link):/.test(range)),
  );
}

/** Every export imports and can be required, with the same names, and offers something. */
async function checkLoading(
  /** @type {string} */ name,
  /** @type {string} */ project,
  /** @type {string[]} */ entries,
  /** @type {string} */ node,
) {
  const version =
    node === process.execPath
      ? process.version
      : (await run(node, ["--version"], { quiet: true })).output.trim();
  for (const entry of entries) {
    const specifier = JSON.stringify(`${name}${entry.slice(1)}`);
    const program = `
      import { createRequire } from "node:module";
      const imported = Object.keys(await import(${specifier})).sort();
      const required = Object.keys(createRequire(import.meta.url)(${specifier})).filter((key) => key !== "__esModule").sort();
      if (imported.length === 0) throw new Error("exports nothing");
      if (imported.join() !== required.join()) throw new Error("import: " + imported + "; require: " + required);`;
    const file = join(project, "load.mjs");
    writeFileSync(file, program);
    await checkRun(
      `${name}: import and require of ${specifier} under Node ${version}`,
      node,
      [file],
      project,
    );
  }
}

/** The first example of the README, pasted into a file, runs to its end and complains about nothing. */
async function checkExample(
  /** @type {string} */ name,
  /** @type {string} */ project,
  /** @type {Manifest} */ manifest,
  /** @type {string} */ node,
) {
  const readme = readFileSync(join(project, "node_modules", name, "README.md"), "utf8");
  const ended = await firstExample(readme, project, node);
  // What has no exports is a command, and its README has nothing to paste.
  if (ended === undefined)
    check(
      `${name}: its README has an example`,
      Object.keys(manifest.exports ?? {}).every((key) => key.endsWith(".json")),
    );
  else
    check(
      `${name}: the first example of its README runs`,
      ended.code === 0 && ended.errors === "",
      ended.output,
    );
}

/**
 * Every export typechecks, libraries included, under every module resolution. Only `./node` and `./http` entries, and
 * apps, may count on the consumer having @types/node.
 */
async function checkTypes(
  /** @type {string} */ name,
  /** @type {string} */ project,
  /** @type {string[]} */ entries,
) {
  const isApp = publicPackages.find(({ manifest }) => manifest.name === name)?.kind === "app";
  const needsNode = (/** @type {string} */ entry) => isApp || /^\.\/(?:node|http)(?:\/|$)/.test(entry);
  for (const withNode of [false, true]) {
    const imports = entries
      .filter((entry) => needsNode(entry) === withNode)
      .map(
        (entry, index) => `import * as entry${index} from "${name}${entry.slice(1)}";\nvoid entry${index};\n`,
      );
    if (imports.length === 0) continue;
    for (const [resolution, files] of /** @type {const} */ ([
      ["node16", ["use.mts"]], // here TypeScript does not know that require() takes ECMAScript modules
      ["nodenext", ["use.mts", "use.cts"]],
      ["bundler", ["use.mts"]],
    ])) {
      for (const file of files) writeFileSync(join(project, file), imports.join(""));
      const compilerOptions = {
        target: "es2023",
        lib: ["es2023"],
        module: resolution === "bundler" ? "esnext" : resolution,
        moduleResolution: resolution,
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        types: withNode ? ["node"] : [],
        typeRoots: [join(root, "node_modules", "@types")],
      };
      writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
      for (const compiler of compilers) {
        const title = `${name}: types under ${resolution}${withNode ? " with @types/node" : ""}, ${compiler.name}`;
        await checkRun(title, compiler.program, ["-p", "."], project);
      }
    }
  }
}
