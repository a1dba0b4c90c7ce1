import type { RequestTraceJson } from "@sallyport/nps";
import type { RunningServerInfo } from "../running-file.ts";
import { UsageError } from "./command-line.ts";
import { askConsole, requestConsole, runningConsole } from "./console-client.ts";

/** The traces of a server that runs, over its console's interface. */
export class RunningTraces {
  readonly #server: RunningServerInfo;

  /** @throws {UsageError} when no server runs on the settings */
  static async of(config: string | undefined): Promise<RunningTraces> {
    return new RunningTraces(await runningConsole(config));
  }

  private constructor(server: RunningServerInfo) {
    this.#server = server;
  }

  /** The trace of a request, by its number; the newest where none is given. */
  async find(id: string | undefined): Promise<RequestTraceJson> {
    if (id !== undefined) return this.#ask<RequestTraceJson>(`/api/traces/${encodeURIComponent(id)}`);
    const [trace] = await this.last("1");
    if (trace === undefined)
      throw new UsageError("the server has seen no request yet", "send one and ask again");
    return trace;
  }

  /** The newest traces, oldest first. */
  last(count: string): Promise<RequestTraceJson[]> {
    return this.#ask<RequestTraceJson[]>(`/api/traces?limit=${encodeURIComponent(count)}`);
  }

  /** Every trace from now on, as JSON, until the server ends. */
  async follow(onTrace: (json: string) => void): Promise<void> {
    const response = await requestConsole(this.#server, "/api/traces/follow");
    let rest = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const events = (rest + chunk).split("\n\n");
      rest = events.pop() ?? "";
      for (const event of events) onTrace(event.replace(/^data: /, ""));
    }
  }

  #ask<Reply>(path: string): Promise<Reply> {
    return askConsole(this.#server, path, {
      remedy: "`sallyport trace --last 20` lists what can be explained",
    });
  }
}
