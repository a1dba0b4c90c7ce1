import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type EapMethodRegistration,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  openEapMethods,
  peap,
  type TtlsProtocol,
  type TunnelClientOptions,
  ttls,
} from "@sallyport/eap";
import { runEapConversation } from "@sallyport/eap-radius/node";
import { attributesFromNames } from "@sallyport/radius";
import { silentLog } from "@sallyport/runtime";
import type { TlsProtocol } from "@sallyport/tls-engine";
import { createInlineTlsEngine } from "@sallyport/tls-engine/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { type EapolTestResult, eapolTest } from "../src/eapol-test.ts";
import { startFreeRadiusTls } from "../src/freeradius-tls.ts";
import { startHostapdTunnels } from "../src/hostapd-tunnels.ts";
import { codeBlocks, root } from "../src/markdown.ts";
import { describeWithPeers } from "../src/peers.ts";
import { run } from "../src/run.ts";
import { certificateFile, pem, startTunnelServer, type TunnelServer } from "../src/tunnel-server.ts";

const versions: readonly TlsProtocol[] = ["TLSv1.2", "TLSv1.3"];

interface LogOn {
  readonly version: TlsProtocol;
  readonly phase1?: string;
  readonly phase2: string;
  readonly password?: string;
  readonly further?: readonly string[];
  readonly args?: readonly string[];
}

function logOn(server: TunnelServer, method: "PEAP" | "TTLS", options: LogOn): Promise<EapolTestResult> {
  const { version, phase1 = "", phase2, password = "wonderland", further = [], args = [] } = options;
  const disabled = version === "TLSv1.3" ? "tls_disable_tlsv1_3=0" : "tls_disable_tlsv1_3=1";
  return eapolTest(server.auth, method, {
    identity: "alice",
    password,
    timeout: 5,
    further: [
      'anonymous_identity="anonymous"',
      `ca_cert="${certificateFile("authority")}"`,
      'domain_match="radius.example"',
      `phase1="peapver=0 ${disabled} ${phase1}"`,
      `phase2="${phase2}"`,
      ...further,
    ],
    args,
  });
}

describeWithPeers(["eapol_test"], "eapol_test", () => {
  describe.each(versions)("%s", (version) => {
    it.each([
      ["auth=PAP"],
      ["auth=CHAP"],
      ["auth=MSCHAP"],
      ["auth=MSCHAPV2"],
      ["autheap=MD5"],
      ["autheap=MSCHAPV2"],
      ["autheap=GTC"],
    ])("TTLS/%s: keys equal; a wrong password is refused", async (phase2) => {
      const server = await startTunnelServer({ version });
      const admitted = await logOn(server, "TTLS", { version, phase2 });
      expect({ success: admitted.success, keys: admitted.keysMatch, log: server.log() }).toEqual({
        success: true,
        keys: true,
        log: [],
      });
      expect(server.outcomes).toMatchObject([{ kind: "success", identity: "alice" }]);
      const refused = await logOn(server, "TTLS", { version, phase2, password: "queen of hearts" });
      expect(refused.success).toBe(false);
      expect(server.outcomes[1]).toMatchObject({ kind: "failure", error: 691, identity: "alice" });
    });

    it.each(["MSCHAPV2", "GTC", "MD5"])(
      "PEAPv0/%s: keys equal; a wrong password is refused",
      async (inner) => {
        const server = await startTunnelServer({ version });
        const phase2 = `auth=${inner}`;
        const admitted = await logOn(server, "PEAP", { version, phase2 });
        expect({ success: admitted.success, keys: admitted.keysMatch, log: server.log() }).toEqual({
          success: true,
          keys: true,
          log: [],
        });
        expect(server.outcomes).toMatchObject([{ kind: "success", identity: "alice" }]);
        const refused = await logOn(server, "PEAP", { version, phase2, password: "queen of hearts" });
        expect(refused.success).toBe(false);
        expect(server.outcomes[1]).toMatchObject({ kind: "failure", error: 691, identity: "alice" });
      },
    );

    it("PEAPv0/TLS", async () => {
      const server = await startTunnelServer({ version, inner: ["MSCHAPV2", "TLS"] });
      const admitted = await logOn(server, "PEAP", {
        version,
        phase2: version === "TLSv1.3" ? "auth=TLS tls_disable_tlsv1_3=0" : "auth=TLS",
        further: [
          `ca_cert2="${certificateFile("authority")}"`,
          `client_cert2="${certificateFile("client")}"`,
          `private_key2="${certificateFile("client.test-key")}"`,
        ],
      });
      expect({ success: admitted.success, keys: admitted.keysMatch }).toEqual({ success: true, keys: true });
    });

    it.each([
      ["never", "0", true],
      ["never", "1", true],
      ["never", "2", false],
      ["optional", "0", true],
      ["optional", "1", true],
      ["optional", "2", true],
      ["required", "0", false],
      ["required", "1", true],
      ["required", "2", true],
    ] as const)("cryptobinding: server %s, crypto_binding=%s", async (cryptoBinding, theirs, success) => {
      const server = await startTunnelServer({ version, inner: ["MSCHAPV2"], peap: { cryptoBinding } });
      const run = await logOn(server, "PEAP", {
        version,
        phase1: `crypto_binding=${theirs}`,
        phase2: "auth=MSCHAPV2",
      });
      expect({ success: run.success, keys: run.keysMatch }).toEqual({ success, keys: success });
    });

    it.each([
      ["PEAP", "auth=MSCHAPV2"],
      ["TTLS", "auth=PAP"],
      ["TTLS", "auth=MSCHAPV2"],
    ] as const)(
      "%s/%s: three logins, the later ones resumed, with the identity of the first",
      async (method, phase2) => {
        const server = await startTunnelServer({ version });
        const run = await logOn(server, method, { version, phase2, args: ["-r", "2"] });
        if (process.env["SHOW"]) console.log(run.stdout, server.outcomes);
        expect({ success: run.success, outcomes: server.outcomes.map(({ kind }) => kind) }).toEqual({
          success: true,
          outcomes: ["success", "success", "success"],
        });
        expect(server.outcomes.map((outcome) => ("identity" in outcome ? outcome.identity : ""))).toEqual([
          "alice",
          "alice",
          "alice",
        ]);
      },
    );
  });
});

const peerMethods = {
  PEAP: (inner: EapMethodRegistration) => peap({ client: trust(), methods: [inner] }),
  TTLS: (inner: EapMethodRegistration, protocol: TtlsProtocol) =>
    ttls({ client: { ...trust(), protocol }, methods: [inner] }),
};

function trust(): TunnelClientOptions {
  const engine = createInlineTlsEngine();
  onTestFinished(() => engine.close());
  return {
    engine,
    trustedAuthorities: [pem("authority")],
    serverNames: ["radius.example"],
    innerIdentity: "alice",
  };
}

async function conversation(auth: string, method: EapMethodRegistration, password = "wonderland") {
  const { methods } = await openEapMethods([method], { log: silentLog });
  return runEapConversation({
    server: auth,
    secret: "testing123",
    methods,
    identity: "anonymous",
    password,
    attributes: attributesFromNames({ "NAS-Port-Type": "Wireless-802.11", "Framed-MTU": 1_400 }),
    timeout: 5_000,
  });
}

describeWithPeers(["freeradius"], "our peers against FreeRADIUS", () => {
  const inner = { md5: md5Challenge, mschapv2: msChapV2, gtc: genericTokenCard } as const;

  describe.each(versions)("%s", (version) => {
    it.each(["mschapv2", "gtc", "md5"] as const)(
      "PEAPv0/%s: keys equal; a wrong password is refused",
      async (name) => {
        const { auth, log } = await startFreeRadiusTls({
          first: "peap",
          inner: name,
          ...freeRadius(version),
        });
        const method = peerMethods.PEAP(inner[name]());
        const admitted = await conversation(auth, method);
        expect({ ...admitted.result, log: log() }).toMatchObject({
          kind: "accepted",
          keys: "match",
          peerResult: 0,
        });
        const refused = await conversation(auth, method, "queen of hearts");
        expect(refused.result).toMatchObject({ kind: "rejected", peerResult: 691 });
      },
    );

    it.each([
      ["pap", "md5"],
      ["chap", "md5"],
      ["mschap", "md5"],
      ["mschapv2", "md5"],
      ["eap", "md5"],
      ["eap", "mschapv2"],
      ["eap", "gtc"],
    ] as const)("TTLSv0/%s (%s): keys equal; a wrong password is refused", async (protocol, name) => {
      const { auth, log } = await startFreeRadiusTls({ first: "peap", inner: name, ...freeRadius(version) });
      const method = peerMethods.TTLS(inner[name](), protocol);
      const admitted = await conversation(auth, method);
      expect({ ...admitted.result, log: log() }).toMatchObject({
        kind: "accepted",
        keys: "match",
        peerResult: 0,
      });
      const refused = await conversation(auth, method, "queen of hearts");
      expect(refused.result).toMatchObject({ kind: "rejected", peerResult: 691 });
    });
  });
});

/** FreeRADIUS as these tests need it: this version of TLS alone, and alice's password is wonderland. */
function freeRadius(version: TlsProtocol) {
  const number = version === "TLSv1.3" ? "1.3" : "1.2";
  return {
    certificate: pem("server"),
    key: pem("server.test-key"),
    authority: pem("authority"),
    users: { alice: "wonderland" },
    minVersion: number,
    maxVersion: number,
  } as const;
}

describeWithPeers(["hostapd"], "our peers against the RADIUS server of hostapd", () => {
  const inner = { md5: md5Challenge, mschapv2: msChapV2, gtc: genericTokenCard } as const;
  const files = {
    certificate: certificateFile("server"),
    key: certificateFile("server.test-key"),
    authority: certificateFile("authority"),
  };

  // In TLS 1.3 the tunnel key of hostapd 2.10 is another than that of wpa_supplicant, and of RFC 9427.
  describe("TLSv1.2", () => {
    const version = "TLSv1.2";
    it.each([
      ["mschapv2", "required"],
      ["gtc", "required"],
      ["md5", "required"],
      ["mschapv2", "never"],
    ] as const)(
      "PEAPv0/%s, cryptobinding %s: keys equal, of a resumed session, too",
      async (name, cryptoBinding) => {
        const { auth } = await startHostapdTunnels({ version, ...files });
        const method = peap({ client: trust(), methods: [inner[name]()], cryptoBinding });
        const accepted = { kind: "accepted", keys: "match", peerResult: 0 };
        const first = await conversation(auth, method);
        expect(first.result).toMatchObject(accepted);
        const second = await conversation(auth, method);
        expect(second.result).toMatchObject(accepted);
        expect(second.entries.length).toBeLessThan(first.entries.length);
        const refused = await conversation(
          auth,
          peap({ client: trust(), methods: [inner[name]()] }),
          "queen",
        );
        expect(refused.result).toMatchObject({ kind: "rejected", peerResult: 691 });
      },
    );
  });

  describe.each(versions)("%s", (version) => {
    it.each(["pap", "chap", "mschap", "mschapv2", "eap"] as const)(
      "TTLSv0/%s: keys equal, of a resumed session, too",
      async (protocol) => {
        const { auth } = await startHostapdTunnels({ version, ...files });
        const method = peerMethods.TTLS(msChapV2(), protocol);
        const accepted = { kind: "accepted", keys: "match", peerResult: 0 };
        expect((await conversation(auth, method)).result).toMatchObject(accepted);
        expect((await conversation(auth, method)).result).toMatchObject(accepted);
        const refused = await conversation(auth, peerMethods.TTLS(msChapV2(), protocol), "queen");
        expect(refused.result).toMatchObject({ kind: "rejected", peerResult: 691 });
      },
    );
  });
});

describe("the README of the EAP package", () => {
  it("your own method inside PEAP, and PAP inside TTLS: as printed, they typecheck and run", async () => {
    const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const blocks = codeBlocks("packages/eap/README.md").filter(({ file }) => file !== undefined);
    expect(blocks.map(({ file }) => file)).toEqual(["own-method-in-peap.ts", "password-in-ttls.ts"]);
    for (const { file = "", content } of blocks) writeFileSync(join(folder, file), content);
    writeFileSync(join(folder, "server-key.pem"), pem("server.test-key"));
    for (const name of ["server", "authority"]) writeFileSync(join(folder, `${name}.pem`), pem(name));
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../tsconfig.json", include: ["*.ts"] }),
    );
    const checked = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder]);
    expect(checked.stdout + checked.stderr).toBe("");
    const ran = await run(process.execPath, ["own-method-in-peap.ts"], { cwd: folder });
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    expect(ran.stdout.trim().split("\n").sort()).toEqual(["peer: anonymous 0", "server: alice 0"]);
    expect(await run(process.execPath, ["password-in-ttls.ts"], { cwd: folder })).toMatchObject({
      status: 0,
      stderr: "",
    });
  }, 60_000);
});
