// packages/accounts/README.md:48
import { settingsAccounts, verifyPap } from "@sallyport/accounts";
import { hashPassword, scryptVerifier } from "@sallyport/accounts/node";

const accounts = settingsAccounts([{ name: "alice", passwordHash: await hashPassword("wonderland") }]);
const options = { decoy: accounts.decoy, scrypt: scryptVerifier({ atOnce: 2, waiting: 64 }) };
const account = accounts.find({ domain: "", name: "alice" });
console.log((await verifyPap(account, new TextEncoder().encode("wonderland"), options)).kind); // verified

export {};
