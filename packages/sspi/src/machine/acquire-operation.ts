import * as codes from "@sallyport/errors/sspi";
import { type ContextFeature, isFeature } from "../contract/features.ts";
import type { Out } from "../contract/out.ts";
import type { CredentialRequest, PackageCredential, SecurityPackage } from "../contract/security-package.ts";
import { type SecHandle, SecInvalidateHandle } from "../handles/sec-handle.ts";
import { type TimeStamp, timeStamp } from "../time-stamp.ts";
import type { AsyncCall } from "./async-context.ts";
import { CallView } from "./call-view.ts";
import type { Core } from "./core.ts";
import { CredentialEntry } from "./credential-entry.ts";
import { Operation, packageStatus } from "./operation.ts";

/** The arguments of AcquireCredentialsHandle. */
export interface AcquireArguments {
  /** Undefined for the default; null when it was no text. */
  readonly principal: string | undefined | null;
  /** Null when it was no text. */
  readonly packageName: string | null;
  readonly fCredentialUse: number;
  readonly pvLogonId: unknown;
  readonly pAuthData: unknown;
  readonly pGetKeyFn: unknown;
  readonly pvGetKeyArgument: unknown;
  readonly phCredential: SecHandle | null;
  readonly ptsExpiry: Out<TimeStamp> | null;
  readonly require: readonly ContextFeature[];
}

/** What a package is given of the wish for a credential. */
class CredentialView extends CallView implements CredentialRequest {
  principal: string | undefined = undefined;
  use = 0;
  readonly #authData: unknown;

  constructor(core: Core, authData: unknown) {
    super(core);
    this.#authData = authData;
  }

  get authData(): unknown {
    return this.#authData;
  }
}

/** Acquiring a credential. */
export class AcquireOperation extends Operation<number | PackageCredential> {
  readonly view: CredentialView;
  #arguments: AcquireArguments | undefined;
  #package: SecurityPackage | undefined;
  #accepted: PackageCredential | undefined;

  constructor(core: Core, call: AsyncCall, acquire: AcquireArguments) {
    super(core, call, undefined);
    this.view = new CredentialView(core, acquire.pAuthData);
    this.#arguments = acquire;
  }

  protected begin(): number | PackageCredential | PromiseLike<number | PackageCredential> {
    const acquire = this.#arguments;
    if (acquire === undefined) return codes.SEC_E_INTERNAL_ERROR;
    const refused = refusal(acquire);
    if (refused !== codes.SEC_E_OK) return refused;
    const securityPackage = this.core.find(acquire.packageName ?? "");
    if (securityPackage === undefined) return codes.SEC_E_SECPKG_NOT_FOUND;
    this.#package = securityPackage;
    this.view.principal = acquire.principal ?? undefined;
    this.view.use = acquire.fCredentialUse;
    return securityPackage.acquireCredentials(this.view);
  }

  protected deliver(given: number | PackageCredential): number {
    const acquire = this.#arguments;
    const securityPackage = this.#package;
    if (
      typeof given !== "object" ||
      given === null ||
      acquire === undefined ||
      securityPackage === undefined
    ) {
      const status = packageStatus(given);
      this.fail();
      return status === codes.SEC_E_OK ? codes.SEC_E_INTERNAL_ERROR : status;
    }
    this.#accepted = given;
    const { fCredentialUse, phCredential, ptsExpiry, require } = acquire;
    const entry = new CredentialEntry(securityPackage, given, fCredentialUse, require);
    if (this.isDetached || !this.core.credentials.add(entry)) {
      entry.letGo(this.core);
      this.fail();
      return codes.SEC_E_INSUFFICIENT_MEMORY;
    }
    this.#arguments = undefined; // it may hold a password
    if (phCredential !== null) Object.assign(phCredential, entry.handle);
    if (ptsExpiry !== null) ptsExpiry.value = timeStamp(entry.expiry);
    return codes.SEC_E_OK;
  }

  protected fail(): void {
    const { phCredential = null } = this.#arguments ?? {};
    this.#arguments = undefined;
    if (phCredential !== null && !this.isDetached) SecInvalidateHandle(phCredential);
  }

  protected discard(given: number | PackageCredential): void {
    if (typeof given === "object" && given !== null && given !== this.#accepted) given.free?.();
  }
}

const uses = codes.SECPKG_CRED_BOTH | codes.SECPKG_CRED_DEFAULT;
const useFlags = codes.SECPKG_CRED_AUTOLOGON_RESTRICTED | codes.SECPKG_CRED_PROCESS_POLICY_ONLY;

function refusal(acquire: AcquireArguments): number {
  if (acquire.pGetKeyFn !== null || acquire.pvGetKeyArgument !== null) return codes.SEC_E_INVALID_PARAMETER;
  if (acquire.principal === null || acquire.packageName === null) return codes.SEC_E_INVALID_PARAMETER;
  if (!isCredentialUse(acquire.fCredentialUse) || acquire.phCredential === null)
    return codes.SEC_E_INVALID_PARAMETER;
  if (!Array.isArray(acquire.require) || !acquire.require.every(isFeature))
    return codes.SEC_E_INVALID_PARAMETER;
  return acquire.pvLogonId === null ? codes.SEC_E_OK : codes.SEC_E_NOT_OWNER;
}

/** One of INBOUND, OUTBOUND, BOTH and DEFAULT, with flags if wanted (SSPI-32, E-14). */
function isCredentialUse(use: number): boolean {
  if (!Number.isInteger(use) || use < 0 || use > 0xffffffff) return false;
  const direction = use & uses;
  if ((use & ~(uses | useFlags)) !== 0) return false;
  return (
    direction !== 0 && (direction === codes.SECPKG_CRED_DEFAULT || direction < codes.SECPKG_CRED_DEFAULT)
  );
}
