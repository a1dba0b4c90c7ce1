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
import { QueueFile, QueueFull } from "./node/queue-file.ts";
import { settingsOf, type WebhookSettings } from "./settings.ts";

export type { Post, WebhookSettings };

/** What one server runs. */
interface Webhook {
  readonly queue: QueueFile;
  readonly delivery: Delivery;
  readonly environment: ExtensionEnvironment;
  readonly attributes: readonly string[];
}

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
  let webhook: Webhook | undefined;
  let isFull = false;

  return defineNpsExtension({
    async initialize(environment) {
      const { clock, log } = environment;
      const { url, headers, attributes, batch, ...rest } = settingsOf(environment.settings);
      const queue = await QueueFile.open(rest.queue, rest);
      const delivery = new Delivery(queue, {
        url,
        headers,
        batch,
        timeoutMs: rest.timeoutSeconds * 1000,
        retryMs: 1_000,
        longestRetryMs: rest.longestRetrySeconds * 1000,
        fetch: options.fetch ?? fetch,
        clock,
        log,
      });
      webhook = { queue, delivery, environment, attributes };
      if (queue.size > 0) log.information(`${queue.size} records of earlier wait`);
      delivery.wake();
    },

    async terminate() {
      const ending = webhook;
      webhook = undefined;
      await ending?.delivery.stop();
      await ending?.queue.close();
    },

    async accounting(request): Promise<Decided> {
      if (webhook === undefined) throw new Error("there is no queue");
      const { queue, delivery, environment, attributes } = webhook;
      const received = new Date(environment.clock.now()).toISOString();
      const id = hex(environment.random(16));
      try {
        await queue.append({ id, record: { received, attributes: named(request, attributes) } });
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
function named(request: ExtensionRequest, names: readonly string[]): Record<string, string | string[]> {
  const found = names.map((name) => [name, request.getAll(name)] as const);
  return Object.fromEntries(
    found.flatMap(([name, values]) => {
      const [only, ...more] = values;
      return only === undefined ? [] : [[name, more.length === 0 ? only : values]];
    }),
  );
}

function hex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
