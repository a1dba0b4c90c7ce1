import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Secret } from "@sallyport/crypto";
import { type EapTlsApplicant, eapTls, eapTlsServer, openEapMethods, type TlsRefusal } from "@sallyport/eap";
import { EapRadiusServer } from "@sallyport/eap-radius";
import { runEapConversation } from "@sallyport/eap-radius/node";
import { attributesFromNames, RadiusReceiver } from "@sallyport/radius";
import { listenRadius } from "@sallyport/radius/node";
import { silentLog, systemClock, systemRandom } from "@sallyport/runtime";
import type { TlsEngine, TlsProtocol, TlsServerSettings } from "@sallyport/tls-engine";
import { createInlineTlsEngine, createTlsWorkerPool } from "@sallyport/tls-engine/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { startFreeRadiusTls } from "../src/freeradius-tls.ts";
import { opensslOcspResponse } from "../src/openssl-ocsp.ts";
import { describeWithPeers } from "../src/peers.ts";
import { run } from "../src/run.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

const certificates = fileURLToPath(
  new URL("../../../packages/tls-engine/test/certificates/", import.meta.url),
);
const file = (name: string): string => join(certificates, `${name}.pem`);
const pem = (name: string): string => readFileSync(file(name), "utf8");
const identity = (name: string) => ({ key: pem(`${name}.test-key`), certificateChain: pem(name) });

interface OwnServer {
  /** Host and port. */
  readonly auth: readonly [string, string];
  readonly applicants: EapTlsApplicant[];
  readonly refusals: TlsRefusal[];
}

/** EAP-TLS of this project behind RADIUS, in this process. */
async function ownServer(engine: TlsEngine, settings: Partial<TlsServerSettings> = {}): Promise<OwnServer> {
  const applicants: EapTlsApplicant[] = [];
  const refusals: TlsRefusal[] = [];
  const method = eapTls({
    server: {
      credentials: eapTlsServer({
        engine,
        identity: identity("server"),
        trustedAuthorities: [pem("authority")],
        revocationLists: [pem("authority.crl")],
        ...settings,
      }),
      authorise: (applicant) => {
        applicants.push(applicant);
        return { kind: "admitted", account: "alice" };
      },
      onRefused: (refusal) => refusals.push(refusal),
    },
  });
  const { methods } = await openEapMethods([method], { log: silentLog });
  const eap = new EapRadiusServer({ methods, clock: systemClock, random: systemRandom, log: silentLog });
  const receiver = new RadiusReceiver({
    port: "authentication",
    clients: [{ name: "lab", address: "127.0.0.1", secret: new Secret("testing123") }],
    clock: systemClock,
    handler: (request) => eap.handle(request),
  });
  const listener = await listenRadius({ address: "127.0.0.1", port: 0, receiver });
  onTestFinished(async () => {
    await listener.close();
    await engine.close();
  });
  const { address, port } = listener.address;
  return { auth: [address, String(port)], applicants, refusals };
}

interface Supplicant {
  readonly client?: string;
  readonly phase1?: string;
  readonly fragment?: number;
  /** How often it logs on again, resuming what it can. */
  readonly again?: number;
  readonly match?: string;
  /** Refuses a server without a good OCSP response. */
  readonly requireOcsp?: boolean;
}

/** Lets eapol_test log on by EAP-TLS; it compares its own keys with those of the server. */
async function supplicant([host, port]: readonly [string, string], options: Supplicant) {
  const {
    client = "client",
    phase1 = "",
    fragment,
    again,
    match = "radius.example",
    requireOcsp = false,
  } = options;
  const conf = join(temporaryFolder(), "network.conf");
  writeFileSync(
    conf,
    `network={
  key_mgmt=IEEE8021X
  eap=TLS
  identity="alice"
  ca_cert="${file("authority")}"
  client_cert="${file(client)}"
  private_key="${file(`${client}.test-key`)}"
  domain_match="${match}"
  ocsp=${requireOcsp ? 2 : 0}
  ${phase1 === "" ? "" : `phase1="${phase1}"`}
  ${fragment === undefined ? "" : `fragment_size=${fragment}`}
}
`,
  );
  const args = ["-c", conf, "-a", host, "-p", port, "-s", "testing123", "-t", "15", "-e"];
  const ended = await run("eapol_test", [...args, ...(again === undefined ? [] : ["-r", String(again)])]);
  return {
    success: ended.status === 0 && /^SUCCESS$/m.test(ended.stdout),
    keysMatch: ended.stdout.includes(`MPPE keys OK: ${1 + (again ?? 0)}  mismatch: 0`),
    stdout: ended.stdout,
  };
}

const version13 = "tls_disable_tlsv1_3=0";
const versions: [TlsProtocol, string][] = [
  ["TLSv1.2", "tls_disable_tlsv1_3=1"],
  ["TLSv1.3", version13],
];

describeWithPeers(["eapol_test", "openssl"], "wpa_supplicant's EAP-TLS against ours", () => {
  describe.each(["inline", "workers"] as const)("%s", (where) => {
    const engine = (): TlsEngine =>
      where === "inline" ? createInlineTlsEngine() : createTlsWorkerPool({ workers: 1 });

    it.each(versions)(
      "%s: keys and session id agree, and a second login resumes",
      async (protocol, phase1) => {
        const server = await ownServer(engine());
        const ended = await supplicant(server.auth, { phase1, again: 1 });
        expect(ended.success, ended.stdout).toBe(true);
        expect(ended.keysMatch).toBe(true);
        expect(server.applicants.map(({ connection }) => [connection.protocol, connection.resumed])).toEqual([
          [protocol, false],
          [protocol, true],
        ]);
        expect(server.applicants[1]?.certificates[0]?.subject).toBe("O=Sallyport tests\nCN=alice");
        expect(ended.stdout).toContain("EAP-Key-Name from server");
        expect(ended.stdout).not.toContain("does not match EAP-Key-Name");
      },
    );
  });

  it.each([100, 500, 1398])("fragments of %i octets", async (fragment) => {
    for (const [, phase1] of versions) {
      const server = await ownServer(createInlineTlsEngine(), { identity: identity("server-rsa") });
      const ended = await supplicant(server.auth, { client: "client-rsa", phase1, fragment });
      expect(ended.success, ended.stdout).toBe(true);
      expect(ended.keysMatch).toBe(true);
    }
  });

  it.each([
    ["client-expired", "expired", "certificate expired"],
    ["client-revoked", "revoked", "certificate revoked"],
    ["client-other", "untrusted", "unknown CA"],
  ])("%s is refused with an alert that the supplicant understands", async (client, reason, alert) => {
    for (const [, phase1] of versions) {
      const server = await ownServer(createInlineTlsEngine());
      const ended = await supplicant(server.auth, { client, phase1 });
      expect(ended.success).toBe(false);
      expect(server.refusals).toMatchObject([{ reason }]);
      expect(ended.stdout).toContain(`SSL3 alert: read (remote end reported an error):fatal:${alert}`);
    }
  });

  it("a supplicant that insists on OCSP takes the response that is stapled, and refuses without a good one", async () => {
    for (const [, phase1] of versions) {
      for (const status of ["good", "revoked", undefined] as const) {
        const ocspResponse = status && (await ocspOf(status, "authority"));
        const server = await ownServer(createInlineTlsEngine(), { ocspResponse });
        const ended = await supplicant(server.auth, { phase1, requireOcsp: true });
        expect(ended.success, ended.stdout).toBe(status === "good");
      }
    }
  });

  it("a supplicant that looks for another name tells it with an alert", async () => {
    const server = await ownServer(createInlineTlsEngine());
    const ended = await supplicant(server.auth, { match: "other.example" });
    expect(ended.success).toBe(false);
    expect(server.refusals).toMatchObject([{ reason: "alert" }]);
  });
});

/** What OpenSSL says of the server's certificate, signed by the authority or by whom it certified. */
function ocspOf(status: "good" | "revoked", signer: "authority" | "responder") {
  return opensslOcspResponse({
    certificate: file("server"),
    issuer: file("authority"),
    signer: file(signer),
    signerKey: file(`${signer}.test-key`),
    status,
  });
}

describeWithPeers(["openssl"], "our EAP-TLS peer and OCSP responses of OpenSSL", () => {
  it.each(["authority", "responder"] as const)(
    "signed by the %s: good ones are taken, revoked ones refused",
    async (signer) => {
      for (const status of ["good", "revoked"] as const) {
        const server = await ownServer(createInlineTlsEngine(), {
          ocspResponse: await ocspOf(status, signer),
        });
        const refusals: TlsRefusal[] = [];
        const client = {
          engine: createInlineTlsEngine(),
          identity: identity("client"),
          trustedAuthorities: [pem("authority")],
          serverNames: ["radius.example"],
          onRefused: (refusal: TlsRefusal) => refusals.push(refusal),
        };
        const { methods } = await openEapMethods([eapTls({ client })], { log: silentLog });
        const ended = await runEapConversation({
          server: server.auth.join(":"),
          secret: "testing123",
          methods,
          identity: "alice",
          timeout: 5_000,
        });
        expect(ended.result.kind).toBe(status === "good" ? "accepted" : "rejected");
        expect(refusals).toMatchObject(status === "good" ? [] : [{ reason: "revoked" }]);
        expect(server.refusals).toMatchObject(status === "good" ? [] : [{ reason: "alert", alert: 44 }]);
      }
    },
  );
});

describeWithPeers(["freeradius"], "our EAP-TLS peer against FreeRADIUS", () => {
  const peer = (protocol: TlsProtocol, client = "client") =>
    eapTls({
      client: {
        engine: createInlineTlsEngine(),
        identity: identity(client),
        trustedAuthorities: [pem("authority")],
        serverNames: ["radius.example"],
        minVersion: protocol,
        maxVersion: protocol,
      },
    });
  const logOn = async (server: string, method: ReturnType<typeof peer>) => {
    const { methods } = await openEapMethods([method], { log: silentLog });
    return runEapConversation({
      server,
      secret: "testing123",
      methods,
      identity: "alice",
      attributes: attributesFromNames({ "NAS-Port-Type": "Wireless-802.11", "Framed-MTU": 1_400 }),
      timeout: 5_000,
    });
  };

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "%s: admitted with the same keys, and refused",
    async (protocol) => {
      const { auth } = await startFreeRadiusTls({
        first: "tls",
        certificate: pem("server"),
        key: pem("server.test-key"),
        authority: pem("authority"),
        maxVersion: "1.3",
        fragmentSize: 500,
      });
      const admitted = await logOn(auth, peer(protocol));
      expect(admitted.result).toMatchObject({ kind: "accepted", keys: "match", peerResult: 0 });
      const refused = await logOn(auth, peer(protocol, "client-other"));
      expect(refused.result).toMatchObject({ kind: "rejected", peerResult: 691 });
    },
  );
});
