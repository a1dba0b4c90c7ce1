import { SEC_E_OK } from "@sallyport/errors/sspi";
import { secBuffer } from "../buffers/sec-buffer.ts";
import type { ContextRole } from "../contract/security-package.ts";
import { createSecHandle } from "../handles/sec-handle.ts";
import { SspiError } from "../sspi-error.ts";
import type { SspiProvider } from "../sspi-provider.ts";
import { type AcceptOptions, type InitiateOptions, SecurityContext } from "./security-context.ts";
import type { SecurityCredentials } from "./security-credentials.ts";

/**
 * Begins the accepting side of a context. Nothing happens before the first `step`.
 *
 * @example
 * ```ts
 * import { acceptSecurityContext, type SecurityCredentials } from "@sallyport/sspi";
 *
 * export async function authenticate(server: SecurityCredentials, receive: () => Promise<Uint8Array>, send: (token: Uint8Array) => void) {
 *   await using context = acceptSecurityContext(server, { require: ["integrity"] });
 *   while (!context.established) {
 *     const { token } = await context.step(await receive());
 *     if (token.length > 0) send(token);
 *   }
 *   return context.identity();
 * }
 * ```
 */
export function acceptSecurityContext(
  credentials: SecurityCredentials,
  options: AcceptOptions = {},
): SecurityContext {
  return new SecurityContext(credentials.provider, "accept", credentials, options);
}

/** Begins the initiating side of a context. The first `step` takes no token. */
export function initializeSecurityContext(
  credentials: SecurityCredentials,
  options: InitiateOptions = {},
): SecurityContext {
  return new SecurityContext(credentials.provider, "initiate", credentials, options);
}

/**
 * Takes a context that {@link SecurityContext.export} wrote: it is established.
 *
 * @throws {SspiError} SEC_E_INVALID_TOKEN for bytes that do not open with the provider's key, SEC_E_NOT_OWNER for those
 * of another machine
 */
export function importSecurityContext(
  provider: SspiProvider,
  options: { readonly package: string; readonly role: ContextRole },
  packed: Uint8Array,
): SecurityContext {
  const handle = createSecHandle();
  const status = provider.ImportSecurityContext(options.package, secBuffer(0, packed), null, handle);
  if (status !== SEC_E_OK) throw new SspiError(status);
  return new SecurityContext(provider, options.role, undefined, {}, handle);
}
