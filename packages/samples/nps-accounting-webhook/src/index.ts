/**
 * Accounting records to an HTTP endpoint: a record is kept in a file before its request is acknowledged, and leaves it when the
 * endpoint has taken it. What cannot be kept is not acknowledged, so that the access server sends it again.
 */
import {
  type Decided,
  defineNpsExtension,
  discard,
  type ExtensionEnvironment,
  type ExtensionRequest,
  type NpsExtensionModule,
} from "@sallyport/nps";
import { Delivery, type Post } from "./delivery.ts";
import { QueueFull, RecordQueue } from "./node/record-queue.ts";
import { settingsOf, type WebhookSettings } from "./settings.ts";

export type { Post, WebhookSettings };

/** What of a request is in its record, by the names of the RFCs. */
const attributes = [
  ...[
    "User-Name",
    "Acct-Status-Type",
    "Acct-Session-Id",
    "Acct-Multi-Session-Id",
    "Class",
    "Event-Timestamp",
  ],
  ...["Acct-Session-Time", "Acct-Terminate-Cause", "Acct-Delay-Time"],
  ...["Acct-Input-Octets", "Acct-Input-Gigawords", "Acct-Output-Octets", "Acct-Output-Gigawords"],
  ...["NAS-IP-Address", "NAS-IPv6-Address", "NAS-Identifier", "NAS-Port", "NAS-Port-Type"],
  ...["Called-Station-Id", "Calling-Station-Id", "Framed-IP-Address", "Framed-IPv6-Prefix"],
];

/**
 * Makes the extension; `fetch` is how it reaches the endpoint, the platform's by default.
 *
 * @example
 * ```ts
 * import { accountingWebhook } from "@sallyport/sample-nps-accounting-webhook";
 *
 * export default accountingWebhook();
 * ```
 */
export function accountingWebhook(options: { readonly fetch?: Post } = {}): NpsExtensionModule {
  let running: { queue: RecordQueue; delivery: Delivery; environment: ExtensionEnvironment } | undefined;
  let isFull = false;

  return defineNpsExtension({
    initialize(environment) {
      const { clock, log } = environment;
      const { url, headers, queue: file, limit } = settingsOf(environment.settings);
      const queue = new RecordQueue(file, limit);
      const delivery = new Delivery(queue, { url, headers, fetch: options.fetch ?? fetch, clock, log });
      running = { queue, delivery, environment };
      if (queue.size > 0) log.information(`${queue.size} records of earlier wait`);
      delivery.wake();
    },

    async terminate() {
      const ending = running;
      running = undefined;
      await ending?.delivery.stop();
      await ending?.queue.close();
    },

    async accounting(request): Promise<Decided> {
      if (running === undefined) throw new Error("there is no queue");
      const { queue, delivery, environment } = running;
      const received = new Date(environment.clock.now()).toISOString();
      const id = Buffer.from(environment.random(16)).toString("hex");
      try {
        await queue.append({ id, record: { received, attributes: named(request) } });
        isFull = false;
      } catch (error) {
        if (!(error instanceof QueueFull)) throw error;
        if (!isFull) request.log.error(`accounting is not acknowledged: ${error.message}`);
        isFull = true;
        return discard();
      } finally {
        delivery.wake();
      }
      return undefined;
    },
  });
}

export default accountingWebhook();

/** Attributes that are there: one value as text, several as a list. */
function named(request: ExtensionRequest): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const name of attributes) {
    const values = request.getAll(name);
    const [only] = values;
    if (only !== undefined) found[name] = values.length === 1 ? only : values;
  }
  return found;
}
