import { readFile } from "node:fs/promises";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import { type CallerStep, DialInCaller, TelnetEnd } from "@sallyport/ras-security";
import { systemClock } from "@sallyport/runtime";
import { Command } from "commander";
import { paint, tell, UsageError } from "./command-line.ts";

interface DialOptions {
  readonly telnet?: boolean;
  readonly timeout: string;
}

/** How long a hang-up may take, in milliseconds. */
const hangUpLimit = 2_000;
/** The key that ends an interactive call, as in telnet: Ctrl-]. */
const quit = 0x1d;

/** `sallyport ras dial`: a caller, with or without a person. */
export function dialCommand(): Command {
  const steps: CallerStep[] = [];
  const files: Promise<void>[] = [];
  return new Command("dial")
    .description("Dial in: with your keyboard, or by a script of --expect and --send.")
    .argument("<address>", "HOST:PORT, or unix:PATH")
    .option("--telnet", "speak telnet")
    .option(
      "--expect <text>",
      "wait for a text; may be repeated",
      (text: string) => void steps.push({ expect: text }),
    )
    .option(
      "--send <text>",
      "type a text and Enter (ends in \\c: without Enter); may be repeated",
      (text: string) => void steps.push({ send: keys(text) }),
    )
    .option("--send-file <file>", "type the first line of a file and Enter: for secrets", (file: string) => {
      const index = steps.push({}) - 1;
      files.push(
        readFile(file, "utf8").then((text) => {
          steps[index] = { send: `${text.split(/\r?\n/)[0]}\r` };
        }),
      );
    })
    .option("--timeout <seconds>", "how long a script waits for each text", "30")
    .addHelpText(
      "after",
      `
Without a script, what you type goes out and what comes is shown; Ctrl-] hangs up. A script runs its steps in the
order in which they stand, then hangs up; end it with what must come last.
Exit status: 0 the script ran to its end, or the line was closed; 1 it was closed too early; 3 a text did not come.

Examples:
  sallyport ras dial 127.0.0.1:7000
  sallyport ras dial 127.0.0.1:7000 --expect Username: --send alice --expect Passcode: --send-file code --expect Welcome
  sallyport ras dial unix:./gate.sock --telnet`,
    )
    .action((address: string, options: DialOptions) =>
      tell(async () => {
        await Promise.all(files).catch((error: Error) => {
          throw new UsageError(error.message, "check the file of --send-file");
        });
        const seconds = Number(options.timeout);
        if (!(seconds > 0)) {
          throw new UsageError(
            `--timeout ${options.timeout} is no positive number`,
            "write for example --timeout 10",
          );
        }
        const socket = await dialled(address);
        return converse(socket, { steps, telnet: options.telnet === true, timeoutMs: seconds * 1_000 });
      }),
    );
}

async function dialled(address: string): Promise<Socket> {
  const socket = connect({ ...targetOf(address), noDelay: true } as NetConnectOpts);
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error) =>
      reject(
        new UsageError(
          `${address} does not answer: ${error.message}`,
          "`sallyport ras ports` shows where to dial",
        ),
      ),
    );
  });
}

function targetOf(address: string): NetConnectOpts {
  if (address.startsWith("unix:")) return { path: address.slice("unix:".length) };
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new UsageError(`${address} is no address to dial`, "write HOST:PORT or unix:PATH");
  }
  return { host: match[1] ?? match[2] ?? "", port };
}

function converse(
  socket: Socket,
  options: { readonly steps: readonly CallerStep[]; readonly telnet: boolean; readonly timeoutMs: number },
): Promise<number> {
  const { steps, timeoutMs } = options;
  const telnet = options.telnet ? new TelnetEnd("client") : undefined;
  const isScripted = steps.length > 0;
  return new Promise((resolve) => {
    let hasEnded = false;
    /** A server that does not close its end is not waited for. */
    const hangUp = (): void => {
      socket.end();
      setTimeout(() => socket.destroy(), hangUpLimit).unref();
    };
    const caller = new DialInCaller({
      clock: systemClock,
      script: steps,
      timeoutMs,
      send: (bytes) => void socket.write(telnet?.encode(bytes) ?? bytes),
      hangUp,
      onText: (bytes) => void process.stdout.write(bytes),
      onScriptEnd: () => {
        hasEnded = true;
        hangUp();
      },
    });
    const keyboard = isScripted ? undefined : typeFrom(process.stdin, caller);
    socket.on("data", (bytes: Uint8Array) => {
      const { data, reply } = telnet?.received(bytes) ?? { data: bytes, reply: undefined };
      if (reply !== undefined && reply.length > 0) socket.write(reply);
      // Behind the dialog everything is shown, also what looks like PPP.
      if (isScripted) caller.received(data);
      else process.stdout.write(data);
    });
    socket.on("error", () => {});
    socket.once("close", () => {
      const expected = caller.expecting;
      const timedOut = caller.error !== 0;
      caller.lost();
      keyboard?.();
      if (!isScripted || hasEnded) resolve(0);
      else {
        const why = timedOut ? "did not come in time" : "did not come: the line was closed";
        process.stderr.write(`\n${paint("red", "error:")} ${JSON.stringify(expected)} ${why}\n`);
        resolve(timedOut ? 3 : 1);
      }
    });
    caller.connected();
  });
}

/** Sends what a person types, key by key; returns how to stop. */
function typeFrom(input: NodeJS.ReadStream, caller: DialInCaller): () => void {
  const isTerminal = input.isTTY === true;
  if (isTerminal) {
    input.setRawMode(true);
    process.stderr.write(`${paint("dim", "Ctrl-] hangs up.")}\r\n`);
  }
  const onData = (bytes: Buffer): void => {
    if (isTerminal && bytes.includes(quit)) caller.hangUp();
    else caller.type(bytes);
  };
  input.on("data", onData);
  return () => {
    input.off("data", onData);
    if (isTerminal) input.setRawMode(false);
    input.pause();
  };
}

/** A text as it is typed: Enter behind it, unless it ends in `\c`; `\r`, `\n`, `\t` and `\\` are keys. */
function keys(text: string): string {
  const isOpen = text.endsWith("\\c");
  const typed = (isOpen ? text.slice(0, -2) : text).replace(
    /\\([rnt\\])/g,
    (_, key: string) => escapes[key] ?? key,
  );
  return isOpen ? typed : `${typed}\r`;
}

const escapes: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", "\\": "\\" };
