import type { SignOn } from "../sign-on.ts";
import {
  type NodeRequest,
  type NodeResponse,
  signOnRequest,
  withUser,
  writeHeaders,
  writeOutcome,
} from "./node-sign-on.ts";

/**
 * Middleware for Express, and whatever else calls `(request, response, next)`. Put it before the body parsers. Behind it
 * `request.user`, and {@link signedOnUser}`(request)` with its type, tell who it is.
 *
 * @example
 * ```ts
 * import { expressSignOn, type SignOn, signedOnUser } from "@sallyport/sspi/http";
 *
 * interface App {
 *   use(middleware: ReturnType<typeof expressSignOn>): unknown;
 *   get(path: string, handler: (request: object, response: { send(text: string): unknown }) => unknown): unknown;
 * }
 *
 * export function protect(app: App, signOn: SignOn) {
 *   app.use(expressSignOn(signOn));
 *   app.get("/", (request, response) => response.send(`hello ${signedOnUser(request)?.name}`));
 * }
 * ```
 */
export function expressSignOn(
  signOn: SignOn,
): (request: NodeRequest, response: NodeResponse, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    signOn
      .authenticate(signOnRequest(request))
      .then((outcome) => {
        if (outcome.kind !== "admitted") return writeOutcome(request, response, outcome);
        if (response.headersSent) return;
        writeHeaders(response, outcome.headers);
        withUser(request, outcome.user);
        next();
      })
      .catch(next);
  };
}
