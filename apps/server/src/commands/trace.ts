import { type RequestTraceJson, traceLine, traceNarrative } from "@sallyport/nps";
import { Command } from "commander";
import { tell } from "./command-line.ts";
import { RunningTraces } from "./running-traces.ts";

interface TraceOptions {
  readonly config?: string;
  readonly last?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** `sallyport trace`: requests of the running server, stage by stage. */
export function traceCommand(): Command {
  return new Command("trace")
    .description("Show a request of the running server: what every stage did with it, and when.")
    .argument("[id]", "the number of the request, as its log line shows it (default: the last one)")
    .option("-c, --config <file>", "the server's settings file")
    .option("--last <count>", "a line for each of the last requests")
    .option("-f, --follow", "a line for each request from now on, until Ctrl-C")
    .option("--json", "print JSON, one object a line")
    .addHelpText(
      "after",
      `
Examples:
  sallyport trace            shows the last request
  sallyport trace 17         shows request #17
  sallyport trace --last 10
  sallyport trace --follow --json
  sallyport explain 17       tells why, with every policy that was tried`,
    )
    .action((id: string | undefined, { config, last, follow, json }: TraceOptions) =>
      tell(async () => {
        const traces = await RunningTraces.of(config);
        if (follow) {
          await traces.follow((text) => print(json ? text : traceLine(JSON.parse(text) as RequestTraceJson)));
        } else if (last !== undefined) {
          for (const trace of await traces.last(last)) print(json ? JSON.stringify(trace) : traceLine(trace));
        } else {
          const trace = await traces.find(id);
          print(json ? JSON.stringify(trace) : traceNarrative(trace));
        }
        return 0;
      }),
    );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
