/// <reference lib="esnext.disposable" preserve="true" />
import type { Clock } from "@sallyport/runtime";
import { acquireCredentials, type SecurityCredentials } from "../define/security-credentials.ts";
import { ntlmMechanism } from "../packages/negotiate/negotiate-mechanism.ts";
import { negotiatePackage } from "../packages/negotiate/negotiate-package.ts";
import type { NtlmIdentity, NtlmPackageOptions } from "../packages/ntlm/ntlm-options.ts";
import { ntlmPackage } from "../packages/ntlm/ntlm-package.ts";
import { createSspiProvider, type SspiProvider } from "../sspi-provider.ts";
import type { SignOnOffer } from "./sign-on.ts";
import type { SignOnScheme } from "./signed-on-user.ts";

/** Schemes with credentials of their own. They end with `close`, or with `await using`. */
export interface AcquiredSchemes extends AsyncDisposable {
  /** For {@link createSignOn}, {@link createNegotiateFetch}. */
  readonly schemes: readonly SignOnOffer[];
  close(): Promise<void>;
}

/** Who is let in by {@link acquireServerSchemes}. */
export interface ServerSchemesOptions extends Omit<NtlmPackageOptions, "identity" | "workstation"> {
  /** What is offered, the best first. Default: `Negotiate`, which browsers prefer, then `NTLM`. */
  readonly offer?: readonly SignOnScheme[];
  readonly clock?: Clock;
}

/**
 * The schemes of a server that knows its users itself: `Negotiate` with NTLM inside, and `NTLM`, over one source of accounts.
 *
 * @throws {SspiError} SEC_E_NO_CREDENTIALS without accounts
 *
 * @example
 * ```ts
 * import { settingsAccounts } from "@sallyport/accounts";
 * import { acquireServerSchemes, createSignOn } from "@sallyport/sspi/http";
 *
 * const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }], { defaultDomain: "CORP" });
 * const { schemes } = await acquireServerSchemes({ accounts, server: { computer: "WEB", domain: "CORP" } });
 * const signOn = createSignOn({ schemes });
 * ```
 */
export async function acquireServerSchemes({
  offer = ["Negotiate", "NTLM"],
  clock,
  ...options
}: ServerSchemesOptions): Promise<AcquiredSchemes> {
  return acquired(providerOf(options, clock), offer, (provider, name) =>
    acquireCredentials({ provider, package: name, use: "inbound" }),
  );
}

/** Who a client of {@link acquireClientSchemes} is. */
export interface ClientSchemesOptions extends NtlmIdentity {
  /** What it signs on with, the best first. Default: `Negotiate`, then `NTLM`. */
  readonly offer?: readonly SignOnScheme[];
  /** What the client calls its computer. Default: nothing. */
  readonly workstation?: string;
  readonly clock?: Clock;
}

/**
 * The schemes of a client that has a name and a password: `Negotiate` with NTLM inside, and `NTLM`.
 *
 * @throws {SspiError} SEC_E_UNKNOWN_CREDENTIALS for a name without a password
 *
 * @example
 * ```ts
 * import { acquireClientSchemes, createNegotiateFetch } from "@sallyport/sspi/http";
 *
 * const { schemes } = await acquireClientSchemes({ user: "CORP\\alice", password: "wonderland" });
 * const fetch = createNegotiateFetch({ origins: ["https://intranet.example"], schemes });
 * ```
 */
export async function acquireClientSchemes({
  offer = ["Negotiate", "NTLM"],
  workstation,
  clock,
  ...identity
}: ClientSchemesOptions): Promise<AcquiredSchemes> {
  const options: NtlmPackageOptions = workstation === undefined ? {} : { workstation };
  return acquired(providerOf(options, clock), offer, (provider, name) =>
    acquireCredentials({ provider, package: name, use: "outbound", authData: identity }),
  );
}

function providerOf(options: NtlmPackageOptions, clock: Clock | undefined): SspiProvider {
  const ntlm = ntlmPackage(options);
  const packages = [negotiatePackage({ mechanisms: [ntlmMechanism(ntlm)] }), ntlm];
  return createSspiProvider({ packages, ...(clock && { clock }) });
}

async function acquired(
  provider: SspiProvider,
  offer: readonly SignOnScheme[],
  acquire: (provider: SspiProvider, name: string) => Promise<SecurityCredentials>,
): Promise<AcquiredSchemes> {
  const schemes: SignOnOffer[] = [];
  for (const scheme of offer) schemes.push({ scheme, credentials: await acquire(provider, scheme) });
  const close = (): Promise<void> => provider.shutdown();
  return { schemes, close, [Symbol.asyncDispose]: close };
}
