// Rehearses a release in a copy of the last commit, without publishing anything: versions and changelogs, build, public
// surface, every tarball alone under all supported versions of Node and TypeScript, licences, an SBOM a package, and
// what would be published.
//   --out FOLDER   where tarballs, SBOMs, licences and changelogs are left (a new temporary folder by default)
//   --quick        this Node and this compiler only
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { environment, root, run } from "./workspace.mjs";

const { values: options } = parseArgs({ options: { out: { type: "string" }, quick: { type: "boolean" } } });
/** What users may have; the newest of each line that the registry offers. */
const nodes = "22,26";
const typescripts = "5.8.3,5.9.3,6.0.3";

const out = resolve(options.out ?? mkdtempSync(join(tmpdir(), "sallyport-release-")));
mkdirSync(out, { recursive: true });
const copy = mkdtempSync(join(tmpdir(), "sallyport-rehearsal-"));
environment["PATH"] = environment["PATH"]?.replaceAll(
  `${root}node_modules/.bin`,
  join(copy, "node_modules/.bin"),
);
let failed = false;

/**
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, cwd?: string }} [how]
 */
async function step(title, command, args, how = {}) {
  const begun = performance.now();
  if (!how.quiet) console.log(`\n=== ${title}`);
  const { code, output } = await run(command, args, { cwd: copy, ...how });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${code === 0 ? "done  " : "FAILED"} ${title} (${seconds} s)`);
  if (code !== 0) {
    failed = true;
    if (how.quiet) console.log(output.trim().replace(/^/gm, "    "));
  }
  return output;
}

const { output: changes } = await run("git", ["status", "--short"], { cwd: root, quiet: true });
if (changes.trim() !== "")
  console.log(`Not part of the rehearsal, because not committed:\n${changes.trimEnd()}`);

await step("a copy of the last commit", "git", ["clone", "--quiet", "--depth", "1", `file://${root}`, copy], {
  quiet: true,
  cwd: root,
});
await step("install from the lockfile", "pnpm", ["install", "--frozen-lockfile", "--prefer-offline"], {
  quiet: true,
});
const plan = await step("versions and changelogs", "pnpm", ["exec", "changeset", "version"], { quiet: true });
await step("install with the new versions", "pnpm", ["install", "--frozen-lockfile", "--prefer-offline"], {
  quiet: true,
});
await step("build", "pnpm", ["run", "build"], { quiet: true });
await step("the public surface is the committed one", "node", ["scripts/api-reports.mjs", "--check"], {
  quiet: true,
});
const packArguments = ["scripts/pack-test.mjs", "--out", join(out, "tarballs")];
if (!options.quick) packArguments.push("--node", nodes, "--typescript", typescripts);
await step(
  options.quick
    ? "every tarball alone"
    : `every tarball alone, Node ${nodes} and ${process.versions.node}, TypeScript ${typescripts} and this repository's`,
  "node",
  packArguments,
);
writeFileSync(
  join(out, "licences.json"),
  await step("licences of all dependencies", "node", ["scripts/licences.mjs", "--json"], { quiet: true }),
);

const packages = publicPackages();
mkdirSync(join(out, "sbom"), { recursive: true });
for (const { name, version, folder } of packages) {
  const file = join(out, "sbom", `${name.replace("@", "").replace("/", "-")}-${version}.cdx.json`);
  const args = ["--filter", name, "sbom", "--prod", "--sbom-format", "cyclonedx", "--out", file];
  await step(`SBOM of ${name}`, "pnpm", args, { quiet: true });
  const changelog = join(copy, folder, "CHANGELOG.md");
  if (existsSync(changelog))
    cpSync(changelog, join(out, "changelogs", `${name.replace("@", "").replace("/", "-")}.md`));
}

console.log("\nWhat would be published:");
for (const { name, version } of packages) {
  const tarball = join(out, "tarballs", `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
  const size = existsSync(tarball) ? `${(statSync(tarball).size / 1024).toFixed(1)} KiB` : "no tarball";
  console.log(`  ${`${name}@${version}`.padEnd(52)} ${size}`);
}
if (packages.length === 0) console.log(plan);
console.log(`\nTarballs, SBOMs, licences and changelogs: ${out}`);
console.log(failed ? "The release is not ready: see FAILED above." : "The release is ready.");
rmSync(copy, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;

/** What the copy would publish: public packages, by name. */
function publicPackages() {
  return ["packages", "packages/samples", "apps"]
    .flatMap((parent) => readdirSync(join(copy, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => existsSync(join(copy, folder, "package.json")))
    .map((folder) => {
      /** @type {import("./workspace.mjs").Manifest} */
      const manifest = JSON.parse(readFileSync(join(copy, folder, "package.json"), "utf8"));
      return { ...manifest, folder };
    })
    .filter(({ private: unpublished }) => !unpublished)
    .sort((one, other) => one.name.localeCompare(other.name));
}
