import { readFileSync } from "node:fs";

/** proc(5): the kernel counts in hundredths of a second. */
const microsecondsOfTick = 10_000;

/** CPU time of a process with all its threads, user and kernel, those that have ended included, in microseconds. */
export function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name of the program, in brackets, may have anything in it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * microsecondsOfTick;
}
