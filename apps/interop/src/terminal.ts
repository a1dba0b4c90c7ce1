import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { run } from "./run.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A program on a pseudo-terminal, with somebody in front of it. */
export interface Terminal {
  /** What is on the screen so far. */
  screen(): string;
  sees(text: string): Promise<void>;
  types(text: string): void;
  /** Hangs up: the program is killed. */
  kill(): Promise<void>;
  readonly closed: Promise<unknown>;
}

/** Starts a program on a pseudo-terminal of its own; it is stopped when the test has finished. */
export function terminal(command: string): Terminal {
  const child = spawn("socat", ["-", `EXEC:"${command}",pty,setsid,ctty,sane,echo=0`], { stdio: "pipe" });
  const closed = once(child, "close");
  let screen = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("latin1").on("data", (text: string) => {
      screen += text;
    });
  child.stdin.on("error", () => {});
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await closed;
  };
  onTestFinished(kill);
  return {
    screen: () => screen,
    sees: (text) => expect.poll(() => screen, { timeout: 20_000 }).toContain(text),
    types: (text) => void child.stdin.write(text),
    kill,
    closed,
  };
}

/** Makes a serial device that leads to a TCP port: what a modem would be. It is gone when the test has finished. */
export async function serialLine(address: string): Promise<string> {
  const device = join(temporaryFolder(), "modem");
  const child = spawn("socat", [`PTY,link=${device},raw,echo=0`, `TCP:${address},nodelay`], {
    stdio: "ignore",
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
  });
  await expect.poll(() => existsSync(device), { timeout: 10_000 }).toBe(true);
  return device;
}

/** Dials with chat on a pseudo-terminal. `status`: 0 the script ran, 3 a text did not come, 4 the first ABORT text came. */
export async function chat(
  address: string,
  script: string,
): Promise<{ readonly status: number; readonly said: string }> {
  const folder = temporaryFolder({ script });
  const program = join(folder, "dial.sh");
  writeFileSync(
    program,
    `#!/bin/sh\nchat -s -S -v -f ${join(folder, "script")} 2>${join(folder, "said")}\necho $? >${join(folder, "status")}\n`,
  );
  chmodSync(program, 0o755);
  await run("socat", [`TCP:${address},nodelay`, `EXEC:${program},pty,raw,echo=0`]);
  return {
    status: Number(readFileSync(join(folder, "status"), "utf8")),
    said: readFileSync(join(folder, "said"), "latin1"),
  };
}
