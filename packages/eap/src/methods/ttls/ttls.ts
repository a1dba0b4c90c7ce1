import type { TlsEndpoint } from "@sallyport/tls-engine";
import type { EapMethodRegistration } from "../../contract/registration.ts";
import type { MsChap2Accounts } from "../ms-chap-v2/ms-chap2-accounts.ts";
import { type TlsMethodServerSettings, tlsMethodClient, tlsMethodServer } from "../tls-core/tls-endpoints.ts";
import { InnerMethods } from "../tunnel/inner-methods.ts";
import {
  type TunnelClientOptions,
  type TunnelOptions,
  type TunnelServerOptions,
  tunnelMethod,
} from "../tunnel/tunnel-method.ts";
import type { MsChapAccounts } from "./ms-chap-accounts.ts";
import { TtlsAuthenticator } from "./ttls-authenticator.ts";
import { challengeExporters } from "./ttls-challenge.ts";
import type { TtlsProtocol } from "./ttls-credentials.ts";
import { TtlsPeer } from "./ttls-peer.ts";

/** EAP-TTLS (RFC 5281). */
export const eapTypeTtls = 21;

/** The server of EAP-TTLS. */
export interface TtlsServerOptions extends TunnelServerOptions {
  /** What may run inside; all but `mschap` by default, whose answers give the password away. */
  readonly protocols?: readonly TtlsProtocol[] | undefined;
  /** Who knows the passwords for `mschap`; without it such users are refused. */
  readonly msChap?: MsChapAccounts | undefined;
  /** Who knows the passwords for `mschapv2`; without it such users are refused. */
  readonly msChap2?: MsChap2Accounts | undefined;
}

/** The client of EAP-TTLS. */
export interface TtlsClientOptions extends TunnelClientOptions {
  /** What runs inside; `mschapv2` by default, with which the server proves that it knows the password, too. */
  readonly protocol?: TtlsProtocol | undefined;
}

export interface TtlsOptions extends TunnelOptions {
  /** The authenticator's role; without it, it is not supported. */
  readonly server?: TtlsServerOptions | undefined;
  /** The peer's role; without it, it is not supported. */
  readonly client?: TtlsClientOptions | undefined;
}

/**
 * Makes ready a credential set for the server of EAP-TTLS. It asks for no certificates unless the settings say otherwise.
 *
 * @throws {TypeError | RangeError | Error} when a setting is wrong, or key and certificate do not fit
 */
export function ttlsServer(settings: TlsMethodServerSettings): TlsEndpoint {
  return tlsMethodServer(eapTypeTtls, settings, challengeExporters);
}

/**
 * EAP-TTLS, version 0 (type 21, RFC 5281) for both roles: a tunnel of TLS in which the user is authenticated by PAP, CHAP,
 * MS-CHAP, MS-CHAPv2 or another EAP method. The user's name inside may be another than the one outside.
 *
 * @throws {TypeError | RangeError} when an option is out of its range, or the client would trust anybody unasked
 *
 * @example
 * ```ts
 * import { type EapMethodRegistration, type EapProvider, ttls, ttlsServer } from "@sallyport/eap";
 * import type { TlsEngine, TlsIdentity } from "@sallyport/tls-engine";
 *
 * function method(engine: TlsEngine, identity: TlsIdentity, provider: EapProvider): EapMethodRegistration {
 *   return ttls({ server: { credentials: ttlsServer({ engine, identity }), protocols: ["pap"], provider } });
 * }
 * ```
 */
export function ttls(options: TtlsOptions): EapMethodRegistration {
  const { server, client, fragmentBytes } = options;
  if (server?.protocols?.length === 0) throw new RangeError("protocols must name at least one");
  const inner = new InnerMethods(options, server?.provider);
  return tunnelMethod({
    type: eapTypeTtls,
    name: "EAP-TTLS",
    inner,
    fragmentBytes,
    server: server && {
      ...server,
      makePhase: (tunnel, remembered) =>
        new TtlsAuthenticator(
          tunnel,
          inner,
          {
            protocols: server.protocols ?? defaultProtocols,
            msChap: server.msChap,
            msChap2: server.msChap2,
          },
          remembered,
        ),
    },
    client: client && {
      innerIdentity: client.innerIdentity,
      onRefused: client.onRefused,
      servers: clientOf(client),
      makePhase: (tunnel, identity) =>
        new TtlsPeer(tunnel, inner, { protocol: client.protocol ?? "mschapv2", identity }),
    },
  });
}

const defaultProtocols: readonly TtlsProtocol[] = ["mschapv2", "eap", "pap", "chap"];

function clientOf({ innerIdentity: _, onRefused: __, protocol: ___, ...settings }: TtlsClientOptions) {
  return tlsMethodClient(eapTypeTtls, settings, challengeExporters);
}
