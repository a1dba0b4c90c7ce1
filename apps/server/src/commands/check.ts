import { Command } from "commander";
import { loadSettings } from "../settings/load-settings.ts";
import { renderWarnings, SettingsError } from "../settings/mistake.ts";
import { settingsFile, tell } from "./command-line.ts";

/** `sallyport check`: validates a settings file and does nothing else. */
export function checkCommand(): Command {
  return new Command("check")
    .description("Validate a settings file; all mistakes are told at once, each with its place and a remedy.")
    .option("-c, --config <file>", "the settings file (default: the one in this folder or in ./sallyport)")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
Exit status: 0 when the settings are right, 1 when they are not.

Examples:
  sallyport check --config sallyport.config.json
  sallyport check --config sallyport.config.yaml --json`,
    )
    .action((options: { config?: string; json?: boolean }) =>
      tell(async () => {
        const file = settingsFile(options.config);
        try {
          const settings = await loadSettings(file);
          const extensions =
            settings.extensions.authentication.length + settings.extensions.authorization.length;
          const summary = `${settings.clients.length} clients, ${settings.accounts.length} accounts, ${extensions} extensions${settings.ras === undefined ? "" : `, ${settings.ras.ports.length} ports for callers`}`;
          const { warnings } = settings;
          process.stdout.write(
            options.json
              ? `${JSON.stringify({ file, mistakes: [], warnings })}\n`
              : `${file} is right: ${summary}\n${renderWarnings(warnings)}`,
          );
          return 0;
        } catch (error) {
          if (!(options.json && error instanceof SettingsError)) throw error;
          process.stdout.write(`${JSON.stringify({ file, mistakes: error.mistakes })}\n`);
          return 1;
        }
      }),
    );
}
