import { Command } from "commander";
import { accountCommand } from "./commands/account.ts";
import { accountingCommand } from "./commands/accounting.ts";
import { checkCommand } from "./commands/check.ts";
import { eapCommand } from "./commands/eap.ts";
import { explainCommand } from "./commands/explain.ts";
import { logCommand } from "./commands/log.ts";
import { radiusCommand } from "./commands/radius.ts";
import { rasCommand } from "./commands/ras.ts";
import { reloadCommand } from "./commands/reload.ts";
import { startCommand } from "./commands/start.ts";
import { traceCommand } from "./commands/trace.ts";
import { version } from "./version.ts";

/** The `sallyport` command with all its subcommands. */
export function createProgram(): Command {
  return new Command("sallyport")
    .description("A RADIUS server whose decisions you write in TypeScript: NPS extensions on every platform.")
    .version(version)
    .addCommand(startCommand())
    .addCommand(checkCommand())
    .addCommand(explainCommand())
    .addCommand(reloadCommand())
    .addCommand(traceCommand())
    .addCommand(accountingCommand())
    .addCommand(logCommand())
    .addCommand(accountCommand())
    .addCommand(radiusCommand())
    .addCommand(eapCommand())
    .addCommand(rasCommand())
    .addHelpText(
      "after",
      `
Examples:
  sallyport                                  starts; the first time it writes a configuration into ./sallyport
  sallyport start --config sallyport.config.json
  sallyport check --config sallyport.config.json
  sallyport reload                           lets the server that runs here take a changed file
  sallyport radius test alice                sends an Access-Request to the server that runs here
  sallyport eap test --method mschapv2 alice leads an EAP conversation with it
  sallyport explain                          tells why the last request was answered as it was
  sallyport ras dial 127.0.0.1:7000          calls a port with a security dialog`,
    );
}
