import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a running server tells other programs of the same user: where it listens, and the console's token. */
export interface RunningServerInfo {
  readonly pid: number;
  readonly auth: readonly string[];
  readonly acct: readonly string[];
  readonly console: string | undefined;
  readonly token: string | undefined;
}

/** Writes the file of this process into the state folder, readable by its owner alone; returns how to remove it. */
export function writeRunningFile(folder: string, info: RunningServerInfo): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const stale of runningFiles(folder).filter(({ alive }) => !alive)) rmSync(stale.path, { force: true });
  const path = join(folder, `running-${info.pid}.json`);
  writeFileSync(path, JSON.stringify(info), { mode: 0o600 });
  return () => rmSync(path, { force: true });
}

/** The servers that run on a state folder. */
export function runningServers(folder: string): RunningServerInfo[] {
  return runningFiles(folder)
    .filter(({ alive }) => alive)
    .map(({ path }) => JSON.parse(readFileSync(path, "utf8")) as RunningServerInfo);
}

function runningFiles(folder: string): { readonly path: string; readonly alive: boolean }[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const pid = /^running-(\d+)\.json$/.exec(name)?.[1];
    return pid === undefined ? [] : [{ path: join(folder, name), alive: isAlive(Number(pid)) }];
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
