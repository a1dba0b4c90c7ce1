import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePorts } from "./free-port.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface FreeRadiusProxyOptions {
  /** Where requests are forwarded to: "127.0.0.1:50000". */
  readonly auth: string;
  readonly acct: string;
  /** The secret that it shares with the server behind it; with its clients it shares "testing123". */
  readonly secret: string;
}

export interface FreeRadiusProxy {
  readonly auth: string;
  readonly acct: string;
  /** All that it has written to its log so far. */
  log(): string;
}

/**
 * Starts a private FreeRADIUS that forwards every request to one server: own folder, own ports on loopback, no module.
 * It is stopped when the test has finished.
 */
export async function startFreeRadiusProxy(options: FreeRadiusProxyOptions): Promise<FreeRadiusProxy> {
  const [auth, acct] = await freePorts(2);
  const log = await startFreeRadius((folder) => configuration({ ...options, folder, ports: { auth, acct } }));
  return { auth: `127.0.0.1:${auth}`, acct: `127.0.0.1:${acct}`, log };
}

/**
 * Starts FreeRADIUS with a configuration of its own, in a folder of its own; it is stopped when the test has finished.
 *
 * @returns what it has written to its log so far
 */
export async function startFreeRadius(
  configurationIn: (folder: string) => string,
  files: Readonly<Record<string, string>> = {},
): Promise<() => string> {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, "radiusd.conf"), configurationIn(folder));
  const child = spawn("freeradius", ["-f", "-l", "stdout", "-d", folder], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => stop(child));
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", () => log.includes("Ready to process requests") && resolve());
    child.on("error", reject).on("close", () => reject(new Error(`FreeRADIUS did not start:\n${log}`)));
  });
  return () => log;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "close");
}

/** The part of a virtual server that takes passwords, and EAP with what its methods need of them. */
export const passwordSections = `
  authorize {
    files
    chap
    mschap
    eap
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
    Auth-Type CHAP {
      chap
    }
    Auth-Type MS-CHAP {
      mschap
    }
    eap
  }`;

/** The modules that those sections need, beside `eap`; `users` stands in the folder. */
export function passwordModules(folder: string): string {
  return `
  files {
    usersfile = ${folder}/users
  }
  pap {
  }
  chap {
  }
  mschap {
    use_mppe = yes
  }`;
}

/** Names with their clear passwords, as the file `users` has them. */
export function usersFile(users: Readonly<Record<string, string>>): string {
  return Object.entries(users)
    .map(([name, password]) => `"${name}" Cleartext-Password := "${password}"\n`)
    .join("");
}

interface Place extends FreeRadiusProxyOptions {
  readonly folder: string;
  readonly ports: { readonly auth: number | undefined; readonly acct: number | undefined };
}

function configuration({ folder, ports, auth, acct, secret }: Place): string {
  return `
${freeRadiusPlaces(folder)}
proxy_requests = yes
client access_server {
  ipaddr = 127.0.0.1
  secret = testing123
}
${homeServer("auth", auth, secret)}
${homeServer("acct", acct, secret)}
realm everybody {
  auth_pool = auth
  acct_pool = acct
}
server proxy {
  ${listener("auth", ports.auth)}
  ${listener("acct", ports.acct)}
  authorize {
    update control {
      &Proxy-To-Realm := "everybody"
    }
  }
  preacct {
    update control {
      &Proxy-To-Realm := "everybody"
    }
  }
}
`;
}

function homeServer(type: "auth" | "acct", server: string, secret: string): string {
  const [address, port] = server.split(":");
  return `home_server ${type} {
  type = ${type}
  ipaddr = ${address}
  port = ${port}
  secret = ${secret}
  status_check = none
}
home_server_pool ${type} {
  home_server = ${type}
}`;
}

function listener(type: "auth" | "acct", port: number | undefined): string {
  return `listen {
    type = ${type}
    ipaddr = 127.0.0.1
    port = ${port}
  }`;
}

/** What every configuration here begins with: everything in one folder, one worker, no delays. */
export function freeRadiusPlaces(folder: string): string {
  return `prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = ${folder}
run_dir = ${folder}
db_dir = ${folder}
logdir = ${folder}
log {
  destination = stdout
}
security {
  reject_delay = 0
}
thread pool {
  start_servers = 1
  max_servers = 2
}`;
}
