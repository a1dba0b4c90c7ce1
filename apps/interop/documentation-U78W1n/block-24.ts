// packages/accounts/README.md:10
import { accountIdentity, settingsAccounts, verifyPap } from "@sallyport/accounts";

const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }], { defaultDomain: "CORP" });
const account = accounts.find(accountIdentity("corp\\Alice"));
const options = { now: Date.now(), decoy: accounts.decoy };
console.log(verifyPap(account, new TextEncoder().encode("wonderland"), options).kind); // verified

export {};
