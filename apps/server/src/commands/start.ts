import { isatty } from "node:tty";
import { eventSource, NpsEvent } from "@sallyport/nps";
import { Command, Option } from "commander";
import { keepYoungObjectsYoung } from "../keep-young-objects-young.ts";
import { createServerLog, type ServerLog } from "../log/event-log.ts";
import { type RunningServer, startServer } from "../server.ts";
import { loadSettings } from "../settings/load-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { ensureStarter } from "../starter/starter.ts";
import { tryIt } from "../starter/try-it.ts";
import { findSettingsFile, tell } from "./command-line.ts";

/** `sallyport start`: runs the server until it is told to stop. */
export function startCommand(): Command {
  return new Command("start")
    .description("Run the server. Without a settings file, write a first one into ./sallyport and run that.")
    .option("-c, --config <file>", "the settings file: .json, .yaml or .ts")
    .addOption(
      new Option("--log-format <format>", "overrides log.format of the settings").choices(["text", "json"]),
    )
    .addHelpText(
      "after",
      `
When everything listens, one line goes to standard output: "ready" and a JSON object with the real addresses.
Logs go to standard error. SIGHUP, or "sallyport reload", takes a changed settings file. SIGTERM or Ctrl-C finishes what is in progress and stops; a second one stops at once.

Examples:
  sallyport start
  sallyport start --config /etc/sallyport/sallyport.config.yaml --log-format json`,
    )
    .action((options: { config?: string; logFormat?: "text" | "json" }) =>
      tell(async () => {
        keepYoungObjectsYoung();
        const file = options.config ?? findSettingsFile() ?? (await ensureStarter());
        const settings = await loadSettings(file);
        const log = createServerLog({
          format: options.logFormat ?? settings.log.format,
          requests: settings.log.requests,
          colours: process.stderr.isTTY === true,
          write: (text) => void process.stderr.write(text),
          now: Date.now,
        });
        await serve(file, settings, log, (addresses) => {
          if (options.logFormat !== "json" && settings.log.format === "text") {
            process.stderr.write(tryIt(file, settings, addresses));
          }
        });
        return 0;
      }),
    );
}

async function serve(
  file: string,
  settings: Settings,
  log: ServerLog,
  onReady: (addresses: RunningServer["addresses"]) => void,
): Promise<void> {
  surviveModules(log);
  let server: RunningServer | undefined;
  const onTerminal = isatty(2);
  process.on("SIGHUP", () => {
    // A terminal that was closed sends the same signal: whoever sees nothing any more has not asked for a reload.
    if (onTerminal && !isatty(2)) process.kill(process.pid, "SIGTERM");
    else void server?.reload();
  });
  try {
    server = await startServer(settings, log, { loadSettings: () => loadSettings(file) });
  } finally {
    log.flush();
  }
  const stopped = stopOnSignal(server, log);
  process.stdout.write(`ready ${JSON.stringify(server.addresses)}\n`);
  onReady(server.addresses);
  await stopped;
  process.exit(0);
}

/** The first signal stops in order; the second ends the process at once. */
function stopOnSignal(server: RunningServer, log: ServerLog): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (stopping) process.exit(signal === "SIGINT" ? 130 : 143);
      stopping = true;
      server.stop().then(resolve, (error: unknown) => {
        report(log, "stopping failed", error);
        log.flush();
        process.exit(1);
      });
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

/** What a module leaves behind (a rejected promise, a throwing timer) must not end the server. */
function surviveModules(log: ServerLog): void {
  process.on("uncaughtException", (error) =>
    report(log, "a module's timer or callback threw an exception that nobody caught", error),
  );
  process.on("unhandledRejection", (error) =>
    report(log, "a module left a rejected promise that nobody awaited", error),
  );
}

function report(log: ServerLog, what: string, error: unknown): void {
  const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
  log.write({
    source: eventSource,
    id: NpsEvent.ProcessingError,
    severity: "error",
    message,
    fields: { error },
  });
}
