import { type RadiusAnswer, splitVendorSpecific } from "@sallyport/radius";
import { createRadiusClient, type RadiusClient } from "@sallyport/radius/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { chapAttributes, mschapAttributes, mschapv2 } from "../src/password-attributes.ts";
import { describeWithPeers } from "../src/peers.ts";
import { radclient } from "../src/radclient.ts";
import { labSettings, labSettingsWithMschap, type Sallyport, startSallyport } from "../src/sallyport.ts";
import { lastTrace, lastTraces } from "../src/traces.ts";

const alice = { "User-Name": "alice" };
const codes = { wrongPassword: 16, methodNotAllowed: 66 };

function clientOf(server: Sallyport): RadiusClient {
  const client = createRadiusClient({ server: server.auth, secret: "testing123" });
  onTestFinished(() => client.close());
  return client;
}

/** The value of an attribute of Microsoft's, in clear. */
function microsoft(answer: RadiusAnswer, wanted: number): string | undefined {
  for (const { type, value } of answer.attributes) {
    const vendor = type === 26 ? splitVendorSpecific(value) : undefined;
    const found = vendor?.vendor === 311 ? vendor.attributes.find(({ type }) => type === wanted) : undefined;
    if (found !== undefined) return Buffer.from(found.value).toString("latin1");
  }
  return undefined;
}
const mschapError = 2;
const mschap2Success = 26;

describeWithPeers(["radclient"], "password protocols of radclient", () => {
  const request = (...attributes: readonly string[]) => [
    'User-Name = "alice"',
    ...attributes,
    "Message-Authenticator = 0x00",
  ];
  const hex = (value: Uint8Array) => `0x${Buffer.from(value).toString("hex")}`;

  it.each([
    ["the Request Authenticator as challenge", []],
    ["a challenge of its own", ["CHAP-Challenge = 0x00112233445566778899aabbccddeeff"]],
    ["a challenge of 5 octets", ["CHAP-Challenge = 0x0011223344"]],
  ])(
    "CHAP with %s: Access-Accept for the right password, Access-Reject for a wrong one",
    async (_, challenge) => {
      const server = await startSallyport();
      const ask = async (password: string) =>
        (await radclient(server.auth, request(`CHAP-Password = "${password}"`, ...challenge))).answer;
      expect(await ask("wonderland")).toBe("Access-Accept");
      expect(await ask("Wonderland")).toBe("Access-Reject");
      expect((await lastTrace(server)).reason?.code).toBe(codes.wrongPassword);
    },
  );

  it("MS-CHAP: refused unless allowed, whatever the password", async () => {
    const server = await startSallyport();
    for (const password of ["wonderland", "queen of hearts"]) {
      expect((await radclient(server.auth, request(`MS-CHAP-Password = "${password}"`))).answer).toBe(
        "Access-Reject",
      );
    }
    const traces = await lastTraces(server, 2);
    expect(traces.map(({ reason }) => reason?.code)).toEqual([
      codes.methodNotAllowed,
      codes.methodNotAllowed,
    ]);
  });

  it("MS-CHAP where it is allowed: Access-Accept for the right password, Access-Reject for a wrong one", async () => {
    const server = await startSallyport(labSettingsWithMschap);
    const ask = (password: string) => radclient(server.auth, request(`MS-CHAP-Password = "${password}"`));
    expect((await ask("wonderland")).answer).toBe("Access-Accept");
    const rejected = await ask("Wonderland");
    expect(rejected.answer).toBe("Access-Reject");
    expect(rejected.attributes).toContainEqual(expect.stringMatching(/^MS-CHAP-Error = .*E=691 /));
    expect((await lastTrace(server)).reason?.code).toBe(codes.wrongPassword);
  });

  it("MS-CHAPv2: Access-Accept with the server's proof for the right password", async () => {
    const server = await startSallyport();
    const { attributes, success } = mschapv2("alice", "wonderland");
    const result = await radclient(
      server.auth,
      request(...Object.entries(attributes).map(([name, value]) => `${name} = ${hex(value)}`)),
    );
    expect(result.answer).toBe("Access-Accept");
    expect(result.attributes).toContain(`MS-CHAP2-Success = ${hex(success)}`);
  });
});

describe("password protocols of the client of this project", () => {
  it("CHAP: Access-Accept for the right password, Access-Reject for a wrong one and for an unknown user", async () => {
    const server = await startSallyport();
    const client = clientOf(server);
    const ask = async (user: string, password: string) =>
      (await client.accessRequest({ "User-Name": user, ...chapAttributes(password) })).codeName;
    expect(await ask("alice", "wonderland")).toBe("Access-Accept");
    expect(await ask("alice", "wonderlan")).toBe("Access-Reject");
    expect(await ask("alice", "")).toBe("Access-Reject");
    expect(await ask("nobody", "wonderland")).toBe("Access-Reject");
    expect((await lastTraces(server, 2)).map(({ reason }) => reason?.code)).toEqual([16, 8]);
  });

  it("MS-CHAP where it is allowed: Access-Accept, or Access-Reject with error 691", async () => {
    const client = clientOf(await startSallyport(labSettingsWithMschap));
    const ask = (password: string) => client.accessRequest({ ...alice, ...mschapAttributes(password) });
    expect((await ask("wonderland")).codeName).toBe("Access-Accept");
    const rejected = await ask("looking glass");
    expect(rejected.codeName).toBe("Access-Reject");
    expect(microsoft(rejected, mschapError)).toMatch(/E=691 R=[01]/);
  });

  it("MS-CHAPv2: Access-Accept with the server's proof, or Access-Reject with error 691 and no proof", async () => {
    const server = await startSallyport();
    const client = clientOf(server);
    const right = mschapv2("alice", "wonderland");
    const accepted = await client.accessRequest({ ...alice, ...right.attributes });
    expect(accepted.codeName).toBe("Access-Accept");
    expect(microsoft(accepted, mschap2Success)).toBe(Buffer.from(right.success).toString("latin1"));
    const wrong = mschapv2("alice", "looking glass");
    const rejected = await client.accessRequest({ ...alice, ...wrong.attributes });
    expect(rejected.codeName).toBe("Access-Reject");
    expect(microsoft(rejected, mschapError)).toMatch(/^\tE=691 R=[01] C=[0-9A-F]{32} V=3/);
    expect(microsoft(rejected, mschap2Success)).toBeUndefined();
    expect((await lastTrace(server)).reason?.code).toBe(codes.wrongPassword);
  });

  it("MS-CHAPv2 with a domain before the name: the name alone is in the response (RFC 2759 section 4)", async () => {
    const client = clientOf(await startSallyport({ ...labSettings, defaultDomain: "WONDER" }));
    const { attributes, success } = mschapv2("alice", "wonderland");
    const accepted = await client.accessRequest({ "User-Name": "WONDER\\alice", ...attributes });
    expect(accepted.codeName).toBe("Access-Accept");
    expect(microsoft(accepted, mschap2Success)).toBe(Buffer.from(success).toString("latin1"));
  });
});
