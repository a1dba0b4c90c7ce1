import type { SignOn } from "../sign-on.ts";
import { rememberUser, type SignedOnUser } from "../signed-on-user.ts";
import { type NodeRequest, signOnRequest } from "./node-sign-on.ts";

/** A context of Hono that `@hono/node-server` made. */
export interface HonoContextLike {
  /** `HttpBindings`: `incoming` is the request of Node. */
  readonly env: unknown;
  set(key: "user", user: SignedOnUser): void;
  header(name: string, value: string, options: { append: boolean }): void;
}

/**
 * Middleware for Hono on `@hono/node-server`. Behind it `c.get("user")` tells who it is; `SignOnVariables` is its type.
 *
 * @throws {TypeError} per request, when the server below is not `@hono/node-server`: there is no connection to look at
 *
 * @example
 * ```ts
 * import { type HonoContextLike, honoSignOn, type SignOn } from "@sallyport/sspi/http";
 *
 * interface App {
 *   use(path: string, middleware: (context: HonoContextLike, next: () => Promise<void>) => Promise<Response | undefined>): unknown;
 * }
 *
 * export function protect(app: App, signOn: SignOn) {
 *   app.use("/intranet/*", honoSignOn(signOn));
 * }
 * ```
 */
export function honoSignOn(
  signOn: SignOn,
): (context: HonoContextLike, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (context, next) => {
    const incoming = incomingOf(context.env);
    const outcome = await signOn.authenticate(signOnRequest(incoming));
    if (outcome.kind === "http-1.1-required") {
      incoming.stream?.close(0x0d);
      return new Response(null, { headers: { "x-hono-already-sent": "true" } });
    }
    if (outcome.kind === "answered") {
      const headers = new Headers();
      for (const [name, value] of outcome.headers) headers.append(name, value);
      return new Response(outcome.body, { status: outcome.status, headers });
    }
    context.set("user", outcome.user);
    rememberUser(incoming, outcome.user);
    await next();
    for (const [name, value] of outcome.headers) context.header(name, value, { append: true });
    return undefined;
  };
}

function incomingOf(env: unknown): NodeRequest {
  if (typeof env === "object" && env !== null && "incoming" in env && isNodeRequest(env.incoming))
    return env.incoming;
  throw new TypeError(
    "the sign-on needs the connection of the client: serve this app with @hono/node-server",
  );
}

function isNodeRequest(value: unknown): value is NodeRequest {
  return typeof value === "object" && value !== null && "socket" in value && "headers" in value;
}
