// Holds every package to the floors of the architecture: a package imports only from floors below its own, and of
// those above the ground floor only the neighbours it names; Node's own modules only in its `src/node/`. Both the
// package.json files and the imports that stand in the sources are checked.
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { conclude, filesBelow, root, workspaces } from "./workspace.mjs";

/**
 * Floor and neighbours of every room. The ground floor (0) is open to all; of the others a room uses those it names.
 * @type {Record<string, { floor: number, uses: readonly string[] | "every package below" }>}
 */
const rooms = {
  errors: { floor: 0, uses: [] },
  runtime: { floor: 0, uses: [] },
  crypto: { floor: 0, uses: [] },
  "tls-engine": { floor: 0, uses: [] },
  eap: { floor: 1, uses: [] },
  radius: { floor: 1, uses: [] },
  accounts: { floor: 1, uses: [] },
  "ras-security": { floor: 1, uses: [] },
  nps: { floor: 2, uses: ["radius", "accounts"] },
  ppp: { floor: 2, uses: ["eap", "accounts"] },
  "eap-radius": { floor: 2, uses: ["eap", "radius"] },
  sspi: { floor: 2, uses: [] },
  ras: { floor: 3, uses: ["ras-security", "ppp", "eap", "eap-radius", "radius", "accounts"] },
  testbench: { floor: 4, uses: "every package below" },
  "create-extension": { floor: 5, uses: [] },
};

const all = workspaces();
const byName = new Map(all.map((workspace) => [workspace.manifest.name, workspace]));
/** @type {string[]} */
const mistakes = [];

/**
 * Why one workspace may not use another; undefined where it may.
 * @param {import("./workspace.mjs").Workspace} from
 * @param {import("./workspace.mjs").Workspace} to
 */
function refusal(from, to) {
  if (from.kind === "app") return undefined;
  if (to.kind === "app") return "only apps use apps; move the shared part into a package";
  if (to.kind === "sample") return "nothing is built on a sample; move the shared part into a package";
  if (from.kind === "sample") {
    return to.manifest.private ? "a sample imports published packages only, as its reader will" : undefined;
  }
  const own = rooms[from.room];
  const other = rooms[to.room];
  if (!own || !other) return undefined; // reported below, once
  if (other.floor >= own.floor) {
    return `floor ${own.floor} may not use floor ${other.floor}; declare the narrow interface it needs and let a room above join the two`;
  }
  if (other.floor === 0 || own.uses === "every package below" || own.uses.includes(to.room)) return undefined;
  return `${to.room} is not a neighbour of ${from.room} in the architecture; declare the narrow interface it needs instead`;
}

/** The name of the package that an import specifier points into. */
const packageOf = (/** @type {string} */ specifier) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** Import specifiers with their line. Comment lines are left out: examples in docstrings import what they like. */
function importsOf(/** @type {string} */ file) {
  const pattern = /(?:\bfrom|\bimport|\b(?:import|require)\()\s*["']([^"'\s]+)["']/g;
  return readFileSync(join(root, file), "utf8")
    .split("\n")
    .flatMap((line, index) =>
      /^\s*(\*|\/\/|\/\*)/.test(line)
        ? []
        : [...line.matchAll(pattern)].map((match) => ({ specifier: match[1] ?? "", line: index + 1 })),
    );
}

for (const from of all) {
  const { folder, kind, room, manifest } = from;
  if (kind === "package" && !rooms[room]) {
    mistakes.push(
      `${folder}: no floor is known for this room; add it to the architecture and to scripts/check-floors.mjs`,
    );
  }

  const shipped = {
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  };
  for (const name of Object.keys({ ...shipped, ...manifest.devDependencies })) {
    const to = byName.get(name);
    const reason = to && refusal(from, to);
    if (reason) mistakes.push(`${folder}/package.json: ${name}: ${reason}`);
  }

  for (const file of filesBelow(folder, /\.[cm]?[jt]sx?$/)) {
    const inside = relative(folder, file);
    const source = inside.startsWith("src/");
    if (!source && !inside.startsWith("test/")) continue;
    for (const { specifier, line } of importsOf(file)) {
      const wrong = (/** @type {string} */ why) => mistakes.push(`${file}:${line}: "${specifier}": ${why}`);
      if (specifier.startsWith(".")) {
        if (relative(folder, join(dirname(file), specifier)).startsWith("..")) {
          wrong("a relative import may not leave the package; import the other package by its name");
        }
      } else if (isBuiltin(specifier)) {
        if (!specifier.startsWith("node:")) wrong(`write "node:${specifier}"`);
        else if (source && kind !== "app" && !inside.startsWith("src/node/")) {
          wrong(
            "Node's own modules only in src/node/, in apps and in scripts; pass what is needed in as an argument",
          );
        }
      } else {
        const to = byName.get(packageOf(specifier));
        if (!to) continue;
        const reason =
          to === from
            ? source
              ? "a package imports its own files relatively"
              : undefined
            : refusal(from, to);
        if (reason) wrong(reason);
        else if (source && to !== from && !(to.manifest.name in shipped)) {
          wrong(
            `not among the dependencies of ${folder}/package.json; add "${to.manifest.name}": "workspace:^"`,
          );
        }
      }
    }
  }
}

for (const [room, { floor, uses }] of Object.entries(rooms)) {
  for (const name of uses === "every package below" ? [] : uses) {
    const below = rooms[name];
    if (!below || below.floor >= floor)
      mistakes.push(`the table: ${room} names ${name}, which is not below it`);
  }
}
conclude("check-floors", mistakes);
