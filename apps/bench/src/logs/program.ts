import { Command, InvalidArgumentError } from "commander";
import { BenchError } from "../bench-error.ts";
import { readEnvironment } from "../environment.ts";
import { inScope, type Scope } from "../scope.ts";
import { type FileKind, fileKinds } from "./log-file.ts";
import { type LogMeasurement, measureReading } from "./measure.ts";

/** What is promised for a file of a gigabyte. */
const promised = { megabytesPerSecond: 50, growth: 1.25 } as const;

interface Options {
  readonly megabytes: number;
  readonly json?: true;
}

/** The benchmark of the log reader as a command. */
export function createLogsProgram(): Command {
  return new Command("bench:logs")
    .description("Measure `sallyport log --summary` on generated log files of every format.")
    .option("--megabytes <count>", "how long the files are, 1 to 100000", megabytes, 1_000)
    .option("--json", "print the results as JSON")
    .action(async ({ megabytes: length, json }: Options) => {
      process.exitCode = await inScope((scope) => run(scope, length, json === true)).catch(tell);
    });
}

async function run(scope: Scope, length: number, json: boolean): Promise<number> {
  const environment = await readEnvironment();
  const results: LogMeasurement[] = [];
  for (const kind of fileKinds) {
    const small = await measureReading(scope, kind, Math.max(1, length / 10));
    const whole = await measureReading(scope, kind, length);
    results.push(small, whole);
    process.stderr.write(`${kind}: ${whole.megabytesPerSecond.toFixed(0)} MB/s\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify({ environment, results }, undefined, 2)}\n`);
  else {
    process.stdout.write(`${tableOf(results)}\n`);
    process.stdout.write(
      `\n${environment.cpu}, Node ${environment.node}, ${environment.fileSystem}, load before the run ${environment.load.toFixed(1)}\n`,
    );
  }
  return 0;
}

/** A row for each kind of file: speed of the long one, and memory beside that of a tenth of it. */
export function tableOf(results: readonly LogMeasurement[]): string {
  const lines = [
    "| file | rows | MB/s | MB per CPU second | peak RSS MiB, a tenth of the file | the file | |",
    "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
  ];
  for (const kind of new Set(results.map((result) => result.kind))) {
    const [small, whole] = results.filter((result) => result.kind === kind);
    if (small === undefined || whole === undefined) continue;
    const cells = [
      `${names[kind]}, ${Math.round(whole.megabytes)} MB`,
      String(whole.rows),
      whole.megabytesPerSecond.toFixed(0),
      whole.megabytesPerCpuSecond.toFixed(0),
      small.peakMebibytes.toFixed(0),
      whole.peakMebibytes.toFixed(0),
      verdict(small, whole),
    ];
    lines.push(`| ${cells.join(" | ")} |`);
  }
  return lines.join("\n");
}

function verdict(small: LogMeasurement, whole: LogMeasurement): string {
  const slow = whole.megabytesPerSecond < promised.megabytesPerSecond;
  const grows = whole.peakMebibytes > small.peakMebibytes * promised.growth;
  if (!slow && !grows) return "kept";
  return ["missed:", slow ? `less than ${promised.megabytesPerSecond} MB/s` : "", grows ? "memory grows" : ""]
    .filter(Boolean)
    .join(" ");
}

const names: Readonly<Record<FileKind, string>> = {
  dts: "DTS XML",
  odbc: "ODBC legacy",
  ias: "IAS legacy",
  mixed: "all three, line by line",
};

function megabytes(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 100_000)) throw new InvalidArgumentError("write a number from 1 to 100000.");
  return value;
}

function tell(error: unknown): number {
  const text = error instanceof BenchError ? `${error.message}\nRemedy: ${error.remedy}` : String(error);
  process.stderr.write(`error: ${text}\n`);
  return 1;
}
