import { type RunningServerInfo, runningServers } from "../running-file.ts";
import { loadSettings } from "../settings/load-settings.ts";
import { settingsFile, UsageError } from "./command-line.ts";

/** The server that runs on these settings, and whose console can be asked. */
export async function runningConsole(config: string | undefined): Promise<RunningServerInfo> {
  const settings = await loadSettings(settingsFile(config));
  const server = runningServers(settings.state).find((running) => running.console !== undefined);
  if (server !== undefined) return server;
  throw new UsageError(
    "no server is running on these settings",
    "start it, or name its settings with --config",
  );
}

/** Asks the console of a running server; what it refuses is told with `remedy`. */
export async function askConsole<Reply>(
  server: RunningServerInfo,
  path: string,
  options: { readonly method?: "GET" | "POST"; readonly remedy: string },
): Promise<Reply> {
  const response = await requestConsole(server, path, options.method);
  const reply = (await response.json()) as Reply & { error?: string };
  if (!response.ok) throw new UsageError(String(reply.error), options.remedy);
  return reply;
}

export function requestConsole(
  server: RunningServerInfo,
  path: string,
  method: "GET" | "POST" = "GET",
): Promise<Response> {
  return fetch(`${server.console}${path}`, { method, headers: { authorization: `Bearer ${server.token}` } });
}
