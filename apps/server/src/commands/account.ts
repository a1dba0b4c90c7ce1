import { readFile } from "node:fs/promises";
import { password as askPassword, isCancel } from "@clack/prompts";
import { formatStoredPassword, ntHash, ntHashPassword } from "@sallyport/accounts";
import { hashPassword } from "@sallyport/accounts/node";
import { Command, Option } from "commander";
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
  return new Command("account").description("Tools for the accounts of the settings file.").addCommand(hash);
}

async function passwordFrom({ passwordFile }: HashOptions): Promise<string> {
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
