import type { SecurityPackage } from "../../contract/security-package.ts";
import { isNtlmMessage } from "../ntlm/wire/payload.ts";
import { oidNtlm } from "./wire/mechanism-oids.ts";

/**
 * A security package that Negotiate may choose. Its contexts should have `sign` and `verify`: without them the list of
 * mechanisms cannot be protected, and nothing but the client's first choice can be taken (SPN-06).
 */
export interface NegotiateMechanism {
  readonly package: SecurityPackage;
  /** Its object identifiers, in the order in which they are offered. Any of them names it (SPN-09). */
  readonly oids: readonly string[];
  /**
   * Whether a token is one of its own, without SPNEGO around it or as an optimistic token (SPN-04, SPN-08). A token in
   * GSS-API's frame with one of `oids` is, without being asked. Default: no other.
   */
  recognizes?(token: Uint8Array): boolean;
  /**
   * Whether it proves less than the mechanisms before it, as NTLM does: beside others it is offered, and falls in for one
   * that finds no authority, only where the credential says `allowNtlm` (SPN-03). Default false.
   */
  readonly needsConsent?: boolean;
}

/**
 * NTLM as a mechanism of Negotiate.
 *
 * @example
 * ```ts
 * import { createSspiProvider, negotiatePackage, ntlmMechanism, ntlmPackage } from "@sallyport/sspi";
 *
 * const ntlm = ntlmPackage({ identity: { user: "CORP\\alice", password: "wonderland" } });
 * const negotiate = negotiatePackage({ mechanisms: [ntlmMechanism(ntlm)] });
 * const provider = createSspiProvider({ packages: [negotiate, ntlm] });
 * ```
 */
export function ntlmMechanism(securityPackage: SecurityPackage): NegotiateMechanism {
  return {
    package: securityPackage,
    oids: [oidNtlm],
    recognizes: isNtlmMessage,
    needsConsent: true,
  };
}
