import type { Secret } from "@sallyport/crypto";
import { PreparedSecret, RadiusTimeoutError } from "@sallyport/radius";
import { createRadiusClient, type RadiusClientOptions } from "@sallyport/radius/node";
import { type Log, silentLog, systemClock, systemRandom } from "@sallyport/runtime";
import type { EapConversationLog } from "../client/conversation.ts";
import { EapRadiusClient, type EapRadiusClientOptions } from "../client/eap-radius-client.ts";

export interface RunEapConversationOptions
  extends Omit<EapRadiusClientOptions, "secret" | "clock" | "random" | "log" | "events">,
    Pick<RadiusClientOptions, "server" | "timeout" | "tries" | "localAddress" | "clock" | "random"> {
  readonly secret: Secret | string | Uint8Array;
  /** Where the methods' diagnostics go; nowhere by default. */
  readonly log?: Log | undefined;
}

/**
 * Leads one EAP conversation with a RADIUS server over UDP and resolves to its log, however it ended: a server that does
 * not answer is an ending, too. Rejects only when the server's name cannot be resolved or the local address not be used,
 * and throws as `createRadiusClient` does.
 *
 * @example
 * ```ts
 * import { type EapMethod } from "@sallyport/eap";
 * import { ladderDiagram } from "@sallyport/eap-radius";
 * import { runEapConversation } from "@sallyport/eap-radius/node";
 *
 * declare const methods: readonly EapMethod[];
 * const log = await runEapConversation({
 *   server: "192.0.2.1:1812", secret: "testing123", methods, identity: "alice", password: "wonderland",
 * });
 * console.log(ladderDiagram(log));
 * ```
 */
export async function runEapConversation(options: RunEapConversationOptions): Promise<EapConversationLog> {
  const { server, timeout, tries, localAddress, clock = systemClock, random = systemRandom } = options;
  const secret = new PreparedSecret(options.secret);
  const radius = createRadiusClient({
    server,
    secret: options.secret,
    timeout,
    tries,
    localAddress,
    clock,
    random,
  });
  try {
    return await new Promise((resolve, reject) => {
      const client = new EapRadiusClient({
        ...options,
        secret,
        clock,
        random,
        log: options.log ?? silentLog,
        events: {
          request: (attributes) =>
            void radius.accessRequest(attributes).then(
              (answer) => client.receive(answer),
              (error: unknown) =>
                error instanceof RadiusTimeoutError ? client.failed(error) : reject(error),
            ),
          finished: resolve,
        },
      });
      client.start();
    });
  } finally {
    await radius.close();
  }
}
