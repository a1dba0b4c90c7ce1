import { password as askPassword, isCancel } from "@clack/prompts";
import { type AttributeInput, formatAttribute, RadiusCode, RadiusTimeoutError } from "@sallyport/radius";
import { createRadiusClient, type RadiusAnswer } from "@sallyport/radius/node";
import { Command, Option } from "commander";
import { loadSettings } from "../settings/load-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { findSettingsFile, paint, tell, UsageError } from "./command-line.ts";
import { isSystemError, passwordOf, secretOf, serverOf } from "./radius-target.ts";

interface TestOptions {
  readonly config?: string;
  readonly server?: string;
  readonly secretFile?: string;
  readonly secretEnv?: string;
  readonly secret?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
  readonly attribute: readonly string[];
  readonly answer: readonly string[];
  readonly accounting?: "start" | "interim" | "stop" | "on" | "off";
  readonly timeout: string;
  readonly json?: boolean;
}

/** `sallyport radius test`: the server's own RADIUS client. */
export function radiusCommand(): Command {
  const test = new Command("test")
    .description("Send one request to a RADIUS server and show its answer.")
    .argument("[user]", "the User-Name")
    .option(
      "-c, --config <file>",
      "take server, secret and password from the settings of a server on this machine",
    )
    .option("-s, --server <address:port>", "the server")
    .option(
      "--secret <secret>",
      "the shared secret (visible to other users of this machine: prefer --secret-file)",
    )
    .option("--secret-file <file>", "a file that holds the shared secret")
    .option("--secret-env <name>", "an environment variable that holds the shared secret")
    .option("--password <password>", "the User-Password (prefer --password-file, or be asked)")
    .option("--password-file <file>", "a file that holds the User-Password")
    .option("--password-env <name>", "an environment variable that holds the User-Password")
    .option("-a, --attribute <name=value>", "a further attribute; may be repeated", collect, [])
    .option(
      "--answer <text>",
      "what to answer to an Access-Challenge; may be repeated (default: you are asked)",
      collect,
      [],
    )
    .addOption(
      new Option("--accounting <kind>", "send an Accounting-Request instead").choices([
        "start",
        "interim",
        "stop",
        "on",
        "off",
      ]),
    )
    .option("--timeout <seconds>", "how long to wait for an answer, retransmissions included", "10")
    .option("--json", "print the answer as JSON")
    .addHelpText(
      "after",
      `
Exit status: 0 Access-Accept or Accounting-Response, 1 Access-Reject, 2 wrong usage, 3 no answer, 4 Access-Challenge.

Examples:
  sallyport radius test alice
  sallyport radius test alice -a Calling-Station-Id=00-00-5E-00-53-01 -a NAS-Port-Type=Wireless-802.11
  sallyport radius test alice --answer 123456
  sallyport radius test alice --server 192.0.2.1:1812 --secret-file lab.secret
  sallyport radius test alice --accounting start -a Acct-Session-Id=5F3A`,
    )
    .action((user: string | undefined, options: TestOptions) => tell(() => runTest(user, options)));
  return new Command("radius").description("RADIUS client tools.").addCommand(test);
}

async function runTest(user: string | undefined, options: TestOptions): Promise<number> {
  const file = options.config ?? (options.server === undefined ? findSettingsFile() : undefined);
  const settings = file === undefined ? undefined : await loadSettings(file);
  const seconds = Number(options.timeout);
  if (!(seconds > 0))
    throw new UsageError(
      `--timeout ${options.timeout} is no positive number`,
      "write for example --timeout 10",
    );
  const client = createRadiusClient({
    server: options.server ?? serverOf(settings, options.accounting === undefined ? "auth" : "acct"),
    secret: await secretOf(options, settings),
    timeout: seconds * 1_000,
  });
  try {
    const attributes = await requestAttributes(user, options, settings);
    let answer =
      options.accounting === undefined
        ? await client.accessRequest(attributes)
        : await client.accountingRequest(attributes);
    const show = (): boolean =>
      process.stdout.write(options.json ? `${JSON.stringify(asJson(answer))}\n` : asText(answer));
    show();
    const prepared = [...options.answer];
    while (answer.code === RadiusCode.AccessChallenge) {
      const reply = prepared.shift() ?? (await typedAnswer(answer));
      if (reply === undefined) break;
      answer = await client.accessRequest(secondLeg(attributes, answer, reply));
      show();
    }
    return exitStatus(answer.code);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      throw new UsageError(error.message, "see --help");
    if (!(error instanceof RadiusTimeoutError) && !isSystemError(error)) throw error;
    process.stderr.write(`${paint("red", "no answer:")} ${(error as Error).message}\n`);
    return 3;
  } finally {
    await client.close();
  }
}

async function requestAttributes(
  user: string | undefined,
  options: TestOptions,
  settings: Settings | undefined,
): Promise<AttributeInput> {
  const attributes: Record<string, string | string[]> = {};
  for (const pair of options.attribute) {
    const [name = "", ...rest] = pair.split("=");
    if (rest.length === 0) throw new UsageError(`--attribute ${pair} has no "="`, "write NAME=VALUE");
    const present = attributes[name];
    const value = rest.join("=");
    attributes[name] = present === undefined ? value : [present, value].flat();
  }
  if (user !== undefined) attributes["User-Name"] = user;
  if (options.accounting !== undefined) {
    return {
      "Acct-Status-Type": statusTypes[options.accounting],
      "Acct-Session-Id": "sallyport-test",
      ...attributes,
    };
  }
  const carriesPassword = "User-Password" in attributes || "CHAP-Password" in attributes;
  if (carriesPassword || user === undefined) return attributes;
  return { ...attributes, "User-Password": await passwordOf(user, options, settings) };
}

/** The same request with the State of the challenge and the answer in the place of the password (RFC 2865 section 4.4). */
function secondLeg(
  attributes: AttributeInput,
  { attributes: asked }: RadiusAnswer,
  reply: string,
): AttributeInput {
  const state = asked.find(({ type }) => type === 24)?.value;
  return { ...attributes, "User-Password": reply, ...(state !== undefined && { State: state }) };
}

/** What a person at a terminal types; undefined where there is none. */
async function typedAnswer(answer: RadiusAnswer): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const typed = await askPassword({ message: answer.get("Reply-Message") ?? "Answer" });
  return isCancel(typed) ? undefined : typed;
}

const statusTypes = {
  start: "Start",
  interim: "Interim-Update",
  stop: "Stop",
  on: "Accounting-On",
  off: "Accounting-Off",
} as const;

function asText(answer: RadiusAnswer): string {
  const colour = answer.code === RadiusCode.AccessReject ? "red" : "green";
  const tries = answer.tries === 1 ? "" : ` (${answer.tries} tries)`;
  const head = `${paint(colour, answer.codeName)} after ${answer.roundTrip.toFixed(1)} ms${tries}`;
  return `${[head, ...formatted(answer).map(({ name, text }) => `    ${name} = ${text}`)].join("\n")}\n`;
}

function asJson(answer: RadiusAnswer): object {
  const { code, codeName, roundTrip, tries } = answer;
  return { code, codeName, roundTripMs: roundTrip, tries, attributes: formatted(answer) };
}

function formatted(answer: RadiusAnswer): { readonly name: string; readonly text: string }[] {
  return answer.attributes.map((attribute) => formatAttribute(attribute));
}

function exitStatus(code: number): number {
  switch (code) {
    case RadiusCode.AccessReject:
      return 1;
    case RadiusCode.AccessChallenge:
      return 4;
    default:
      return 0;
  }
}

function collect(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}
