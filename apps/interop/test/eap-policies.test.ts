import {
  type EapMethodRegistration,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  openEapMethods,
} from "@sallyport/eap";
import { runEapConversation } from "@sallyport/eap-radius/node";
import { attributesFromNames } from "@sallyport/radius";
import { silentLog } from "@sallyport/runtime";
import type { SettingsInput } from "@sallyport/server";
import { expect, it } from "vitest";
import { labSettings, startSallyport } from "../src/sallyport.ts";

const settings: SettingsInput = {
  ...labSettings,
  eap: { methods: ["mschapv2", "md5", "gtc"] },
  accounts: [
    { name: "alice", password: "wonderland", groups: ["staff"] },
    { name: "bob", password: "wonderland", groups: ["guests"] },
  ],
  policies: {
    connectionRequest: [{ name: "here", realmRules: [{ find: "@old\\.example$", replace: "" }] }],
    network: [
      {
        name: "staff",
        conditions: { groups: ["staff"] },
        access: "grant",
        constraints: { eapMethods: ["md5", "mschapv2"] },
        settings: { vlan: 20 },
      },
      {
        name: "guests",
        conditions: { groups: ["guests"], eapMethods: ["gtc"] },
        access: "grant",
        settings: { vlan: 99 },
      },
    ],
  },
};

it.each([
  ["mschapv2", msChapV2(), "alice@old.example", "20"],
  ["md5", md5Challenge(), "alice@old.example", "20"],
  ["gtc", genericTokenCard(), "bob@old.example", "99"],
] as const)("NPS-78, NPS-79 %s through realm rules and policies", async (_, method, identity, vlan) => {
  const server = await startSallyport(settings);
  expect(await logOn(server.auth, method, identity)).toBe("accepted");
  const { stdout } = await server.command("explain");
  const user = identity.replace("@old.example", "");
  expect(stdout).toContain(`${identity}, looked up as SALLYPORT\\${user}`);
  expect(stdout).toContain(`Tunnel-Private-Group-ID = ${vlan}`);
});

it("NPS-79 a method that the user's policy does not allow is refused, and explain says so", async () => {
  const server = await startSallyport(settings);
  expect(await logOn(server.auth, genericTokenCard(), "alice")).not.toBe("accepted");
  expect(await logOn(server.auth, md5Challenge(), "bob")).not.toBe("accepted");
  const { stdout } = await server.command("explain");
  expect(stdout).toContain("reason 48");
  expect(stdout).toContain(
    '"guests" did not match: it asks that EAP type is 6, but EAP type is MD5-Challenge (4)',
  );
});

async function logOn(server: string, method: EapMethodRegistration, identity: string): Promise<string> {
  const { methods } = await openEapMethods([method], { log: silentLog });
  const { result } = await runEapConversation({
    server,
    secret: "testing123",
    methods,
    identity,
    password: "wonderland",
    attributes: attributesFromNames({ "NAS-Port-Type": "Wireless-802.11", "Framed-MTU": 1_400 }),
    timeout: 5_000,
  });
  return result.kind;
}
