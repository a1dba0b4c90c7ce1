// `npm test`: every package's and app's tests, then every packed tarball alone in an empty project. A failing package
// does not keep the others from running. The last line is the sum, "N passed, N failed", and the exit code says the same.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { environment, filesBelow, readTally, root, run, tallyLine, workspaces } from "./workspace.mjs";

/**
 * The part of vitest's JSON report that is read here.
 * @typedef {{ fullName: string, status: string }} Assertion
 * @typedef {{ name: string, status: string, message?: string, assertionResults: Assertion[] }} TestFile
 */

const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const failures = [];
/** @type {string[]} */
const skips = [];

const tested = workspaces().filter(({ manifest }) => manifest.scripts?.["test"]);
const reportOf = (/** @type {string} */ folder) => join(root, folder, "test-results", "vitest.json");
// A report of an earlier run must not stand in for a run that crashed; turbo brings cached ones back.
for (const { folder } of tested) rmSync(reportOf(folder), { force: true });

console.log(`Testing ${tested.length} packages and apps`);
rmSync(join(root, ".turbo", "runs"), { recursive: true, force: true });
// The server is started some hundred times: what Node.js has compiled once it need not compile again.
environment["NODE_COMPILE_CACHE"] ??= join(root, "node_modules", ".cache", "node-compile");
const test = ["run", "test", "--continue=always", "--concurrency=2", "--output-logs=new-only", "--summarize"];
const { code } = await run("turbo", test);
const exitCodes = readExitCodes();

for (const { folder, manifest } of tested) {
  const failedBefore = total.failed;
  const exitCode = exitCodes.get(`${manifest.name}#test`);
  if (existsSync(reportOf(folder))) {
    /** @type {{ testResults: TestFile[] }} */
    const report = JSON.parse(readFileSync(reportOf(folder), "utf8"));
    for (const file of report.testResults) countFile(file);
  } else fail(`${manifest.name}: its run ended without a report`);
  if (exitCode !== 0 && total.failed === failedBefore) {
    fail(
      `${manifest.name}: its run ended with exit code ${exitCode ?? "unknown"} though no test failed; see above`,
    );
  }
}
if (code !== 0 && total.failed === 0) fail(`turbo ended with exit code ${code}; see above`);

console.log("\nPacking every package and using it alone");
/** @type {import("./workspace.mjs").Tally | undefined} */
let packed;
const pack = await run("node", ["scripts/pack-test.mjs"], {
  onLine: (line) => {
    const tally = readTally(line);
    if (!tally) return true;
    packed = tally;
    console.log(`pack test: ${tally.passed} checks hold, ${tally.failed} do not`);
    return false; // the sum below is the only closing line
  },
});
if (packed) {
  total.passed += packed.passed;
  total.failed += packed.failed;
}
if (pack.code !== 0 && !packed?.failed) fail("the pack test did not come to its end");

if (skips.length > 0) console.log(`\nSkipped:\n${skips.map((line) => `  ${line}`).join("\n")}`);
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((line) => `  ${line}`).join("\n")}`);
console.log(`\n${tallyLine(total)}`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** The exit code of every task of turbo's only run summary. */
function readExitCodes() {
  /** @type {Map<string, number>} */
  const codes = new Map();
  for (const file of filesBelow(".turbo/runs", /\.json$/)) {
    /** @type {{ tasks: { taskId: string, execution?: { exitCode: number } }[] }} */
    const { tasks } = JSON.parse(readFileSync(join(root, file), "utf8"));
    for (const { taskId, execution } of tasks) if (execution) codes.set(taskId, execution.exitCode);
  }
  return codes;
}

function countFile(/** @type {TestFile} */ file) {
  const name = relative(root, file.name);
  for (const { status, fullName } of file.assertionResults) {
    if (status === "passed") total.passed += 1;
    else if (status === "failed") fail(`${name}: ${fullName}`);
    else {
      total.skipped += 1;
      skips.push(`${name}: ${fullName}`);
    }
  }
  const failedInside = file.assertionResults.some(({ status }) => status === "failed");
  if (file.status === "failed" && !failedInside) {
    fail(`${name}: the file itself failed: ${(file.message ?? "").split("\n")[0]}`);
  }
}

function fail(/** @type {string} */ what) {
  total.failed += 1;
  failures.push(what);
}
