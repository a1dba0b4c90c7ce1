import type { SignOn } from "../sign-on.ts";
import { rememberUser } from "../signed-on-user.ts";
import { type NodeRequest, signOnRequest, withUser } from "./node-sign-on.ts";

/** A request of Fastify. */
export interface FastifyRequestLike {
  readonly raw: NodeRequest;
}

/** An answer of Fastify. */
export interface FastifyReplyLike {
  code(status: number): unknown;
  header(name: string, value: unknown): unknown;
  getHeader(name: string): unknown;
  send(body: string): unknown;
  hijack(): unknown;
}

/**
 * A hook for Fastify's `onRequest`, before any body is read. Behind it `request.user` (declare it with `decorateRequest`), and
 * {@link signedOnUser}`(request.raw)` with its type, tell who it is.
 *
 * @example
 * ```ts
 * import { type FastifyReplyLike, type FastifyRequestLike, fastifySignOn, type SignOn } from "@sallyport/sspi/http";
 *
 * interface App {
 *   addHook(name: "onRequest", hook: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>): unknown;
 * }
 *
 * export function protect(app: App, signOn: SignOn) {
 *   app.addHook("onRequest", fastifySignOn(signOn));
 * }
 * ```
 */
export function fastifySignOn(
  signOn: SignOn,
): (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown> {
  return async (request, reply) => {
    const outcome = await signOn.authenticate(signOnRequest(request.raw));
    if (outcome.kind === "http-1.1-required") {
      reply.hijack();
      request.raw.stream?.close(0x0d);
      return reply;
    }
    const byName = new Map<string, string[]>();
    for (const [name, value] of outcome.headers) byName.set(name, [...(byName.get(name) ?? []), value]);
    for (const [name, values] of byName) reply.header(name, values.length === 1 ? values[0] : values);
    if (outcome.kind === "answered") {
      reply.code(outcome.status);
      return reply.send(outcome.body);
    }
    withUser(request, outcome.user);
    rememberUser(request.raw, outcome.user);
    return undefined;
  };
}
