// The sign-on of a server, and what it knows of a user.

export type { ClientTlsOptions } from "../node/http/connection-pool.ts";
export type { NegotiateClientOptions } from "../node/http/negotiate-client.ts";
export { createNegotiateFetch, type NegotiateFetch } from "../node/http/negotiate-fetch.ts";
export {
  type NegotiateInterceptor,
  negotiateInterceptor,
  type UndiciController,
  type UndiciDispatch,
  type UndiciDispatchOptions,
  type UndiciHandler,
} from "../node/http/negotiate-interceptor.ts";
export {
  type AcquiredSchemes,
  acquireClientSchemes,
  acquireServerSchemes,
  type ClientSchemesOptions,
  type ServerSchemesOptions,
} from "./acquire-schemes.ts";
// In front of the handlers of frameworks.
export { expressSignOn } from "./adapters/express-sign-on.ts";
export { type FastifyReplyLike, type FastifyRequestLike, fastifySignOn } from "./adapters/fastify-sign-on.ts";
export { type HonoContextLike, honoSignOn } from "./adapters/hono-sign-on.ts";
export {
  type NodeRequest,
  type NodeResponse,
  type NodeServer,
  nodeSignOn,
  serveSignedOn,
} from "./adapters/node-sign-on.ts";
// A client.
export { NegotiateError, type NegotiateErrorReason } from "./client/negotiate-error.ts";
export type { GivenUp, HandshakeLimits } from "./half-open.ts";
export type { SessionOptions } from "./session-cookie.ts";
export {
  createSignOn,
  type SignOn,
  type SignOnEvent,
  type SignOnOffer,
  type SignOnOptions,
} from "./sign-on.ts";
export type { SignOnConnection, SignOnHeader, SignOnOutcome, SignOnRequest } from "./sign-on-connection.ts";
export {
  type SignedOnUser,
  type SignOnScheme,
  type SignOnVariables,
  signedOnUser,
} from "./signed-on-user.ts";

// The headers.
export { type Authorization, decodeAuthorization, encodeAuthorization } from "./wire/authorization.ts";
export { type Challenge, decodeChallenges } from "./wire/challenges.ts";
export { HttpAuthFormatError, type HttpAuthFormatReason } from "./wire/http-auth-format-error.ts";
