// npm run log-on -- NAME: the other side, a supplicant that logs on to the server of sallyport.config.json. The passphrase is
// in the environment, where other users of the machine do not see it.
import { readFileSync } from "node:fs";
import { openEapMethods } from "@sallyport/eap";
import { ladderDiagram } from "@sallyport/eap-radius";
import { runEapConversation } from "@sallyport/eap-radius/node";
import { silentLog } from "@sallyport/runtime";
import { passphrase } from "../index.ts";

const [identity] = process.argv.slice(2);
const password = process.env["PASSPHRASE"];
if (identity === undefined || password === undefined) {
  process.stderr.write("usage: PASSPHRASE=... npm run log-on -- NAME\n");
  process.exitCode = 2;
} else {
  const { radius } = JSON.parse(readFileSync("sallyport.config.json", "utf8"));
  const { methods } = await openEapMethods([passphrase()], { log: silentLog });
  const { secret } = radius.clients[0];
  const log = await runEapConversation({ server: radius.auth, secret, methods, identity, password });
  process.stdout.write(`${ladderDiagram(log)}\n`);
  process.exitCode = log.result.kind === "accepted" ? 0 : 1;
}
