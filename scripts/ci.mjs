// What continuous integration runs (`bash .ci/run`), step by step: the programs of the interop tests, lint, types,
// build, and the very command that the README tells everybody to test with. Stops at the first step that fails; the
// last line is the sum of the tests.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readTally, root, run, tallyLine } from "./workspace.mjs";

/** @type {import("./workspace.mjs").Tally | undefined} */
let tally;

/**
 * @param {string} title
 * @param {() => Promise<number>} work resolves to an exit code
 */
async function step(title, work) {
  console.log(`\n=== ${title}`);
  const begun = performance.now();
  const code = await work();
  console.log(
    `=== ${title}: ${code === 0 ? "done" : "FAILED"} after ${((performance.now() - begun) / 1000).toFixed(1)} s`,
  );
  if (code === 0) return;
  if (tally) console.log(tallyLine(tally));
  process.exit(code);
}

/** Runs a program and resolves to its exit code. */
const program = async (/** @type {string} */ command, /** @type {string[]} */ ...args) =>
  (await run(command, args)).code;

/** The commands of the first shell block of the README. */
function commandsOfReadme() {
  const block = /```(?:sh|bash|shell|console)\n([\s\S]*?)```/.exec(
    readFileSync(join(root, "README.md"), "utf8"),
  );
  return (block?.[1] ?? "")
    .split("\n")
    .map((line) =>
      line
        .replace(/^\$ /, "")
        .replace(/\s+#.*$/, "")
        .trim(),
    )
    .filter((line) => line !== "" && !line.startsWith("#"));
}

await step("peers", () => program("bash", "scripts/install-peers.sh"));
await step("lint", () => program("pnpm", "run", "lint"));
await step("typecheck", () => program("pnpm", "run", "typecheck"));
await step("build", () => program("pnpm", "run", "build"));
await step("a minute under load: memory stays flat, no answer is wrong or lost", () =>
  program("node", "apps/bench/src/main.ts", "--soak", "60"),
);
await step("test, as the README says", async () => {
  const second = commandsOfReadme()[1];
  if (second !== "npm test") {
    console.error(
      `README.md: the second command of the first shell block must be "npm test", found "${second ?? "none"}"`,
    );
    return 1;
  }
  // The closing line is held back: it must be the last one of all.
  const onLine = (/** @type {string} */ line) => {
    const found = readTally(line);
    tally = found ?? tally;
    return !found;
  };
  const { code } = await run("npm", ["test"], { onLine });
  if (code === 0 && !tally) console.error('npm test ended without its closing line "N passed, N failed"');
  return tally ? code : 1;
});
if (tally) console.log(`\n${tallyLine(tally)}`);
