import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type EapMethodRegistration,
  genericTokenCard,
  msChapV2,
  openEapMethods,
  peap,
  type TtlsProtocol,
  ttls,
} from "@sallyport/eap";
import { runEapConversation } from "@sallyport/eap-radius/node";
import { silentLog } from "@sallyport/runtime";
import { passphrase } from "@sallyport/sample-eap-passphrase";
import { createInlineTlsEngine } from "@sallyport/tls-engine/node";
import { describe, expect, it } from "vitest";
import { type Laboratory, makeLaboratory } from "../src/laboratory.ts";
import { codeBlocks } from "../src/markdown.ts";
import { type Sallyport, startSallyport } from "../src/sallyport.ts";
import { lastTrace } from "../src/traces.ts";

const engine = createInlineTlsEngine();

function trust(laboratory: Laboratory) {
  return {
    engine,
    trustedAuthorities: [laboratory.authority],
    serverNames: [laboratory.serverName],
    innerIdentity: "alice",
  };
}

const inPeap = (laboratory: Laboratory, ...methods: EapMethodRegistration[]): EapMethodRegistration =>
  peap({ methods, client: trust(laboratory) });
const inTtls = (laboratory: Laboratory, protocol: TtlsProtocol): EapMethodRegistration =>
  ttls({ client: { ...trust(laboratory), protocol } });

async function logOn(server: Sallyport, method: EapMethodRegistration, further: object = {}) {
  const { methods } = await openEapMethods([method], { log: silentLog });
  const log = await runEapConversation({
    server: server.auth,
    secret: "testing123",
    methods,
    identity: "anonymous@lab.example",
    password: "wonderland",
    timeout: 5_000,
    ...further,
  });
  return log.result;
}

describe("EAP-TLS, PEAP and TTLS in the server", () => {
  it("a policy says which methods may be inside, and in which order they are offered", async () => {
    const laboratory = await makeLaboratory("p256");
    const settings = laboratory.settings(["peap", "ttls/pap", "ttls/mschapv2"]);
    const server = await startSallyport({
      ...settings,
      policies: {
        network: [
          {
            name: "by token and by PAP",
            access: "grant",
            constraints: { eapMethods: ["ttls/pap", "peap/gtc"] },
          },
        ],
      },
    });
    expect(await logOn(server, inPeap(laboratory, genericTokenCard()))).toMatchObject({
      kind: "accepted",
      keys: "match",
    });
    expect(await lastTrace(server)).toMatchObject({ eap: { inner: "gtc" }, account: "LAB\\alice" });
    expect(await logOn(server, inTtls(laboratory, "pap"))).toMatchObject({ kind: "accepted" });
    expect(await logOn(server, inPeap(laboratory, msChapV2()))).not.toMatchObject({ kind: "accepted" });
    expect(await logOn(server, inTtls(laboratory, "mschapv2"))).not.toMatchObject({ kind: "accepted" });
    expect(await lastTrace(server)).toMatchObject({ answer: { type: "Access-Reject" } });
  });

  it("the policy of the user who is known at last forbids what the first one allowed: reason 66", async () => {
    const laboratory = await makeLaboratory("p256");
    const server = await startSallyport({
      ...laboratory.settings(["peap/gtc", "peap/mschapv2"]),
      policies: {
        network: [
          {
            name: "staff",
            conditions: { groups: ["staff"] },
            access: "grant",
            constraints: { eapMethods: ["peap/mschapv2"] },
          },
          { name: "everybody else", access: "grant" },
        ],
      },
    });
    expect(await logOn(server, inPeap(laboratory, genericTokenCard()))).toMatchObject({ kind: "rejected" });
    expect(await lastTrace(server)).toMatchObject({
      reason: { code: 66 },
      eap: { inner: "gtc", details: { "inner identity": "alice", resumed: "no" } },
    });
    expect(await logOn(server, inPeap(laboratory, msChapV2()))).toMatchObject({ kind: "accepted" });
  });

  it("a reload takes new certificates; a bad one changes nothing and says why", async () => {
    const laboratory = await makeLaboratory("p256");
    const server = await startSallyport(laboratory.settings(["ttls/pap"]));
    const method = inTtls(laboratory, "pap");
    expect(await logOn(server, method)).toMatchObject({ kind: "accepted" });

    const other = await makeLaboratory("rsa");
    writeFileSync(laboratory.file("server.pem"), other.server.certificate);
    const refused = await server.command("reload");
    expect(refused.status).toBe(1);
    expect(refused.stdout + refused.stderr).toContain("the private key does not belong to the certificate");
    expect(await logOn(server, inTtls(laboratory, "pap"))).toMatchObject({ kind: "accepted" });

    writeFileSync(laboratory.file("server.key"), other.server.key);
    const applied = await server.command("reload");
    expect(applied).toMatchObject({ status: 0, stdout: expect.not.stringContaining("restart") });
    expect(await logOn(server, inTtls(laboratory, "pap"))).not.toMatchObject({ kind: "accepted" });
    expect(await logOn(server, inTtls(other, "pap"))).toMatchObject({ kind: "accepted", keys: "match" });
  });

  it("certificates by realm", async () => {
    const [laboratory, guests] = await Promise.all([makeLaboratory("p256"), makeLaboratory("rsa")]);
    const realms = {
      "guests.example": { certificate: guests.file("server.pem"), key: guests.file("server.key") },
    };
    const server = await startSallyport(laboratory.settings(["ttls/pap"], { realms }));
    const guest = { identity: "somebody@Guests.Example" };
    expect(await logOn(server, inTtls(laboratory, "pap"))).toMatchObject({ kind: "accepted" });
    expect(await logOn(server, inTtls(guests, "pap"), guest)).toMatchObject({ kind: "accepted" });
    expect(await logOn(server, inTtls(laboratory, "pap"), guest)).not.toMatchObject({ kind: "accepted" });
  });

  it("a session of an account that was disabled meanwhile is not resumed", async () => {
    const laboratory = await makeLaboratory("p256");
    const settings = laboratory.settings(["ttls/pap"]);
    const server = await startSallyport(settings);
    const method = inTtls(laboratory, "pap");
    expect(await logOn(server, method)).toMatchObject({ kind: "accepted" });
    expect(await logOn(server, method)).toMatchObject({ kind: "accepted" });
    expect(await lastTrace(server)).toMatchObject({ eap: { inner: "pap", details: { resumed: "yes" } } });
    const accounts = [{ name: "alice", password: "wonderland", enabled: false }];
    writeFileSync(join(server.folder, "sallyport.config.json"), JSON.stringify({ ...settings, accounts }));
    expect((await server.command("reload")).status).toBe(0);
    expect(await logOn(server, method)).not.toMatchObject({ kind: "accepted" });
    expect(await lastTrace(server)).toMatchObject({ reason: { code: 34 } });
  });

  it("somebody's own method inside of PEAP: the passphrase", async () => {
    const laboratory = await makeLaboratory("p256");
    const document = "packages/samples/eap-passphrase/README.md";
    const [module] = codeBlocks(document).filter(({ file }) => file === "users.ts");
    const sample = fileURLToPath(import.meta.resolve("@sallyport/sample-eap-passphrase"));
    const users = module?.content.replace("@sallyport/sample-eap-passphrase", sample) ?? "";
    const server = await startSallyport(
      {
        ...laboratory.settings(["peap/./users.ts", "peap/mschapv2"]),
        accounts: [{ name: "printer-1", password: "not used" }],
      },
      { files: { "users.ts": users } },
    );
    // A new one each time: a session that is resumed proves nothing anew.
    const device = () =>
      peap({ methods: [passphrase()], client: { ...trust(laboratory), innerIdentity: "printer-1" } });
    const result = await logOn(server, device(), { password: "k3f9-0pzt-8m2c-wq1x-7hbd" });
    expect(result).toMatchObject({ kind: "accepted", keys: "match" });
    expect(await lastTrace(server)).toMatchObject({
      eap: { inner: "./users.ts" },
      account: "LAB\\printer-1",
    });
    expect(await logOn(server, device(), { password: "another" })).toMatchObject({ kind: "rejected" });
  });
});
