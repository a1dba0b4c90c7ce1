import type { PasswordChange } from "./change-password-ms-chap2.ts";

/** Why a peer is sent an error: a refusal of this package, or what only the host can know. */
export type MsChapErrorReason =
  | Extract<PasswordChange, { kind: "refused" }>["reason"]
  /** The dial-in permission of the account is denied. */
  | "no-dial-in"
  /** The new password was not stored. */
  | "change-failed";

const ERROR_RESTRICTED_LOGON_HOURS = 646;
const ERROR_ACCT_DISABLED = 647;
const ERROR_PASSWD_EXPIRED = 648;
const ERROR_NO_DIALIN_PERMISSION = 649;
const ERROR_AUTHENTICATION_FAILURE = 691;
const ERROR_CHANGING_PASSWORD = 709;

const codes: Readonly<Record<MsChapErrorReason, number>> = {
  "unknown-account": ERROR_AUTHENTICATION_FAILURE,
  "wrong-password": ERROR_AUTHENTICATION_FAILURE,
  "password-form": ERROR_AUTHENTICATION_FAILURE,
  "lan-manager": ERROR_AUTHENTICATION_FAILURE,
  malformed: ERROR_AUTHENTICATION_FAILURE,
  disabled: ERROR_ACCT_DISABLED,
  // The RFCs list no code for it; peers know this one, and for the user it comes to the same.
  expired: ERROR_ACCT_DISABLED,
  "logon-hours": ERROR_RESTRICTED_LOGON_HOURS,
  "password-expired": ERROR_PASSWD_EXPIRED,
  "no-dial-in": ERROR_NO_DIALIN_PERMISSION,
  "unusable-password": ERROR_CHANGING_PASSWORD,
  "change-failed": ERROR_CHANGING_PASSWORD,
};

/**
 * The code that tells a peer why it was refused: 646 to 649, 691 or 709 (RFC 2433 section 8, RFC 2759 section 6). All
 * that must not be told apart is 691.
 */
export function msChapErrorCode(reason: MsChapErrorReason): number {
  return codes[reason];
}

export interface MsChapErrorFields {
  /** See {@link msChapErrorCode}; a whole number of at most ten digits. */
  readonly code: number;
  /** Whether the peer may answer again, with the next identifier. Default: false. */
  readonly retry?: boolean | undefined;
  /** What the peer has to answer then, 8 octets. Left out: the former challenge, 23 added to its first octet. */
  readonly challenge?: Uint8Array | undefined;
}

/**
 * The text of a Failure packet of MS-CHAP, version 1 (RFC 2433 section 8), and of the attribute MS-CHAP-Error:
 * `E=691 R=0 C=0123456789ABCDEF V=2`.
 *
 * @throws {TypeError} when the code is no such number, or the challenge has not 8 octets
 */
export function msChapError({ code, retry, challenge }: MsChapErrorFields): string {
  return [
    ...errorAndRetry(code, retry),
    ...(challenge === undefined ? [] : [`C=${digitsOf(challenge, 8)}`]),
    "V=2",
  ].join(" ");
}

export interface MsChap2ErrorFields extends MsChapErrorFields {
  /** What the peer has to answer next, also when it changes its password: 16 octets. */
  readonly challenge: Uint8Array;
  /** For the user; a sentence that goes with the code by default. */
  readonly message?: string | undefined;
}

/**
 * The text of a Failure packet of MS-CHAPv2 (RFC 2759 section 6), and of the attribute MS-CHAP-Error:
 * `E=648 R=0 C=0123456789ABCDEF0123456789ABCDEF V=3 M=The password has expired.`
 *
 * @throws {TypeError} when the code is no such number, or the challenge has not 16 octets
 *
 * @example
 * ```ts
 * import { msChap2Error, msChapErrorCode } from "@sallyport/accounts";
 *
 * msChap2Error({ code: msChapErrorCode("wrong-password"), challenge: new Uint8Array(16) });
 * ```
 */
export function msChap2Error({ code, retry, challenge, message }: MsChap2ErrorFields): string {
  return [
    ...errorAndRetry(code, retry),
    `C=${digitsOf(challenge, 16)}`,
    "V=3",
    `M=${message ?? messages.get(code) ?? "The connection is refused."}`,
  ].join(" ");
}

const messages: ReadonlyMap<number, string> = new Map([
  [ERROR_RESTRICTED_LOGON_HOURS, "The account may not be used at this time."],
  [ERROR_ACCT_DISABLED, "The account is disabled."],
  [ERROR_PASSWD_EXPIRED, "The password has expired."],
  [ERROR_NO_DIALIN_PERMISSION, "The account may not dial in."],
  [ERROR_AUTHENTICATION_FAILURE, "Unknown user name or wrong password."],
  [ERROR_CHANGING_PASSWORD, "The password could not be changed."],
]);

function errorAndRetry(code: number, retry = false): string[] {
  if (!(Number.isInteger(code) && code >= 0 && code <= 9_999_999_999)) {
    throw new TypeError(`code must be a whole number of at most ten digits, not ${code}`);
  }
  return [`E=${code}`, `R=${retry ? 1 : 0}`];
}

function digitsOf(challenge: Uint8Array, length: number): string {
  if (challenge.length !== length) {
    throw new TypeError(`challenge must have ${length} octets, not ${challenge.length}`);
  }
  return Array.from(challenge, (octet) => octet.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}
