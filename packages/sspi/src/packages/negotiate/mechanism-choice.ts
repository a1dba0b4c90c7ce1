import type { PackageCredential } from "../../contract/security-package.ts";
import type { NegotiateMechanism } from "./negotiate-mechanism.ts";
import { framedMechanism } from "./wire/spnego-token.ts";

/** A mechanism for which there is a credential (SPN-02). */
export interface MechanismChoice {
  readonly mechanism: NegotiateMechanism;
  readonly credential: PackageCredential;
}

/** Whether an object identifier names it. */
export function isNamed({ mechanism }: MechanismChoice, oid: string | undefined): boolean {
  return oid !== undefined && mechanism.oids.includes(oid);
}

/** Whether a token is of this mechanism, with no SPNEGO around it (SPN-08). */
export function speaks(choice: MechanismChoice, token: Uint8Array): boolean {
  return isNamed(choice, framedMechanism(token)) || choice.mechanism.recognizes?.(token) === true;
}
