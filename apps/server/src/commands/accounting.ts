import { existsSync } from "node:fs";
import { Command } from "commander";
import { loadSettings } from "../settings/load-settings.ts";
import { readAccounting, type StoredRecord, storeFile } from "../store/store.ts";
import { settingsFile, tell, UsageError } from "./command-line.ts";

/** `sallyport accounting`: shows the accounting records, whether the server runs or not. */
export function accountingCommand(): Command {
  return new Command("accounting")
    .description("Show accounting records, newest last.")
    .option("-c, --config <file>", "the server's settings file")
    .option("--last <count>", "how many", "20")
    .option("--session <id>", "only those with this Acct-Session-Id")
    .option("--json", "print JSON, one object a line, with every attribute")
    .addHelpText(
      "after",
      `
Examples:
  sallyport accounting --last 5
  sallyport accounting --session 5F3A --json`,
    )
    .action((options: { config?: string; last: string; session?: string; json?: boolean }) =>
      tell(async () => {
        const limit = Number(options.last);
        if (!Number.isInteger(limit) || limit < 1)
          throw new UsageError(`--last ${options.last} is no positive number`, "write for example --last 20");
        const settings = await loadSettings(settingsFile(options.config));
        if (!existsSync(storeFile(settings.state))) {
          throw new UsageError(
            `${settings.state} holds no records`,
            "start the server with these settings first",
          );
        }
        for (const record of readAccounting(settings.state, { limit, session: options.session })) {
          process.stdout.write(`${options.json ? JSON.stringify(record) : line(record)}\n`);
        }
        return 0;
      }),
    );
}

function line(record: StoredRecord): string {
  const { receivedAt, status, user, session, client } = record;
  const usage = ["Acct-Session-Time", "Acct-Input-Octets", "Acct-Output-Octets", "Acct-Terminate-Cause"]
    .filter((name) => record.attributes[name] !== undefined)
    .map((name) => `${name.replace("Acct-", "")} ${record.attributes[name]}`);
  const who = [user ?? "(no user)", client].join("@");
  return [
    receivedAt,
    (status ?? "?").padEnd(14),
    who,
    ...(session === null ? [] : [`session ${session}`]),
    ...usage,
  ].join("  ");
}
