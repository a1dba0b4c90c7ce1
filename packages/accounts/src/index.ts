// Accounts and where they come from.

export { type Account, type AccountRestriction, accountRestriction, mayLogOnAt } from "./account.ts";
export { type AccountIdentity, accountIdentity, foldCase } from "./account-identity.ts";
export type { AccountSource } from "./account-source.ts";
export { type LogonHours, minuteOfWeek, parseLogonHours } from "./logon-hours.ts";
export {
  type AccountSettings,
  type LogonHoursSettings,
  type SettingsAccounts,
  type SettingsAccountsOptions,
  settingsAccounts,
} from "./settings-accounts.ts";

// How passwords are kept.

export { decoyFor } from "./decoy.ts";
export type { ScryptCost, ScryptPassword, ScryptVerifier } from "./scrypt-password.ts";
export {
  type ClearPassword,
  clearPassword,
  formatStoredPassword,
  type NtHashPassword,
  ntHashPassword,
  type PasswordForm,
  type PasswordProtocol,
  parseStoredPassword,
  type StoredPassword,
  servesProtocol,
} from "./stored-password.ts";

// Their verification.

export {
  changePasswordMsChap2,
  type MsChap2PasswordChange,
  type PasswordChange,
} from "./change-password-ms-chap2.ts";
export {
  type MsChap2ErrorFields,
  type MsChapErrorFields,
  type MsChapErrorReason,
  msChap2Error,
  msChapError,
  msChapErrorCode,
} from "./ms-chap-error.ts";
export type { Refusal, Verification, VerificationOptions } from "./verification.ts";
export { type ChapAnswer, verifyChap } from "./verify-chap.ts";
export { type MsChapAnswer, type MsChapVerification, verifyMsChap } from "./verify-ms-chap.ts";
export {
  type MppeKeySecrets,
  type MsChap2Answer,
  type MsChap2Proof,
  type MsChap2Verification,
  verifyMsChap2,
} from "./verify-ms-chap2.ts";
export { type PapOptions, verifyPap } from "./verify-pap.ts";

// What the MS-CHAP family is made of.

export { challengeHash, ntHash } from "@sallyport/crypto";
