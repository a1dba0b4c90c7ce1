import { type Clock, type Random, systemRandom } from "@sallyport/runtime";
import type { ContextFeature } from "../contract/features.ts";
import type { SecurityCredentials } from "../define/security-credentials.ts";
import { backgroundClock } from "../node/background-clock.ts";
import type { TlsBindingKind } from "../wire/channel-bindings.ts";
import { BoundConnection, type ConnectionRules } from "./bound-connection.ts";
import { type GivenUp, HalfOpen, type HandshakeLimits } from "./half-open.ts";
import { SessionCookies, type SessionOptions } from "./session-cookie.ts";
import { answer } from "./sign-on-answer.ts";
import type { SignOnConnection, SignOnOutcome, SignOnRequest } from "./sign-on-connection.ts";
import type { SignedOnUser, SignOnScheme } from "./signed-on-user.ts";
import type { HttpAuthFormatReason } from "./wire/http-auth-format-error.ts";

/** A scheme that is offered, and what accepts it. */
export interface SignOnOffer {
  readonly scheme: SignOnScheme;
  /** Inbound credentials: of Negotiate for `Negotiate`, of NTLM for `NTLM`. They stay the caller's, who closes them. */
  readonly credentials: SecurityCredentials;
}

/** How requests are let in. */
export interface SignOnOptions {
  /** What is offered, the best first: clients that know several take the first. */
  readonly schemes: readonly SignOnOffer[];
  /** What every handshake must come to, such as `["integrity"]`. Default: nothing more than a user. */
  readonly require?: readonly ContextFeature[];
  /**
   * Whether the handshake must belong to the TLS connection that carries it, which stops a man in the middle who passes it on
   * (Extended Protection). `"when-supported"` (default) refuses a wrong binding, and takes a client that sends none;
   * `"required"` refuses that client, too, and every request without TLS. Saying it here is enough; where the credentials say
   * `"required"` on their own, that counts too.
   */
  readonly channelBindings?: "ignore" | "when-supported" | "required";
  /** Which binding. Default `"tls-server-end-point"`: the one that browsers send. */
  readonly bindingKind?: TlsBindingKind;
  /** The handshakes under way. */
  readonly handshakes?: HandshakeLimits;
  /** Bytes of the longest token, 1 to 1048576. Default 65536. Node itself takes 16 KiB of headers unless told otherwise. */
  readonly maximumToken?: number;
  /** A signed cookie that spares the next connection the handshake. Default: none. */
  readonly session?: SessionOptions;
  /**
   * What comes through a proxy (`Via`, `Forwarded`, `X-Forwarded-...`). A proxy that sends the requests of several clients over
   * one connection makes all of them the user who signed on first, so by default such requests get 403.
   * `"one-connection-per-client"` says that this proxy never does that.
   */
  readonly proxies?: "refuse" | "one-connection-per-client";
  /**
   * What a request over HTTP/2 gets that has no session: `"http-1.1-required"` (default) ends its stream, after which
   * browsers come again over HTTP/1.1; `"unauthorized"` answers 401 and offers nothing.
   */
  readonly http2?: "http-1.1-required" | "unauthorized";
  /** `"proxy"` for a proxy's own users: 407, `Proxy-Authenticate`, `Proxy-Authorization`. Default `"server"`. */
  readonly role?: "server" | "proxy";
  /** What happened, for a log. No token and no secret is in it. */
  readonly onEvent?: (event: SignOnEvent) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** What happened at a sign-on. `address` is the client's, empty where it is not known. */
export type SignOnEvent =
  | { readonly kind: "signed-on"; readonly address: string; readonly user: SignedOnUser }
  | {
      readonly kind: "refused";
      readonly address: string;
      readonly scheme: SignOnScheme;
      /** The status of SSPI, such as `"SEC_E_LOGON_DENIED"`. */
      readonly symbol: string;
      readonly code: number;
      /** What the package tells its own side, such as an `NtlmRefusal` with the name that was tried; the client learns nothing of it. */
      readonly cause: unknown;
    }
  | { readonly kind: "malformed"; readonly address: string; readonly reason: HttpAuthFormatReason }
  | {
      readonly kind: "given-up";
      readonly address: string;
      readonly scheme: SignOnScheme;
      readonly reason: GivenUp;
    }
  | { readonly kind: "proxied"; readonly address: string }
  | { readonly kind: "session-too-large"; readonly address: string; readonly user: SignedOnUser };

/** Lets requests in, and knows whom they come from. */
export interface SignOn {
  readonly role: "server" | "proxy";
  /** Decides about one request. Those of one connection are decided one after the other, in the order of the calls. */
  authenticate(request: SignOnRequest): Promise<SignOnOutcome>;
  /** Forgets who signed on over a connection, and gives the headers that end the browser's session. */
  signOut(connection: SignOnConnection): readonly (readonly [name: string, value: string])[];
  /** How many handshakes are under way. */
  readonly halfOpen: number;
  /** Gives up every handshake under way, and answers 503 from here on. The credentials are not closed. */
  close(): void;
}

/**
 * Makes a sign-on for HTTP: `Negotiate` and `NTLM`, bound to the connection. The adapters put it in front of a handler:
 * {@link nodeSignOn}, {@link honoSignOn}, {@link expressSignOn}, {@link fastifySignOn}.
 *
 * @throws {TypeError} for schemes that are none, doubled, or missing
 * @throws {RangeError} for a limit that is none
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import type { SecurityCredentials } from "@sallyport/sspi";
 * import { createSignOn, nodeSignOn } from "@sallyport/sspi/http";
 *
 * export function greeter(credentials: SecurityCredentials) {
 *   const signOn = createSignOn({ schemes: [{ scheme: "NTLM", credentials }] });
 *   return createServer(nodeSignOn(signOn, (request, response, user) => response.end(`hello ${user.name}`)));
 * }
 * ```
 */
export function createSignOn(options: SignOnOptions): SignOn {
  const { schemes, role = "server", clock = backgroundClock, random = systemRandom } = options;
  const { maximumToken = 65_536, channelBindings = "when-supported", onEvent = () => {} } = options;
  checkSchemes(schemes);
  if (!(maximumToken >= 1 && maximumToken <= 1_048_576)) {
    throw new RangeError(`maximumToken must be 1 to 1048576, not ${maximumToken}`);
  }
  const isServer = role === "server";
  if (!isServer && options.session !== undefined) {
    throw new TypeError("session: a proxy cannot set cookies for the sites behind it");
  }
  const halfOpen = new HalfOpen(clock, options.handshakes ?? {});
  const sessions = options.session && new SessionCookies(options.session, clock, random);
  const rules: ConnectionRules = {
    schemes,
    require: options.require ?? [],
    channelBindings,
    bindingKind: options.bindingKind ?? "tls-server-end-point",
    maximumToken,
    stepLimit: options.handshakes?.age ?? 30_000,
    challengeName: isServer ? "www-authenticate" : "proxy-authenticate",
    credentialsName: isServer ? "authorization" : "proxy-authorization",
    unauthorized: isServer ? 401 : 407,
    halfOpen,
    sessions,
    clock,
    onEvent,
  };
  const connections = new WeakMap<SignOnConnection, BoundConnection>();
  let isClosed = false;

  const boundTo = (connection: SignOnConnection): BoundConnection => {
    const known = connections.get(connection);
    if (known !== undefined) return known;
    const bound = new BoundConnection(connection, rules);
    connections.set(connection, bound);
    return bound;
  };

  const decide = (request: SignOnRequest): Promise<SignOnOutcome> | SignOnOutcome => {
    if (isClosed) return answer(503, "the server is stopping");
    const hasCredentials = request.header(rules.credentialsName) !== undefined;
    const cookies = hasCredentials ? undefined : request.header("cookie");
    const user = cookies === undefined ? undefined : sessions?.read(cookies);
    if (user !== undefined) return { kind: "admitted", user, headers: [] };
    if (request.httpVersionMajor > 1) {
      return options.http2 === "unauthorized"
        ? answer(rules.unauthorized, "sign on over HTTP/1.1")
        : { kind: "http-1.1-required" };
    }
    if (options.proxies !== "one-connection-per-client" && cameThroughProxy(request)) {
      onEvent({ kind: "proxied", address: request.connection.remoteAddress ?? "" });
      return answer(
        403,
        "sign on works over a direct connection only, and this request came through a proxy",
      );
    }
    return boundTo(request.connection).decide(request.header(rules.credentialsName));
  };

  return {
    role,
    authenticate: async (request) => decide(request),
    signOut(connection) {
      connections.get(connection)?.forget();
      return sessions === undefined ? [] : [["set-cookie", sessions.end()]];
    },
    get halfOpen() {
      return halfOpen.size;
    },
    close() {
      isClosed = true;
      halfOpen.clear();
    },
  };
}

function checkSchemes(schemes: readonly SignOnOffer[]): void {
  const names = schemes.map(({ scheme }) => scheme);
  if (names.length === 0) throw new TypeError("schemes must offer one scheme at least");
  for (const name of names) {
    if (name !== "Negotiate" && name !== "NTLM") {
      throw new TypeError(`schemes: ${JSON.stringify(name)} is not Negotiate or NTLM`);
    }
  }
  if (new Set(names).size < names.length) throw new TypeError("schemes: every scheme at most once");
}

/** Headers that proxies add. A client that writes one itself shuts itself out, and nobody else. */
const proxyHeaders = [
  "via",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

function cameThroughProxy(request: SignOnRequest): boolean {
  return proxyHeaders.some((name) => request.header(name) !== undefined);
}
