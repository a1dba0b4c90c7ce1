import { password as askPassword, text as askText, isCancel } from "@clack/prompts";
import { type EapUserInterface, openEapMethods } from "@sallyport/eap";
import { type EapConversationLog, ladderDiagram } from "@sallyport/eap-radius";
import { runEapConversation } from "@sallyport/eap-radius/node";
import { attributesFromNames } from "@sallyport/radius";
import { silentLog } from "@sallyport/runtime";
import { Command, Option } from "commander";
import { type EapMethodName, eapMethodNames, type TunnelName, tunnelNames } from "../eap/eap-methods.ts";
import { type PeerMethodOptions, peerMethod } from "../eap/peer-method.ts";
import { loadSettings } from "../settings/load-settings.ts";
import { findSettingsFile, paint, tell, UsageError } from "./command-line.ts";
import { eapPkiCommand } from "./eap-pki.ts";
import {
  isSystemError,
  type PasswordOptions,
  passwordOf,
  type SecretOptions,
  secretOf,
  serverOf,
} from "./radius-target.ts";

interface TestOptions extends SecretOptions, PasswordOptions, PeerMethodOptions {
  readonly config?: string;
  readonly method: EapMethodName | TunnelName;
  readonly anonymousIdentity?: string;
  readonly resume?: boolean;
  readonly attribute: readonly string[];
  readonly answer: readonly string[];
  readonly eapStart?: boolean;
  readonly timeout: string;
  readonly json?: boolean;
}

/** `sallyport eap test`: a supplicant and its access server in one. */
export function eapCommand(): Command {
  const test = new Command("test")
    .description("Lead an EAP conversation with a RADIUS server and draw it.")
    .usage("[options] [server] <user>")
    .argument("<words...>", "the server as address:port (default: the one that runs here), and the identity")
    .addOption(
      new Option("-m, --method <method>", "the EAP method")
        .choices([...eapMethodNames, ...tunnelNames])
        .makeOptionMandatory(),
    )
    .option("--inner <method>", "inside of peap or ttls: mschapv2, gtc, pap, eap-md5 ... (default: mschapv2)")
    .option("--ca <file>", "the authority of the server's certificate; may be repeated", collect, [])
    .option(
      "--server-name <name>",
      "a name that the server's certificate may have; may be repeated",
      collect,
      [],
    )
    .option("--any-server-name", "take any server that the authority vouches for")
    .option("--any-server", "look at no certificate: for tests where nothing is at stake")
    .option("--cert <file>", "the client's certificate, for tls")
    .option("--key <file>", "its private key")
    .option("--passphrase-file <file>", "a file whose first line opens the key")
    .option("--anonymous-identity <identity>", "who to be outside of the tunnel (default: the user)")
    .addOption(new Option("--tls-version <version>", "this version of TLS only").choices(["1.2", "1.3"]))
    .option("--fragment-size <octets>", "cut the client's messages of TLS into such pieces")
    .option("--resume", "log on twice: the second time resumes the session of the first")
    .option(
      "-c, --config <file>",
      "take server, secret and password from the settings of a server on this machine",
    )
    .option("--secret-env <name>", "an environment variable that holds the shared secret")
    .option("--secret-file <file>", "a file that holds the shared secret")
    .option(
      "--secret <secret>",
      "the shared secret (visible to other users of this machine: prefer --secret-file)",
    )
    .option(
      "--password-env <name>",
      "an environment variable that holds the password, or the passphrase of otp",
    )
    .option("--password-file <file>", "a file that holds it")
    .option("--password <password>", "the password itself (default: you are asked)")
    .option("-a, --attribute <name=value>", "a further RADIUS attribute; may be repeated", collect, [])
    .option(
      "--answer <text>",
      "what to answer to a question of the method; may be repeated (default: you are asked)",
      collect,
      [],
    )
    .option("--eap-start", "begin with EAP-Start instead of the identity")
    .option("--timeout <seconds>", "how long to wait for an answer, retransmissions included", "10")
    .option("--json", "print the conversation as JSON")
    .addHelpText(
      "after",
      `
The diagram shows each RADIUS packet with the EAP packet in it and the messages of TLS, never their content. Keys that the server sends are
compared with those of the method.

Exit status: 0 accepted, 1 rejected, 2 wrong usage, 3 no answer, 5 anything else, such as keys that differ.

Examples:
  sallyport eap test --method mschapv2 alice
  sallyport eap test --method peap --inner mschapv2 --ca ca.pem --server-name radius.lab.example alice
  sallyport eap test --method ttls --inner pap --ca ca.pem --server-name radius.lab.example \\
    --anonymous-identity anonymous@lab.example alice
  sallyport eap test --method tls --ca ca.pem --server-name radius.lab.example --cert alice.pem --key alice.key \\
    alice@lab.example
  sallyport eap test --method md5 192.0.2.1:1812 --secret-env RADIUS_SECRET alice
  sallyport eap test --method gtc 192.0.2.1:1812 --secret-file lab.secret --answer 123456 alice
  sallyport eap test --method otp alice --password-file passphrase -a NAS-Port-Type=Wireless-802.11 --json`,
    )
    .action((words: readonly string[], options: TestOptions) => tell(() => runTest(words, options)));
  return new Command("eap")
    .description("EAP: a client that draws its conversation, and a laboratory for 802.1X.")
    .addCommand(test)
    .addCommand(eapPkiCommand());
}

async function runTest(words: readonly string[], options: TestOptions): Promise<number> {
  const user = words.at(-1) ?? "";
  const given = words.length > 1 ? words[0] : undefined;
  if (words.length > 2) throw new UsageError(`${words.length} words are too many`, "write [server] <user>");
  const file = options.config ?? (given === undefined ? findSettingsFile() : undefined);
  const settings = file === undefined ? undefined : await loadSettings(file);
  const seconds = Number(options.timeout);
  if (!(seconds > 0)) {
    throw new UsageError(
      `--timeout ${options.timeout} is no positive number`,
      "write for example --timeout 10",
    );
  }
  const server = given ?? serverOf(settings, "auth");
  const secret = await secretOf(options, settings);
  const { registration, needsPassword } = await peerMethod(options, user);
  const withoutPassword = !needsPassword || (options.answer.length > 0 && !hasPassword(options));
  const password = withoutPassword ? null : await passwordOf(user, options, settings);
  const { methods } = await openEapMethods([registration], { log: silentLog });
  try {
    const conversation = {
      server,
      secret,
      methods,
      identity: options.anonymousIdentity ?? user,
      password,
      user: answering(options.answer),
      attributes: attributesFromNames({ ...defaultAttributes, ...further(options.attribute) }),
      eapStart: options.eapStart ?? false,
      timeout: seconds * 1_000,
    };
    const first = await runEapConversation(conversation);
    print(first, options);
    if (options.resume !== true || exitStatus(first) !== 0) return exitStatus(first);
    const second = await runEapConversation(conversation);
    print(second, options);
    return exitStatus(second);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      throw new UsageError(error.message, "see --help");
    if (!isSystemError(error)) throw error;
    process.stderr.write(`${paint("red", "no answer:")} ${(error as Error).message}\n`);
    return 3;
  }
}

function print(log: EapConversationLog, { json }: TestOptions): void {
  process.stdout.write(json ? `${JSON.stringify(log)}\n` : `${ladderDiagram(log)}\n`);
}

/** What an access point says of itself. */
const defaultAttributes = {
  "NAS-Identifier": "sallyport-test",
  "NAS-Port-Type": "Wireless-802.11",
  "Service-Type": "Framed-User",
  "Framed-MTU": 1_400,
};

function hasPassword({ password, passwordFile, passwordEnv }: PasswordOptions): boolean {
  return [password, passwordFile, passwordEnv].some((one) => one !== undefined);
}

/** The prepared answers first, then the person at the terminal, where there is one. */
function answering(prepared: readonly string[]): EapUserInterface {
  const left = [...prepared];
  return {
    async ask({ text, echo = true }) {
      const next = left.shift();
      if (next !== undefined) return next;
      if (!process.stdin.isTTY) return null;
      const typed = await (echo ? askText({ message: text }) : askPassword({ message: text }));
      return isCancel(typed) ? null : typed;
    },
    show: (text) => void process.stderr.write(`${text}\n`),
  };
}

function further(pairs: readonly string[]): Record<string, string | string[]> {
  const attributes: Record<string, string | string[]> = {};
  for (const pair of pairs) {
    const [name = "", ...rest] = pair.split("=");
    if (rest.length === 0) throw new UsageError(`--attribute ${pair} has no "="`, "write NAME=VALUE");
    const present = attributes[name];
    const value = rest.join("=");
    attributes[name] = present === undefined ? value : [present, value].flat();
  }
  return attributes;
}

function exitStatus({ result, entries }: EapConversationLog): number {
  switch (result.kind) {
    case "accepted":
      return 0;
    case "rejected":
      return 1;
    case "failed":
      return entries.at(-1)?.direction === "sent" ? 3 : 5;
  }
}

function collect(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}
