// The public surface of every package, as API Extractor reads it from the built declarations: one report an entry
// point, in the package's `etc/`. Reviewers see every change of the surface as a change of these files.
//   node scripts/api-reports.mjs            writes them (after `pnpm run build`)
//   node scripts/api-reports.mjs --check    fails where one is not up to date, as CI wants it
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { conclude, root, workspaces } from "./workspace.mjs";

/** Tables of thousands of constants, generated from data; the package's own tests hold them against the headers. */
const withoutReport = new Set(
  ["win32", "hresult", "ntstatus", "lm", "inet", "tapi"].map((name) => `errors ./${name}`),
);

const { values: options } = parseArgs({ options: { check: { type: "boolean" } } });
/** @type {string[]} */
const mistakes = [];
const work = mkdtempSync(join(tmpdir(), "sallyport-api-"));

for (const { folder, kind, room, manifest } of workspaces()) {
  // Samples and apps are copied and run, not built upon.
  if (kind !== "package" || manifest.private) continue;
  const etc = join(root, folder, "etc");
  const expected = new Set();
  const entries = Object.entries(manifest.publishConfig?.exports ?? {}).filter(
    ([entry, target]) => target.endsWith(".js") && !withoutReport.has(`${room} ${entry}`),
  );
  /** One program for all entry points of a package: reading the types of Node.js takes longest. */
  let state;
  for (const [entry, target] of entries) {
    const file = `${[room, ...entry.split("/").slice(1)].join(".")}.api.md`;
    expected.add(file);
    const config = configOf(folder, target.replace(/\.js$/, ".d.ts"));
    state ??= CompilerState.create(config, {
      additionalEntryPoints: entries.map(([, other]) => join(root, folder, other.replace(/\.js$/, ".d.ts"))),
    });
    const report = reportOf(config, manifest.name, state);
    const committed = existsSync(join(etc, file)) ? readFileSync(join(etc, file), "utf8") : "";
    if (report === committed) continue;
    if (options.check)
      mistakes.push(`${folder}/etc/${file} is not up to date: run "node scripts/api-reports.mjs"`);
    else {
      mkdirSync(etc, { recursive: true });
      writeFileSync(join(etc, file), report);
    }
  }
  for (const file of existsSync(etc) ? readdirSync(etc) : []) {
    if (expected.has(file)) continue;
    if (options.check) mistakes.push(`${folder}/etc/${file} belongs to no entry point`);
    else rmSync(join(etc, file));
  }
}
rmSync(work, { recursive: true });
conclude("api-reports", mistakes);

function configOf(/** @type {string} */ folder, /** @type {string} */ declarations) {
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: join(root, folder),
      mainEntryPointFilePath: join(root, folder, declarations),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "es2022",
            lib: ["es2023"],
            module: "nodenext",
            moduleResolution: "nodenext",
            strict: true,
            skipLibCheck: true,
            types: ["node"],
            allowImportingTsExtensions: true,
            noEmit: true,
          },
          include: ["dist"],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: "report.api.md",
        reportFolder: work,
        reportTempFolder: join(work, "temp"),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Warning } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Warning },
          "ae-missing-release-tag": { logLevel: ExtractorLogLevel.None },
          // A type that another entry point exports counts as forgotten too: told in the report, for its reader to judge.
          "ae-forgotten-export": { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
          // Other packages of the workspace are read from their sources.
          "ae-wrong-input-file-type": { logLevel: ExtractorLogLevel.None },
          "ae-undocumented": { logLevel: ExtractorLogLevel.None },
          "ae-unresolved-link": { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
      newlineKind: "lf",
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, folder, "package.json"),
  });
}

function reportOf(
  /** @type {ExtractorConfig} */ config,
  /** @type {string} */ name,
  /** @type {CompilerState} */ compilerState,
) {
  const result = Extractor.invoke(config, {
    compilerState,
    localBuild: true,
    showVerboseMessages: false,
    messageCallback: (message) => {
      if (message.messageId.startsWith("console-")) {
        message.handled = true;
        return;
      }
      if (message.logLevel === ExtractorLogLevel.Error || message.logLevel === ExtractorLogLevel.Warning) {
        mistakes.push(`${name}: ${message.formatMessageWithLocation(root)}`);
      }
      message.handled = true;
    },
  });
  if (!result.succeeded && result.errorCount > 0)
    mistakes.push(`${name}: ${config.mainEntryPointFilePath} could not be read`);
  return readFileSync(join(work, "report.api.md"), "utf8");
}
