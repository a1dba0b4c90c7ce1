import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SettingsInput } from "@sallyport/server";
import { onTestFinished } from "vitest";
import { type Ended, type RunOptions, run } from "./run.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The program, as it is started in a checkout. */
export const program = fileURLToPath(new URL("../../server/src/main.ts", import.meta.url));

export interface Sallyport {
  readonly process: ChildProcess;
  readonly folder: string;
  readonly configFile: string;
  /** From the `ready` line. */
  readonly auth: string;
  readonly acct: string;
  readonly console: string;
  /** The ports for callers, by name. */
  readonly ras: Readonly<Record<string, string>>;
  /** All that it has written to standard error so far. */
  log(): string;
  /** Waits until standard error contains a text. */
  logged(text: string | RegExp): Promise<void>;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  /** Runs a command of the same program on this server's settings. */
  command(...args: readonly string[]): Promise<Ended>;
}

/** What most tests need: loopback, any port, one client, one account. */
export const labSettings: SettingsInput & { readonly radius: NonNullable<SettingsInput["radius"]> } = {
  radius: {
    auth: "127.0.0.1:0",
    acct: "127.0.0.1:0",
    clients: [{ name: "lab", address: "127.0.0.1", secret: "testing123" }],
  },
  accounts: [{ name: "alice", password: "wonderland", groups: ["staff"] }],
};

/** The same where MS-CHAP is allowed, which is refused otherwise. */
export const labSettingsWithMschap: SettingsInput = {
  ...labSettings,
  authentication: { msChap: true },
};

/**
 * Starts a server on its own ports in its own temporary folder; it is stopped when the test has finished, or whenever
 * `finished` says.
 */
export async function startSallyport(
  settings: SettingsInput = labSettings,
  options: {
    readonly files?: Readonly<Record<string, string>>;
    readonly folder?: string;
    readonly finished?: (stop: () => Promise<void>) => void;
    /** The settings file is in the folder already. */
    readonly asItIs?: boolean;
  } = {},
): Promise<Sallyport> {
  const folder = options.folder ?? temporaryFolder();
  for (const [name, content] of Object.entries(options.files ?? {}))
    writeFileSync(join(folder, name), content);
  const configFile = join(folder, "sallyport.config.json");
  if (options.asItIs !== true) writeFileSync(configFile, JSON.stringify(settings));
  const child = spawn(process.execPath, [program, "start", "--config", configFile], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  (options.finished ?? onTestFinished)(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
  });
  let stdout = "";
  let stderr = "";
  const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (stdout.includes("\n")) resolve();
    });
    child.on("error", reject);
    closed.then(
      ([status]) => reject(new Error(`the server ended with status ${status}:\n${stderr}`)),
      reject,
    );
  });
  const addresses = JSON.parse(stdout.replace(/^ready /, "")) as {
    auth: string;
    acct: string;
    console: string;
    ras?: Record<string, string>;
  };
  return {
    process: child,
    folder,
    configFile,
    ras: {},
    ...addresses,
    log: () => stderr,
    logged: async (text) => {
      const contains = (): boolean => (typeof text === "string" ? stderr.includes(text) : text.test(stderr));
      while (!contains()) await once(child.stderr, "data");
    },
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      const [status, endedBy] = await closed;
      return { status, signal: endedBy, stdout, stderr };
    },
    command: (...args) => sallyport([...args, "--config", configFile], { cwd: folder }),
  };
}

/** Runs a command of the program to its end. */
export function sallyport(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return run(process.execPath, [program, ...args], options);
}
