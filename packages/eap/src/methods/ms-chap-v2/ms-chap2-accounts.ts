import type { Secret } from "@sallyport/crypto";
import type { RasAuthAttribute } from "../../contract/auth-attribute.ts";

/** A peer's answer to a challenge (RFC 2759 section 4). The arrays are valid until the verdict is there. */
export interface MsChap2LogonAnswer {
  /** The identity exchange's, by which the account is looked up. */
  readonly identity: string;
  /** The name in the answer, untranslated; it goes into the hash, a domain before a backslash does not. */
  readonly userName: Uint8Array;
  /** What the authenticator sent, 16 octets. */
  readonly authenticatorChallenge: Uint8Array;
  /** 16 octets. */
  readonly peerChallenge: Uint8Array;
  /** 24 octets. */
  readonly ntResponse: Uint8Array;
  /** A password that a module of the server brought for this user (NPS-66): it counts instead of the account's. */
  readonly suppliedPassword?: Uint8Array | undefined;
}

/** A new password, and the proof of the old one (RFC 2759 section 7). The name in the hash is that of the last answer. */
export interface MsChap2NewPassword extends MsChap2LogonAnswer {
  /** 516 octets. */
  readonly encryptedPassword: Uint8Array;
  /** 16 octets. */
  readonly encryptedHash: Uint8Array;
}

/** What became of an answer or of a change of password. */
export type MsChap2Verdict =
  | MsChap2Admission
  /**
   * `code` is one of raserror.h and goes to the peer: 691, after which it may try again; 648, after which it may change
   * its password; 646, 647, 649, 709.
   */
  | { readonly kind: "refused"; readonly code: number; readonly message?: string | undefined };

export interface MsChap2Admission {
  /** `changed` for a new password that has been stored. */
  readonly kind: "verified" | "changed";
  /** `S=` and 40 digits: the proof that this side knows the password, too (RFC 2759 section 5). */
  readonly authenticatorResponse: string;
  /** The keys of the link, 16 octets each, as the authenticator uses them (RFC 3079 section 3.3). */
  readonly keys: { readonly send: Secret; readonly receive: Secret };
  /** Go to the host with the result. */
  readonly attributes?: readonly RasAuthAttribute[] | undefined;
}

/**
 * Who knows the passwords. The provider of Windows knows clear passwords and MD5 answers only (EAP-53), so MS-CHAPv2
 * has an interface of its own; the verifications of `@sallyport/accounts` fit it.
 */
export interface MsChap2Accounts {
  /** Verifies an answer, equally long whether the account exists or not. */
  verify(answer: MsChap2LogonAnswer): MsChap2Verdict | PromiseLike<MsChap2Verdict>;
  /** Verifies and stores a new password; without it a password that has expired is the end. */
  changePassword?(change: MsChap2NewPassword): MsChap2Verdict | PromiseLike<MsChap2Verdict>;
}
