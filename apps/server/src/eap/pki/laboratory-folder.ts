import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { randomWord, systemRandom } from "@sallyport/runtime";
import { UsageError } from "../../commands/command-line.ts";
import type { KeyKind } from "./key-pair.ts";
import { derOf } from "./key-pair.ts";
import {
  type IssuedCertificate,
  type IssuedRecord,
  LaboratoryAuthority,
  type LaboratoryRecord,
} from "./laboratory.ts";
import { laboratoryFiles } from "./laboratory-files.ts";
import { laboratorySettings } from "./laboratory-settings.ts";
import { pkcs12 } from "./pkcs12.ts";
import { appleProfile } from "./supplicants/apple-profile.ts";
import { type SupplicantFacts, supplicantMethods } from "./supplicants/supplicant.ts";
import { windowsLanProfile, windowsWlanProfile } from "./supplicants/windows-profile.ts";
import { wpaSupplicantConfiguration } from "./supplicants/wpa-supplicant.ts";

export interface LaboratoryOptions {
  readonly folder: string;
  /** The name in the server's certificate, which supplicants compare. */
  readonly serverName: string;
  /** Whose certificates and supplicant files are made. */
  readonly accounts: readonly string[];
  readonly keyKind: KeyKind;
  readonly ssid: string;
}

const authorityKey = "authority/ca.key";
const authorityRecord = "authority/ca.json";

/**
 * Writes a laboratory into a new or empty folder: an authority, the server's certificate, one for each account, the
 * revocation list, settings of a server, and files for supplicants. Folders are 0700, files 0600.
 *
 * @returns the paths of all files below the folder
 * @throws {UsageError} when there is something in the folder already
 */
export async function makeLaboratory(options: LaboratoryOptions): Promise<readonly string[]> {
  const { serverName, accounts, keyKind, ssid } = options;
  const folder = resolve(options.folder);
  await makeNewFolder(folder);
  const realm = realmOf(serverName);
  const authority = await LaboratoryAuthority.create({ commonName: `Laboratory of ${realm}`, keyKind });
  const server = await authority.issue({
    commonName: serverName,
    purpose: "server",
    names: { dns: [serverName] },
  });
  const files = new Map<string, string | Uint8Array>([
    [laboratoryFiles.authority, authority.certificate],
    [authorityKey, await authority.exportKey()],
    [laboratoryFiles.revocationList, await authority.revocationList(1)],
    [laboratoryFiles.server, server.certificate],
    [laboratoryFiles.serverKey, server.key],
  ]);
  const issued: IssuedRecord[] = [recordOf(serverName, server)];
  const secret = randomWord(20, systemRandom);
  const passwords = new Map<string, string>();
  for (const account of accounts) {
    const password = randomWord(12, systemRandom);
    passwords.set(account, password);
    const client = await issueClient(authority, account, realm);
    issued.push(recordOf(account, client));
    const own = clientFiles({ folder, serverName, realm, ssid, account, password, authority, client });
    for (const [name, content] of own) files.set(name, content);
  }
  files.set(laboratoryFiles.secret, `${secret}\n`);
  files.set(laboratoryFiles.settings, laboratorySettings({ secret, realm, passwords }));
  files.set(authorityRecord, recordText({ keyKind, serverName, realm, revocationList: 1, issued }));
  for (const [name, content] of files) await writeNew(join(folder, name), content);
  return [...files.keys()].sort();
}

/**
 * Revokes every certificate of a name that is not revoked yet, and writes a new revocation list, good for 30 days. A
 * name without certificates left renews the list alone when `name` is undefined.
 *
 * @returns how many were revoked
 */
export async function revokeInLaboratory(folder: string, name: string | undefined): Promise<number> {
  const record = await readRecord(folder);
  const now = new Date();
  const concerned = (entry: IssuedRecord): boolean => entry.name === name && entry.revokedAt === undefined;
  const revoked = record.issued.filter(concerned).length;
  if (name !== undefined && revoked === 0) {
    const known = [...new Set(record.issued.map((entry) => entry.name))].join(", ");
    throw new UsageError(
      `${JSON.stringify(name)} has no certificate that could be revoked`,
      `write one of ${known}`,
    );
  }
  const next: LaboratoryRecord = {
    ...record,
    revocationList: record.revocationList + 1,
    issued: record.issued.map((entry) =>
      concerned(entry) ? { ...entry, revokedAt: now.toISOString() } : entry,
    ),
  };
  const authority = await LaboratoryAuthority.open(
    await readFile(join(folder, laboratoryFiles.authority), "utf8"),
    await readFile(join(folder, authorityKey), "utf8"),
    record.keyKind,
  );
  const list = await authority.revocationList(
    next.revocationList,
    next.issued.flatMap(({ serialNumber, revokedAt }) =>
      revokedAt === undefined ? [] : [{ serialNumber, revokedAt: new Date(revokedAt) }],
    ),
  );
  await replace(join(folder, authorityRecord), recordText(next));
  await replace(join(folder, laboratoryFiles.revocationList), list);
  return revoked;
}

interface ClientOptions {
  readonly folder: string;
  readonly serverName: string;
  readonly realm: string;
  readonly ssid: string;
  readonly account: string;
  readonly password: string;
  readonly authority: LaboratoryAuthority;
  readonly client: IssuedCertificate;
}

function clientFiles(options: ClientOptions): Map<string, string | Uint8Array> {
  const { folder, serverName, realm, ssid, account, password, authority, client } = options;
  const place = `clients/${account}`;
  const authorityDer = derOf(authority.certificate);
  const passphrase = randomWord(12, systemRandom);
  const bundle = pkcs12({
    friendlyName: account,
    privateKey: derOf(client.key),
    certificates: [derOf(client.certificate), authorityDer],
    password: passphrase,
  });
  const facts: SupplicantFacts = {
    account,
    password,
    principalName: `${account}@${realm}`,
    anonymousIdentity: `anonymous@${realm}`,
    serverName,
    ssid,
    authority: { file: join(folder, laboratoryFiles.authority), der: authorityDer },
    client: {
      certificateFile: join(folder, place, `${account}.pem`),
      keyFile: join(folder, place, `${account}.key`),
    },
    pkcs12: { der: bundle, password: passphrase },
  };
  const files = new Map<string, string | Uint8Array>([
    [`${place}/${account}.pem`, client.certificate],
    [`${place}/${account}.key`, client.key],
    [`${place}/${account}.p12`, bundle],
    [`${place}/${account}.p12.password`, `${passphrase}\n`],
    [`${place}/password`, `${password}\n`],
  ]);
  for (const method of supplicantMethods)
    files.set(`${place}/eapol_test/${method}.conf`, wpaSupplicantConfiguration(method, facts));
  for (const method of ["tls", "peap-mschapv2", "ttls-pap"] as const) {
    files.set(`${place}/windows/wlan-${method}.xml`, windowsWlanProfile(method, facts));
    files.set(`${place}/windows/lan-${method}.xml`, windowsLanProfile(method, facts));
    files.set(`${place}/apple/${method}.mobileconfig`, appleProfile(method, facts));
  }
  return files;
}

function issueClient(
  authority: LaboratoryAuthority,
  account: string,
  realm: string,
): Promise<IssuedCertificate> {
  return authority.issue({
    commonName: account,
    purpose: "client",
    names: { upn: [`${account}@${realm}`] },
  });
}

function recordOf(name: string, { serialNumber, notAfter }: IssuedCertificate): IssuedRecord {
  return { name, serialNumber, notAfter: notAfter.toISOString() };
}

/** radius.lab.example is in lab.example; a name of two labels or less is its own realm. */
function realmOf(serverName: string): string {
  const labels = serverName.split(".");
  return labels.length > 2 ? labels.slice(1).join(".") : serverName;
}

async function readRecord(folder: string): Promise<LaboratoryRecord> {
  const file = join(folder, authorityRecord);
  try {
    return JSON.parse(await readFile(file, "utf8")) as LaboratoryRecord;
  } catch (error) {
    throw new UsageError(
      `${folder} is no laboratory: ${(error as Error).message}`,
      "name a folder that `sallyport eap pki` made",
    );
  }
}

function recordText(record: LaboratoryRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

async function makeNewFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) {
    throw new UsageError(
      `${folder} is not empty, and nothing is overwritten`,
      "name a new folder, or remove that one yourself",
    );
  }
  await chmod(folder, 0o700);
}

async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, content, { flag: "wx", mode: 0o600 });
}

/** A reader sees the old file or the new one. */
async function replace(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
