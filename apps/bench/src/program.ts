import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import { BenchError } from "./bench-error.ts";
import { runBenchmark } from "./benchmark.ts";
import { callsText, runCalls } from "./calls/run-calls.ts";
import { type CaseName, caseNames } from "./cases.ts";
import { complaintsOf, dialogsText, runDialogs } from "./dialogs/run-dialogs.ts";
import { environmentLines } from "./environment.ts";
import { type GrowthResults, runGrowth } from "./growth.ts";
import { runHalfOpen } from "./half-open.ts";
import { fullNtlmSize, ntlmText, runNtlmBenchmark } from "./ntlm/ntlm-benchmark.ts";
import { fullPppSize, pppText, runPppBenchmark } from "./ppp/ppp-benchmark.ts";
import { chart } from "./report/chart.ts";
import { growthChart } from "./report/growth-chart.ts";
import { growthPromises, growthText } from "./report/growth-table.ts";
import { halfOpenText } from "./report/half-open-text.ts";
import { markdownTable, textTable } from "./report/table.ts";
import { inScope, type Scope } from "./scope.ts";
import { runSoak, type SoakResults } from "./soak.ts";
import { fullSize, runSspiBenchmark, sspiText } from "./sspi/sspi-benchmark.ts";
import { runTls } from "./tls/run-tls.ts";
import { type TlsCaseName, type TlsVersion, tlsCaseNames, tlsVersions } from "./tls/tls-cases.ts";
import { runTlsHalfOpen, tlsHalfOpenText } from "./tls/tls-half-open.ts";
import { tlsText } from "./tls/tls-table.ts";

const resultsFolder = fileURLToPath(new URL("../results/", import.meta.url));

interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly only: readonly CaseName[];
  readonly soak?: number;
  readonly halfOpen?: number;
  readonly dialogs?: number;
  readonly sspi?: true;
  readonly sspiNtlm?: true;
  readonly ppp?: true;
  readonly calls?: number;
  readonly growth?: true;
  readonly tls?: true | readonly TlsCaseName[];
  readonly tlsVersion?: TlsVersion;
  readonly tlsWorkers?: number;
  readonly tlsHalfOpen?: number;
  readonly json?: true;
  readonly markdown?: true;
}

/** The benchmark as a command. */
export function createProgram(): Command {
  return new Command("bench")
    .description("Measure the RADIUS server of this checkout beside FreeRADIUS, alternating, on loopback.")
    .option("--rounds <count>", "alternating rounds, 1 to 100", wholeNumber(1, 100), 5)
    .option("--seconds <count>", "length of each server's part of a round, 0.1 to 60", number(0.1, 60), 2)
    .addOption(
      new Option("--only <cases>", `some of ${caseNames.join(",")}`)
        .argParser(listOf(caseNames))
        .default(caseNames, "all"),
    )
    .addOption(
      new Option("--soak <seconds>", "instead: keep Sallyport busy and watch its memory, 10 to 86400 seconds")
        .argParser(number(10, 86_400))
        .conflicts(["rounds", "seconds", "only", "markdown"]),
    )
    .addOption(
      new Option(
        "--half-open <count>",
        "instead: let EAP conversations wait for ever and watch memory, 100 to 100000",
      )
        .argParser(wholeNumber(100, 100_000))
        .conflicts(["rounds", "seconds", "only", "markdown", "soak", "dialogs"]),
    )
    .addOption(
      new Option("--dialogs <count>", "instead: open so many security dialogs at once, 100 to 9000")
        .argParser(wholeNumber(100, 9_000))
        .conflicts(["rounds", "seconds", "only", "soak", "markdown"]),
    )
    .addOption(
      new Option("--sspi", "instead: what the call machine of SSPI costs, about a minute").conflicts([
        "rounds",
        "seconds",
        "only",
        "soak",
        "halfOpen",
        "dialogs",
        "markdown",
      ]),
    )
    .addOption(
      new Option("--sspi-ntlm", "instead: NTLM beside gss-ntlmssp, about a minute").conflicts([
        "rounds",
        "seconds",
        "only",
        "soak",
        "halfOpen",
        "dialogs",
        "sspi",
        "markdown",
      ]),
    )
    .addOption(
      new Option(
        "--growth",
        "instead: what a request costs from 10 to 10 000 clients and from 1 to 100 policies",
      ).conflicts(["seconds", "only", "soak", "halfOpen", "dialogs", "sspi", "sspiNtlm"]),
    )
    .addOption(
      new Option(
        "--ppp",
        "instead: frames of PPP beside a plain copy, and what an idle link takes",
      ).conflicts(["rounds", "seconds", "only", "soak", "halfOpen", "dialogs", "sspi", "growth", "markdown"]),
    )
    .addOption(
      new Option(
        "--calls <count>",
        "instead: so many calls at once through dialog, PPP and EAP, 100 to 20000",
      )
        .argParser(wholeNumber(100, 20_000))
        .conflicts([
          "rounds",
          "seconds",
          "only",
          "soak",
          "halfOpen",
          "dialogs",
          "sspi",
          "growth",
          "ppp",
          "markdown",
        ]),
    )
    .addOption(
      new Option(
        "--tls [cases]",
        `instead: logins by EAP-TLS, PEAP and TTLS, or some of ${tlsCaseNames.join(",")}`,
      )
        .argParser(listOf(tlsCaseNames))
        .conflicts([
          "seconds",
          "only",
          "soak",
          "halfOpen",
          "dialogs",
          "sspi",
          "sspiNtlm",
          "growth",
          "ppp",
          "calls",
        ]),
    )
    .addOption(new Option("--tls-version <version>", "with --tls: this version only").choices(tlsVersions))
    .addOption(
      new Option("--tls-workers <count>", "with --tls: eap.tls.workers of the server, 0 to 64").argParser(
        wholeNumber(0, 64),
      ),
    )
    .addOption(
      new Option(
        "--tls-half-open <count>",
        "instead: let conversations wait inside of TLS and watch memory, 100 to 100000",
      )
        .argParser(wholeNumber(100, 100_000))
        .conflicts(["rounds", "seconds", "only", "markdown", "soak", "dialogs", "halfOpen", "tls"]),
    )
    .option("--json", "print the results as JSON")
    .addOption(new Option("--markdown", "print the table as Markdown, for README.md").conflicts("json"))
    .addHelpText(
      "after",
      `
Results go to standard output and, as files, to apps/bench/results; progress goes to standard error.
Exit status 1: a reply was wrong or lost, or memory grew or was too much; 130 and 143: stopped by a signal, everything put away.

Examples:
  npm run bench                                     all cases, five rounds: about three minutes
  npm run bench -- --only pap-ma --rounds 1 --seconds 1
  npm run bench -- --markdown > table.md
  npm run bench -- --soak 600                       ten minutes of load; --soak 60 is what CI runs
  npm run bench -- --growth --rounds 9              clients and policies: about two minutes
  npm run bench -- --half-open 10000                memory of EAP conversations that nobody goes on with
  npm run bench -- --tls                            EAP-TLS, PEAP, TTLS beside FreeRADIUS: about ten minutes
  npm run bench -- --tls eap-peap --tls-version 1.2 --rounds 3
  npm run bench -- --tls-half-open 2000             memory of conversations that wait inside of TLS
  npm run bench -- --dialogs 2000                   what an idle dialog costs; nobody may starve
  npm run bench -- --ppp                            needs no FreeRADIUS
  npm run bench -- --calls 1000                     what a whole call costs, and an idle connection holds
  npm run bench -- --sspi                           neither does this
  npm run bench -- --sspi-ntlm                      needs gss-ntlmssp and libkrb5-dev`,
    )
    .action(async (options: Options) => {
      const work = (scope: Scope): Promise<number> => {
        if (options.growth) return growth(options);
        if (options.tls !== undefined) return tls(scope, options.tls, options);
        if (options.tlsHalfOpen !== undefined) return tlsHalfOpen(scope, options.tlsHalfOpen, options);
        if (options.sspi) return sspi(options);
        if (options.sspiNtlm) return sspiNtlm(scope, options);
        if (options.ppp) return ppp(options);
        if (options.calls !== undefined) return calls(options.calls, options);
        if (options.soak !== undefined) return soak(scope, options.soak, options);
        if (options.dialogs !== undefined) return dialogs(scope, options.dialogs, options);
        return options.halfOpen === undefined
          ? bench(scope, options)
          : halfOpen(scope, options.halfOpen, options);
      };
      process.exitCode = await inScope(work).catch(tell);
    });
}

async function bench(scope: Scope, { rounds, seconds, only, json, markdown }: Options): Promise<number> {
  const results = await runBenchmark(scope, { rounds, seconds, cases: only, onProgress: progress });
  const asMarkdown = markdownTable(results);
  const text = markdown ? asMarkdown : textTable(results);
  conclude(results, "bench", { json, text, forms: { md: asMarkdown, svg: chart(results) } });
  return results.rows.some(({ complaints }) => complaints.length > 0) ? 1 : 0;
}

async function soak(scope: Scope, seconds: number, { json }: Options): Promise<number> {
  const results = await runSoak(scope, seconds, progress);
  conclude(results, "soak", { json, text: soakText(results) });
  return results.flatness.flat && results.complaints.length === 0 ? 0 : 1;
}

async function dialogs(scope: Scope, count: number, { json }: Options): Promise<number> {
  const results = await runDialogs(scope, count, progress);
  conclude(results, "dialogs", { json, text: dialogsText(results) });
  return complaintsOf(results).length === 0 ? 0 : 1;
}

async function calls(count: number, { json }: Options): Promise<number> {
  const results = await runCalls(count, progress);
  conclude(results, "calls", { json, text: callsText(results) });
  return results.promises.every(({ kept }) => kept) ? 0 : 1;
}

async function ppp({ json }: Options): Promise<number> {
  const results = await runPppBenchmark(fullPppSize, progress);
  conclude(results, "ppp", { json, text: pppText(results) });
  return results.isMemoryKept ? 0 : 1;
}

async function sspi({ json }: Options): Promise<number> {
  const results = await runSspiBenchmark(fullSize, progress);
  conclude(results, "sspi", { json, text: sspiText(results) });
  return results.isMemoryKept ? 0 : 1;
}

async function sspiNtlm(scope: Scope, { json }: Options): Promise<number> {
  const results = await runNtlmBenchmark(scope, fullNtlmSize, progress);
  conclude(results, "sspi-ntlm", { json, text: ntlmText(results) });
  return 0;
}

async function growth({ rounds, json, markdown }: Options): Promise<number> {
  const results: GrowthResults = await runGrowth({ rounds, requests: 2_500, onProgress: progress });
  const asMarkdown = growthText(results, "markdown");
  const text = markdown ? asMarkdown : growthText(results, "text");
  conclude(results, "growth", { json, text, forms: { md: asMarkdown, svg: growthChart(results) } });
  for (const { kept, text } of growthPromises(results)) if (!kept) progress(text);
  return 0;
}

async function tls(scope: Scope, cases: NonNullable<Options["tls"]>, options: Options): Promise<number> {
  const { rounds, json, markdown, tlsVersion, tlsWorkers } = options;
  const results = await runTls(scope, {
    rounds,
    cases: cases === true ? tlsCaseNames : cases,
    versions: tlsVersion === undefined ? tlsVersions : [tlsVersion],
    logins: 300,
    warmUp: { FreeRADIUS: 300, Sallyport: 3_000 },
    workers: tlsWorkers,
    onProgress: progress,
  });
  const asMarkdown = tlsText(results, "markdown");
  const text = markdown ? asMarkdown : tlsText(results, "text");
  conclude(results, "tls", { json, text, forms: { md: asMarkdown } });
  return 0;
}

async function tlsHalfOpen(scope: Scope, count: number, { json, tlsWorkers }: Options): Promise<number> {
  const results = await runTlsHalfOpen(scope, {
    conversations: count,
    workers: tlsWorkers,
    onProgress: progress,
  });
  conclude(results, "tls-half-open", { json, text: tlsHalfOpenText(results) });
  return results.growth < results.allowance ? 0 : 1;
}

function soakText({ seconds, requests, flatness, complaints, environment }: SoakResults): string {
  const { flat, middle, last, allowance } = flatness;
  return [
    `${requests.logins} logins and ${requests.records} accounting records in ${seconds} s`,
    ...complaints.map((text) => `DOES NOT COUNT: ${text}`),
    `RSS ${flat ? "is flat" : "GROWS"}: median ${middle.toFixed(1)} MiB in the middle third, ${last.toFixed(1)} MiB in the last one (${allowance.toFixed(1)} MiB more is allowed)`,
    ...environmentLines(environment),
    "",
  ].join("\n");
}

async function halfOpen(scope: Scope, count: number, { json }: Options): Promise<number> {
  const results = await runHalfOpen(scope, count, progress);
  conclude(results, "half-open", { json, text: halfOpenText(results) });
  return results.growth <= results.allowance && results.complaints.length === 0 ? 0 : 1;
}

/** Saves the results of a run as JSON and in its other forms, and prints them: as JSON, or as `text`. */
function conclude(
  results: { readonly startedAt: string },
  kind: ResultKind,
  {
    json,
    text,
    forms = {},
  }: {
    readonly json: true | undefined;
    readonly text: string;
    readonly forms?: Readonly<Record<string, string>>;
  },
): void {
  const asJson = `${JSON.stringify(results, undefined, 2)}\n`;
  save(results.startedAt, kind, { json: asJson, ...forms });
  process.stdout.write(json ? asJson : text);
}

type ResultKind =
  | "bench"
  | "soak"
  | "half-open"
  | "dialogs"
  | "sspi"
  | "sspi-ntlm"
  | "ppp"
  | "calls"
  | "growth"
  | "tls"
  | "tls-half-open";

/** One file for each form of the results, named after the moment of the run. */
function save(startedAt: string, kind: ResultKind, forms: Readonly<Record<string, string>>): void {
  mkdirSync(resultsFolder, { recursive: true });
  const name = `${kind}-${startedAt.slice(0, 19).replaceAll(":", "-")}`;
  for (const [extension, content] of Object.entries(forms)) {
    const file = join(resultsFolder, `${name}.${extension}`);
    writeFileSync(file, content);
    progress(`wrote ${relative(process.cwd(), file)}`);
  }
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

function tell(error: unknown): number {
  const text =
    error instanceof BenchError
      ? `error: ${error.message}\nRemedy: ${error.remedy}`
      : `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  process.stderr.write(`${text}\n`);
  return 1;
}

function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= least && value <= most))
      throw new InvalidArgumentError(`write a number from ${least} to ${most}.`);
    return value;
  };
}

function wholeNumber(least: number, most: number): (text: string) => number {
  const read = number(least, most);
  return (text) => {
    const value = read(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError("write a whole number.");
    return value;
  };
}

/** Reads a list of names that are known. */
function listOf<Name extends string>(names: readonly Name[]): (text: string) => readonly Name[] {
  return (text) =>
    text.split(",").map((word) => {
      const name = names.find((known) => known === word.trim());
      if (name === undefined)
        throw new InvalidArgumentError(`${JSON.stringify(word)} is no case; there are ${names.join(", ")}.`);
      return name;
    });
}
