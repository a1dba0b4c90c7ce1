import { once } from "node:events";
import { createAdaptorServer } from "@hono/node-server";
import type { RadiusReceiver } from "@sallyport/radius";
import { endpointText } from "../settings/endpoint-text.ts";
import type { EndpointSetting } from "../settings/settings.ts";
import { StartError } from "../start-error.ts";
import { type ConsoleOptions, consoleApi } from "./api.ts";

/**
 * Opens the console's listener.
 *
 * @throws {StartError} when it cannot listen there
 */
export async function openConsole(
  endpoint: EndpointSetting,
  parts: Omit<ConsoleOptions, "status">,
  receivers: Readonly<Record<"auth" | "acct", RadiusReceiver>>,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const status = (): object => ({
    auth: { ...receivers.auth.counters, inProgress: receivers.auth.inProgress },
    acct: { ...receivers.acct.counters, inProgress: receivers.acct.inProgress },
  });
  const server = createAdaptorServer({ fetch: consoleApi({ ...parts, status }).fetch });
  const failed = new Promise<never>((_, reject) => server.once("error", reject));
  server.listen(endpoint.port, endpoint.address);
  try {
    await Promise.race([once(server, "listening"), failed]);
  } catch (cause) {
    throw new StartError(
      `the console cannot listen on ${endpointText(endpoint)}: ${(cause as Error).message}`,
      'set "console" to another address, or to false',
      cause,
    );
  }
  const { port } = server.address() as { port: number };
  return {
    url: `http://${endpointText({ ...endpoint, port })}`,
    close: async () => {
      if ("closeAllConnections" in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
