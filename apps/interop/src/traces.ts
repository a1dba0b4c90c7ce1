import type { RequestTraceJson } from "@sallyport/nps";
import type { Sallyport } from "./sallyport.ts";

/** The traces of a server's last requests, oldest first, as `sallyport trace` gives them. */
export async function lastTraces(server: Sallyport, count: number): Promise<RequestTraceJson[]> {
  const { stdout } = await server.command("trace", "--last", String(count), "--json");
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RequestTraceJson);
}

/** The trace of a server's last request. */
export async function lastTrace(server: Sallyport): Promise<RequestTraceJson> {
  const [trace] = await lastTraces(server, 1);
  if (trace === undefined) throw new Error("the server has seen no request");
  return trace;
}
