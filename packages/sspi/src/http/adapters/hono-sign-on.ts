import type { SignOn } from "../sign-on.ts";
import { rememberUser, type SignedOnUser } from "../signed-on-user.ts";
import { type NodeRequest, type NodeResponse, signOnRequest } from "./node-sign-on.ts";

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
    const { incoming, outgoing } = connectionOf(context.env);
    const outcome = await signOn.authenticate(signOnRequest(incoming));
    if (outcome.kind === "http-1.1-required") {
      incoming.stream?.close(0x0d);
      return new Response(null, { headers: { "x-hono-already-sent": "true" } });
    }
    if (outcome.kind === "answered") {
      const headers = new Headers();
      for (const [name, value] of outcome.headers) {
        // Headers would join the schemes in one line, which not every client takes apart.
        if (name.endsWith("-authenticate")) outgoing.appendHeader(name, value);
        else headers.append(name, value);
      }
      return new Response(outcome.body, { status: outcome.status, headers });
    }
    context.set("user", outcome.user);
    rememberUser(incoming, outcome.user);
    await next();
    for (const [name, value] of outcome.headers) context.header(name, value, { append: true });
    return undefined;
  };
}

interface NodeConnection {
  readonly incoming: NodeRequest;
  readonly outgoing: Pick<NodeResponse, "appendHeader">;
}

function connectionOf(env: unknown): NodeConnection {
  if (isNodeConnection(env)) return env;
  throw new TypeError(
    "the sign-on needs the connection of the client: serve this app with @hono/node-server",
  );
}

function isNodeConnection(env: unknown): env is NodeConnection {
  return (
    typeof env === "object" &&
    env !== null &&
    "incoming" in env &&
    typeof env.incoming === "object" &&
    env.incoming !== null &&
    "socket" in env.incoming &&
    "outgoing" in env &&
    typeof env.outgoing === "object"
  );
}
