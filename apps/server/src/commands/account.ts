import { readFile } from "node:fs/promises";
import { password as askPassword, isCancel } from "@clack/prompts";
import { formatStoredPassword, ntHash, ntHashPassword } from "@sallyport/accounts";
import { hashPassword } from "@sallyport/accounts/node";
import { oneTimePassword as makeOneTimePassword, type OneTimePasswordAlgorithm } from "@sallyport/eap";
import { systemRandom } from "@sallyport/runtime";
import { Command, Option } from "commander";
import { formatOneTimePasswordState } from "../eap/one-time-password-states.ts";
import { tell, UsageError } from "./command-line.ts";

interface HashOptions {
  readonly form: "scrypt" | "nt";
  readonly passwordFile?: string;
  readonly json?: boolean;
}

/** `sallyport account`: what one needs to write accounts into a settings file. */
export function accountCommand(): Command {
  const hash = new Command("hash")
    .description(
      "Make the passwordHash of an account, so that its password does not stand in the settings file.",
    )
    .addOption(
      new Option(
        "--form <form>",
        "scrypt serves PAP alone; nt serves MS-CHAPv2, too, and is as good as the password",
      )
        .choices(["scrypt", "nt"])
        .default("scrypt"),
    )
    .option(
      "--password-file <file>",
      "a file whose first line is the password (default: you are asked, or standard input)",
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  sallyport account hash
  sallyport account hash --form nt --password-file alice.password
  pwgen 16 1 | sallyport account hash --json`,
    )
    .action((options: HashOptions) =>
      tell(async () => {
        const password = await passwordFrom(options);
        if (password === "") throw new UsageError("the password is empty", "type or pipe one");
        const passwordHash =
          options.form === "nt"
            ? formatStoredPassword(ntHashPassword(ntHash(password)))
            : await hashPassword(password);
        process.stdout.write(`${options.json ? JSON.stringify({ passwordHash }) : passwordHash}\n`);
        return 0;
      }),
    );
  return new Command("account")
    .description("Tools for the accounts of the settings file.")
    .addCommand(hash)
    .addCommand(oneTimePasswordCommand());
}

interface OneTimePasswordOptions {
  readonly seed?: string;
  readonly sequence: string;
  readonly algorithm: OneTimePasswordAlgorithm;
  readonly passwordFile?: string;
  readonly json?: boolean;
}

function oneTimePasswordCommand(): Command {
  return new Command("otp")
    .description("Make the oneTimePassword of an account from a passphrase (RFC 2289).")
    .option("--seed <seed>", "1 to 16 letters and digits (default: a random one)")
    .option("--sequence <number>", "how many passwords the sequence has, 1 to 9999", "500")
    .addOption(
      new Option("--algorithm <name>", "the hash function").choices(["md5", "sha1", "md4"]).default("md5"),
    )
    .option(
      "--password-file <file>",
      "a file whose first line is the passphrase (default: you are asked, or standard input)",
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
The passphrase has 10 to 63 characters, and is not kept. The user's calculator, or \`sallyport eap test --method otp\`,
makes the passwords of it.

Examples:
  sallyport account otp
  sallyport account otp --seed dog2 --sequence 99 --password-file alice.passphrase`,
    )
    .action((options: OneTimePasswordOptions) =>
      tell(async () => {
        const { algorithm, seed = randomSeed() } = options;
        const sequence = Number(options.sequence);
        if (!Number.isInteger(sequence) || sequence < 1 || sequence > 9_999) {
          throw new UsageError(`--sequence ${options.sequence} is not possible`, "write 1 to 9999");
        }
        const passphrase = await passwordFrom(options);
        try {
          const password = makeOneTimePassword({ algorithm, seed, sequence, passphrase });
          const line = formatOneTimePasswordState({ algorithm, seed, sequence, password });
          process.stdout.write(`${options.json ? JSON.stringify({ oneTimePassword: line }) : line}\n`);
        } catch (error) {
          if (error instanceof RangeError) throw new UsageError(error.message, "see --help");
          throw error;
        }
        return 0;
      }),
    );
}

function randomSeed(): string {
  return `s${Array.from(systemRandom(3), (octet) => octet.toString().padStart(3, "0"))
    .join("")
    .slice(0, 7)}`;
}

async function passwordFrom({ passwordFile }: { readonly passwordFile?: string }): Promise<string> {
  if (passwordFile !== undefined) return firstLine(await readFile(passwordFile, "utf8"));
  if (!process.stdin.isTTY) {
    let input = "";
    for await (const chunk of process.stdin.setEncoding("utf8")) input += chunk;
    return firstLine(input);
  }
  const typed = await askPassword({ message: "Password" });
  if (isCancel(typed)) throw new UsageError("no password was typed", "type one, or use --password-file FILE");
  return typed;
}

function firstLine(content: string): string {
  return content.split(/\r?\n/)[0] ?? "";
}
