import { createPrivateKey } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LaboratoryAuthority, type NewCertificate } from "../src/eap/pki/laboratory.ts";
import { loadSettings } from "../src/settings/load-settings.ts";
import { type Mistake, SettingsError } from "../src/settings/mistake.ts";
import type { Settings } from "../src/settings/settings.ts";
import { defaultTlsWorkers } from "../src/settings/tls-settings.ts";

const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const day = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * day);
const name = "radius.lab.example";
const write = (file: string, content: string | Uint8Array, mode = 0o600) =>
  writeFileSync(join(folder, file), content, { mode });

beforeAll(async () => {
  const authority = await LaboratoryAuthority.create({ commonName: "Root", keyKind: "p256" });
  const stranger = await LaboratoryAuthority.create({ commonName: "Root", keyKind: "p256" });
  const server: NewCertificate = { commonName: name, purpose: "server", names: { dns: [name] } };
  const pairs: Record<string, NewCertificate> = {
    server,
    other: server,
    expired: { ...server, notBefore: inDays(-30), notAfter: inDays(-1) },
    early: { ...server, notBefore: inDays(2) },
    ending: { ...server, notAfter: inDays(5) },
    client: { commonName: "alice", purpose: "client" },
    anything: { ...server, purpose: "none" },
    nameless: { commonName: name, purpose: "server" },
  };
  for (const [file, wanted] of Object.entries(pairs)) {
    const { certificate, key } = await authority.issue(wanted);
    write(`${file}.pem`, certificate);
    write(`${file}.key`, key);
  }
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  write("ca.pem", authority.certificate);
  write("crl.pem", await authority.revocationList(1));
  write("stale.crl.pem", await authority.revocationList(2, [], inDays(-1)));
  write("stranger.crl.pem", await stranger.revocationList(1));
  write("reversed.pem", authority.certificate + read("server.pem"));
  write("noise.pem", "nothing\n");
  write("damaged.pem", read("server.pem").replace(/\n.{10}/, "\nAAAAAAAAAA"));
  const key = createPrivateKey(read("server.key"));
  const lock = { format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "open sesame" } as const;
  write("locked.key", key.export(lock));
  write("passphrase", "open sesame\n");
  write("wrong-passphrase", "open barley\n");
  write("server.der", key.export({ format: "der", type: "pkcs8" }));
  write("noise.ocsp", "nothing");
});

const right = {
  certificate: "server.pem",
  key: "server.key",
  clientAuthorities: ["ca.pem"],
  revocationLists: ["crl.pem"],
};

async function load(tls: object, further: object = {}): Promise<Settings> {
  const file = join(folder, "sallyport.config.json");
  const settings = {
    radius: { clients: [{ name: "lab", address: "127.0.0.1", secret: "testing123" }] },
    eap: { methods: ["tls"], tls },
    ...further,
  };
  writeFileSync(file, JSON.stringify(settings));
  return loadSettings(file);
}

async function mistakes(tls: object, further: object = {}): Promise<readonly Mistake[]> {
  const error = await load(tls, further).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SettingsError)) throw new Error(`there are no mistakes: ${error}`);
  return error.mistakes;
}

describe("the files of eap.tls", () => {
  it("that are right are read, with defaults for the rest", async () => {
    const { eap, warnings } = await load(right);
    expect(warnings).toEqual([]);
    expect(eap.tls).toMatchObject({
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.3",
      workers: defaultTlsWorkers(availableParallelism()),
      resumptionSeconds: 3600,
      mappings: ["principalName", "thumbprint", "issuerSerial", "sid"],
      server: { subject: `CN=${name}` },
    });
    expect(eap.tls?.revocationLists).toHaveLength(1);
  });

  it.each([
    [1, 0],
    [2, 0],
    [3, 1],
    [64, 1],
  ])("without a word about workers, %i cores give %i", (cores, workers) => {
    expect(defaultTlsWorkers(cores)).toBe(workers);
  });

  it("a key's octets are in no printout of the settings", async () => {
    const settings = await load(right);
    expect(JSON.stringify(settings)).not.toContain("PRIVATE KEY");
  });

  it.each<[string, object, string, RegExp, RegExp]>([
    [
      "missing",
      { key: "nobody.key" },
      "eap.tls.key",
      /nobody\.key does not exist/,
      /relative to the settings file/,
    ],
    ["a folder", { key: "." }, "eap.tls.key", /cannot be read: /, /let the server's user read it/],
    [
      "another's key",
      { key: "other.key" },
      "eap.tls.key",
      /does not belong to the certificate of CN=radius/,
      /made for/,
    ],
    [
      "no certificate",
      { certificate: "noise.pem" },
      "eap.tls.certificate",
      /no certificate in PEM/,
      /BEGIN CERT/,
    ],
    [
      "a damaged one",
      { certificate: "damaged.pem" },
      "eap.tls.certificate",
      /certificate 1 in damaged/,
      /once more/,
    ],
    ["no key", { key: "noise.pem" }, "eap.tls.key", /no private key in PEM/, /BEGIN PRIVATE KEY/],
    [
      "a key in DER",
      { key: "server.der" },
      "eap.tls.key",
      /no private key in PEM/,
      /openssl pkey -inform DER/,
    ],
    [
      "the root first",
      { certificate: "reversed.pem" },
      "eap.tls.key",
      /does not belong/,
      /CN=radius.lab.example first/,
    ],
    [
      "a locked key",
      { key: "locked.key" },
      "eap.tls.key",
      /is encrypted, and there is no passphrase/,
      /passphraseFile/,
    ],
    [
      "a wrong passphrase",
      { key: "locked.key", passphraseFile: "wrong-passphrase" },
      "eap.tls.key",
      /does not open/,
      /correct/,
    ],
    [
      "two passphrases",
      { key: "locked.key", passphrase: "open sesame", passphraseFile: "passphrase" },
      "eap.tls.passphraseFile",
      /a passphrase, too/,
      /remove one/,
    ],
    [
      "expired",
      { certificate: "expired.pem", key: "expired.key" },
      "eap.tls.certificate",
      /expired on \d{4}-/,
      /renewed/,
    ],
    [
      "not yet valid",
      { certificate: "early.pem", key: "early.key" },
      "eap.tls.certificate",
      /not valid before \d{4}-/,
      /clock/,
    ],
    [
      "a client's",
      { certificate: "client.pem", key: "client.key" },
      "eap.tls.certificate",
      /serverAuth \(1\.3\.6\.1\.5\.5\.7\.3\.1\) is missing/,
      /server authentication/,
    ],
    [
      "no authority",
      { clientAuthorities: ["server.pem"] },
      "eap.tls.clientAuthorities[0]",
      /not that of an authority/,
      /authority that signs/,
    ],
    [
      "a list of nobody",
      { revocationLists: ["noise.pem"] },
      "eap.tls.revocationLists[0]",
      /no revocation list in PEM/,
      /BEGIN X509 CRL/,
    ],
    [
      "a stranger's list",
      { revocationLists: ["stranger.crl.pem"] },
      "eap.tls.revocationLists[0]",
      /signed by none of clientAuthorities/,
      /add its authority/,
    ],
    [
      "no OCSP response",
      { ocspResponse: "noise.ocsp" },
      "eap.tls.ocspResponse",
      /no OCSP response in DER/,
      /-respout/,
    ],
    [
      "versions",
      { minVersion: "1.3", maxVersion: "1.2" },
      "eap.tls.minVersion",
      /is above maxVersion/,
      /exchange/,
    ],
    [
      "a realm",
      { realms: { "a@b": { certificate: "server.pem", key: "server.key" } } },
      "eap.tls.realms.a@b",
      /is no realm/,
      /"@"/,
    ],
    [
      "in a realm",
      { realms: { "b.example": { certificate: "server.pem", key: "other.key" } } },
      "eap.tls.realms.b.example.key",
      /does not belong/,
      /made for/,
    ],
  ])("%s", async (_, change, path, problem, remedy) => {
    const [mistake, ...others] = await mistakes({ ...right, ...change });
    expect(others).toEqual([]);
    expect(mistake).toMatchObject({
      path,
      problem: expect.stringMatching(problem),
      remedy: expect.stringMatching(remedy),
      line: expect.any(Number),
    });
  });

  it("all mistakes are told at once", async () => {
    const found = await mistakes(
      {
        certificate: "expired.pem",
        key: "locked.key",
        clientAuthorities: ["nobody.pem"],
        revocationLists: ["noise.pem"],
        realms: { "b.example": { certificate: "client.pem", key: "nobody.key" } },
      },
      { accounts: [{ name: "alice", password: "x", certificates: [{ email: "a@b.example" }, {}] }] },
    );
    expect(found.map(({ path }) => path).sort()).toEqual([
      "accounts[0].certificates[1]",
      "eap.tls.certificate",
      "eap.tls.clientAuthorities[0]",
      "eap.tls.key",
      "eap.tls.realms.b.example.certificate",
      "eap.tls.realms.b.example.key",
      "eap.tls.revocationLists[0]",
    ]);
  });

  it.each<[string, object, string, RegExp]>([
    ["soon to expire", { certificate: "ending.pem", key: "ending.key" }, "eap.tls.certificate", /expires on/],
    [
      "without purpose",
      { certificate: "anything.pem", key: "anything.key" },
      "eap.tls.certificate",
      /no extended key usage/,
    ],
    [
      "without DNS name",
      { certificate: "nameless.pem", key: "nameless.key" },
      "eap.tls.certificate",
      /no DNS name/,
    ],
    [
      "a list out of date",
      { revocationLists: ["stale.crl.pem"] },
      "eap.tls.revocationLists[0]",
      /out of date since/,
    ],
    [
      "an OCSP response that is not there yet",
      { ocspResponse: "nobody.ocsp" },
      "eap.tls.ocspResponse",
      /nothing is stapled/,
    ],
    ["a weak mapping", { mappings: ["principalName", "email"] }, "eap.tls.mappings", /weak mapping/],
  ])("a warning: %s", async (_, change, path, problem) => {
    const { warnings } = await load({ ...right, ...change });
    expect(warnings).toMatchObject([{ path, problem: expect.stringMatching(problem) }]);
  });

  it("OCSP responses: what does not help is left out with a warning, one of another certificate is a mistake", async () => {
    const fixtures = new URL("../../../packages/tls-engine/test/certificates/", import.meta.url);
    for (const file of ["server.pem", "server.test-key.pem", "authority.pem"]) {
      write(`fixture-${file}`, readFileSync(new URL(file, fixtures)));
    }
    const tls = {
      certificate: "fixture-server.pem",
      key: "fixture-server.test-key.pem",
      clientAuthorities: ["fixture-authority.pem"],
      ocspResponse: "fixture.ocsp",
    };
    const response = (name: string) => Uint8Array.from(readFileSync(new URL(`${name}.ocsp`, fixtures)));
    write("fixture.ocsp", response("server.good"));
    const { eap, warnings } = await load(tls);
    expect(warnings).toEqual([]);
    expect(eap.tls?.server.ocspResponse).toEqual(response("server.good"));

    for (const [useless, problem] of [
      ["server.stale", /is out of date since \d{4}-\d\d-\d\d; nothing is stapled/],
      ["server.revoked", /says that the certificate is revoked; nothing is stapled/],
      ["server.unknown", /says that the certificate is unknown; nothing is stapled/],
    ] as const) {
      write("fixture.ocsp", response(useless));
      const settings = await load(tls);
      expect(settings.warnings).toMatchObject([
        { path: "eap.tls.ocspResponse", problem: expect.stringMatching(problem) },
      ]);
      expect(settings.eap.tls?.server.ocspResponse).toBeUndefined();
    }

    write("fixture.ocsp", response("server-rsa.good"));
    expect(await mistakes(tls)).toMatchObject([
      {
        path: "eap.tls.ocspResponse",
        problem: expect.stringContaining("is not about the server's certificate"),
      },
    ]);
  });

  it.skipIf(process.platform === "win32")("a warning: a key that everybody can read", async () => {
    chmodSync(join(folder, "server.key"), 0o644);
    const { warnings } = await load(right);
    chmodSync(join(folder, "server.key"), 0o600);
    expect(warnings).toMatchObject([
      {
        path: "eap.tls.key",
        problem: expect.stringContaining("(mode 0644)"),
        remedy: "chmod 600 server.key",
      },
    ]);
    expect((await load(right)).warnings).toEqual([]);
  });

  it("a locked key opens with its passphrase", async () => {
    const { eap } = await load({ ...right, key: "locked.key", passphraseFile: "passphrase" });
    expect(eap.tls?.server.key.length).toBeGreaterThan(100);
  });
});

describe("methods that need certificates", () => {
  it("are refused without eap.tls, and EAP-TLS without authorities", async () => {
    const without = await mistakes(right, { eap: { methods: ["tls", "peap/mschapv2", "md5"] } });
    expect(without).toMatchObject([
      { path: "eap.methods[0]", problem: expect.stringContaining("there is no eap.tls") },
      { path: "eap.methods[1]", problem: expect.stringContaining("there is no eap.tls") },
    ]);
    const tls = { certificate: "server.pem", key: "server.key" };
    const strangers = await mistakes(tls, { eap: { methods: ["ttls/pap", "peap/tls"], tls } });
    expect(strangers).toMatchObject([
      { path: "eap.methods[1]", problem: expect.stringContaining("no authority is trusted") },
    ]);
  });

  it("an unknown one, and one that is named twice", async () => {
    const eap = { methods: ["peap/mschap2", "ttls/pap", "ttls/pap"], tls: right };
    expect(await mistakes(right, { eap })).toMatchObject([
      { path: "eap.methods[0]", remedy: 'did you mean "peap/mschapv2"?' },
      { path: "eap.methods[2]", problem: '"ttls/pap" stands in the list already' },
    ]);
  });

  it("policies name them as the list does", async () => {
    const eap = { methods: ["tls", "peap/mschapv2", "peap/gtc"], tls: right };
    const policies = {
      network: [{ name: "all", access: "grant", constraints: { eapMethods: ["peap/gtc", "ttls/pap"] } }],
    };
    expect(await mistakes(right, { eap, policies })).toMatchObject([
      { path: "policies.network[0].constraints.eapMethods[1]", problem: '"ttls/pap" is none of eap.methods' },
    ]);
  });
});

describe("certificates of accounts", () => {
  it("a weak mapping that nobody asked for, and entries that go no way or two", async () => {
    const accounts = [
      { name: "alice", password: "x", certificates: [{ email: "a@lab.example" }] },
      {
        name: "bob",
        password: "x",
        certificates: [{ issuer: "CN=Root" }, { sid: "S-1-5-21-1", thumbprint: "0" }],
      },
    ];
    const found = await mistakes(right, { accounts });
    expect(found.map(({ path }) => path)).toEqual(["accounts[1].certificates[1].thumbprint"]);
    accounts[1]?.certificates.pop();
    expect(await mistakes(right, { accounts })).toMatchObject([
      {
        path: "accounts[0].certificates[0]",
        remedy: expect.stringContaining('add "email" to eap.tls.mappings'),
      },
      { path: "accounts[1].certificates[0]", problem: "names no way to a certificate, or more than one" },
    ]);
  });
});
