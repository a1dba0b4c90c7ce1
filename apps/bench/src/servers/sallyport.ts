import { closeSync, copyFileSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { SettingsInput } from "@sallyport/server";
import { BenchError } from "../bench-error.ts";
import { account, type EapMethod, eapMethods, secret } from "../cases.ts";
import type { Scope } from "../scope.ts";
import type { BenchServer } from "./bench-server.ts";

/** The program, as it is started in a checkout. */
const program = fileURLToPath(new URL("../../../server/src/main.ts", import.meta.url));
const extension = new URL("../greeting-extension.ts", import.meta.url);
/** How long a start may take, in milliseconds. */
const startLimit = 20_000;

/** Loopback, any port, one account, one extension; the rest is what the server does by itself. */
const settings: SettingsInput = {
  radius: {
    auth: "127.0.0.1:0",
    acct: "127.0.0.1:0",
    clients: [{ name: "bench", address: "127.0.0.1", secret }],
  },
  accounts: [{ ...account }],
  extensions: { authentication: ["./greeting-extension.ts"] },
  state: "./state",
  console: false,
  log: { requests: false },
};

export interface SallyportServer extends BenchServer {
  /** What it prints after its ready line. */
  readonly stdout: Readable;
}

export interface SallyportOptions {
  /** The EAP method that it offers first. Default: md5. */
  readonly firstMethod?: EapMethod;
  /** How many EAP conversations may wait for their peer; without it as many as the server allows by itself. */
  readonly conversations?: number;
  /** Methods with TLS in place of the others, with what they need. */
  readonly tls?: Pick<SettingsInput, "authentication" | "defaultDomain"> & Pick<SettingsInput, "eap">;
  /** Arguments of Node. */
  readonly node?: readonly string[];
}

/** Starts the server of this checkout with one synchronous extension, every request traced. */
export async function startSallyport(scope: Scope, options: SallyportOptions = {}): Promise<SallyportServer> {
  const { firstMethod = "md5", conversations, node = [], tls } = options;
  const methods = [firstMethod, ...eapMethods.filter((method) => method !== firstMethod)];
  const eap = { methods, ...(conversations !== undefined && { conversations }) };
  const folder = scope.temporaryFolder();
  const config = join(folder, "sallyport.config.json");
  const logFile = join(folder, "log.txt");
  writeFileSync(config, JSON.stringify({ ...settings, eap, ...tls }));
  copyFileSync(extension, join(folder, basename(extension.pathname)));

  const log = openSync(logFile, "a");
  const child = await scope.start(process.execPath, [...node, program, "start", "--config", config], {
    cwd: folder,
    stderr: log,
  });
  closeSync(log);
  const ended = (): string | undefined => {
    const status = child.ended();
    return status === undefined ? undefined : `it ended with ${status}:\n${logTail(logFile)}`;
  };

  const signal = AbortSignal.any([scope.signal, AbortSignal.timeout(startLimit)]);
  for await (const line of createInterface({ input: child.stdout, signal })) {
    if (!line.startsWith("ready ")) continue;
    const { auth, acct } = JSON.parse(line.slice("ready ".length)) as { auth: string; acct: string };
    const { pid, stdout } = child;
    stdout.resume();
    return { name: "Sallyport", pid, stdout, auth: portOf(auth), acct: portOf(acct), ended };
  }
  scope.signal.throwIfAborted();
  throw new BenchError(
    `the Sallyport server did not start: ${ended() ?? `no ready line; its log:\n${logTail(logFile)}`}`,
    "see what it says above; `npm start` must work first",
  );
}

/** The last lines of a log. */
function logTail(file: string): string {
  return readFileSync(file, "utf8").trim().split("\n").slice(-12).join("\n");
}

function portOf(address: string): number {
  return Number(/\d+$/.exec(address)?.[0]);
}
