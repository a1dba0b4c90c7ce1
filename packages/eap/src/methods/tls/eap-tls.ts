import type { TlsCertificate, TlsConnection, TlsEndpoint } from "@sallyport/tls-engine";
import type { RasAuthAttribute } from "../../contract/auth-attribute.ts";
import { RAS_EAP_ROLE_AUTHENTICATEE, RAS_EAP_ROLE_AUTHENTICATOR } from "../../contract/constants.ts";
import type { EapMethodRegistration } from "../../contract/registration.ts";
import { ERROR_NOT_SUPPORTED } from "../../contract/status-codes.ts";
import { methodModule } from "../method-side.ts";
import { TlsAuthenticator } from "../tls-core/tls-authenticator.ts";
import {
  type TlsMethodClientSettings,
  type TlsMethodServerSettings,
  tlsMethodClient,
  tlsMethodServer,
} from "../tls-core/tls-endpoints.ts";
import { TlsPeer } from "../tls-core/tls-peer.ts";
import type { TlsRefusal } from "../tls-core/tls-refusal.ts";
import { EapTlsAuthenticatorPhase } from "./authenticator-phase.ts";
import { EapTlsPeerPhase } from "./peer-phase.ts";
import { eapTypeTls } from "./type.ts";

/** What is known of a session of EAP-TLS when it begins. */
export interface EapTlsCaller {
  /** The identity exchange's; a name that nobody has proved. */
  readonly identity: string;
  /** What the access server told of the connection (EAP-86). */
  readonly attributes: readonly RasAuthAttribute[];
}

/** Who wants to come in. Chain, dates, purpose and revocation of the certificate have been verified. */
export interface EapTlsApplicant extends EapTlsCaller {
  /** The peer's own certificate first; empty only where `requireCertificate` is false. */
  readonly certificates: readonly TlsCertificate[];
  /** Of a session that is resumed, certificates are those of the earlier one: the question is asked again all the same. */
  readonly connection: TlsConnection;
}

/** What the host makes of an applicant. */
export type EapTlsVerdict =
  | {
      readonly kind: "admitted";
      /** The name of the account, which becomes the identity of the session (EAP-46); by default that of the identity exchange. */
      readonly account?: string | undefined;
      readonly attributes?: readonly RasAuthAttribute[] | undefined;
    }
  /** `code` as in raserror.h: 647 for a disabled account, for instance; 691 by default. */
  | { readonly kind: "refused"; readonly code?: number | undefined };

/** The server of EAP-TLS. */
export interface EapTlsServerOptions {
  /** The credential set, as {@link eapTlsServer} makes it; or which one it is to be for a caller, by its realm for instance. */
  readonly credentials: TlsEndpoint | ((caller: EapTlsCaller) => TlsEndpoint);
  /** Whose certificate it is, and whether they may come in. A name in a certificate alone proves no account. */
  readonly authorise: (applicant: EapTlsApplicant) => EapTlsVerdict | PromiseLike<EapTlsVerdict>;
  /** False: `authorise` decides about peers without a certificate, too. True by default. */
  readonly requireCertificate?: boolean | undefined;
  /** Hears why a session was refused, for the log. */
  readonly onRefused?: ((refusal: TlsRefusal, caller: EapTlsCaller) => void) | undefined;
}

export interface EapTlsOptions {
  /** The authenticator's role; without it, it is not supported. */
  readonly server?: EapTlsServerOptions | undefined;
  /** The peer's role; without it, it is not supported. */
  readonly client?: EapTlsClientOptions | undefined;
  /** The most octets of TLS in one packet, 100 to 65000; as many as fit by default. */
  readonly fragmentBytes?: number | undefined;
}

/** The client of EAP-TLS: its own certificate, and which servers it trusts. */
export interface EapTlsClientOptions extends TlsMethodClientSettings {
  /** Hears why a session was refused. */
  readonly onRefused?: ((refusal: TlsRefusal) => void) | undefined;
}

/**
 * Makes ready a credential set for the server of EAP-TLS. It asks for certificates unless the settings say otherwise.
 *
 * @throws {TypeError | RangeError | Error} when a setting is wrong, or key and certificate do not fit
 */
export function eapTlsServer(settings: TlsMethodServerSettings): TlsEndpoint {
  return tlsMethodServer(eapTypeTls, { requestClientCertificate: true, ...settings });
}

/**
 * EAP-TLS (type 13, RFC 5216 and RFC 9190) for both roles: certificates on both sides, over TLS 1.2 or 1.3. The engine
 * is one of `@sallyport/tls-engine/node`.
 *
 * @throws {TypeError | RangeError} when an option is out of its range, or the client would trust anybody unasked
 *
 * @example
 * ```ts
 * import { type EapMethodRegistration, eapTls, eapTlsServer } from "@sallyport/eap";
 * import type { TlsEngine, TlsIdentity } from "@sallyport/tls-engine";
 *
 * function method(engine: TlsEngine, identity: TlsIdentity, authority: string): EapMethodRegistration {
 *   return eapTls({
 *     server: {
 *       credentials: eapTlsServer({ engine, identity, trustedAuthorities: [authority] }),
 *       authorise: ({ certificates: [own] }) =>
 *         own?.fingerprint256.startsWith("4f2a") === true
 *           ? { kind: "admitted", account: "alice" }
 *           : { kind: "refused" },
 *     },
 *   });
 * }
 * ```
 */
export function eapTls(options: EapTlsOptions): EapMethodRegistration {
  const { server, fragmentBytes } = options;
  checkFragmentBytes(fragmentBytes);
  const client = options.client === undefined ? undefined : clientOf(options.client);
  const messages = { type: eapTypeTls, version: 0, fragmentBytes };
  return {
    type: eapTypeTls,
    friendlyName: "EAP-TLS",
    module: methodModule(eapTypeTls, {
      authenticator: (input) => {
        if (server === undefined) return ERROR_NOT_SUPPORTED;
        const { identity, userAttributes, clock } = input;
        const caller: EapTlsCaller = { identity, attributes: userAttributes };
        const { credentials, onRefused } = server;
        const refused = (refusal: TlsRefusal): void => onRefused?.(refusal, caller);
        return new TlsAuthenticator(input, {
          ...messages,
          open: () => (typeof credentials === "function" ? credentials(caller) : credentials).open(),
          phase: new EapTlsAuthenticatorPhase(server, caller, clock, refused),
          onRefused: refused,
        });
      },
      peer: ({ identity }) => {
        if (client === undefined) return ERROR_NOT_SUPPORTED;
        const { servers, onRefused } = client;
        return new TlsPeer({
          ...messages,
          open: () => servers.open(identity),
          phase: new EapTlsPeerPhase(servers, identity, onRefused),
          onRefused,
        });
      },
    }),
    mppeEncryptionSupported: true,
    invokePasswordDialog: false,
    rolesSupported:
      (server === undefined ? 0 : RAS_EAP_ROLE_AUTHENTICATOR) |
      (client === undefined ? 0 : RAS_EAP_ROLE_AUTHENTICATEE),
  };
}

function clientOf({ onRefused, ...settings }: EapTlsClientOptions) {
  return { servers: tlsMethodClient(eapTypeTls, settings), onRefused };
}

const leastFragment = 100;
const greatestFragment = 65_000;

/** @throws {RangeError} when a size of fragments is out of its range */
export function checkFragmentBytes(size: number | undefined): void {
  if (size === undefined) return;
  if (Number.isInteger(size) && size >= leastFragment && size <= greatestFragment) return;
  throw new RangeError(`fragmentBytes must be ${leastFragment} to ${greatestFragment}, not ${size}`);
}
