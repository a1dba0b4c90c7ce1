import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { BenchError } from "../bench-error.ts";
import { account, type EapMethod, secret } from "../cases.ts";
import type { LoadGenerator } from "../load-generator.ts";
import type { RunningProcess, Scope } from "../scope.ts";
import type { BenchServer } from "./bench-server.ts";
import {
  clientsConfiguration,
  eapModule,
  type FreeRadiusPlace,
  mainConfiguration,
  siteConfiguration,
  unusedModules,
  usersFile,
} from "./freeradius-configuration.ts";
import { type FreeRadiusTls, innerTunnelSite, tlsEapModule } from "./freeradius-tls-configuration.ts";

const execute = promisify(execFile);
/** Debian's folders; a user's PATH often leaves the first one out. */
const program = "/usr/sbin/freeradius";
const delivered = "/etc/freeradius/3.0";
/** How long a start may take, in milliseconds. */
const startLimit = 15_000;

/** @throws {BenchError} where FreeRADIUS is not installed */
export async function freeRadiusVersion(): Promise<string> {
  try {
    const { stdout } = await execute(program, ["-v"]);
    return /Version ([\d.]+)/.exec(stdout)?.[1] ?? "unknown";
  } catch (cause) {
    throw new BenchError(
      `FreeRADIUS is not installed: there is no ${program}`,
      "bash scripts/install-peers.sh",
      cause,
    );
  }
}

/** What it offers by EAP: one of the methods without TLS first, or one with TLS. */
export type FreeRadiusEap = EapMethod | FreeRadiusTls;

/** Starts a private FreeRADIUS with threads, from a copy of Debian's configuration, that offers this EAP method first. */
export async function startFreeRadius(
  scope: Scope,
  generator: LoadGenerator,
  eap: FreeRadiusEap,
): Promise<BenchServer> {
  const folder = scope.temporaryFolder();
  const place: FreeRadiusPlace = {
    configuration: join(folder, "configuration"),
    run: join(folder, "run"),
    log: join(folder, "log"),
    auth: await freePort(),
    acct: await freePort(),
  };
  writeConfiguration(place, eap);

  const child = await scope.start(program, ["-f", "-d", place.configuration], { cwd: folder });
  child.stdout.resume();
  await answering(scope, generator, child, place);
  const ended = (): string | undefined => {
    const status = child.ended();
    return status === undefined ? undefined : `it ended with ${status}`;
  };
  return { name: "FreeRADIUS", pid: child.pid, auth: place.auth, acct: place.acct, ended };
}

function writeConfiguration(place: FreeRadiusPlace, eap: FreeRadiusEap): void {
  const { configuration } = place;
  try {
    // Links such as "../mods-available/pap" must go on pointing into the copy.
    cpSync(delivered, configuration, { recursive: true, verbatimSymlinks: true });
  } catch (cause) {
    throw new BenchError(
      `FreeRADIUS's configuration cannot be copied: ${(cause as Error).message}`,
      "Debian lets only root and the group freerad read it: run the benchmark as one of these",
      cause,
    );
  }
  mkdirSync(place.run);
  mkdirSync(place.log);
  const replace = (name: string, text: string): void => {
    const file = join(configuration, name);
    rmSync(file, { force: true });
    writeFileSync(file, text);
  };
  for (const module of unusedModules) rmSync(join(configuration, "mods-enabled", module), { force: true });
  for (const site of readdirSync(join(configuration, "sites-enabled")))
    rmSync(join(configuration, "sites-enabled", site));
  const main = readFileSync(join(configuration, "radiusd.conf"), "utf8");
  replace("radiusd.conf", mainConfiguration(main, place));
  replace("clients.conf", clientsConfiguration(secret));
  replace("mods-config/files/authorize", usersFile(account));
  replace("mods-enabled/eap", typeof eap === "string" ? eapModule(eap) : tlsEapModule(eap));
  if (typeof eap !== "string") replace("sites-enabled/inner-tunnel", innerTunnelSite);
  replace("sites-enabled/default", siteConfiguration(place));
}

/** Waits for the first right answer: nothing is logged, so nothing else tells that it is ready. */
async function answering(
  scope: Scope,
  generator: LoadGenerator,
  child: RunningProcess,
  place: FreeRadiusPlace,
): Promise<void> {
  const end = performance.now() + startLimit;
  while (child.ended() === undefined && performance.now() < end) {
    const request = ["--mode", "pap", "--message-authenticator"];
    const { ok } = await generator.run({ port: place.auth, count: 1, timeout: 200, request });
    if (ok === 1) return;
    await delay(100, undefined, { signal: scope.signal });
  }
  throw new BenchError(
    `FreeRADIUS did not start:\n${await checkConfiguration(place.configuration)}`,
    "a FreeRADIUS 3.2 from Debian is expected, with its configuration as delivered: apt-get install freeradius",
  );
}

async function checkConfiguration(folder: string): Promise<string> {
  const { stdout } = await execute(program, ["-C", "-X", "-d", folder], { timeout: 10_000 }).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? String(error) }),
  );
  return stdout.trim().split("\n").slice(-8).join("\n");
}

/** A UDP port of loopback that nobody uses now. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}
