export { type Account, accountRestriction } from "./account.ts";
export { type AccountIdentity, accountIdentity } from "./account-identity.ts";
export type { AccountSource } from "./account-source.ts";
export { type AccountSettings, type SettingsAccounts, settingsAccounts } from "./settings-accounts.ts";

export { type Verification, verifyPap } from "./verify-pap.ts";
