// packages/testbench/README.md:15
import * as allowlist from "@sallyport/sample-nps-device-allowlist";
import { createNpsBench } from "@sallyport/testbench";

const bench = createNpsBench({
  extensions: { authentication: [{ module: allowlist, settings: { devices: ["00-00-5E-00-53-01"] } }] },
  accounts: [{ name: "alice", password: "wonderland" }],
});
const alice = { "User-Name": "alice", "User-Password": "wonderland", "Calling-Station-Id": "00-00-5E-00-53-09" };
const answer = await bench.access(alice);
console.log(answer.codeName, answer.get("Reply-Message")); // Access-Reject This device is not registered.
console.log(answer.explain()); // every stage, what it did and why

export {};
