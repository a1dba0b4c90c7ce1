import type { SettingsInput } from "@sallyport/server";
import { expect, it } from "vitest";
import { eapolTest } from "../src/eapol-test.ts";
import { describeWithPeers } from "../src/peers.ts";
import { labSettings, startSallyport } from "../src/sallyport.ts";
import { lastTraces } from "../src/traces.ts";

/** Sees every request and answer; refuses whoever calls from one station, once the method is at work. */
const watching = `
import { rcAccessAccept, rcAccessChallenge, rcAccessReject, radiusAttribute, repAuthorization } from "@sallyport/nps";
export function RadiusExtensionProcess2(ecb) {
  const calling = ecb.getRequest().find(31)?.value;
  const station = calling === undefined ? "" : new TextDecoder().decode(calling);
  ecb.log.warning(\`seen \${ecb.point === repAuthorization ? "authorization" : "authentication"} \${ecb.responseType}\`);
  if (ecb.point !== repAuthorization) {
    const answers = ecb.getRequest().find(24) !== undefined;
    if (answers && station === "02-00-00-00-00-66") ecb.setResponseType(rcAccessReject);
    return 0;
  }
  if (ecb.responseType === rcAccessChallenge) ecb.getResponse(rcAccessChallenge).add(radiusAttribute(18, "one moment"));
  if (ecb.responseType === rcAccessAccept) ecb.getResponse(rcAccessAccept).add(radiusAttribute(11, "staff"));
  return 0;
}`;

/** Somebody's own Generic Token Card: the token is the name, backwards. */
const backwards = `
import { defineEapMethod } from "@sallyport/eap";
export default defineEapMethod({
  type: 6,
  name: "Backwards",
  async authenticator(session) {
    const reply = await session.request(new TextEncoder().encode("Backwards, please:"), { interactive: true });
    const typed = new TextDecoder().decode(reply.data);
    return typed === [...session.identity].reverse().join("") ? session.succeed() : session.fail();
  },
});`;

const settings: SettingsInput = {
  ...labSettings,
  eap: { methods: ["mschapv2"] },
  extensions: { authentication: ["./watching.mjs"], authorization: ["./watching.mjs"] },
};
const files = { "watching.mjs": watching, "backwards.mjs": backwards };
const alice = { identity: "alice", password: "wonderland" };

describeWithPeers(["eapol_test"], "extensions around EAP", () => {
  it("NPS-46 see every round of a supplicant's conversation, and add to challenges and to the Access-Accept", async () => {
    const server = await startSallyport(settings, { files });
    const { success, keysMatch, stdout } = await eapolTest(server.auth, "MSCHAPV2", alice);
    expect({ success, keysMatch }).toEqual({ success: true, keysMatch: true });
    await server.logged("seen authorization 2");
    const seen = [...server.log().matchAll(/seen (\w+ \d+)/g)].map(([, what]) => what);
    expect(seen).toEqual([
      "authentication 0",
      "authorization 11",
      "authentication 0",
      "authorization 11",
      "authentication 0",
      "authorization 2",
    ]);
    expect(stdout.match(/Attribute 18 \(Reply-Message\)/g)).toHaveLength(2);
    expect(stdout).toContain("Attribute 11 (?Unknown?)");
    const traces = await lastTraces(server, 3);
    expect(traces.map(({ answer }) => answer?.type)).toEqual([
      "Access-Challenge",
      "Access-Challenge",
      "Access-Accept",
    ]);
  });

  it("NPS-19 may reject in the middle: the supplicant gets EAP-Failure, reason 21", async () => {
    const server = await startSallyport(settings, { files });
    const { success, stdout } = await eapolTest(server.auth, "MSCHAPV2", {
      ...alice,
      args: ["-M", "02:00:00:00:00:66"],
    });
    expect(success).toBe(false);
    expect(stdout).toContain("EAP: Received EAP-Failure");
    const [, trace] = await lastTraces(server, 2);
    expect(trace).toMatchObject({ answer: { type: "Access-Reject" }, reason: { code: 21 } });
  });

  it("a method of one's own, as a module of the settings", async () => {
    const own = { ...settings, eap: { methods: ["md5", "./backwards.mjs"] } };
    const server = await startSallyport(own, { files });
    expect((await eapolTest(server.auth, "GTC", { identity: "alice", password: "ecila" })).success).toBe(
      true,
    );
    expect((await eapolTest(server.auth, "GTC", { identity: "alice", password: "alice" })).success).toBe(
      false,
    );
    const [trace] = await lastTraces(server, 1);
    expect(trace).toMatchObject({ eap: { type: 6, name: "Backwards" }, reason: { code: 16 } });
  });
});
