import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { Secret } from "@sallyport/crypto";
import type { z } from "zod";
import { certificateFacts } from "../eap/certificates/certificate-facts.ts";
import { type MappingName, strongMappings } from "../eap/certificates/certificate-mapping.ts";
import type { UnplacedMistake } from "./mistake.ts";
import {
  checkServerCertificate,
  FileFindings,
  nameOf,
  readCertificates,
  readOcsp,
  readPrivateKey,
  readRevocationLists,
} from "./tls-files.ts";
import type { tlsSchema } from "./tls-schema.ts";

/**
 * Messages between threads cost every login CPU time. They are worth it where a core is left for them: on two cores,
 * nobody else waits longer for handshakes in the thread that answers requests.
 */
export function defaultTlsWorkers(cores: number): number {
  return cores > 2 ? 1 : 0;
}

/** `eap.tls` with its files read. */
export interface TlsFileSettings {
  readonly server: ServerCredentials;
  /** By realm, in lower case. */
  readonly realms: ReadonlyMap<string, ServerCredentials>;
  /** In PEM. */
  readonly clientAuthorities: readonly string[];
  readonly revocationLists: readonly string[];
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly workers: number;
  readonly sessions: number;
  readonly resumptionSeconds: number;
  readonly mappings: readonly MappingName[];
  readonly fragmentSize: number | undefined;
}

type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** What a server shows of itself. */
export interface ServerCredentials {
  /** In PEM, the server's own first. */
  readonly certificateChain: string;
  /** PKCS #8 in PEM, without passphrase. */
  readonly key: Secret;
  readonly ocspResponse: Uint8Array | undefined;
  /** In one line, for logs. */
  readonly subject: string;
  readonly notAfter: Date;
}

type ParsedTls = z.output<typeof tlsSchema>;
type ParsedCredentials = Pick<
  ParsedTls,
  "certificate" | "key" | "passphrase" | "passphraseFile" | "ocspResponse"
>;

/**
 * Reads and checks the files of `eap.tls`. Every mistake is found at once; `settings` is undefined where there is one.
 */
export function tlsSettingsOf(
  parsed: ParsedTls,
  folder: string,
  now: number = Date.now(),
): {
  readonly settings: TlsFileSettings | undefined;
  readonly mistakes: readonly UnplacedMistake[];
  readonly warnings: readonly UnplacedMistake[];
} {
  const keys = ["eap", "tls"] as const;
  const found = new FileFindings(folder, now);
  const server = credentialsOf(found, keys, parsed);
  const realms = new Map<string, ServerCredentials>();
  for (const [realm, entry] of Object.entries(parsed.realms ?? {})) {
    const place = [...keys, "realms", realm];
    if (!/^[^\s@\\]+$/.test(realm))
      found.mistake(
        place,
        `${JSON.stringify(realm)} is no realm`,
        'write what follows the "@" of identities',
      );
    const credentials = credentialsOf(found, place, entry);
    if (credentials !== undefined) realms.set(realm.toLowerCase(), credentials);
  }
  const authorities = (parsed.clientAuthorities ?? []).flatMap((name, index) => {
    const place = [...keys, "clientAuthorities", index];
    const certificates = readCertificates(found, place, name) ?? [];
    const other = certificates.find(({ ca }) => !ca);
    if (other !== undefined)
      found.mistake(
        place,
        `the certificate of ${nameOf(other)} is not that of an authority`,
        "name the certificate of the authority that signs those of clients",
      );
    return certificates;
  });
  // Whose a list is cannot be told where an authority could not be read.
  const unread = found.mistakes.some((mistake) => mistake.keys[2] === "clientAuthorities");
  const trusted = unread ? undefined : authorities;
  const lists = (parsed.revocationLists ?? []).map((name, index) =>
    readRevocationLists(found, [...keys, "revocationLists", index], name, trusted),
  );
  if ((parsed.revocationLists?.length ?? 0) > 0 && parsed.clientAuthorities === undefined)
    found.mistake(
      [...keys, "revocationLists"],
      "there are no clientAuthorities that they could belong to",
      "add clientAuthorities, or remove revocationLists",
    );
  const minVersion = versionOf(parsed.minVersion, "TLSv1.2");
  const maxVersion = versionOf(parsed.maxVersion, "TLSv1.3");
  if (minVersion > maxVersion)
    found.mistake([...keys, "minVersion"], "is above maxVersion", "exchange the two, or leave one out");
  for (const mapping of parsed.mappings ?? []) {
    if (strongMappings.some((strong) => strong === mapping)) continue;
    found.warn(
      [...keys, "mappings"],
      `"${mapping}" is a weak mapping: whoever gets a certificate with somebody's name passes for them`,
      `use ${strongMappings.join(", ")} where you can`,
    );
  }
  const { mistakes, warnings } = found;
  if (mistakes.length > 0 || server === undefined) return { settings: undefined, mistakes, warnings };
  return {
    settings: {
      server,
      realms,
      clientAuthorities: authorities.map(String),
      revocationLists: lists.flat(),
      minVersion,
      maxVersion,
      workers: parsed.workers ?? defaultTlsWorkers(availableParallelism()),
      sessions: parsed.sessions ?? 2_000,
      resumptionSeconds: parsed.resumptionSeconds ?? 3_600,
      mappings: parsed.mappings ?? strongMappings,
      fragmentSize: parsed.fragmentSize,
    },
    mistakes,
    warnings,
  };
}

function credentialsOf(
  found: FileFindings,
  keys: readonly PropertyKey[],
  entry: ParsedCredentials,
): ServerCredentials | undefined {
  const chain = readCertificates(found, [...keys, "certificate"], entry.certificate);
  const passphrase = passphraseOf(found, keys, entry);
  const key = readPrivateKey(found, [...keys, "key"], entry.key, passphrase);
  checkServerCertificate(found, keys, chain ?? [], key?.key);
  const [leaf] = chain ?? [];
  const ocspResponse =
    entry.ocspResponse === undefined
      ? undefined
      : readOcsp(found, [...keys, "ocspResponse"], entry.ocspResponse, leaf);
  if (chain === undefined || leaf === undefined || key === undefined) return undefined;
  return {
    certificateChain: chain.map(String).join(""),
    key: new Secret(key.pem),
    ocspResponse,
    subject: certificateFacts(leaf.raw)?.subject ?? nameOf(leaf),
    notAfter: leaf.validToDate,
  };
}

function passphraseOf(
  found: FileFindings,
  keys: readonly PropertyKey[],
  { passphrase, passphraseFile }: ParsedCredentials,
): string | undefined {
  if (passphraseFile === undefined) return passphrase;
  if (passphrase !== undefined)
    found.mistake([...keys, "passphraseFile"], "there is a passphrase, too", "remove one of the two");
  const path = resolve(found.folder, passphraseFile);
  try {
    return readFileSync(path, "utf8").split(/\r?\n/)[0];
  } catch (error) {
    return found.mistake(
      [...keys, "passphraseFile"],
      `the file ${path} cannot be read: ${(error as Error).message}`,
      "check the path; it is relative to the settings file",
    );
  }
}

function versionOf(version: "1.2" | "1.3" | undefined, otherwise: TlsVersion): TlsVersion {
  return version === undefined ? otherwise : `TLSv${version}`;
}
