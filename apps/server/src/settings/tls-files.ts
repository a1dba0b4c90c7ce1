import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { readOcspResponse } from "@sallyport/tls-engine";
import { certificateFacts } from "../eap/certificates/certificate-facts.ts";
import { oid } from "../eap/certificates/object-identifiers.ts";
import { readRevocationList } from "../eap/certificates/revocation-list.ts";
import type { UnplacedMistake } from "./mistake.ts";

/** What came of reading files: mistakes keep the server from starting, warnings do not. */
export class FileFindings {
  readonly mistakes: UnplacedMistake[] = [];
  readonly warnings: UnplacedMistake[] = [];
  readonly folder: string;
  readonly now: number;

  constructor(folder: string, now: number) {
    this.folder = folder;
    this.now = now;
  }

  mistake(keys: readonly PropertyKey[], problem: string, remedy: string): undefined {
    this.mistakes.push({ keys, problem, remedy });
  }

  warn(keys: readonly PropertyKey[], problem: string, remedy: string): void {
    this.warnings.push({ keys, problem, remedy });
  }

  /** The octets of a file; undefined, and a mistake, where it cannot be read. */
  read(keys: readonly PropertyKey[], name: string): Buffer | undefined {
    const path = resolve(this.folder, name);
    try {
      return readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT")
        return this.mistake(
          keys,
          `the file ${path} does not exist`,
          "check the path; it is relative to the settings file",
        );
      return this.mistake(
        keys,
        `the file ${path} cannot be read: ${(error as Error).message}`,
        "let the server's user read it",
      );
    }
  }
}

/** Every certificate of a PEM file, at least one; each is told when it is out of its dates. */
export function readCertificates(
  found: FileFindings,
  keys: readonly PropertyKey[],
  name: string,
): readonly X509Certificate[] | undefined {
  const octets = found.read(keys, name);
  if (octets === undefined) return undefined;
  const blocks = octets
    .toString("latin1")
    .match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (blocks === null) {
    const der = looksLikeDer(octets);
    return found.mistake(
      keys,
      `there is no certificate in PEM in ${name}`,
      der
        ? `it may be in DER: openssl x509 -inform DER -in ${name} -out server.pem`
        : "a PEM certificate begins with -----BEGIN CERTIFICATE-----",
    );
  }
  const certificates: X509Certificate[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return found.mistake(
        keys,
        `certificate ${index + 1} in ${name} cannot be read`,
        "copy the file once more: something in it is damaged",
      );
    }
  }
  for (const certificate of certificates) tellDates(found, keys, certificate);
  return certificates;
}

const soon = 14 * 86_400_000;

function tellDates(found: FileFindings, keys: readonly PropertyKey[], certificate: X509Certificate): void {
  const who = nameOf(certificate);
  const { validFromDate, validToDate } = certificate;
  if (validToDate.getTime() <= found.now) {
    found.mistake(keys, `the certificate of ${who} expired on ${day(validToDate)}`, "let it be renewed");
  } else if (validFromDate.getTime() > found.now) {
    found.mistake(
      keys,
      `the certificate of ${who} is not valid before ${day(validFromDate)}`,
      "look at the clock of this machine, or take the certificate that is valid now",
    );
  } else if (validToDate.getTime() < found.now + soon) {
    found.warn(keys, `the certificate of ${who} expires on ${day(validToDate)}`, "let it be renewed");
  }
}

/** A private key; whoever else can read its file is told about as a warning. */
export function readPrivateKey(
  found: FileFindings,
  keys: readonly PropertyKey[],
  name: string,
  passphrase: string | undefined,
): { readonly pem: string; readonly key: KeyObject } | undefined {
  const octets = found.read(keys, name);
  if (octets === undefined) return undefined;
  const mode = statSync(resolve(found.folder, name)).mode & 0o777;
  if (process.platform !== "win32" && (mode & 0o004) !== 0) {
    found.warn(
      keys,
      `every user of this machine can read the private key ${name} (mode ${mode.toString(8).padStart(4, "0")})`,
      `chmod 600 ${name}`,
    );
  }
  const pem = octets.toString("latin1");
  if (!/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(pem)) {
    return found.mistake(
      keys,
      `there is no private key in PEM in ${name}`,
      looksLikeDer(octets)
        ? `it may be in DER: openssl pkey -inform DER -in ${name} -out server.key`
        : "a PEM key begins with -----BEGIN PRIVATE KEY-----",
    );
  }
  const encrypted = /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(pem);
  if (encrypted && passphrase === undefined) {
    return found.mistake(
      keys,
      `the private key ${name} is encrypted, and there is no passphrase`,
      "set passphraseFile, or passphrase, beside it",
    );
  }
  try {
    const key = createPrivateKey({ key: pem, ...(encrypted && { passphrase }) });
    return { pem: encrypted ? String(key.export({ format: "pem", type: "pkcs8" })) : pem, key };
  } catch {
    return found.mistake(
      keys,
      encrypted
        ? `the passphrase does not open the private key ${name}`
        : `the private key ${name} cannot be read`,
      encrypted ? "correct the passphrase" : "copy the file once more: something in it is damaged",
    );
  }
}

/** Whether a certificate serves as that of an EAP server: its key fits, and it is for servers. */
export function checkServerCertificate(
  found: FileFindings,
  keys: readonly PropertyKey[],
  chain: readonly X509Certificate[],
  key: KeyObject | undefined,
): void {
  const [leaf, ...others] = chain;
  if (leaf === undefined) return;
  if (key !== undefined && !leaf.checkPrivateKey(key)) {
    const better = others.find((certificate) => certificate.checkPrivateKey(key));
    found.mistake(
      [...keys, "key"],
      `the private key does not belong to the certificate of ${nameOf(leaf)}`,
      better === undefined
        ? "name the key that the certificate was made for"
        : `put the certificate of ${nameOf(better)} first in its file`,
    );
  }
  const facts = certificateFacts(leaf.raw);
  const purposes = facts?.keyPurposes;
  if (purposes !== undefined && !purposes.includes(oid.serverAuth)) {
    found.mistake(
      [...keys, "certificate"],
      `the certificate of ${nameOf(leaf)} is not for servers: serverAuth (${oid.serverAuth}) is missing in its extended key usage`,
      "let the authority make one for server authentication",
    );
  } else if (purposes === undefined) {
    found.warn(
      [...keys, "certificate"],
      `the certificate of ${nameOf(leaf)} has no extended key usage: Windows and Apple devices refuse it`,
      "let the authority make one for server authentication",
    );
  }
  if (leaf.ca) {
    found.warn(
      [...keys, "certificate"],
      `the certificate of ${nameOf(leaf)} is that of an authority`,
      "put the server's own first",
    );
  }
  if ((facts?.dnsNames.length ?? 0) === 0) {
    found.warn(
      [...keys, "certificate"],
      `the certificate of ${nameOf(leaf)} has no DNS name: Android and wpa_supplicant cannot check whom they talk to`,
      "let the authority make one with the server's name as subject alternative name",
    );
  }
}

/** Revocation lists, each signed by one of the authorities; by anybody where these are not known. */
export function readRevocationLists(
  found: FileFindings,
  keys: readonly PropertyKey[],
  name: string,
  authorities: readonly X509Certificate[] | undefined,
): readonly string[] {
  const octets = found.read(keys, name);
  if (octets === undefined) return [];
  const blocks = octets
    .toString("latin1")
    .match(/-----BEGIN X509 CRL-----[\s\S]*?-----END X509 CRL-----\n?/g);
  if (blocks === null) {
    found.mistake(
      keys,
      `there is no revocation list in PEM in ${name}`,
      looksLikeDer(octets)
        ? `it may be in DER: openssl crl -inform DER -in ${name} -out crl.pem`
        : "a revocation list begins with -----BEGIN X509 CRL-----",
    );
    return [];
  }
  return blocks.filter((block) => {
    const list = readRevocationList(block);
    if (list === undefined) {
      found.mistake(keys, `the revocation list ${name} cannot be read`, "copy the file once more");
      return false;
    }
    const issuer = authorities?.find((authority) => list.isFrom(authority));
    if (issuer === undefined && authorities !== undefined) {
      found.mistake(
        keys,
        `the revocation list ${name} is signed by none of clientAuthorities`,
        "add its authority, or take the list out",
      );
      return false;
    }
    if (list.nextUpdate !== undefined && list.nextUpdate.getTime() <= found.now) {
      found.warn(
        keys,
        `the revocation list ${name} is out of date since ${day(list.nextUpdate)}: every certificate of its authority is refused`,
        "fetch the new one, then: sallyport reload",
      );
    }
    return true;
  });
}

/** The OCSP response to be stapled; a missing or stale one is left out, with a warning. */
export function readOcsp(
  found: FileFindings,
  keys: readonly PropertyKey[],
  name: string,
  leaf: X509Certificate | undefined,
): Uint8Array | undefined {
  const path = resolve(found.folder, name);
  const quiet = new FileFindings(found.folder, found.now);
  const octets = quiet.read(keys, name);
  const leftOut = (problem: string, remedy: string): undefined => {
    found.warn(keys, `${problem}; nothing is stapled`, remedy);
  };
  if (octets === undefined) return leftOut(`the file ${path} cannot be read`, "fetch the OCSP response");
  const response = readOcspResponse(octets);
  if (response === undefined) {
    return found.mistake(keys, `${name} is no OCSP response in DER`, "fetch it with: openssl ocsp -respout");
  }
  const about = response.answers.find(
    ({ serialNumber }) => leaf !== undefined && serialNumber === leaf.serialNumber,
  );
  if (about === undefined) {
    return found.mistake(
      keys,
      `the OCSP response ${name} is not about the server's certificate`,
      "fetch the one of this certificate",
    );
  }
  if (about.nextUpdate !== undefined && about.nextUpdate <= found.now)
    return leftOut(
      `the OCSP response ${name} is out of date since ${day(new Date(about.nextUpdate))}`,
      "fetch a new one",
    );
  if (about.status !== "good")
    return leftOut(
      `the OCSP response ${name} says that the certificate is ${about.status}`,
      "take another one",
    );
  return Uint8Array.from(octets);
}

/** Who a certificate is of, in one line. */
export function nameOf({ subject }: X509Certificate): string {
  return (subject ?? "").split("\n").filter(Boolean).join(", ") || "nobody";
}

function looksLikeDer(octets: Uint8Array): boolean {
  return octets[0] === 0x30;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
