import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, statfsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { BenchError } from "../bench-error.ts";
import type { Scope } from "../scope.ts";
import { type FileKind, writeLogFile } from "./log-file.ts";

/** One run of the command over one file. */
export interface LogMeasurement {
  readonly kind: FileKind;
  /** Millions of octets. */
  readonly megabytes: number;
  readonly rows: number;
  /** By the wall clock, with the start of the process. */
  readonly megabytesPerSecond: number;
  /** By the time of all its threads in user and kernel mode. */
  readonly megabytesPerCpuSecond: number;
  /** The most memory that it had at once. */
  readonly peakMebibytes: number;
}

const server = fileURLToPath(new URL("../../../server/src/main.ts", import.meta.url));
const usageReport = new URL("usage-report.ts", import.meta.url).href;

/**
 * Generates a file in a temporary folder, runs `sallyport log --summary --json` over it in a process of its own, compares the
 * number of rows, and removes the file.
 *
 * @throws {BenchError} when the disk has no room, or rows are missing
 */
export async function measureReading(
  scope: Scope,
  kind: FileKind,
  megabytes: number,
): Promise<LogMeasurement> {
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < megabytes * 1e6 + spareRoom) {
    throw new BenchError(
      `${tmpdir()} has no room for a file of ${megabytes} MB`,
      "free some, set TMPDIR to another disk, or write for example --megabytes 100",
    );
  }
  const file = join(scope.temporaryFolder(), `${kind}.log`);
  const lines = writeLogFile(file, kind, megabytes * 1e6);
  scope.signal.throwIfAborted();
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    ["--import", usageReport, server, "log", "--summary", "--json", file],
    {
      stdio: ["ignore", "pipe", "inherit", "pipe"],
      signal: scope.signal,
    },
  );
  const [summary, usage, [status]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stdio[3] as Readable),
    once(child, "close"),
  ]);
  const seconds = (performance.now() - begun) / 1_000;
  if (status !== 0)
    throw new BenchError(`sallyport log ended with status ${status}`, "see its message above");
  const { rows } = JSON.parse(summary) as { rows: number };
  if (rows !== lines)
    throw new BenchError(`${lines} lines were written and ${rows} rows read`, "this is a bug");
  const { peakKibibytes, userCPUTime, systemCPUTime } = JSON.parse(usage) as Readonly<
    Record<"peakKibibytes" | "userCPUTime" | "systemCPUTime", number>
  >;
  const length = statSync(file).size / 1e6;
  rmSync(file);
  return {
    kind,
    megabytes: length,
    rows,
    megabytesPerSecond: length / seconds,
    megabytesPerCpuSecond: length / ((userCPUTime + systemCPUTime) / 1e6),
    peakMebibytes: peakKibibytes / 1_024,
  };
}

const spareRoom = 200e6;
