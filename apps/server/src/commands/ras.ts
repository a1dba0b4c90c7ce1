import { printableName } from "@sallyport/ras-security";
import { Command } from "commander";
import type { RasCallStatus, RasPortStatus } from "../ras/ras-server.ts";
import { paint, tell } from "./command-line.ts";
import { askConsole, runningConsole } from "./console-client.ts";
import { dialCommand } from "./ras-dial.ts";

/** `sallyport ras`: the ports for callers. */
export function rasCommand(): Command {
  return new Command("ras")
    .description("Ports for callers: show them, end a call, dial in.")
    .addCommand(portsCommand())
    .addCommand(disconnectCommand())
    .addCommand(dialCommand());
}

function portsCommand(): Command {
  return new Command("ports")
    .description("Show the ports of the running server and the calls on them.")
    .option("-c, --config <file>", "the server's settings file")
    .option("-f, --follow", "show them again whenever something has changed, until Ctrl-C")
    .option("--json", "print JSON, one object a line")
    .addHelpText(
      "after",
      `
States of a call: Ringing and Beginning (the module is being told), Active (the dialog), Cleaning, Aborting and Delayed
(it ends), Open (handed over). Behind the dialog of a port that hands over to PPP: PPP link, PPP authentication, RAS admin
module, PPP network, connected.

Examples:
  sallyport ras ports
  sallyport ras ports --follow`,
    )
    .action((options: { config?: string; follow?: boolean; json?: boolean }) =>
      tell(async () => {
        const server = await runningConsole(options.config);
        const ports = (): Promise<RasPortStatus[]> =>
          askConsole(server, "/api/ras/ports", { remedy: "see the log of the server" });
        const text = async (): Promise<string> => {
          const all = await ports();
          return options.json ? `${JSON.stringify(all)}\n` : portsText(all);
        };
        let shown = await text();
        process.stdout.write(shown);
        while (options.follow) {
          await new Promise((resolve) => setTimeout(resolve, 500));
          const now = await text();
          if (now !== shown) process.stdout.write(now);
          shown = now;
        }
        return 0;
      }),
    );
}

function disconnectCommand(): Command {
  return new Command("disconnect")
    .description("End a call. Its module hears of it as of any abnormal end.")
    .argument("<device>", "the device of the call, as `sallyport ras ports` shows it: gate-1")
    .option("-c, --config <file>", "the server's settings file")
    .addHelpText(
      "after",
      `
Examples:
  sallyport ras disconnect gate-1`,
    )
    .action((device: string, options: { config?: string }) =>
      tell(async () => {
        const server = await runningConsole(options.config);
        await askConsole(server, `/api/ras/calls/${encodeURIComponent(device)}/disconnect`, {
          method: "POST",
          remedy: "`sallyport ras ports` lists the calls",
        });
        process.stdout.write(`${paint("green", "disconnected")} ${device}\n`);
        return 0;
      }),
    );
}

function portsText(ports: readonly RasPortStatus[]): string {
  if (ports.length === 0) return "The server has no ports for callers; the settings have no ras.ports.\n";
  return ports
    .flatMap(({ name, address, protocol, handOver, maxCalls, calls }) => [
      `${name}  ${address} (${protocol}), then ${handOver}: ${calls.length} of ${maxCalls} calls`,
      ...calls.map(callText),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

function callText({ device, from, state, user, since, address, octetsIn, octetsOut }: RasCallStatus): string {
  const time = new Date(since).toISOString().slice(11, 19);
  return [
    `    ${device}`,
    state,
    `since ${time} UTC`,
    ...(from === "" ? [] : [`from ${from}`]),
    ...(user === undefined ? [] : [printableName(user)]),
    ...(address === undefined ? [] : [address, `${octetsIn} octets in, ${octetsOut} out`]),
  ].join("  ");
}
