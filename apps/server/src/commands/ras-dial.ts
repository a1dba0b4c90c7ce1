import { readFile } from "node:fs/promises";
import type { CallerStep } from "@sallyport/ras-security";
import { Command } from "commander";
import { tell, UsageError } from "./command-line.ts";
import { dialled } from "./dial/dial-target.ts";
import { converse } from "./dial/dialog.ts";
import { pppCall } from "./dial/ppp-call.ts";
import { credentialsOf, type DialPppOptions } from "./dial/ppp-options.ts";

interface DialOptions extends DialPppOptions {
  readonly telnet?: boolean;
  readonly timeout: string;
  readonly ppp?: boolean;
  readonly ping?: string | true;
  readonly json?: boolean;
}

/** `sallyport ras dial`: a caller, with or without a person, and PPP behind the dialog. */
export function dialCommand(): Command {
  const steps: CallerStep[] = [];
  const files: Promise<void>[] = [];
  return new Command("dial")
    .description("Dial in: with your keyboard, or by a script of --expect and --send; with --ppp, connect.")
    .argument("<address>", "HOST:PORT, or unix:PATH")
    .option("--telnet", "speak telnet from the start; a server that begins with it is understood anyway")
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
    .option("--timeout <seconds>", "how long a script waits for each text, and PPP for each answer", "30")
    .option("--ppp", "go on to PPP behind the dialog, and draw the call as a ladder")
    .option("--user <name>", "the user name for PPP")
    .option("--password <text>", "the password; other users of this machine can see it")
    .option("--password-file <file>", "read it from the first line of a file")
    .option("--password-env <name>", "read it from an environment variable")
    .option(
      "--auth <protocols>",
      "how to prove who you are, best first: eap,mschapv2,chap,pap",
      "eap,mschapv2,chap",
    )
    .option("--cert <file>", "the caller's certificate, for EAP-TLS instead of a password")
    .option("--key <file>", "its private key")
    .option("--passphrase-file <file>", "a file whose first line opens the key")
    .option("--ca <file>", "the authority of the server's certificate; may be repeated", collect, [])
    .option(
      "--server-name <name>",
      "a name that the server's certificate may have; may be repeated",
      collect,
      [],
    )
    .option("--ping [count]", "send pings to the server when connected (3), then hang up")
    .option("--json", "print the call as JSON")
    .addHelpText(
      "after",
      `
Without a script, what you type goes out and what comes is shown; Ctrl-] hangs up. A script runs its steps in the
order in which they stand, then hangs up; end it with what must come last. With --ppp, the script is followed by PPP; the
connection stays until Ctrl-C, until the server ends it, or until the pings of --ping are done.
Exit status: 0 the script ran to its end, or the line was closed; 1 it was closed too early, or PPP did not connect, or a
ping stayed without reply; 3 a text did not come.

Examples:
  sallyport ras dial 127.0.0.1:7000
  sallyport ras dial 127.0.0.1:7000 --expect Username: --send alice --expect Passcode: --send-file code --expect Welcome
  sallyport ras dial 127.0.0.1:7000 --expect Username: --send alice --expect password: --send-file code --ppp --user alice --password-file pass --ping
  sallyport ras dial 127.0.0.1:7000 --ppp --user alice --cert alice.pem --key alice.key --ca ca.pem --server-name gate.example --ping
  sallyport ras dial unix:./gate.sock`,
    )
    .action((address: string, options: DialOptions) =>
      tell(async () => {
        await Promise.all(files).catch((error: Error) => {
          throw new UsageError(error.message, "check the file of --send-file");
        });
        const common = { address, steps, telnet: options.telnet === true, timeoutMs: timeoutOf(options) };
        if (options.ppp !== true) {
          refuseWithoutPpp(options);
          return converse(await dialled(address), common);
        }
        const credentials = await credentialsOf(options);
        const pings = pingsOf(options.ping);
        const socket = await dialled(address);
        return pppCall(socket, { ...common, credentials, pings, json: options.json === true });
      }),
    );
}

function collect(value: string, all: readonly string[]): string[] {
  return [...all, value];
}

function timeoutOf({ timeout }: DialOptions): number {
  const seconds = Number(timeout);
  if (seconds > 0) return seconds * 1_000;
  throw new UsageError(`--timeout ${timeout} is no positive number`, "write for example --timeout 10");
}

function pingsOf(ping: string | true | undefined): number | undefined {
  if (ping === undefined) return undefined;
  const count = ping === true ? 3 : Number(ping);
  if (Number.isInteger(count) && count >= 1 && count <= 1_000) return count;
  throw new UsageError(`--ping ${ping} is no number of pings`, "write for example --ping 3");
}

function refuseWithoutPpp(options: DialOptions): void {
  for (const name of ["user", "password", "passwordFile", "passwordEnv", "cert", "ping", "json"] as const) {
    if (options[name] === undefined) continue;
    const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${option} is for PPP`, "add --ppp");
  }
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
