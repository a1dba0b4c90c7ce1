import {
  authenticatorResponse,
  challengeHash,
  challengeResponse,
  constantTimeEqual,
  mppeKeys,
  Secret,
} from "@sallyport/crypto";
import type { Account } from "./account.ts";
import { usableNtHash } from "./usable-nt-hash.ts";
import { concluded, malformed, type Refusal, refusedForm, type VerificationOptions } from "./verification.ts";

/** The answer to an MS-CHAPv2 challenge (RFC 2759 section 4; in RADIUS, RFC 2548 sections 2.1.2 and 2.3.2). */
export interface MsChap2Answer {
  /** As the peer presented it, untranslated: text, or the octets that came. A domain before a backslash may be there. */
  readonly userName: string | Uint8Array;
  /** What the authenticator sent, 16 octets. */
  readonly authenticatorChallenge: Uint8Array;
  /** 16 octets. */
  readonly peerChallenge: Uint8Array;
  /** 24 octets. */
  readonly ntResponse: Uint8Array;
}

/** What MS-CHAPv2 gives beside the verdict. */
export interface MsChap2Proof {
  /** What proves to the peer that this side knows the password too: `S=` and 40 digits (RFC 2759 section 5). */
  readonly authenticatorResponse: string;
  /** The keys of the link, 16 octets each, as the authenticator uses them (RFC 3079 section 3.3). */
  readonly keys: MppeKeySecrets;
}

export interface MppeKeySecrets {
  /** MS-MPPE-Send-Key (RFC 2548 section 2.4.2). */
  readonly send: Secret;
  /** MS-MPPE-Recv-Key (RFC 2548 section 2.4.3). */
  readonly receive: Secret;
}

export type MsChap2Verification =
  | ({ readonly kind: "verified"; readonly account: Account } & MsChap2Proof)
  | Refusal;

/**
 * Verifies an answer to an MS-CHAPv2 challenge (RFC 2759), and gives what the peer verifies in turn, and the keys of
 * the link. The password must be kept in clear or as NT hash; `account` is undefined when the user name stands for none.
 *
 * Takes the same time for unknown users, wrong passwords and passwords in another form.
 *
 * @example
 * ```ts
 * import { settingsAccounts, verifyMsChap2 } from "@sallyport/accounts";
 *
 * const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }]);
 * const outcome = verifyMsChap2(accounts.find({ domain: "", name: "alice" }), {
 *   userName: "alice",
 *   authenticatorChallenge: new Uint8Array(16),
 *   peerChallenge: new Uint8Array(16),
 *   ntResponse: new Uint8Array(24),
 * });
 * console.log(outcome.kind === "verified" ? outcome.authenticatorResponse : outcome.reason); // wrong-password
 * ```
 */
export function verifyMsChap2(
  account: Account | undefined,
  answer: MsChap2Answer,
  options: VerificationOptions = {},
): MsChap2Verification {
  const refusal = malformed(answer, msChap2Lengths);
  if (refusal !== undefined) return refusal;

  const { ntHash, own, empty } = usableNtHash(account);
  const challenge = challengeHash(answer.peerChallenge, answer.authenticatorChallenge, answer.userName);
  const right = constantTimeEqual(challengeResponse(challenge, ntHash), answer.ntResponse) && !empty;
  if (account !== undefined && !own) return refusedForm(account, "MS-CHAPv2");
  const verification = concluded(account, right, options);
  if (verification.kind === "refused") return verification;
  return { ...verification, ...msChap2Proof(ntHash, answer.ntResponse, challenge) };
}

export const msChap2Lengths: Readonly<
  Record<"authenticatorChallenge" | "peerChallenge" | "ntResponse", number>
> = {
  authenticatorChallenge: 16,
  peerChallenge: 16,
  ntResponse: 24,
};

export function msChap2Proof(
  ntHash: Uint8Array,
  ntResponse: Uint8Array,
  challenge: Uint8Array,
): MsChap2Proof {
  const { send, receive } = mppeKeys(ntHash, ntResponse);
  return {
    authenticatorResponse: authenticatorResponse(ntHash, ntResponse, challenge),
    keys: { send: new Secret(send), receive: new Secret(receive) },
  };
}
