import { readFileSync, writeSync } from "node:fs";

/**
 * Loaded before a program, tells on descriptor 3 what the process has used. The peak of `getrusage` counts what the parent had
 * when it forked; that of Linux's `/proc` is the process's own.
 */
process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(3, JSON.stringify({ userCPUTime, systemCPUTime, peakKibibytes: ownPeak() ?? maxRSS }));
});

function ownPeak(): number | undefined {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return peak === undefined ? undefined : Number(peak);
  } catch {
    return undefined;
  }
}
