import { spawnSync } from "node:child_process";
import { Secret } from "@sallyport/crypto";
import { type Handler, RadiusReceiver } from "@sallyport/radius";
import { createRadiusClient, listenRadius } from "@sallyport/radius/node";
import { systemClock } from "@sallyport/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refusalOf } from "../src/benchmark.ts";
import { casesNamed, secret } from "../src/cases.ts";
import { answerConversation, openConversation } from "../src/eap-conversation.ts";
import { evictionComplaints, openMany } from "../src/half-open.ts";
import { compiler, LoadGenerator } from "../src/load-generator.ts";
import { complaint } from "../src/measurement.ts";
import { Scope } from "../src/scope.ts";
import { EapAuthenticator, type Mischief } from "./eap-authenticator.ts";

const scope = new Scope(new AbortController().signal);
afterAll(() => scope.close());

/** Resolves to the port. */
async function serve(handler: Handler): Promise<number> {
  const client = { name: "test", address: "127.0.0.1", secret: new Secret(secret) };
  const receiver = new RadiusReceiver({
    port: "authentication",
    clients: [client],
    clock: systemClock,
    handler,
  });
  const listener = await listenRadius({ address: "127.0.0.1", port: 0, receiver });
  scope.defer(() => listener.close());
  return listener.address.port;
}

const missing =
  process.platform !== "linux"
    ? "it needs Linux"
    : spawnSync(compiler, ["--version"]).error !== undefined && `${compiler} is not installed`;
if (missing && process.env["CI"] === "true") throw new Error(`the load generator: ${missing}`);

describe.skipIf(missing)(`logins by EAP${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let generator: LoadGenerator;
  beforeAll(async () => {
    generator = await LoadGenerator.compile(scope, scope.temporaryFolder());
  });

  it.each([
    ["md5", 2],
    ["mschapv2", 3],
  ] as const)("by %s are led to the end, many at a time, in %i requests each", async (method, requests) => {
    const authenticator = new EapAuthenticator({ offers: method });
    const port = await serve(authenticator.handle);
    const run = await generator.run({ port, count: 500, seconds: 20, request: ["--mode", `eap-${method}`] });
    expect(run.problem).toBe("");
    expect(complaint(run)).toBeUndefined();
    expect(run).toMatchObject({ sent: 500, ok: 500, withSignature: 500, packets: 500 * requests });
    expect(authenticator.accepted).toEqual(Array(500).fill(method));
    expect(new Set(authenticator.seen)).toEqual(
      new Set(method === "md5" ? ["bob 1", "bob 4"] : ["bob 1", "bob 26"]),
    );
    expect(run.p99).toBeGreaterThanOrEqual(run.p50);
  });

  it.each([
    ["md5", "mschapv2"],
    ["mschapv2", "md5"],
  ] as const)("ask for %s where the server offers %s first", async (method, offers) => {
    const authenticator = new EapAuthenticator({ offers });
    const port = await serve(authenticator.handle);
    const run = await generator.run({ port, count: 20, request: ["--mode", `eap-${method}`] });
    expect(run).toMatchObject({ ok: 20, packets: 20 * (method === "md5" ? 3 : 4), problem: "" });
    expect(authenticator.accepted).toEqual(Array(20).fill(method));
  });

  it.each([
    ["mschapv2", "wrong proof", "the server's proof (S=) is wrong"],
    ["mschapv2", "no proof", "accepted without the server's proof (S=)"],
    ["mschapv2", "no keys", "an Access-Accept without the right MS-MPPE-Send-Key and MS-MPPE-Recv-Key"],
    ["mschapv2", "wrong key", "an Access-Accept without the right MS-MPPE-Send-Key and MS-MPPE-Recv-Key"],
    ["md5", "no EAP-Success", "an Access-Accept without the EAP-Success of its conversation"],
    ["md5", "EAP-Success of another", "an Access-Accept without the EAP-Success of its conversation"],
    ["md5", "no State", "an Access-Challenge without State"],
    ["md5", "no EAP-Request", "an Access-Challenge without an EAP-Request"],
    ["md5", "challenge after challenge", "challenge after challenge"],
  ] as const satisfies readonly (readonly [string, Mischief, string])[])(
    "by %s do not count with %s",
    async (method, mischief, problem) => {
      const authenticator = new EapAuthenticator({ offers: method, mischief });
      const port = await serve(authenticator.handle);
      const run = await generator.run({ port, count: 8, request: ["--mode", `eap-${method}`] });
      expect(run).toMatchObject({ sent: 8, ok: 0, broken: 8, wrongCode: 0, forged: 0, lost: 0, problem });
      expect(complaint(run)).toBe(`8 that break their method (${problem})`);
      expect(refusalOf(run, { expect: 2, greeted: false })).toBe(problem);
    },
  );

  it("give up a server that insists on its method", async () => {
    const authenticator = new EapAuthenticator({
      offers: "mschapv2",
      mischief: "the method that was refused",
    });
    const port = await serve(authenticator.handle);
    const run = await generator.run({ port, count: 4, request: ["--mode", "eap-md5"] });
    expect(run).toMatchObject({ ok: 0, broken: 4, packets: 8 });
  });

  it.each(["md5", "mschapv2"] as const)("by %s fail with a wrong password", async (method) => {
    const port = await serve(new EapAuthenticator({ offers: method }).handle);
    const request = ["--mode", `eap-${method}`, "--password", "guessed"];
    const run = await generator.run({ port, count: 8, request });
    expect(run).toMatchObject({ ok: 0, wrongCode: 8, packets: 16 });
    expect(refusalOf(run, { expect: 2, greeted: false })).toBe("answered Access-Reject, not Access-Accept");
  });

  it("do not count where an answer is for another secret, or none comes", async () => {
    const port = await serve(new EapAuthenticator({ offers: "md5" }).handle);
    const silence = await generator.run({
      port,
      count: 4,
      timeout: 100,
      request: ["--mode", "eap-md5", "--secret", "other"],
    });
    expect(silence).toMatchObject({ ok: 0, lost: 4 });

    const unsigned = await generator.startAnswering();
    const run = await generator.run({ ...unsigned, count: 4, request: ["--mode", "eap-md5"] });
    expect(run).toMatchObject({ ok: 0, forged: 4 });
  });

  it("are two cases, each with its promise", () => {
    expect(casesNamed(["eap-mschapv2", "eap-md5"])).toMatchObject([
      { name: "eap-md5", eap: "md5", greeted: false, pledge: { cpu: 0.9 } },
      { name: "eap-mschapv2", eap: "mschapv2", greeted: false, pledge: { cpu: 0.9 } },
    ]);
  });
});

describe("conversations that wait", () => {
  async function clientOf(authenticator: EapAuthenticator) {
    const client = createRadiusClient({ server: `127.0.0.1:${await serve(authenticator.handle)}`, secret });
    scope.defer(() => client.close());
    return client;
  }

  it("can be gone on with later", async () => {
    const client = await clientOf(new EapAuthenticator({ offers: "md5" }));
    const open = await openConversation(client, 7);
    expect((await answerConversation(client, open)).codeName).toBe("Access-Accept");
    expect((await answerConversation(client, open)).codeName).toBe("Access-Reject");
  });

  it("begin with MD5 or not at all", async () => {
    const client = await clientOf(new EapAuthenticator({ offers: "mschapv2" }));
    await expect(openConversation(client, 1)).rejects.toThrow("something else than an MD5-Challenge");
  });

  it("are evicted in order where the server does so", async () => {
    const client = await clientOf(new EapAuthenticator({ offers: "md5", limit: 90 }));
    const open = await openMany(client, 0, 100);
    expect(open.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, number) => number));
    expect(await evictionComplaints(client, open, 90)).toEqual([]);
  });

  it.each([
    [
      "keeps too many",
      95,
      ["5", "6", "7", "8", "9"].map((number) => `conversation ${number}: Access-Accept`),
    ],
    ["drops too many", 88, ["conversation 10: Access-Reject", "conversation 11: Access-Reject"]],
  ])("tell a server that %s", async (_, limit, complaints) => {
    const client = await clientOf(new EapAuthenticator({ offers: "md5", limit }));
    const open = await openMany(client, 0, 100);
    expect(await evictionComplaints(client, open, 90)).toEqual(complaints);
  });
});
