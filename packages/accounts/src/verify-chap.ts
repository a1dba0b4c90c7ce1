import { constantTimeEqual, md5 } from "@sallyport/crypto";
import type { Account } from "./account.ts";
import { clearDecoy } from "./decoy.ts";
import {
  concluded,
  malformed,
  refusedForm,
  type Verification,
  type VerificationOptions,
} from "./verification.ts";

/** The answer to a CHAP challenge (RFC 1994 section 4.1; in RADIUS, RFC 2865 sections 5.3 and 5.40). */
export interface ChapAnswer {
  /** Of the CHAP packets, 0 to 255; the first octet of the attribute CHAP-Password. */
  readonly identifier: number;
  /** At least one octet; without the attribute CHAP-Challenge it is the Request Authenticator. */
  readonly challenge: Uint8Array;
  /** 16 octets, those of the attribute CHAP-Password after the first. */
  readonly response: Uint8Array;
}

/**
 * Verifies an answer to a CHAP challenge with MD5 (RFC 1994 section 4.1), for which the password must be kept in clear;
 * `account` is undefined when the user name stands for none.
 *
 * Takes the same time for unknown users, wrong passwords and passwords in another form. A password of more than 38
 * octets takes a block of MD5 more, 0.1 µs.
 *
 * @example
 * ```ts
 * import { settingsAccounts, verifyChap } from "@sallyport/accounts";
 *
 * const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }]);
 * const account = accounts.find({ domain: "", name: "alice" });
 * const answer = { identifier: 1, challenge: new Uint8Array(16), response: new Uint8Array(16) };
 * verifyChap(account, answer); // { kind: "refused", reason: "wrong-password" }
 * ```
 */
export function verifyChap(
  account: Account | undefined,
  answer: ChapAnswer,
  options: VerificationOptions = {},
): Verification {
  const { identifier, challenge, response } = answer;
  if (!(Number.isInteger(identifier) && identifier >= 0 && identifier <= 255)) {
    return { kind: "refused", reason: "malformed", field: "identifier" };
  }
  if (challenge.length === 0) return { kind: "refused", reason: "malformed", field: "challenge" };
  const refusal = malformed({ response }, { response: 16 });
  if (refusal !== undefined) return refusal;

  const { password } = account?.password.form === "clear" ? account.password : clearDecoy;
  const expected = md5(Uint8Array.of(identifier), password.reveal(), challenge);
  const right = constantTimeEqual(expected, response) && password.length > 0;
  if (account !== undefined && account.password.form !== "clear") return refusedForm(account, "CHAP");
  return concluded(account, right, options);
}
