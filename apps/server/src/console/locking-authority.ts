import { type AccountLockout, qualifiedName } from "@sallyport/nps";
import { isThenable } from "@sallyport/runtime";
import type { NtlmLogon, NtlmLogonAuthority, NtlmLogonResult } from "@sallyport/sspi";

/**
 * An authority whose wrong passwords count, and whose locked accounts stay out. It asks the lockout after the verification, so
 * that a locked account takes as long as any other.
 *
 * @param defaultDomain of names that carry no domain
 */
export function lockingAuthority(
  authority: NtlmLogonAuthority,
  lockout: AccountLockout,
  defaultDomain: string,
): NtlmLogonAuthority {
  const decided = ({ domain, user }: NtlmLogon, result: NtlmLogonResult): NtlmLogonResult => {
    const isRight = result.kind === "accepted";
    if (!isRight && (result.kind !== "refused" || result.reason !== "wrong-password")) return result;
    const name = domain === "" ? qualifiedName(user, defaultDomain) : `${domain}\\${user}`;
    if (!lockout.passwordTried(name, isRight)) return result;
    if (isRight) result.sessionBaseKey.fill(0);
    return { kind: "refused", reason: "locked-out" };
  };
  return {
    logon(request) {
      const result = authority.logon(request);
      return isThenable(result) ? result.then((late) => decided(request, late)) : decided(request, result);
    },
  };
}
