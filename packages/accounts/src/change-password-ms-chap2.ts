import {
  challengeHash,
  challengeResponse,
  constantTimeEqual,
  desEncrypt,
  ntHash as hashOf,
  rc4,
  Secret,
} from "@sallyport/crypto";
import { type Account, accountRestriction } from "./account.ts";
import { clearPassword, ntHashPassword, type StoredPassword } from "./stored-password.ts";
import { usableNtHash } from "./usable-nt-hash.ts";
import { malformed, type Refusal, refusedForm, type VerificationOptions } from "./verification.ts";
import { type MsChap2Answer, type MsChap2Proof, msChap2Lengths, msChap2Proof } from "./verify-ms-chap2.ts";

/**
 * What an MS-CHAPv2 peer sends to change its password: the Change-Password packet (RFC 2759 section 7), in RADIUS
 * MS-CHAP2-CPW and the parts of MS-CHAP-NT-Enc-PW put together (RFC 2548 sections 2.3.4 and 2.2). The challenge is the
 * one in the Failure packet, and the response is made with the new password.
 */
export interface MsChap2PasswordChange extends MsChap2Answer {
  /** The new password, encrypted with the NT hash of the old one: 516 octets. */
  readonly encryptedPassword: Uint8Array;
  /** The NT hash of the old password, encrypted with that of the new one: 16 octets. */
  readonly encryptedHash: Uint8Array;
}

export type PasswordChange =
  | ({
      readonly kind: "changed";
      readonly account: Account;
      /** In clear, UTF-8, for the rules that a new password has to keep. */
      readonly newPassword: Secret;
      /** The new password in the form in which the old one was kept: what is to be stored. */
      readonly stored: StoredPassword;
    } & MsChap2Proof)
  | Refusal
  /** The old password was right, and the new one is empty or is no text. */
  | { readonly kind: "refused"; readonly reason: "unusable-password" };

/**
 * Verifies that a peer that wants to change its password knows the old one, and decrypts the new one (RFC 2759 section
 * 8.9 to 8.13). Nothing is stored: once the host has stored the new password, it answers with the proof; when it cannot,
 * or will not, with the error 709.
 *
 * Takes the same time for unknown users, wrong passwords and passwords in another form.
 *
 * @param options `now`: given, an account that is not to be used now is refused; that its password has expired is no
 *   obstacle
 *
 * @example
 * ```ts
 * import { type Account, changePasswordMsChap2, type MsChap2PasswordChange } from "@sallyport/accounts";
 *
 * function answer(account: Account | undefined, request: MsChap2PasswordChange): string {
 *   const change = changePasswordMsChap2(account, request, { now: Date.now() });
 *   return change.kind === "changed" ? change.authenticatorResponse : change.reason;
 * }
 * ```
 */
export function changePasswordMsChap2(
  account: Account | undefined,
  request: MsChap2PasswordChange,
  options: VerificationOptions = {},
): PasswordChange {
  const refusal = malformed(request, { ...msChap2Lengths, encryptedPassword: 516, encryptedHash: 16 });
  if (refusal !== undefined) return refusal;

  const old = usableNtHash(account);
  const newPassword = decryptedPassword(request.encryptedPassword, old.ntHash);
  const newHash = hashOf(newPassword ?? "");
  const challenge = challengeHash(request.peerChallenge, request.authenticatorChallenge, request.userName);
  const knowsOld = constantTimeEqual(encryptedHash(old.ntHash, newHash), request.encryptedHash);
  const knowsNew = constantTimeEqual(challengeResponse(challenge, newHash), request.ntResponse);

  if (account === undefined) return { kind: "refused", reason: "unknown-account" };
  if (!old.own) return refusedForm(account, "MS-CHAPv2");
  if (old.empty || !knowsOld || !knowsNew || newPassword === undefined) {
    return { kind: "refused", reason: "wrong-password" };
  }
  const restriction = options.now === undefined ? undefined : accountRestriction(account, options.now);
  if (restriction !== undefined && restriction !== "password-expired") {
    return { kind: "refused", reason: restriction };
  }
  // Half of a surrogate pair stands for no character: such a password could not be given in any other protocol.
  if (newPassword === "" || /\p{Surrogate}/u.test(newPassword)) {
    return { kind: "refused", reason: "unusable-password" };
  }
  return {
    kind: "changed",
    account,
    newPassword: new Secret(newPassword),
    stored: account.password.form === "clear" ? clearPassword(newPassword) : ntHashPassword(newHash),
    ...msChap2Proof(newHash, request.ntResponse, challenge),
  };
}

const passwordSize = 512;

/**
 * The password at the end of the 512 octets for it, whose length in octets stands behind them, little-endian
 * (RFC 2759 section 8.10). Undefined when the length is none, as it is when the key was wrong.
 */
function decryptedPassword(encrypted: Uint8Array, key: Uint8Array): string | undefined {
  const block = rc4(key, encrypted);
  const view = new DataView(block.buffer);
  const length = view.getUint32(passwordSize, true);
  if (length > passwordSize || length % 2 !== 0) return undefined;
  let text = "";
  for (let at = passwordSize - length; at < passwordSize; at += 2) {
    text += String.fromCharCode(view.getUint16(at, true));
  }
  return text;
}

/** `NtPasswordHashEncryptedWithBlock` (RFC 2759 section 8.13): two blocks, the first 14 octets of the key. */
function encryptedHash(hash: Uint8Array, key: Uint8Array): Uint8Array {
  const encrypted = new Uint8Array(16);
  encrypted.set(desEncrypt(key.subarray(0, 7), hash.subarray(0, 8)));
  encrypted.set(desEncrypt(key.subarray(7, 14), hash.subarray(8)), 8);
  return encrypted;
}
