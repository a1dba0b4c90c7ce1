import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** How long a process may take to stop when it is asked to, in milliseconds. */
const stopLimit = 3_000;

/** A process that is stopped with its scope. */
export interface RunningProcess {
  readonly pid: number;
  readonly stdout: Readable;
  /** Its exit status or the signal that ended it; undefined while it runs. */
  ended(): number | NodeJS.Signals | undefined;
}

/** What a run holds, released in reverse order whatever ends the run. */
export class Scope {
  /** Aborted by Ctrl-C and SIGTERM; whoever waits gives up at once. */
  readonly signal: AbortSignal;
  readonly #releases: (() => unknown)[] = [];

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  defer(release: () => unknown): void {
    this.#releases.push(release);
  }

  /** A new folder, removed in the end. */
  temporaryFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
    this.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
    return folder;
  }

  /** Starts a process, stopped by its id in the end. Rejects when it cannot be started. */
  async start(
    command: string,
    args: readonly string[],
    options: { readonly cwd?: string; readonly stderr?: number } = {},
  ): Promise<RunningProcess> {
    this.signal.throwIfAborted();
    const child = spawn(command, args, {
      cwd: options.cwd,
      stdio: ["ignore", "pipe", options.stderr ?? "ignore"],
    });
    await once(child, "spawn");
    this.defer(() => stop(child));
    const { pid, stdout } = child;
    if (pid === undefined || stdout === null) throw new Error(`${command} has no process id`);
    return { pid, stdout, ended: () => child.exitCode ?? child.signalCode ?? undefined };
  }

  async close(): Promise<void> {
    for (let release = this.#releases.pop(); release !== undefined; release = this.#releases.pop())
      await release();
  }
}

/** Runs work with a scope of its own; resolves to the exit status of the program. */
export async function inScope(work: (scope: Scope) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  let status: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    status ??= 128 + constants.signals[signal];
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  const scope = new Scope(controller.signal);
  try {
    return await work(scope);
  } catch (error) {
    if (status !== undefined) return status;
    throw error;
  } finally {
    await scope.close();
    for (const signal of signals) process.off(signal, onSignal);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const impatience = setTimeout(() => child.kill("SIGKILL"), stopLimit);
  await ended;
  clearTimeout(impatience);
}
