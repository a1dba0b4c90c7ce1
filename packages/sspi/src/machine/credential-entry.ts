import type { Milliseconds } from "@sallyport/runtime";
import type { ContextFeature } from "../contract/features.ts";
import type { PackageCredential, SecurityPackage } from "../contract/security-package.ts";
import type { SecHandle } from "../handles/sec-handle.ts";
import type { Core } from "./core.ts";

/** A credential behind its handle. It goes when the handle is freed and no context needs it any more (SSPI-24). */
export class CredentialEntry {
  handle: Readonly<SecHandle> | undefined;
  readonly securityPackage: SecurityPackage;
  readonly credential: PackageCredential;
  readonly use: number;
  readonly require: readonly ContextFeature[];
  #references = 1;

  constructor(
    securityPackage: SecurityPackage,
    credential: PackageCredential,
    use: number,
    require: readonly ContextFeature[],
  ) {
    this.securityPackage = securityPackage;
    this.credential = credential;
    this.use = use;
    this.require = require;
  }

  get expiry(): Milliseconds {
    return this.credential.expiry ?? Infinity;
  }

  hold(): void {
    this.#references += 1;
  }

  /** Gives one reference back; the last one frees the credential. */
  letGo(core: Core): void {
    this.#references -= 1;
    if (this.#references > 0) return;
    try {
      this.credential.free?.();
    } catch (error) {
      core.complain(`security package ${this.securityPackage.info.name} failed to free a credential`, error);
    }
  }
}
