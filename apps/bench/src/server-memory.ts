import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Scope } from "./scope.ts";
import type { SallyportServer } from "./servers/sallyport.ts";

/** The arguments of Node with which {@link collected} works. */
export const memoryProbe: readonly string[] = [
  "--expose-gc",
  "--import",
  new URL("./servers/memory-probe.ts", import.meta.url).href,
];

/** Has a server collect all its garbage; what is alive then, objects and buffers, in MB. */
export async function collected(scope: Scope, server: SallyportServer): Promise<number> {
  const lines = createInterface({ input: server.stdout });
  process.kill(server.pid, "SIGUSR2");
  const signal = AbortSignal.any([scope.signal, AbortSignal.timeout(30_000)]);
  const [line] = await once(lines, "line", { signal });
  lines.close();
  server.stdout.resume();
  return Number(/^memory (\d+)$/.exec(String(line))?.[1]) / 1e6;
}

/** Resident memory in MB; proc(5) counts in KiB. */
export function residentMemory(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return (Number(found?.[1]) * 1_024) / 1e6;
}
