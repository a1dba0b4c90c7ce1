// packages/eap-radius/README.md:42
import { md5Challenge, openEapMethods } from "@sallyport/eap";
import { ladderDiagram } from "@sallyport/eap-radius";
import { runEapConversation } from "@sallyport/eap-radius/node";
import { silentLog } from "@sallyport/runtime";

const { methods } = await openEapMethods([md5Challenge()], { log: silentLog });
const log = await runEapConversation({
  server: "127.0.0.1:1812",
  secret: "testing123",
  methods,
  identity: "alice",
  password: "wonderland",
  timeout: 1_000,
});
console.log(ladderDiagram(log));

export {};
