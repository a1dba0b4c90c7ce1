import { challengeResponse, constantTimeEqual, md4, Secret } from "@sallyport/crypto";
import type { Account } from "./account.ts";
import { usableNtHash } from "./usable-nt-hash.ts";
import { concluded, malformed, type Refusal, refusedForm, type VerificationOptions } from "./verification.ts";

/** The answer to an MS-CHAP challenge (RFC 2433 section 6; in RADIUS, RFC 2548 sections 2.1.2 and 2.1.3). */
export interface MsChapAnswer {
  /** 8 octets. */
  readonly challenge: Uint8Array;
  /** The field "Windows NT compatible challenge response", 24 octets. */
  readonly ntResponse: Uint8Array;
  /** The flag of the answer: true (1) where the NT response is the one that counts. */
  readonly useNtResponse: boolean;
}

export type MsChapVerification =
  | {
      readonly kind: "verified";
      readonly account: Account;
      /** The NT-Key of MS-CHAP-MPPE-Keys (RFC 2548 section 2.4.1): the hash of the NT hash, 16 octets. */
      readonly ntKey: Secret;
    }
  | Refusal;

/**
 * Verifies an answer to an MS-CHAP challenge, version 1 (RFC 2433), by its NT response; LAN Manager responses are
 * refused. The password must be kept in clear or as NT hash; `account` is undefined when the user name stands for none.
 *
 * Takes the same time for unknown users, wrong passwords and passwords in another form.
 *
 * @example
 * ```ts
 * import { settingsAccounts, verifyMsChap } from "@sallyport/accounts";
 *
 * const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }]);
 * const account = accounts.find({ domain: "", name: "alice" });
 * const answer = { challenge: new Uint8Array(8), ntResponse: new Uint8Array(24), useNtResponse: false };
 * verifyMsChap(account, answer); // { kind: "refused", reason: "lan-manager" }
 * ```
 */
export function verifyMsChap(
  account: Account | undefined,
  answer: MsChapAnswer,
  options: VerificationOptions = {},
): MsChapVerification {
  const refusal = malformed(answer, { challenge: 8, ntResponse: 24 });
  if (refusal !== undefined) return refusal;
  if (!answer.useNtResponse) return { kind: "refused", reason: "lan-manager" };

  const { ntHash, own, empty } = usableNtHash(account);
  const expected = challengeResponse(answer.challenge, ntHash);
  const right = constantTimeEqual(expected, answer.ntResponse) && !empty;
  if (account !== undefined && !own) return refusedForm(account, "MS-CHAP");
  const verification = concluded(account, right, options);
  return verification.kind === "refused" ? verification : { ...verification, ntKey: new Secret(md4(ntHash)) };
}
