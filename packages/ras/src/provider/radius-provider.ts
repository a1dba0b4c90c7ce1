import { ERROR_AUTH_SERVER_TIMEOUT } from "@sallyport/errors/ras";
import type { PppVerdict } from "@sallyport/ppp";
import {
  type RadiusAnswer,
  RadiusTimeoutError,
  type RawAttribute,
  type SharedSecret,
} from "@sallyport/radius";
import type { Clock, Log } from "@sallyport/runtime";
import { accountingAttributes } from "../accounting/accounting-attributes.ts";
import type { AccountingRecord } from "../accounting/accounting-record.ts";
import { messageOf, writeEvent } from "../events.ts";
import type { RasProvider } from "./provider.ts";
import { passwordVerdict } from "./radius-answer.ts";
import { radiusRelay } from "./radius-relay.ts";
import { nasAttributes, passwordAttributes, type RadiusNas } from "./radius-request.ts";

/** A server that is asked: `createRadiusClient` makes what is needed for each of its ports. */
export interface RadiusProviderServer {
  /** How events call it. */
  readonly name: string;
  /** Of its authentication port: reveals session keys. */
  readonly secret: SharedSecret;
  readonly authentication: { accessRequest(attributes: readonly RawAttribute[]): Promise<RadiusAnswer> };
  readonly accounting?:
    | { accountingRequest(attributes: readonly RawAttribute[]): Promise<RadiusAnswer> }
    | undefined;
}

export interface RadiusProviderOptions {
  /** The next is asked where one does not answer; a conversation stays with the server that began it. */
  readonly servers: readonly [RadiusProviderServer, ...RadiusProviderServer[]];
  readonly nas: RadiusNas;
  readonly clock: Clock;
  readonly log: Log;
}

/** Asks a server, or the servers one after the other; undefined where none answers. */
export type AskServers = (
  attributes: readonly RawAttribute[],
  only?: RadiusProviderServer,
) => Promise<{ readonly answer: RadiusAnswer; readonly server: RadiusProviderServer } | undefined>;

/**
 * The RADIUS provider: passwords, answers to challenges and EAP packets go to a RADIUS server, unread; keys and
 * authorizations come back, accounting records go there.
 *
 * @example
 * ```ts
 * import { PreparedSecret } from "@sallyport/radius";
 * import { createRadiusClient } from "@sallyport/radius/node";
 * import { radiusProvider } from "@sallyport/ras";
 * import { silentLog, systemClock } from "@sallyport/runtime";
 *
 * const secret = "testing123";
 * const authentication = createRadiusClient({ server: "192.0.2.1:1812", secret });
 * const accounting = createRadiusClient({ server: "192.0.2.1:1813", secret });
 * const provider = radiusProvider({
 *   servers: [{ name: "192.0.2.1", secret: new PreparedSecret(secret), authentication, accounting }],
 *   nas: { identifier: "gate" },
 *   clock: systemClock,
 *   log: silentLog,
 * });
 * ```
 */
export function radiusProvider({ servers, nas, clock, log }: RadiusProviderOptions): RasProvider {
  /** The server that answered last is asked first. */
  let preferred = servers[0];
  const inOrder = (): readonly RadiusProviderServer[] => [
    preferred,
    ...servers.filter((server) => server !== preferred),
  ];
  const firstAnswer = async (
    what: string,
    able: readonly RadiusProviderServer[],
    request: (server: RadiusProviderServer) => Promise<RadiusAnswer>,
  ): ReturnType<AskServers> => {
    for (const server of able) {
      try {
        const answer = await request(server);
        preferred = server;
        return { answer, server };
      } catch (error) {
        const message = `the RADIUS server ${server.name}: ${what} failed: ${messageOf(error)}`;
        writeEvent(log, "warning", message, { server: server.name, error });
        if (!mayAnotherDo(error)) return undefined;
      }
    }
    return undefined;
  };
  const ask: AskServers = (attributes, only) =>
    firstAnswer("an Access-Request", only === undefined ? inOrder() : [only], ({ authentication }) =>
      authentication.accessRequest(attributes),
    );
  return {
    name: "RADIUS",
    async verify(credentials, call): Promise<PppVerdict> {
      const asked = await ask(passwordAttributes(credentials, call, nas));
      if (asked === undefined) return { kind: "refused", code: ERROR_AUTH_SERVER_TIMEOUT };
      return passwordVerdict(asked.answer, credentials, asked.server.secret);
    },
    eap: (call) => ({ kind: "relay", forward: radiusRelay(call, nas, ask) }),
    async account(record: AccountingRecord): Promise<void> {
      const attributes = [...nasAttributes(nas), ...accountingAttributes(record, clock.now())];
      const accounting = inOrder().flatMap((server) =>
        server.accounting === undefined ? [] : [{ server, client: server.accounting }],
      );
      const able = accounting.map(({ server }) => server);
      const clients = new Map(accounting.map(({ server, client }) => [server, client]));
      await firstAnswer("an Accounting-Request", able, async (server) => {
        const client = clients.get(server);
        if (client === undefined) throw new TypeError(`${server.name} takes no accounting`);
        return client.accountingRequest(attributes);
      });
    },
  };
}

/** A server that is silent, a name that cannot be resolved: the next one may do better. */
function mayAnotherDo(error: unknown): boolean {
  return error instanceof RadiusTimeoutError || (error instanceof Error && "syscall" in error);
}
