// packages/eap-radius/README.md:12
import { genericTokenCard, openEapMethods } from "@sallyport/eap";
import { EapRadiusServer } from "@sallyport/eap-radius";
import { Secret } from "@sallyport/crypto";
import { RadiusReceiver } from "@sallyport/radius";
import { listenRadius } from "@sallyport/radius/node";
import { silentLog, systemClock, systemRandom } from "@sallyport/runtime";

const tokenCard = genericTokenCard({
  prompt: "Code from your token:",
  tokens: { verify: ({ token }) => (token.length === 6 ? { kind: "accepted" } : { kind: "refused", code: 691 }) },
});
const { methods } = await openEapMethods([tokenCard], { log: silentLog });
const eap = new EapRadiusServer({ methods, clock: systemClock, random: systemRandom, log: silentLog });

const receiver = new RadiusReceiver({
  port: "authentication",
  clients: [{ name: "lab", address: "127.0.0.1", secret: new Secret("testing123") }],
  clock: systemClock,
  handler: (request) => eap.handle(request),
});
await listenRadius({ address: "127.0.0.1", port: 1812, receiver });

export {};
