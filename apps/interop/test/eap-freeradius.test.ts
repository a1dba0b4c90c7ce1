import {
  type EapMethodRegistration,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  openEapMethods,
} from "@sallyport/eap";
import { ladderDiagram } from "@sallyport/eap-radius";
import { runEapConversation } from "@sallyport/eap-radius/node";
import { attributesFromNames } from "@sallyport/radius";
import { silentLog } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import { startFreeRadiusEap } from "../src/freeradius-eap.ts";
import { describeWithPeers } from "../src/peers.ts";
import { sallyport } from "../src/sallyport.ts";

const own = {
  md5: () => md5Challenge(),
  mschapv2: () => msChapV2(),
  gtc: () => genericTokenCard(),
} as const;
type Method = keyof typeof own;
const all = Object.keys(own) as Method[];

async function logOn(
  server: string,
  method: EapMethodRegistration,
  further: { identity?: string; password?: string } = {},
) {
  const { methods } = await openEapMethods([method], { log: silentLog });
  return runEapConversation({
    server,
    secret: "testing123",
    methods,
    identity: "alice",
    password: "wonderland",
    attributes: attributesFromNames({ "NAS-Port-Type": "Wireless-802.11", "Framed-MTU": 1_400 }),
    timeout: 5_000,
    ...further,
  });
}

describeWithPeers(["freeradius"], "our peer against FreeRADIUS", () => {
  describe.each(all)("which offers %s first", (first) => {
    it("every method is reached, by Nak where it is another one; right and wrong passwords", async () => {
      const server = await startFreeRadiusEap(first, { alice: "wonderland" });
      for (const method of all) {
        const admitted = await logOn(server.auth, own[method]());
        expect({ asked: method, ...admitted.result }).toMatchObject({
          asked: method,
          kind: "accepted",
          keys: method === "mschapv2" ? "match" : "none",
          peerResult: 0,
        });
        expect(admitted.entries.some(({ eap }) => eap !== "start" && eap?.typeName === "Nak")).toBe(
          method !== first,
        );
        const refused = await logOn(server.auth, own[method](), { password: "queen of hearts" });
        expect({ asked: method, ...refused.result }).toMatchObject({
          asked: method,
          kind: "rejected",
          peerResult: 691,
        });
      }
    });
  });

  it.each([
    ["a realm", "alice@corp.example"],
    ["UTF-8", "ålîçe-人"],
    ["a long name", "a".repeat(200)],
  ])("an identity with %s", async (_, identity) => {
    const server = await startFreeRadiusEap("md5", { [identity]: "wonderland" });
    for (const method of all) {
      const { result } = await logOn(server.auth, own[method](), { identity });
      expect({ asked: method, ...result }).toMatchObject({ asked: method, kind: "accepted" });
    }
  });

  it("conversations at once, interleaved", async () => {
    const server = await startFreeRadiusEap("mschapv2", { alice: "wonderland" });
    const logs = await Promise.all(Array.from({ length: 10 }, () => logOn(server.auth, msChapV2())));
    expect(logs.map(({ result }) => result.kind)).toEqual(Array(10).fill("accepted"));
  });

  it("the command draws the conversation, and its exit status says how it ended", async () => {
    const server = await startFreeRadiusEap("md5", { alice: "wonderland" });
    const env = { ...process.env, LAB_SECRET: "testing123", LAB_PASSWORD: "wonderland" };
    const options = ["--secret-env", "LAB_SECRET", "--password-env", "LAB_PASSWORD"];
    const command = ["eap", "test", "--method", "mschapv2", server.auth, ...options, "alice"];
    const drawn = await sallyport(command, { env });
    expect(drawn).toMatchObject({ status: 0, stderr: "" });
    expect(drawn.stdout).toContain("|<- Access-Accept ---");
    expect(drawn.stdout).toContain("wants MS-CHAPv2");
    expect(drawn.stdout).toContain("the MS-MPPE keys are those of the method");
    const json = await sallyport([...command, "--json"], { env });
    expect(ladderDiagram(JSON.parse(json.stdout)).split("\n").length).toBe(
      drawn.stdout.trimEnd().split("\n").length,
    );
    const wrong = await sallyport(command, { env: { ...env, LAB_PASSWORD: "queen of hearts" } });
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toContain("Rejected: the server answers Access-Reject.");
    for (const text of [drawn.stdout, json.stdout, wrong.stdout]) expect(text).not.toContain("wonderland");
  });

  it("another secret: no answer, exit status 3", async () => {
    const server = await startFreeRadiusEap("md5", { alice: "wonderland" });
    const ended = await sallyport([
      "eap",
      "test",
      "--method",
      "md5",
      server.auth,
      "--secret",
      "other",
      "--password",
      "x",
      "--timeout",
      "1",
      "alice",
    ]);
    expect(ended.status).toBe(3);
    expect(ended.stdout).toContain("Failed: ");
  });
});
