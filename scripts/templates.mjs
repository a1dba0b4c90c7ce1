// Makes the templates of create-extension from the samples: what git tracks of each, as a project of its own. Ranges of
// the workspace become versions, the tsconfig stands alone, and a sample with settings of a server gets `npm start`.
//   node scripts/templates.mjs FOLDER        writes FOLDER/NAME/... and FOLDER/templates.json
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { root, workspaces } from "./workspace.mjs";

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("usage: node scripts/templates.mjs FOLDER");
const folder = resolve(target);

const read = (/** @type {string} */ file) => readFileSync(join(root, file), "utf8");
const versions = new Map(workspaces().map(({ manifest }) => [manifest.name, manifest.version]));
const catalog = catalogOf(read("pnpm-workspace.yaml"));
const baseOptions = JSON.parse(read("tsconfig.base.json")).compilerOptions;
/** The file that lets a sample run in a server: `npm start` in the project, and what its README tries. */
const settingsFile = "sallyport.config.json";

rmSync(folder, { recursive: true, force: true });
const templates = workspaces()
  .filter(({ kind }) => kind === "sample")
  .map(({ folder: sample, room, manifest }) => {
    const name = room.replace(/^sample-/, "");
    const files = trackedFiles(sample);
    // Under names that mean nothing to npm: it leaves a .gitignore out, and a nested package.json is a package to tools.
    for (const file of files) if (file !== "package.json") copy(sample, file, join(folder, name));
    writeFileSync(
      join(folder, name, "_package.json"),
      json(projectManifest(manifest, files.includes(settingsFile))),
    );
    writeFileSync(join(folder, name, "_gitignore"), "node_modules/\ndist/\ntest-results/\nstate/\n");
    return { name, package: manifest.name, description: manifest.description };
  });
writeFileSync(join(folder, "templates.json"), json(templates));

/** What a clone of the repository has of a sample, and what will be committed with it. */
function trackedFiles(/** @type {string} */ sample) {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z", "."];
  return execFileSync("git", args, { cwd: join(root, sample), encoding: "utf8" })
    .split("\0")
    .filter((file) => file !== "" && file !== "CHANGELOG.md");
}

function copy(/** @type {string} */ sample, /** @type {string} */ file, /** @type {string} */ to) {
  const destination = join(to, file);
  mkdirSync(dirname(destination), { recursive: true });
  if (file === "tsconfig.json")
    writeFileSync(destination, json(standAlone(JSON.parse(read(`${sample}/${file}`)))));
  else cpSync(join(root, sample, file), destination);
}

/** A tsconfig.json without the base that it extends in the repository. */
function standAlone(
  /** @type {{ extends?: string, compilerOptions?: object, include?: string[] }} */ config,
) {
  const { extends: base, compilerOptions, ...rest } = config;
  return base === undefined ? config : { compilerOptions: { ...baseOptions, ...compilerOptions }, ...rest };
}

/** @param {import("./workspace.mjs").Manifest} manifest @param {boolean} runsInServer */
function projectManifest(manifest, runsInServer) {
  const { publishConfig, exports: _source, scripts, dependencies, devDependencies, ...rest } = manifest;
  return {
    ...rest,
    version: "0.1.0",
    private: true,
    exports: publishConfig?.exports,
    scripts: {
      ...scripts,
      ...(runsInServer && {
        start: `sallyport start --config ${settingsFile}`,
        sallyport: "sallyport",
      }),
    },
    dependencies: withVersions(dependencies ?? {}),
    devDependencies: withVersions({
      ...(runsInServer && { "@sallyport/server": "workspace:^" }),
      ...devDependencies,
    }),
  };
}

function withVersions(/** @type {Record<string, string>} */ ranges) {
  return Object.fromEntries(
    Object.entries(ranges).map(([name, range]) => {
      const version = range.startsWith("workspace:") ? `^${versions.get(name)}` : range;
      const found = version === "catalog:" ? catalog.get(name) : version;
      if (found === undefined || found.includes("undefined"))
        throw new Error(`${name}: no version for ${range}`);
      return [name, found];
    }),
  );
}

/** The default catalog of pnpm-workspace.yaml: the indented lines below `catalog:`. */
function catalogOf(/** @type {string} */ yaml) {
  const section = /^catalog:\n((?:[ \t]+.*\n|\n)*)/m.exec(`${yaml}\n`)?.[1] ?? "";
  const entries = section.matchAll(/^[ \t]+["']?([^"'\s#:]+)["']?:[ \t]*["']?([^"'\s#]+)["']?/gm);
  return new Map([...entries].map(([, name = "", version = ""]) => [name, version]));
}

function json(/** @type {unknown} */ value) {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
