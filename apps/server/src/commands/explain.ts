import { type RequestTraceJson, traceExplanation } from "@sallyport/nps";
import { Command } from "commander";
import { tell } from "./command-line.ts";
import { RunningTraces } from "./running-traces.ts";

interface ExplainOptions {
  readonly config?: string;
  readonly follow?: boolean;
  readonly refused?: boolean;
}

/** `sallyport explain`: why a request was answered as it was. */
export function explainCommand(): Command {
  return new Command("explain")
    .description("Tell why a request was answered as it was: the reason, and every policy that was tried.")
    .argument("[id]", "the number of the request, as its log line shows it (default: the last one)")
    .option("-c, --config <file>", "the server's settings file")
    .option("-f, --follow", "explain each request from now on, until Ctrl-C")
    .option("--refused", "with --follow: only requests that were rejected or got no answer")
    .addHelpText(
      "after",
      `
Secrets show as ***. The server remembers its last 1000 requests; \`sallyport trace --last 20\` lists them.

Examples:
  sallyport explain            explains the last request
  sallyport explain 17         explains request #17
  sallyport explain --follow --refused`,
    )
    .action((id: string | undefined, { config, follow, refused }: ExplainOptions) =>
      tell(async () => {
        const traces = await RunningTraces.of(config);
        if (!follow) {
          print(traceExplanation(await traces.find(id)));
          return 0;
        }
        await traces.follow((json) => {
          const trace = JSON.parse(json) as RequestTraceJson;
          if (!refused || isRefused(trace)) print(`${traceExplanation(trace)}\n`);
        });
        return 0;
      }),
    );
}

function isRefused({ answer }: RequestTraceJson): boolean {
  return answer === undefined || answer.type === "Access-Reject";
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
