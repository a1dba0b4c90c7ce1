import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { run } from "./run.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const program = "smbd";

/** Samba's file server on a port of its own, with one account, that of `root`; it is ended when the test has finished. */
export async function startSmbd(password: string): Promise<number> {
  const folder = temporaryFolder();
  const port = await freePort();
  for (const name of ["lock", "private", "state", "cache"]) mkdirSync(join(folder, name));
  const configuration = join(folder, "smb.conf");
  writeFileSync(
    configuration,
    `[global]
workgroup = TESTDOM
netbios name = PEER
server role = standalone
interfaces = lo
bind interfaces only = yes
smb ports = ${port}
disable netbios = yes
passdb backend = tdbsam:${folder}/passdb.tdb
ntlm auth = ntlmv2-only
server signing = mandatory
load printers = no
disable spoolss = yes
lock directory = ${folder}/lock
private dir = ${folder}/private
state directory = ${folder}/state
cache directory = ${folder}/cache
pid directory = ${folder}
log file = ${folder}/log
`,
  );
  const added = await run("smbpasswd", ["-c", configuration, "-s", "-a", "root"], {
    input: `${password}\n${password}\n`,
  });
  if (added.status !== 0) throw new Error(`smbpasswd: ${added.stderr}`);
  // It signals its process group when it ends: it gets one of its own.
  const child = spawn(program, ["-s", configuration, "-F", "--no-process-group"], {
    detached: true,
    stdio: "ignore",
  });
  const closed = once(child, "close");
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await closed;
  });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await isListening(port)) return port;
    if (child.exitCode !== null) throw new Error(`smbd ended with status ${child.exitCode}`);
    await wait(50);
  }
  throw new Error("smbd does not listen");
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
