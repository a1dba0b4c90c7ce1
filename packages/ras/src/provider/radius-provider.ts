import { ERROR_AUTH_SERVER_TIMEOUT } from "@sallyport/errors/ras";
import {
  type RadiusAnswer,
  RadiusTimeoutError,
  type RawAttribute,
  type SharedSecret,
} from "@sallyport/radius";
import type { Clock, Log, Milliseconds, Random } from "@sallyport/runtime";
import { accountingAttributes } from "../accounting/accounting-attributes.ts";
import type { AccountingRecord } from "../accounting/accounting-record.ts";
import { messageOf, writeEvent } from "../events.ts";
import type { ProviderVerdict, RasProvider } from "./provider.ts";
import { passwordVerdict } from "./radius-answer.ts";
import { radiusEapSession } from "./radius-eap.ts";
import { nasAttributes, passwordAttributes, type RadiusNas } from "./radius-request.ts";

/** A server that is asked: what `createRadiusClient` makes, once for each of its ports. */
export interface RadiusProviderServer {
  /** How events call it. */
  readonly name: string;
  /** Of its authentication port: reveals session keys. */
  readonly secret: SharedSecret;
  readonly authentication: { accessRequest(attributes: readonly RawAttribute[]): Promise<RadiusAnswer> };
  readonly accounting?: { accountingRequest(attributes: readonly RawAttribute[]): Promise<RadiusAnswer> };
}

export interface RadiusProviderOptions {
  /** At least one. The next is asked where one does not answer; a conversation stays with the one that began it. */
  readonly servers: readonly [RadiusProviderServer, ...RadiusProviderServer[]];
  readonly nas: RadiusNas;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** How often a connection is accounted for where the server does not say. Default: at its start and end only. */
  readonly interimMs?: Milliseconds;
}

/**
 * The RADIUS provider: passwords, answers to challenges and EAP packets go to a RADIUS server, unread; keys and
 * authorizations come back, accounting records go there.
 *
 * @example
 * ```ts
 * import { Secret } from "@sallyport/crypto";
 * import { createRadiusClient } from "@sallyport/radius/node";
 *
 * const secret = new Secret("testing123");
 * const provider = radiusProvider({
 *   servers: [
 *     {
 *       name: "192.0.2.1",
 *       secret,
 *       authentication: createRadiusClient({ server: "192.0.2.1:1812", secret }),
 *       accounting: createRadiusClient({ server: "192.0.2.1:1813", secret }),
 *     },
 *   ],
 *   nas: { identifier: "gate" },
 *   clock: systemClock,
 *   random: systemRandom,
 *   log: silentLog,
 * });
 * ```
 */
export function radiusProvider(options: RadiusProviderOptions): RasProvider {
  const { servers, nas, clock, log, interimMs } = options;
  /** The server that answered last is asked first. */
  let preferred = servers[0];
  const inOrder = (): RadiusProviderServer[] => [
    preferred,
    ...servers.filter((server) => server !== preferred),
  ];
  const ask = async <Result>(
    what: string,
    able: readonly RadiusProviderServer[],
    request: (server: RadiusProviderServer) => Promise<Result>,
  ): Promise<readonly [Result, RadiusProviderServer] | undefined> => {
    for (const server of able) {
      try {
        const answer = await request(server);
        preferred = server;
        return [answer, server];
      } catch (error) {
        const message = `the RADIUS server ${server.name}: ${what} failed: ${messageOf(error)}`;
        writeEvent(log, "warning", message, { server: server.name, error });
        if (!(error instanceof RadiusTimeoutError) && !isSystemError(error)) return undefined;
      }
    }
    return undefined;
  };
  return {
    name: "RADIUS",
    async verify(request, call): Promise<ProviderVerdict> {
      const attributes = passwordAttributes(request, call, nas);
      const asked = await ask("an Access-Request", inOrder(), ({ authentication }) =>
        authentication.accessRequest(attributes),
      );
      if (asked === undefined) return { kind: "refused", error: ERROR_AUTH_SERVER_TIMEOUT };
      const [answer, { secret }] = asked;
      return withInterim(passwordVerdict(answer, request, secret), interimMs);
    },
    openEap: (call, events) =>
      radiusEapSession(call, {
        ...options,
        events: {
          send: (packet) => events.send(packet),
          finished: (outcome) =>
            events.finished({ ...outcome, authorization: { interimMs, ...defined(outcome.authorization) } }),
        },
        forward: (attributes, server) =>
          ask("an Access-Request", server === undefined ? inOrder() : [server], ({ authentication }) =>
            authentication.accessRequest(attributes),
          ),
      }),
    async account(record: AccountingRecord): Promise<void> {
      const attributes = [...nasAttributes(nas), ...accountingAttributes(record, clock.now())];
      const able = inOrder().filter(({ accounting }) => accounting !== undefined);
      await ask("an Accounting-Request", able, async ({ accounting }) =>
        accounting?.accountingRequest(attributes),
      );
    },
  };
}

function withInterim(verdict: ProviderVerdict, interimMs: Milliseconds | undefined): ProviderVerdict {
  if (verdict.kind === "refused" || interimMs === undefined) return verdict;
  return { ...verdict, authorization: { interimMs, ...defined(verdict.authorization) } };
}

function defined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

/** A name that cannot be resolved, an address that cannot be reached: another server may do better. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error && "syscall" in error;
}
