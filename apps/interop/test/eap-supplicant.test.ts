import { ntHash } from "@sallyport/crypto";
import { oneTimePassword } from "@sallyport/eap";
import { splitEapMessage } from "@sallyport/eap-radius";
import { createRadiusClient } from "@sallyport/radius/node";
import type { SettingsInput } from "@sallyport/server";
import { describe, expect, it } from "vitest";
import { eapolTest, type SupplicantMethod } from "../src/eapol-test.ts";
import { describeWithPeers } from "../src/peers.ts";
import { labSettings, type Sallyport, startSallyport } from "../src/sallyport.ts";
import { lastTrace, lastTraces } from "../src/traces.ts";

const names = { MSCHAPV2: "mschapv2", MD5: "md5", GTC: "gtc", OTP: "otp" } as const;
const types = {
  MSCHAPV2: "MS-CHAPv2",
  MD5: "MD5-Challenge",
  GTC: "Generic Token Card",
  OTP: "One-Time Password",
};
const methods = Object.keys(names) as SupplicantMethod[];
const passphrase = "A Valid Pass Phrase";

/** The password of a sequence as its user would type it. */
function typed(sequence: number): string {
  const octets = oneTimePassword({ algorithm: "md5", seed: "dog2", sequence, passphrase });
  return Buffer.from(octets).toString("hex");
}

function settings(eap: readonly string[], accounts = labSettings.accounts ?? []): SettingsInput {
  return { ...labSettings, eap: { methods: [...eap] }, accounts: [...accounts] };
}

const alice = {
  name: "alice",
  password: "wonderland",
  groups: ["staff"],
  oneTimePassword: `otp-md5 500 dog2 ${typed(500)}`,
};

function logOn(server: Sallyport, method: SupplicantMethod, password: string, identity = "alice") {
  return eapolTest(server.auth, method, { identity, password });
}

describeWithPeers(["eapol_test"], "eapol_test", () => {
  describe.each(methods)("the server offers %s first", (first) => {
    it("every method is reached, by Nak where it is another one; right and wrong passwords", async () => {
      const order = [first, ...methods.filter((method) => method !== first)];
      const server = await startSallyport(
        settings(
          order.map((method) => names[method]),
          [alice],
        ),
      );
      let sequence = 500;
      for (const method of methods) {
        const right = method === "OTP" ? typed(--sequence) : "wonderland";
        const admitted = await logOn(server, method, right);
        expect({ method, success: admitted.success }).toEqual({ method, success: true });
        if (method === "MSCHAPV2") expect(admitted.keysMatch).toBe(true);
        const accepted = await lastTrace(server);
        expect(accepted).toMatchObject({ answer: { type: "Access-Accept" }, eap: { name: types[method] } });

        const refused = await logOn(server, method, "queen of hearts");
        expect({ method, success: refused.success }).toEqual({ method, success: false });
        expect(await lastTrace(server)).toMatchObject({
          answer: { type: "Access-Reject" },
          reason: { code: 16 },
          eap: { name: types[method] },
        });
      }
    }, 240_000);
  });

  it("a one-time password admits once", async () => {
    const server = await startSallyport(settings(["otp"], [alice]));
    expect((await logOn(server, "OTP", typed(499))).success).toBe(true);
    expect((await logOn(server, "OTP", typed(499))).success).toBe(false);
    await server.stop();
    const again = await startSallyport(settings(["otp"], [alice]), { folder: server.folder });
    expect((await logOn(again, "OTP", typed(499))).success).toBe(false);
    expect((await logOn(again, "OTP", typed(498))).success).toBe(true);
  });

  it("a method that the policy does not name: reason 22", async () => {
    const server = await startSallyport(settings(["md5"]));
    expect((await logOn(server, "GTC", "wonderland")).success).toBe(false);
    expect(await lastTrace(server)).toMatchObject({ reason: { code: 22 } });
  });

  it("no method at all: reason 66", async () => {
    const server = await startSallyport(settings([]));
    expect((await logOn(server, "MD5", "wonderland")).success).toBe(false);
    expect(await lastTrace(server)).toMatchObject({ reason: { code: 66 } });
  });

  it.each([
    ["a realm", "alice@corp.example", "CORP\\alice"],
    ["a domain", "CORP\\alice", "CORP\\alice"],
    ["UTF-8", "ålîçe-人", "ålîçe-人"],
    ["253 octets", "a".repeat(253), "a".repeat(253)],
  ])("an identity with %s", async (_, identity, name) => {
    const server = await startSallyport(settings(["mschapv2", "md5"], [{ name, password: "wonderland" }]));
    for (const method of ["MSCHAPV2", "MD5"] as const) {
      const { success } = await logOn(server, method, "wonderland", identity);
      expect({ method, success }).toEqual({ method, success: true });
    }
  });

  it("an empty identity is refused, reason 8", async () => {
    const server = await startSallyport(settings(["md5"]));
    expect((await logOn(server, "MD5", "wonderland", "")).success).toBe(false);
    const [trace] = await lastTraces(server, 1);
    // eapol_test does not answer at all without an identity, or says nobody: neither is admitted.
    if (trace !== undefined) expect(trace.answer?.type).toBe("Access-Reject");
  });

  it("somebody unknown is told the same as somebody with a wrong password; the administrator reads reason 8", async () => {
    const server = await startSallyport(settings(["md5"]));
    expect((await logOn(server, "MD5", "wonderland", "mallory")).success).toBe(false);
    expect(await lastTrace(server)).toMatchObject({ reason: { code: 8 } });
  });

  it("twelve conversations at once, interleaved", async () => {
    const server = await startSallyport(settings(["mschapv2", "md5", "gtc"]));
    const each = (["MSCHAPV2", "MD5", "GTC"] as const).flatMap(
      (method) => Array(4).fill(method) as SupplicantMethod[],
    );
    const results = await Promise.all(each.map((method) => logOn(server, method, "wonderland")));
    expect(results.map(({ success }) => success)).toEqual(Array(12).fill(true));
  });

  it("abandoned conversations are in nobody's way: a hundred of them where ten may wait", async () => {
    const eap = { methods: ["mschapv2" as const], conversations: 10 };
    const server = await startSallyport({ ...labSettings, eap });
    const client = createRadiusClient({ server: server.auth, secret: "testing123" });
    const identity = Uint8Array.of(2, 1, 0, 10, 1, ...Buffer.from("alice"));
    const begin = () =>
      client.accessRequest([{ type: 1, value: Buffer.from("alice") }, ...splitEapMessage(identity)]);
    const abandoned = await Promise.all(Array.from({ length: 100 }, begin));
    expect(new Set(abandoned.map(({ codeName }) => codeName))).toEqual(new Set(["Access-Challenge"]));
    expect((await logOn(server, "MSCHAPV2", "wonderland")).success).toBe(true);
    await client.close();
  });

  it("the server's network policy and account still decide: a disabled account, dial-in denied", async () => {
    const server = await startSallyport(
      settings(
        ["md5"],
        [
          { name: "disabled", password: "wonderland", enabled: false },
          { name: "denied", password: "wonderland", dialIn: "deny" },
        ],
      ),
    );
    expect((await logOn(server, "MD5", "wonderland", "disabled")).success).toBe(false);
    expect(await lastTrace(server)).toMatchObject({ reason: { code: 34 } });
    expect((await logOn(server, "MD5", "wonderland", "denied")).success).toBe(false);
    expect(await lastTrace(server)).toMatchObject({ reason: { code: 65 } });
  });

  it("a password that is kept as NT hash serves MS-CHAPv2; for MD5 it is refused, and the log says why", async () => {
    const nt = `nt:${Buffer.from(ntHash("wonderland")).toString("hex")}`;
    const server = await startSallyport(settings(["mschapv2", "md5"], [{ name: "alice", passwordHash: nt }]));
    expect((await logOn(server, "MSCHAPV2", "wonderland")).success).toBe(true);
    expect((await logOn(server, "MD5", "wonderland")).success).toBe(false);
    await server.logged("which cannot serve CHAP");
  });
});
