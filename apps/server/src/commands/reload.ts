import { Command } from "commander";
import type { ReloadReport } from "../reload/reload.ts";
import { type RunningServerInfo, runningServers } from "../running-file.ts";
import { loadSettings } from "../settings/load-settings.ts";
import { settingsFile, shown, tell, UsageError } from "./command-line.ts";

/** `sallyport reload`: lets the running server take a changed settings file. */
export function reloadCommand(): Command {
  return new Command("reload")
    .description("Let the running server take its changed settings file, without dropping a request.")
    .option("-c, --config <file>", "the server's settings file")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
Clients, accounts and extensions change at once; requests in progress are finished under the old settings. Modules in
workers are loaded anew. What only a restart can change is listed. A file with mistakes changes nothing.

Exit status: 0 when the settings are in force, 1 when nothing was changed.

Examples:
  sallyport reload
  sallyport reload --config /etc/sallyport/sallyport.config.yaml`,
    )
    .action((options: { config?: string; json?: boolean }) =>
      tell(async () => {
        const file = settingsFile(options.config);
        const { state } = await loadSettings(file);
        const [server] = runningServers(state);
        if (server === undefined) {
          throw new UsageError(
            "no server is running on these settings",
            "start it, or name its settings with --config",
          );
        }
        if (server.console === undefined) return signal(server);
        const report = await ask(server);
        process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : words(report, shown(file)));
        return report.kind === "applied" ? 0 : 1;
      }),
    );
}

/** A server without a console tells in its log what came of it. */
function signal({ pid }: RunningServerInfo): number {
  process.kill(pid, "SIGHUP");
  process.stdout.write(`process ${pid} was told to reload; its log says what came of it\n`);
  return 0;
}

async function ask(server: RunningServerInfo): Promise<ReloadReport> {
  const response = await fetch(`${server.console}/api/reload`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.token}` },
  });
  if (!response.ok) throw new UsageError(`the server answered ${response.status}`, "look at its log");
  return (await response.json()) as ReloadReport;
}

function words(report: ReloadReport, file: string): string {
  if (report.kind === "refused") return `nothing was changed: ${report.problem}\n`;
  const restart = report.needsRestart.map((what) => `  only a restart changes ${what}\n`).join("");
  return `${file} is in force\n${restart}`;
}
