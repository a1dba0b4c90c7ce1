import {
  authenticatorResponse,
  challengeHash,
  challengeResponse,
  constantTimeEqual,
  desEncrypt,
  mppeKeys,
  ntHash,
  rc4,
  Secret,
} from "@sallyport/crypto";
import type {
  MsChap2Accounts,
  MsChap2Admission,
  MsChap2LogonAnswer,
  MsChap2NewPassword,
  MsChap2Verdict,
} from "../../src/methods/ms-chap-v2/ms-chap2-accounts.ts";

/** Accounts in memory, as RFC 2759 section 8 verifies them. */
export class PasswordBook implements MsChap2Accounts {
  readonly passwords: Map<string, string>;
  /** Codes for accounts whose password was right. */
  readonly restrictions: Map<string, number> = new Map();
  readonly seen: string[] = [];

  constructor(passwords: Readonly<Record<string, string>>) {
    this.passwords = new Map(Object.entries(passwords));
  }

  verify(answer: MsChap2LogonAnswer): MsChap2Verdict {
    this.seen.push(`${answer.identity} as ${new TextDecoder().decode(answer.userName)}`);
    const password = this.passwords.get(answer.identity);
    const hash = ntHash(password ?? "");
    const admission = admissionOf("verified", answer, hash);
    if (password === undefined || admission === undefined) return { kind: "refused", code: 691 };
    const code = this.restrictions.get(answer.identity);
    return code === undefined ? admission : { kind: "refused", code };
  }

  changePassword(change: MsChap2NewPassword): MsChap2Verdict {
    const old = this.passwords.get(change.identity);
    if (old === undefined) return { kind: "refused", code: 691 };
    const oldHash = ntHash(old);
    const block = Buffer.from(rc4(oldHash, change.encryptedPassword));
    const length = block.readUInt32LE(512);
    const newPassword = length <= 512 ? block.subarray(512 - length, 512).toString("utf16le") : "";
    const newHash = ntHash(newPassword);
    const proof = [0, 1].map((part) =>
      desEncrypt(newHash.subarray(7 * part, 7 * part + 7), oldHash.subarray(8 * part, 8 * part + 8)),
    );
    const admission = admissionOf("changed", change, newHash);
    if (!constantTimeEqual(Buffer.concat(proof), change.encryptedHash) || admission === undefined) {
      return { kind: "refused", code: 691 };
    }
    if (newPassword.length < 8) return { kind: "refused", code: 709, message: "At least eight characters." };
    this.passwords.set(change.identity, newPassword);
    this.restrictions.delete(change.identity);
    return admission;
  }
}

function admissionOf(
  kind: MsChap2Admission["kind"],
  answer: MsChap2LogonAnswer,
  hash: Uint8Array,
): MsChap2Admission | undefined {
  const challenge = challengeHash(answer.peerChallenge, answer.authenticatorChallenge, answer.userName);
  if (!constantTimeEqual(challengeResponse(challenge, hash), answer.ntResponse)) return undefined;
  const { send, receive } = mppeKeys(hash, answer.ntResponse);
  return {
    kind,
    authenticatorResponse: authenticatorResponse(hash, answer.ntResponse, challenge),
    keys: { send: new Secret(send), receive: new Secret(receive) },
  };
}
