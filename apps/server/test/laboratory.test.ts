import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyKinds } from "../src/eap/pki/key-pair.ts";
import { makeLaboratory, revokeInLaboratory } from "../src/eap/pki/laboratory-folder.ts";
import { pkcs12 } from "../src/eap/pki/pkcs12.ts";
import { loadSettings } from "../src/settings/load-settings.ts";

describe.each(keyKinds)("a laboratory with %s keys", (keyKind) => {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
  const place = join(folder, "lab");
  const read = (name: string): string => readFileSync(join(place, name), "utf8");
  let files: readonly string[] = [];
  beforeAll(async () => {
    files = await makeLaboratory({
      folder: place,
      serverName: "radius.lab.example",
      accounts: ["alice", "bob"],
      keyKind,
      ssid: 'Lab & "co"'.replaceAll('"', ""),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is readable by its owner alone", () => {
    if (process.platform === "win32") return;
    for (const name of files) expect([name, statSync(join(place, name)).mode & 0o777]).toEqual([name, 0o600]);
    for (const name of ["", "authority", "clients", "clients/alice/windows"])
      expect([name, statSync(join(place, name)).mode & 0o777]).toEqual([name, 0o700]);
  });

  it("has settings that `sallyport check` finds right, for each account with its password", async () => {
    const settings = await loadSettings(join(place, "sallyport.config.json"));
    expect(settings.accounts.map(({ name, password }) => `${name}: ${password}`)).toEqual([
      `alice: ${read("clients/alice/password").trim()}`,
      `bob: ${read("clients/bob/password").trim()}`,
    ]);
    expect(settings.warnings).toEqual([]);
    expect(settings.clients[0]?.secret).toBe(read("radius.secret").trim());
  });

  it("its certificates are for their purpose, signed by the root, and belong to their keys", () => {
    const root = new X509Certificate(read("ca.pem"));
    const server = new X509Certificate(read("server.pem"));
    const alice = new X509Certificate(read("clients/alice/alice.pem"));
    expect(root.ca).toBe(true);
    for (const certificate of [server, alice]) {
      expect(certificate.verify(root.publicKey)).toBe(true);
      expect(certificate.ca).toBe(false);
    }
    expect(server.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(server.checkHost("radius.lab.example")).toBe("radius.lab.example");
    expect(alice.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(alice.subjectAltName).toBe("othername:UPN:alice@lab.example");
    expect(server.checkPrivateKey(createPrivateKey(read("server.key")))).toBe(true);
    expect(alice.checkPrivateKey(createPrivateKey(read("clients/alice/alice.key")))).toBe(true);
    expect(new X509Certificate(read("clients/bob/bob.pem")).serialNumber).not.toBe(alice.serialNumber);
  });

  it("supplicants trust this root and this name only", () => {
    const ofAlice = files.filter((name) => /^clients\/alice\/(?:eapol_test|windows|apple)\//.test(name));
    expect(ofAlice).toHaveLength(11 + 6 + 3);
    for (const name of ofAlice) expect(read(name), name).toContain("radius.lab.example");
    const thumbprint = new X509Certificate(read("ca.pem")).fingerprint.replaceAll(":", " ").toLowerCase();
    for (const name of ofAlice.filter((one) => one.includes("/windows/")))
      expect(read(name), name).toMatch(new RegExp(`<TrustedRootCA(?:Hash)?>${thumbprint}<`));
    expect(read("clients/alice/eapol_test/ttls-eap-md5.conf")).toContain('phase2="autheap=MD5"');
    expect(read("clients/alice/windows/wlan-tls.xml")).toContain("<name>Lab &amp; co</name>");
  });

  it("the passwords of accounts stand in no file that does not need them", () => {
    const password = read("clients/alice/password").trim();
    const holders = files.filter((name) => read(name).includes(password));
    expect(holders.filter((name) => !name.includes("eapol_test"))).toEqual([
      "clients/alice/password",
      "sallyport.config.json",
    ]);
    expect(holders.filter((name) => /(?:^|-)tls\.conf$/.test(name))).toEqual([]);
  });

  it("refuses a folder with something in it, and leaves it as it is", async () => {
    const before = read("ca.pem");
    await expect(
      makeLaboratory({ folder: place, serverName: "other.example", accounts: ["eve"], keyKind, ssid: "x" }),
    ).rejects.toThrow("is not empty, and nothing is overwritten");
    expect(read("ca.pem")).toBe(before);
  });

  it("revokes: the list names the certificate, its number rises, a second time there is nothing to revoke", async () => {
    const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: place, encoding: "utf8" });
    const verify = (name: string) => {
      try {
        return openssl("verify", "-crl_check", "-CAfile", "ca.pem", "-CRLfile", "crl.pem", name);
      } catch (error) {
        return String((error as { stderr: string }).stderr);
      }
    };
    expect(verify("clients/alice/alice.pem")).toContain("OK");
    expect(await revokeInLaboratory(place, "alice")).toBe(1);
    expect(verify("clients/alice/alice.pem")).toContain("certificate revoked");
    expect(verify("clients/bob/bob.pem")).toContain("OK");
    expect(openssl("crl", "-in", "crl.pem", "-noout", "-crlnumber")).toContain("0x02");
    await expect(revokeInLaboratory(place, "alice")).rejects.toThrow("no certificate that could be revoked");
    expect(await revokeInLaboratory(place, undefined)).toBe(0);
    expect(openssl("crl", "-in", "crl.pem", "-noout", "-crlnumber")).toContain("0x03");
    expect(verify("clients/alice/alice.pem")).toContain("certificate revoked");
  });

  it("OpenSSL reads the PKCS #12 file: the same key, the certificate with its root", () => {
    const password = read("clients/alice/alice.p12.password").trim();
    const opened = execFileSync(
      "openssl",
      ["pkcs12", "-in", "clients/alice/alice.p12", "-passin", `pass:${password}`, "-nodes"],
      { cwd: place, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    const certificates = opened.match(/-----BEGIN CERTIFICATE[\s\S]*?END CERTIFICATE-----\n/g);
    expect(certificates).toHaveLength(2);
    const own = new X509Certificate(certificates?.[0] ?? "");
    expect(own.checkPrivateKey(createPrivateKey(opened))).toBe(true);
    expect(opened).toContain("friendlyName: alice");
  });
});

it("RFC 7292 a PKCS #12 file does not open with another password", () => {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
  try {
    const file = pkcs12({
      friendlyName: "x",
      privateKey: new Uint8Array(100),
      certificates: [],
      password: "grün",
    });
    const open = (password: string) =>
      execFileSync("openssl", ["pkcs12", "-passin", `pass:${password}`, "-nodes"], {
        cwd: folder,
        input: file,
        stdio: ["pipe", "pipe", "pipe"],
      });
    expect(() => open("other")).toThrow(/invalid password/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
