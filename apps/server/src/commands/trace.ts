import { type RequestTraceJson, traceLine, traceNarrative } from "@sallyport/nps";
import { Command } from "commander";
import type { RunningServerInfo } from "../running-file.ts";
import { tell, UsageError } from "./command-line.ts";
import { askConsole, requestConsole, runningConsole } from "./console-client.ts";

interface TraceOptions {
  readonly config?: string;
  readonly last?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** `sallyport trace`: explains requests of the running server. */
export function traceCommand(): Command {
  return new Command("trace")
    .description("Explain a request of the running server: what every stage did with it, and why.")
    .argument("[id]", "the number of the request, as its log line shows it (default: the last one)")
    .option("-c, --config <file>", "the server's settings file")
    .option("--last <count>", "a line for each of the last requests")
    .option("-f, --follow", "a line for each request from now on, until Ctrl-C")
    .option("--json", "print JSON, one object a line")
    .addHelpText(
      "after",
      `
Examples:
  sallyport trace            explains the last request
  sallyport trace 17         explains request #17
  sallyport trace --last 10
  sallyport trace --follow --json`,
    )
    .action((id: string | undefined, options: TraceOptions) =>
      tell(async () => {
        const server = await runningConsole(options.config);
        if (options.follow) return follow(server, options.json === true);
        if (options.last !== undefined) {
          const traces = await askTraces<RequestTraceJson[]>(
            server,
            `/api/traces?limit=${encodeURIComponent(options.last)}`,
          );
          for (const trace of traces) print(options.json ? JSON.stringify(trace) : traceLine(trace));
          return 0;
        }
        const trace =
          id === undefined
            ? await newest(server)
            : await askTraces<RequestTraceJson>(server, `/api/traces/${encodeURIComponent(id)}`);
        print(options.json ? JSON.stringify(trace) : traceNarrative(trace));
        return 0;
      }),
    );
}

async function newest(server: RunningServerInfo): Promise<RequestTraceJson> {
  const [trace] = await askTraces<RequestTraceJson[]>(server, "/api/traces?limit=1");
  if (trace === undefined)
    throw new UsageError("the server has seen no request yet", "send one and ask again");
  return trace;
}

function askTraces<Reply>(server: RunningServerInfo, path: string): Promise<Reply> {
  return askConsole(server, path, { remedy: "`sallyport trace --last 20` lists what can be explained" });
}

async function follow(server: RunningServerInfo, json: boolean): Promise<number> {
  const response = await requestConsole(server, "/api/traces/follow");
  let rest = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (rest + chunk).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const data = event.replace(/^data: /, "");
      print(json ? data : traceLine(JSON.parse(data) as RequestTraceJson));
    }
  }
  return 0;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
