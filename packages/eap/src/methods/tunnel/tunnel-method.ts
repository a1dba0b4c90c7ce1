import type { TlsEndpoint } from "@sallyport/tls-engine";
import {
  RAS_EAP_ROLE_AUTHENTICATEE,
  RAS_EAP_ROLE_AUTHENTICATOR,
  RAS_EAP_ROLE_EXCLUDE_IN_PEAP,
} from "../../contract/constants.ts";
import type { RasEapModule } from "../../contract/eap-module.ts";
import type { PppEapBeginInput, PppEapInfo } from "../../contract/ppp-eap.ts";
import type { EapMethodRegistration } from "../../contract/registration.ts";
import { ERROR_NOT_SUPPORTED } from "../../contract/status-codes.ts";
import type { EapProvider } from "../../host/provider.ts";
import { type MethodSide, methodModule } from "../method-side.ts";
import { checkFragmentBytes, type EapTlsCaller } from "../tls/eap-tls.ts";
import { TlsAuthenticator } from "../tls-core/tls-authenticator.ts";
import type { TlsMethodClient, TlsMethodClientSettings } from "../tls-core/tls-endpoints.ts";
import { TlsPeer } from "../tls-core/tls-peer.ts";
import type { TlsRefusal } from "../tls-core/tls-refusal.ts";
import { questionUserInterface } from "../user-question.ts";
import type { InnerMethodOptions, InnerMethods } from "./inner-methods.ts";
import type { PeerPhase, Tunnel } from "./phase.ts";
import { type MakeAuthenticatorPhase, TunnelAuthenticatorPhase } from "./tunnel-authenticator.ts";
import { TunnelPeerPhase } from "./tunnel-peer.ts";

/** The server of a tunnel method. */
export interface TunnelServerOptions {
  /** The credential set, as `peapServer` or `ttlsServer` makes it; or which one it is to be for a caller. */
  readonly credentials: TlsEndpoint | ((caller: EapTlsCaller) => TlsEndpoint);
  /**
   * Verifies passwords: for inner methods that ask for it (EAP-50), and for PAP and CHAP inside TTLS. For a session that is
   * resumed it is asked for authorizations alone.
   */
  readonly provider?: EapProvider | undefined;
  /** Hears why TLS refused a session, for the log. */
  readonly onRefused?: ((refusal: TlsRefusal, caller: EapTlsCaller) => void) | undefined;
}

/** The client of a tunnel method: which servers it trusts, and who it is inside. */
export interface TunnelClientOptions extends TlsMethodClientSettings {
  /**
   * Who the user is inside the tunnel, where the outer identity hides it: a name, or what makes one of the outer identity.
   * Default: the outer identity.
   */
  readonly innerIdentity?: string | ((outerIdentity: string) => string) | undefined;
  /** Hears why a session was refused. */
  readonly onRefused?: ((refusal: TlsRefusal) => void) | undefined;
}

/** What every tunnel method is told. */
export interface TunnelOptions extends InnerMethodOptions {
  /** The most octets of TLS in one packet, 100 to 65000; as many as fit by default. */
  readonly fragmentBytes?: number | undefined;
}

/** What makes a tunnel method out of what is said inside. */
export interface TunnelParts {
  readonly type: number;
  readonly name: string;
  readonly inner: InnerMethods;
  readonly fragmentBytes: number | undefined;
  readonly server: (TunnelServerOptions & { readonly makePhase: MakeAuthenticatorPhase }) | undefined;
  readonly client:
    | (Pick<TunnelClientOptions, "innerIdentity" | "onRefused"> & {
        readonly servers: TlsMethodClient;
        readonly makePhase: (tunnel: Tunnel, innerIdentity: string) => PeerPhase;
      })
    | undefined;
}

/**
 * A tunnel method as a registration: never inside another tunnel, and in the roles that have credentials.
 *
 * @throws {RangeError} when the size of fragments is out of its range
 */
export function tunnelMethod(parts: TunnelParts): EapMethodRegistration {
  const { type, name, inner, server, client, fragmentBytes } = parts;
  checkFragmentBytes(fragmentBytes);
  const module = methodModule(type, {
    authenticator: (input) => authenticator(parts, input),
    peer: (input) => peer(parts, input),
  });
  return {
    type,
    friendlyName: name,
    module: withInitialize(module, inner),
    interactiveUI: questionUserInterface,
    mppeEncryptionSupported: true,
    rolesSupported:
      RAS_EAP_ROLE_EXCLUDE_IN_PEAP |
      (server === undefined ? 0 : RAS_EAP_ROLE_AUTHENTICATOR) |
      (client === undefined ? 0 : RAS_EAP_ROLE_AUTHENTICATEE),
  };
}

/** The inner methods are opened and closed with the outer one. */
function withInitialize(module: RasEapModule, inner: InnerMethods): RasEapModule {
  return {
    RasEapGetInfo(eapTypeId: number, info: PppEapInfo): number {
      info.initialize = (initialize) => inner.initialize(initialize);
      return module.RasEapGetInfo(eapTypeId, info);
    },
  };
}

function authenticator(parts: TunnelParts, input: PppEapBeginInput): MethodSide | number {
  const { type, inner, fragmentBytes, server } = parts;
  if (server === undefined) return ERROR_NOT_SUPPORTED;
  const { credentials, onRefused, makePhase } = server;
  const caller: EapTlsCaller = { identity: input.identity, attributes: input.userAttributes };
  const side: TlsAuthenticator = new TlsAuthenticator(input, {
    type,
    version: 0,
    fragmentBytes,
    open: () => (typeof credentials === "function" ? credentials(caller) : credentials).open(),
    phase: new TunnelAuthenticatorPhase(input, {
      type,
      inner,
      fragmentBytes,
      makePhase,
      nextIdentifier: () => side.nextIdentifier,
    }),
    onRefused: (refusal) => onRefused?.(refusal, caller),
  });
  return side;
}

function peer(parts: TunnelParts, input: PppEapBeginInput): MethodSide | number {
  const { type, fragmentBytes, client } = parts;
  if (client === undefined) return ERROR_NOT_SUPPORTED;
  const { servers, onRefused, makePhase, innerIdentity } = client;
  const { identity } = input;
  const innerName =
    typeof innerIdentity === "function" ? innerIdentity(identity) : (innerIdentity ?? identity);
  // Many users may hide behind one outer identity, and none may come in as another.
  const keptAs = JSON.stringify([identity, innerName]);
  const side: TlsPeer = new TlsPeer({
    type,
    version: 0,
    fragmentBytes,
    open: () => servers.open(keptAs),
    phase: new TunnelPeerPhase(input, {
      type,
      servers,
      keptAs,
      fragmentBytes,
      onRefused,
      makePhase: (tunnel) => makePhase(tunnel, innerName),
      identifier: () => side.identifier,
    }),
    onRefused,
  });
  return side;
}
