import type { SignOn } from "../sign-on.ts";
import type { SignOnConnection, SignOnHeader, SignOnOutcome, SignOnRequest } from "../sign-on-connection.ts";
import { rememberUser, type SignedOnUser } from "../signed-on-user.ts";

/** What a request of `node:http` or `node:http2` has: `IncomingMessage`, `Http2ServerRequest`. */
export interface NodeRequest {
  readonly socket: SignOnConnection;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly httpVersionMajor: number;
  /** HTTP/2 only. */
  readonly stream?: { close(code: number): unknown };
}

/** What an answer of `node:http` or `node:http2` has: `ServerResponse`, `Http2ServerResponse`. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  appendHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/** `HTTP_1_1_REQUIRED` (RFC 9113 section 7). */
const http11Required = 0x0d;

/**
 * Puts a sign-on in front of a handler of `node:http`: only requests whose user is known get there. What comes before is
 * answered here; bodies are not touched. The user is the third argument, `request.user` and {@link signedOnUser}`(request)`.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { nodeSignOn, type SignOn } from "@sallyport/sspi/http";
 *
 * export const serve = (signOn: SignOn) =>
 *   createServer(nodeSignOn(signOn, (_request, response, user) => response.end(`hello ${user.name}`)));
 * ```
 */
export function nodeSignOn<Request extends NodeRequest, Response extends NodeResponse>(
  signOn: SignOn,
  handler: (request: Request & { user: SignedOnUser }, response: Response, user: SignedOnUser) => unknown,
): (request: Request, response: Response) => void {
  return (request, response) =>
    void pass(signOn, request, response, (user) => handler(withUser(request, user), response, user));
}

/** A server of `node:http`, as far as {@link serveSignedOn} needs it. */
export interface NodeServer<Request, Response> {
  on(event: "request" | "checkContinue", listener: (request: Request, response: Response) => void): unknown;
}

/**
 * As {@link nodeSignOn}, for a server that has no handler yet; and a client that sends `Expect: 100-continue` is told to send
 * its body after it has signed on, and not before.
 */
export function serveSignedOn<
  Request extends NodeRequest,
  Response extends NodeResponse & { writeContinue(): unknown },
>(
  server: NodeServer<Request, Response>,
  signOn: SignOn,
  handler: (request: Request & { user: SignedOnUser }, response: Response, user: SignedOnUser) => unknown,
): void {
  server.on("request", nodeSignOn(signOn, handler));
  server.on("checkContinue", (request, response) => {
    const admitted = (user: SignedOnUser): unknown => {
      response.writeContinue();
      return handler(withUser(request, user), response, user);
    };
    // Node ends a connection whose client waits in vain. That of a handshake has to stay, so its body is taken, and dropped.
    void pass(signOn, request, response, admitted, () => response.writeContinue());
  });
}

/** The request of Node as the sign-on looks at it. */
export function signOnRequest(request: NodeRequest): SignOnRequest {
  return {
    connection: request.socket,
    httpVersionMajor: request.httpVersionMajor,
    header(name) {
      const value = request.headers[name];
      return typeof value === "string" || value === undefined ? value : value.join(", ");
    },
  };
}

/** The request with its user, where handlers of Node look for it. */
export function withUser<Request extends object>(
  request: Request,
  user: SignedOnUser,
): Request & { user: SignedOnUser } {
  rememberUser(request, user);
  return Object.assign(request, { user });
}

/** Answers what is to be answered, on an answer of Node. */
export function writeOutcome(
  request: NodeRequest,
  response: NodeResponse,
  outcome: Exclude<SignOnOutcome, { kind: "admitted" }>,
): void {
  if (response.headersSent) return; // somebody else, such as a timeout, has answered meanwhile
  if (outcome.kind === "http-1.1-required") {
    if (request.stream !== undefined) request.stream.close(http11Required);
    else {
      response.statusCode = 505;
      response.end("sign on over HTTP/1.1\n");
    }
    return;
  }
  response.statusCode = outcome.status;
  writeHeaders(response, outcome.headers);
  response.end(outcome.body);
}

/** Adds headers to an answer of Node, unless it has gone out already. */
export function writeHeaders(response: NodeResponse, headers: readonly SignOnHeader[]): void {
  if (response.headersSent) return;
  for (const [name, value] of headers) response.appendHeader(name, value);
}

async function pass(
  signOn: SignOn,
  request: NodeRequest,
  response: NodeResponse,
  admitted: (user: SignedOnUser) => unknown,
  goesOn: () => unknown = () => {},
): Promise<void> {
  let outcome: SignOnOutcome;
  try {
    outcome = await signOn.authenticate(signOnRequest(request));
  } catch {
    outcome = { kind: "answered", status: 500, headers: [], body: "", goesOn: false };
  }
  if (outcome.kind === "answered" && outcome.goesOn) goesOn();
  if (outcome.kind !== "admitted") return writeOutcome(request, response, outcome);
  if (response.headersSent) return;
  writeHeaders(response, outcome.headers);
  await admitted(outcome.user);
}
