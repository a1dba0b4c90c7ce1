import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";

/** How many calls a guest can make or take between its start and its end: one serial line each. */
const lines = 50;
const init = fileURLToPath(new URL("guest-init.sh", import.meta.url));

/** A call of pppd, by the words of its manual page. */
export interface PppdCall {
  /** Options of pppd, one a line, besides those that every call has. */
  readonly options: readonly string[];
  /** A script of chat that runs before PPP. */
  readonly chat?: string;
  /** How many pings are sent when the network is up. Default 2. */
  readonly pings?: number;
}

export interface GuestSettings {
  readonly jobs: string;
  /** Lines of chap-secrets and pap-secrets: client, server, secret, addresses. */
  readonly secrets: readonly string[];
  /** Seconds after which the guest is halted in any case. */
  readonly limitSeconds?: number;
}

/** What became of a call: pppd's exit status, and its log. */
interface PppdEnd {
  readonly status: number;
  readonly log: string;
}

/** A real pppd on a line that this process holds the other end of. */
export interface PppdOnLine {
  /** The line: what pppd sends is read, what is written reaches pppd; its end is the loss of the carrier. */
  readonly line: Duplex;
  /** pppd has opened its line, and chat, where there is one, waits. */
  readonly dialing: Promise<void>;
  /** IPCP is open, and the pings have been sent. */
  readonly up: Promise<{ readonly local: string; readonly remote: string; readonly answered: number }>;
  readonly done: Promise<PppdEnd>;
  end(signal: "TERM" | "HUP" | "KILL"): void;
  /** What pppd has sent and received, as its `record` option keeps it. */
  recorded(): Uint8Array;
}

/** A guest of User Mode Linux: boots once, and makes many calls. */
export interface PppdGuest {
  call(call: PppdCall): PppdOnLine;
  stop(): Promise<void>;
}

interface Told {
  readonly dialing: () => void;
  readonly up: (words: readonly string[]) => void;
  readonly done: (status: number) => void;
}

/** Boots a guest. Rejects when it does not come up, with what it said. */
export async function bootGuest({ jobs, secrets, limitSeconds = 300 }: GuestSettings): Promise<PppdGuest> {
  for (const name of ["chap-secrets", "pap-secrets"]) {
    writeFileSync(join(jobs, name), secrets.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  }
  const child = spawn(
    "linux.uml",
    [
      ...["mem=96M", "rootfstype=hostfs", "rootflags=/", "ro", "quiet", `init=${init}`],
      ...["con=null", "con0=null,fd:2", "ssl=null"],
      ...Array.from({ length: lines + 1 }, (_, index) => `ssl${index}=fd:${index + 3}`),
      ...[`JOBS=${jobs}`, `LIMIT=${limitSeconds}`],
    ],
    {
      // It forks: its end has to be that of all of them.
      detached: true,
      env: { PATH: process.env["PATH"], HOME: jobs, TMPDIR: jobs },
      stdio: ["ignore", "ignore", "pipe", ...Array.from({ length: lines + 1 }, () => "pipe" as const)],
    },
  );
  const kill = (): void => killGroup(child);
  process.once("exit", kill);
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const told = new Map<number, Told>();
  const control = lineOf(child, 0);
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status) => reject(new Error(`the guest ended with status ${status}: ${said}`)));
    eachLine(control, (line) => {
      if (line === "ready") resolve();
      else hear(told, line);
    });
  });
  let ended = false;
  void exited.then(() => {
    ended = true;
    kill();
    process.off("exit", kill);
    for (const { done } of told.values()) done(-1);
  });
  let calls = 0;
  return {
    call(call) {
      if (ended) throw new Error(`the guest has ended: ${said}`);
      const number = ++calls;
      if (number > lines) throw new Error(`a guest has ${lines} lines`);
      const folder = join(jobs, String(number));
      mkdirSync(folder);
      chmodSync(folder, 0o755);
      const options = [
        ...["115200", "local", "nocrtscts", "nodetach", "nodefaultroute", "debug", "noipdefault"],
        ...[`connect "/run/connect ${number}"`, `ipparam ${number}`, `unit ${number}`],
        ...[`record /run/jobs/${number}/record`, ...call.options],
      ];
      writeFileSync(join(folder, "options"), options.map((option) => `${option}\n`).join(""));
      writeFileSync(join(folder, "pings"), `${call.pings ?? 2}\n`);
      if (call.chat !== undefined) writeFileSync(join(folder, "chat"), call.chat);
      const line = lineOf(child, number);
      const dialing = settlement<void>();
      const up = settlement<{ local: string; remote: string; answered: number }>();
      const done = settlement<PppdEnd>();
      const log = (): string => {
        const file = join(folder, "log");
        return existsSync(file) ? readFileSync(file, "utf8") : "";
      };
      up.promise.catch(() => {});
      dialing.promise.catch(() => {});
      told.set(number, {
        dialing: dialing.resolve,
        up: ([local = "", remote = "", answered = ""]) =>
          up.resolve({ local, remote, answered: Number(answered) }),
        done: (status) => {
          // What pppd sent last is still on its way.
          setTimeout(() => line.destroy(), 50);
          const ended = new Error(`pppd ended with status ${status}:\n${log()}`);
          up.reject(ended);
          dialing.reject(ended);
          done.resolve({ status, log: log() });
        },
      });
      control.write(`dial ${number}\n`);
      return {
        line,
        dialing: dialing.promise,
        up: up.promise,
        done: done.promise,
        end: (signal) => void control.write(`end ${number} ${signal}\n`),
        recorded: () => readFileSync(join(folder, "record")),
      };
    },
    async stop() {
      control.write("halt\n");
      const late = setTimeout(kill, 3_000);
      await exited;
      clearTimeout(late);
    },
  };
}

/** Ends a guest with all that it has started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

/** A serial line of the guest: Node's end of a socket pair. */
function lineOf(child: ChildProcess, number: number): Duplex {
  const line = child.stdio[number + 3] as Duplex | null | undefined;
  if (line === null || line === undefined) throw new Error(`the guest has no line ${number}`);
  return line.on("error", () => {});
}

function eachLine(stream: Duplex, take: (line: string) => void): void {
  let text = "";
  stream.on("data", (bytes: Buffer) => {
    text += bytes.toString("latin1").replaceAll("\r", "");
    const whole = text.split("\n");
    text = whole.pop() ?? "";
    for (const line of whole) take(line);
  });
}

function hear(told: ReadonlyMap<number, Told>, line: string): void {
  const [number, word, ...rest] = line.split(" ");
  const call = told.get(Number(number));
  if (word === "dialing") call?.dialing();
  else if (word === "up") call?.up(rest);
  else if (word === "done") call?.done(Number(rest[0]));
}

/** A promise, and the functions that settle it. */
function settlement<Value>(): {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
} {
  let settle: [(value: Value) => void, (error: Error) => void] = [() => {}, () => {}];
  const promise = new Promise<Value>((resolve, reject) => {
    settle = [resolve, reject];
  });
  return { promise, resolve: settle[0], reject: settle[1] };
}
