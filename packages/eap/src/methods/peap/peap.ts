import type { TlsEndpoint } from "@sallyport/tls-engine";
import type { EapMethodRegistration } from "../../contract/registration.ts";
import { type TlsMethodServerSettings, tlsMethodClient, tlsMethodServer } from "../tls-core/tls-endpoints.ts";
import { InnerMethods } from "../tunnel/inner-methods.ts";
import {
  type TunnelClientOptions,
  type TunnelOptions,
  type TunnelServerOptions,
  tunnelMethod,
} from "../tunnel/tunnel-method.ts";
import { type CryptoBindingUse, PeapAuthenticator } from "./peap-authenticator.ts";
import { PeapPeer } from "./peap-peer.ts";

/** PEAP ([MS-PEAP]). */
export const eapTypePeap = 25;

export interface PeapOptions extends TunnelOptions {
  /** The authenticator's role; without it, it is not supported. */
  readonly server?: TunnelServerOptions | undefined;
  /** The peer's role; without it, it is not supported. */
  readonly client?: TunnelClientOptions | undefined;
  /**
   * Whether both sides prove that tunnel and inner method end at the same two parties, with keys of the inner method in
   * the proof and in the session keys: `never`, `optional` (default: where the other side takes part) or `required`.
   */
  readonly cryptoBinding?: CryptoBindingUse | undefined;
}

/**
 * Makes ready a credential set for the server of PEAP. It asks for no certificates unless the settings say otherwise.
 *
 * @throws {TypeError | RangeError | Error} when a setting is wrong, or key and certificate do not fit
 */
export function peapServer(settings: TlsMethodServerSettings): TlsEndpoint {
  return tlsMethodServer(eapTypePeap, settings);
}

/**
 * PEAP, version 0 (type 25, [MS-PEAP]) for both roles: a tunnel of TLS in which another EAP method authenticates the user,
 * by any method that is registered for it. The user's name inside may be another than the one outside.
 *
 * @throws {TypeError | RangeError} when an option is out of its range, or the client would trust anybody unasked
 *
 * @example
 * ```ts
 * import { type EapMethodRegistration, type MsChap2Accounts, msChapV2, peap, peapServer } from "@sallyport/eap";
 * import type { TlsEngine, TlsIdentity } from "@sallyport/tls-engine";
 *
 * function method(engine: TlsEngine, identity: TlsIdentity, accounts: MsChap2Accounts): EapMethodRegistration {
 *   return peap({ server: { credentials: peapServer({ engine, identity }) }, methods: [msChapV2({ accounts })] });
 * }
 * ```
 */
export function peap(options: PeapOptions): EapMethodRegistration {
  const { server, client, cryptoBinding = "optional", fragmentBytes } = options;
  const inner = new InnerMethods(options, server?.provider);
  return tunnelMethod({
    type: eapTypePeap,
    name: "PEAP",
    inner,
    fragmentBytes,
    server: server && {
      ...server,
      makePhase: (tunnel, remembered) => new PeapAuthenticator(tunnel, inner, { cryptoBinding, remembered }),
    },
    client: client && {
      innerIdentity: client.innerIdentity,
      onRefused: client.onRefused,
      servers: clientOf(client),
      makePhase: (tunnel, identity) => new PeapPeer(tunnel, inner, { cryptoBinding, identity }),
    },
  });
}

function clientOf({ innerIdentity: _, onRefused: __, ...settings }: TunnelClientOptions) {
  return tlsMethodClient(eapTypePeap, settings);
}
