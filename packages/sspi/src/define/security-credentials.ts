/// <reference lib="esnext.disposable" preserve="true" />
import {
  SEC_E_OK,
  SECPKG_CRED_BOTH,
  SECPKG_CRED_INBOUND,
  SECPKG_CRED_OUTBOUND,
} from "@sallyport/errors/sspi";
import type { ContextFeature } from "../contract/features.ts";
import { type Out, out } from "../contract/out.ts";
import { type CredHandle, createSecHandle, SecIsValidHandle } from "../handles/sec-handle.ts";
import type { CallLimits } from "../machine/operation.ts";
import { SspiError } from "../sspi-error.ts";
import type { SspiProvider } from "../sspi-provider.ts";
import { dateOfTimeStamp, type TimeStamp } from "../time-stamp.ts";
import { completion } from "./completion.ts";

/** What credentials are acquired with. */
export interface CredentialOptions extends CallLimits {
  readonly provider: SspiProvider;
  /** The name of the security package, in any case. */
  readonly package: string;
  /** Whether contexts are accepted with it, initialized, or both. */
  readonly use: "inbound" | "outbound" | "both";
  /** Whose they are; left out, the package's default. */
  readonly principal?: string;
  /** What the package wants to know, such as a password; left out, its default. */
  readonly authData?: unknown;
  /** What every context made with them must have (SSPI-19). */
  readonly require?: readonly ContextFeature[];
}

const uses = {
  inbound: SECPKG_CRED_INBOUND,
  outbound: SECPKG_CRED_OUTBOUND,
  both: SECPKG_CRED_BOTH,
} as const;

/** Credentials that contexts are made with. They end with {@link SecurityCredentials.close}, or with `await using`. */
export class SecurityCredentials implements AsyncDisposable {
  readonly provider: SspiProvider;
  /** The package's own name. */
  readonly package: string;
  /** For the functions with Windows names. */
  readonly handle: CredHandle;
  /** When they end; undefined for never. */
  readonly expiry: Date | undefined;

  constructor(provider: SspiProvider, name: string, handle: CredHandle, expiry: Date | undefined) {
    this.provider = provider;
    this.package = name;
    this.handle = handle;
    this.expiry = expiry;
  }

  /** Frees them; contexts made with them live on. Again: nothing happens. */
  close(): Promise<void> {
    if (SecIsValidHandle(this.handle)) this.provider.FreeCredentialsHandle(this.handle);
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Acquires credentials: AcquireCredentialsHandle as a promise.
 *
 * @throws {SspiError} SEC_E_SECPKG_NOT_FOUND, SEC_E_NO_CREDENTIALS, SEC_E_UNKNOWN_CREDENTIALS and others (SSPI-32, SSPI-33)
 *
 * @example
 * ```ts
 * import { acquireCredentials, acceptSecurityContext, type SspiProvider } from "@sallyport/sspi";
 *
 * export async function firstAnswer(provider: SspiProvider, token: Uint8Array) {
 *   await using server = await acquireCredentials({ provider, package: "Negotiate", use: "inbound" });
 *   await using context = acceptSecurityContext(server, { require: ["integrity"] });
 *   return (await context.step(token)).token;
 * }
 * ```
 */
export async function acquireCredentials(options: CredentialOptions): Promise<SecurityCredentials> {
  const { provider, use, principal = null, authData = null, require, signal, timeoutMs } = options;
  const fCredentialUse = uses[use];
  if (fCredentialUse === undefined) throw new TypeError(`use must be inbound, outbound or both, not ${use}`);
  const handle = createSecHandle();
  const expiry: Out<TimeStamp> = out(0n);
  const { status, cause } = await completion(provider, (context) =>
    provider.SspiAcquireCredentialsHandleAsyncW(
      context,
      principal,
      options.package,
      fCredentialUse,
      null,
      authData,
      null,
      null,
      handle,
      expiry,
      { require, signal, timeoutMs },
    ),
  );
  if (status !== SEC_E_OK) throw new SspiError(status, { cause });
  return new SecurityCredentials(provider, options.package, handle, dateOfTimeStamp(expiry.value));
}
