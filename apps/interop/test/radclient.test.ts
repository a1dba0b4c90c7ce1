import { expect, it } from "vitest";
import { describeWithPeers } from "../src/peers.ts";
import { alice, radclient } from "../src/radclient.ts";
import { labSettings, startSallyport } from "../src/sallyport.ts";

/** A single file outside any project: the server gives it `@sallyport/nps`. */
const decidingExtension = `
import { type RadiusExtensionControlBlock, attributeText, radiusAttribute, ratFilterId, ratReplyMessage, ratUserName,
  rcAccessAccept, rcAccessReject, rcAccessRequest } from "@sallyport/nps";

export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number {
  if (ecb.requestType !== rcAccessRequest) return 0;
  const name = ecb.getRequest().find(ratUserName);
  const user = name === undefined ? "" : attributeText(name);
  switch (user) {
    case "vip":
      ecb.getResponse(rcAccessAccept)?.add(radiusAttribute(ratFilterId, "by extension"));
      return ecb.setResponseType(rcAccessAccept);
    case "mallory":
      ecb.getResponse(rcAccessReject)?.add(radiusAttribute(ratReplyMessage, "not you"));
      return ecb.setResponseType(rcAccessReject);
    case "unlucky":
      return 1722;
    default:
      return 0;
  }
}
`;

const withExtension = () =>
  startSallyport(
    { ...labSettings, extensions: { authentication: ["./deciding.ts"] } },
    { files: { "deciding.ts": decidingExtension } },
  );

const named = (user: string, password = "x") => [
  `User-Name = "${user}"`,
  `User-Password = "${password}"`,
  "Message-Authenticator = 0x00",
];

describeWithPeers(["radclient"], "radclient", () => {
  it("PAP with the right password: Access-Accept, and radclient finds both authenticators right", async () => {
    const server = await startSallyport();
    const result = await radclient(server.auth, alice);
    expect(result).toMatchObject({ status: 0, answer: "Access-Accept" });
    expect(result.attributes).toContainEqual(
      expect.stringMatching(/^Message-Authenticator = 0x[0-9a-f]{32}$/),
    );
  });

  it.each([1, 15, 16, 17, 100, 128])("PAP with a password of %i octets", async (length) => {
    const password = "pässwörd"
      .repeat(20)
      .slice(0, length - 2)
      .padEnd(length, "x");
    const octets = Buffer.from(password).subarray(0, length);
    const text = new TextDecoder("utf-8", { fatal: false }).decode(octets).replace(/\uFFFD/g, "");
    const server = await startSallyport({ ...labSettings, accounts: [{ name: "alice", password: text }] });
    expect((await radclient(server.auth, named("alice", text))).answer).toBe("Access-Accept");
  });

  it("a wrong password: Access-Reject", async () => {
    const server = await startSallyport();
    expect(await radclient(server.auth, named("alice", "queen of hearts"))).toMatchObject({
      status: 1,
      answer: "Access-Reject",
    });
    await server.logged("reason 16");
  });

  it("a wrong secret: silence, and event 18", async () => {
    const server = await startSallyport();
    const result = await radclient(server.auth, alice, { secret: "wrong", tries: 1 });
    expect(result.answer).toBeUndefined();
    expect(result.status).toBe(1);
    await server.logged("NPS 18:");
    expect((await radclient(server.auth, alice)).answer).toBe("Access-Accept");
  });

  it("an unknown client: silence, and event 13", async () => {
    const clients = [{ name: "elsewhere", address: "192.0.2.7", secret: "testing123" }];
    const server = await startSallyport({ ...labSettings, radius: { ...labSettings.radius, clients } });
    expect((await radclient(server.auth, alice, { tries: 1 })).answer).toBeUndefined();
    await server.logged("NPS 13:");
  });

  it("an extension in a single file accepts, rejects and fails", async () => {
    const server = await withExtension();
    const accepted = await radclient(server.auth, named("vip"));
    expect(accepted.answer).toBe("Access-Accept");
    expect(accepted.attributes).toContain('Filter-Id = "by extension"');
    const rejected = await radclient(server.auth, named("mallory"));
    expect(rejected.answer).toBe("Access-Reject");
    expect(rejected.attributes).toContain('Reply-Message = "not you"');
    expect((await radclient(server.auth, named("unlucky"), { tries: 1 })).answer).toBeUndefined();
    await server.logged(/NPS 6274: extension \.\/deciding\.ts returned error 1722/);
    expect((await radclient(server.auth, alice)).answer).toBe("Access-Accept");
  });

  it("a retransmission does not call the extension twice, and an answered one gets the same answer", async () => {
    const slow = `
let calls = 0;
export async function RadiusExtensionProcess2(ecb) {
  console.error("call " + ++calls);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return 0;
}`;
    const server = await startSallyport(
      { ...labSettings, extensions: { authentication: ["./slow.mjs"] } },
      { files: { "slow.mjs": slow } },
    );
    const result = await radclient(server.auth, alice, { tries: 5 });
    expect(result.answer).toBe("Access-Accept");
    expect(result.stdout.match(/^Sent Access-Request/gm)?.length).toBeGreaterThanOrEqual(2);
    expect(server.log().match(/^call \d+/gm)).toEqual(["call 1"]);
  });

  it("Proxy-States come back, in order", async () => {
    const server = await startSallyport();
    const states = ["Proxy-State = 0x0a", "Proxy-State = 0x0b0b", "Proxy-State = 0x0c"];
    const { answer, attributes } = await radclient(server.auth, [...alice, ...states]);
    expect(answer).toBe("Access-Accept");
    expect(attributes.filter((attribute) => attribute.startsWith("Proxy-State"))).toEqual(states);
  });

  it("accounting start, interim, stop, on and off are answered, and each is recorded", async () => {
    const server = await startSallyport();
    const kinds = ["Start", "Interim-Update", "Stop", "Accounting-On", "Accounting-Off"];
    for (const kind of kinds) {
      const attributes = [
        `Acct-Status-Type = ${kind}`,
        'Acct-Session-Id = "5F3A"',
        'User-Name = "alice"',
        "NAS-Port = 7",
      ];
      expect((await radclient(server.acct, attributes, { kind: "acct" })).answer).toBe("Accounting-Response");
    }
    const { stdout } = await server.command("accounting", "--json");
    const records = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records.map(({ status }) => status)).toEqual(kinds);
    expect(records[0]).toMatchObject({
      client: "lab",
      user: "alice",
      session: "5F3A",
      attributes: { "NAS-Port": "7" },
    });
  });

  it("an acknowledged accounting record survives kill -9", async () => {
    const server = await startSallyport();
    const attributes = ["Acct-Status-Type = Start", 'Acct-Session-Id = "before the crash"'];
    expect((await radclient(server.acct, attributes, { kind: "acct" })).answer).toBe("Accounting-Response");
    await server.stop("SIGKILL");
    const { stdout } = await server.command("accounting", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ session: "before the crash" });
  });

  it("accounting with a wrong secret: silence, event 14, no record", async () => {
    const server = await startSallyport();
    const attributes = ["Acct-Status-Type = Start", 'Acct-Session-Id = "x"'];
    expect(
      (await radclient(server.acct, attributes, { kind: "acct", secret: "wrong", tries: 1 })).answer,
    ).toBeUndefined();
    await server.logged("NPS 14:");
    expect((await server.command("accounting", "--json")).stdout).toBe("");
  });

  it("Status-Server is answered on both ports", async () => {
    const server = await startSallyport();
    const status = ["Message-Authenticator = 0x00"];
    expect((await radclient(server.auth, status, { kind: "status" })).answer).toBe("Access-Accept");
  });

  it("a client set to always needs Message-Authenticator; one on auto is accepted once with a warning", async () => {
    const bare = alice.slice(0, 2);
    const clients = (requireMessageAuthenticator: "always" | "auto") => ({
      ...labSettings,
      radius: {
        ...labSettings.radius,
        clients: [{ name: "lab", address: "127.0.0.1", secret: "testing123", requireMessageAuthenticator }],
      },
    });
    const strict = await startSallyport(clients("always"));
    expect((await radclient(strict.auth, bare, { tries: 1 })).answer).toBeUndefined();
    await strict.logged("NPS 17:");
    const automatic = await startSallyport(clients("auto"));
    expect((await radclient(automatic.auth, bare)).answer).toBe("Access-Accept");
    await automatic.logged("NPS 4420:");
    expect((await radclient(automatic.auth, alice)).answer).toBe("Access-Accept");
    expect((await radclient(automatic.auth, bare, { tries: 1 })).answer).toBeUndefined();
    await automatic.stop();
    const again = await startSallyport(clients("auto"), { folder: automatic.folder });
    expect((await radclient(again.auth, bare, { tries: 1 })).answer).toBeUndefined();
  });
});
