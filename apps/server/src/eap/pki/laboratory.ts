import { X509Certificate } from "node:crypto";
import { Certificate } from "pkijs";
// Types for those who import this file stand apart: those of pkijs need the types of a browser.
import type { AlternativeNames, CertificateRequest } from "./certificate-request.ts";
import { certificateDer, type Issuer, issueCertificate } from "./issue-certificate.ts";
import { derOf, type KeyKind, makeKeyPair, pem, privateKeyPem, readKeyPair } from "./key-pair.ts";
import { issueRevocationList } from "./revocation-list.ts";

/** A certificate with its key, as they are written to files. */
export interface IssuedCertificate {
  /** In PEM. */
  readonly certificate: string;
  /** PKCS #8 in PEM. */
  readonly key: string;
  /** In hexadecimal, lower case. */
  readonly serialNumber: string;
  readonly notAfter: Date;
}

/** What a laboratory remembers of a certificate. */
export interface IssuedRecord {
  /** The account, or the name of the server. */
  readonly name: string;
  readonly serialNumber: string;
  readonly notAfter: string;
  readonly revokedAt?: string;
}

/** What a laboratory keeps on disk of its authority, beside the key. */
export interface LaboratoryRecord {
  readonly keyKind: KeyKind;
  readonly serverName: string;
  readonly realm: string;
  /** The number of the last revocation list. */
  readonly revocationList: number;
  readonly issued: readonly IssuedRecord[];
}

export interface NewCertificate {
  readonly commonName: string;
  readonly purpose: CertificateRequest["purpose"];
  readonly names?: AlternativeNames;
  readonly sid?: string;
  /** From when to when; a year from now by default. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** The kind of its key; that of the authority by default. */
  readonly keyKind?: KeyKind;
}

const day = 86_400_000;
/** A laboratory's clocks differ a little. */
const skew = 3_600_000;

/**
 * A small certification authority for trying things out: one root, certificates for servers and clients, a revocation
 * list. Nothing asks who is asking: it is no authority for a network that matters.
 *
 * @example
 * ```ts
 * import { LaboratoryAuthority } from "@sallyport/server/laboratory";
 *
 * const authority = await LaboratoryAuthority.create({ commonName: "Test root", keyKind: "p256" });
 * const server = await authority.issue({
 *   commonName: "radius.test.example",
 *   purpose: "server",
 *   names: { dns: ["radius.test.example"] },
 * });
 * console.log(server.certificate.split("\n")[0]); // -----BEGIN CERTIFICATE-----
 * ```
 */
export class LaboratoryAuthority {
  /** The root, in PEM. */
  readonly certificate: string;
  readonly #issuer: Issuer;

  private constructor(issuer: Issuer) {
    this.#issuer = issuer;
    this.certificate = pem("CERTIFICATE", certificateDer(issuer.certificate));
  }

  /** Makes a new root, good for ten years. */
  static async create({
    commonName,
    keyKind,
  }: {
    readonly commonName: string;
    readonly keyKind: KeyKind;
  }): Promise<LaboratoryAuthority> {
    const key = await makeKeyPair(keyKind);
    const request = {
      commonName,
      purpose: "authority",
      key,
      serialNumber: newSerialNumber(),
      notBefore: new Date(Date.now() - skew),
      notAfter: new Date(Date.now() + 3_650 * day),
    } as const;
    return new LaboratoryAuthority({ certificate: await issueCertificate(request, undefined), key });
  }

  /** Goes on with a root that was made before. */
  static async open(certificatePem: string, keyPem: string, keyKind: KeyKind): Promise<LaboratoryAuthority> {
    const { publicKey } = new X509Certificate(certificatePem);
    const spki = Uint8Array.from(publicKey.export({ format: "der", type: "spki" }));
    return new LaboratoryAuthority({
      certificate: Certificate.fromBER(derOf(certificatePem)),
      key: await readKeyPair(keyKind, keyPem, spki),
    });
  }

  /** The root's private key, PKCS #8 in PEM. */
  exportKey(): Promise<string> {
    return privateKeyPem(this.#issuer.key);
  }

  /** Makes a key and its certificate. */
  async issue(wanted: NewCertificate): Promise<IssuedCertificate> {
    const { notBefore = new Date(Date.now() - skew), notAfter = new Date(Date.now() + 365 * day) } = wanted;
    const key = await makeKeyPair(wanted.keyKind ?? this.#issuer.key.kind);
    const serialNumber = newSerialNumber();
    const certificate = await issueCertificate(
      { ...wanted, key, serialNumber, notBefore, notAfter },
      this.#issuer,
    );
    return {
      certificate: pem("CERTIFICATE", certificateDer(certificate)),
      key: await privateKeyPem(key),
      serialNumber: Buffer.from(serialNumber).toString("hex"),
      notAfter,
    };
  }

  /** The revocation list, in PEM, good for 30 days unless told otherwise. */
  async revocationList(
    number: number,
    revoked: readonly { readonly serialNumber: string; readonly revokedAt: Date }[] = [],
    nextUpdate: Date = new Date(Date.now() + 30 * day),
  ): Promise<string> {
    const der = await issueRevocationList(
      {
        number,
        thisUpdate: new Date(Math.min(Date.now() - skew, nextUpdate.getTime() - 1)),
        nextUpdate,
        revoked: revoked.map(({ serialNumber, revokedAt }) => ({
          serialNumber: Uint8Array.from(Buffer.from(serialNumber, "hex")),
          revokedAt,
        })),
      },
      this.#issuer,
    );
    return pem("X509 CRL", der);
  }
}

/** 127 random bits: positive without a further octet. */
function newSerialNumber(): Uint8Array {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return octets;
}
