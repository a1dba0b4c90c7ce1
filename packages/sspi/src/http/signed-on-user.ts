import type { PeerIdentity } from "../contract/attributes.ts";

/** The schemes of connection-bound authentication (RFC 4559; NTLM is described in MS-NTHT). */
export type SignOnScheme = "Negotiate" | "NTLM";

/** Who a request comes from. */
export interface SignedOnUser {
  /** As the security package tells it: `DOMAIN\user` or `user@REALM`. */
  readonly name: string;
  /** Groups, where the package knows them; empty where it does not. */
  readonly groups: readonly string[];
  readonly scheme: SignOnScheme;
  /** The package that proved it: of Negotiate the one that was agreed on, such as `"NTLM"` or `"Kerberos"`. */
  readonly mechanism: string;
  /**
   * How this request was recognised: it ended a handshake, it came over a connection that did so before, or it brought a
   * signed session cookie.
   */
  readonly by: "handshake" | "connection" | "session";
  /** All that the package knows; a session cookie does not carry it. */
  readonly identity: PeerIdentity | undefined;
}

/** What `Variables` of a Hono app have behind the middleware. */
export interface SignOnVariables {
  user: SignedOnUser;
}

const users = new WeakMap<object, SignedOnUser>();

/**
 * Who a request of Node comes from: the `IncomingMessage`, which in Express is `req`, in Fastify `request.raw`, in Hono
 * `c.env.incoming`. Undefined for a request that did not pass the sign-on.
 */
export function signedOnUser(request: object): SignedOnUser | undefined {
  return users.get(request);
}

/** Keeps who a request comes from. */
export function rememberUser(request: object, user: SignedOnUser): void {
  users.set(request, user);
}
