/** Starts the site, with one account whose password is new each time. */
import { settingsAccounts } from "@sallyport/accounts";
import { serveIntranet } from "./index.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const password = Buffer.from(random(9)).toString("base64url");
const accounts = settingsAccounts([{ name: "alice", password, groups: ["payroll"] }], {
  defaultDomain: "HOUSE",
});
const { origin, close } = await serveIntranet({
  accounts,
  domain: "HOUSE",
  sessionKey: random(32),
  payrollGroup: "payroll",
  port: Number(process.env["PORT"] ?? 8080),
  log: console.log,
});
console.log(`ready: curl --ntlm -u 'alice:${password}' ${origin}/me`);
console.log(`or in a browser: ${origin}/ (alice, ${password})`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void close());
