/** Starts the site on loopback, with one account whose password is new each time. */
import { serve } from "@hono/node-server";
import { settingsAccounts } from "@sallyport/accounts";
import { intranet } from "./index.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const password = Buffer.from(random(9)).toString("base64url");
const accounts = settingsAccounts([{ name: "alice", password, groups: ["payroll"] }], {
  defaultDomain: "HOUSE",
});
const { app, close } = await intranet({
  accounts,
  domain: "HOUSE",
  sessionKey: random(32),
  payrollGroup: "payroll",
  onEvent: (event) => {
    if (event.kind === "signed-on") console.log(`${event.user.name} signed on by ${event.user.mechanism}`);
    if (event.kind === "refused") console.log(`refused: ${event.symbol}`);
  },
});
const port = Number(process.env["PORT"] ?? 8080);
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, (address) => {
  const url = `http://localhost:${address.port}`;
  console.log(`ready: curl --ntlm -u 'alice:${password}' ${url}/me`);
  console.log(`or in a browser: ${url}/ (alice, ${password})`);
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
    void close();
  });
}
