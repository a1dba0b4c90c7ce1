// apps/docs/guides/eap-method.md:260
import { openEapMethods } from "@sallyport/eap";
import { ladderDiagram } from "@sallyport/eap-radius";
import { runEapConversation } from "@sallyport/eap-radius/node";
import { silentLog } from "@sallyport/runtime";
import keyed from "./keyed.ts";

const { methods } = await openEapMethods([keyed], { log: silentLog });
const log = await runEapConversation({ server: "127.0.0.1:1812", secret: "testing123", methods, identity: "alice" });
console.log(ladderDiagram(log));

export {};
