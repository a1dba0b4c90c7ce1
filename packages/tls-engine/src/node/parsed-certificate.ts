import { createHash, X509Certificate } from "node:crypto";
import type { TlsCertificate } from "../certificate.ts";

/** A certificate that is parsed when somebody looks into it. */
export class ParsedCertificate implements TlsCertificate {
  readonly der: Uint8Array<ArrayBuffer>;
  #parsed: X509Certificate | undefined | "broken";

  constructor(der: Uint8Array<ArrayBuffer>) {
    this.der = der;
  }

  get subject(): string {
    return this.#read((certificate) => certificate.subject) ?? "";
  }

  get issuer(): string {
    return this.#read((certificate) => certificate.issuer) ?? "";
  }

  get subjectAltName(): string | undefined {
    return this.#read((certificate) => certificate.subjectAltName);
  }

  get serialNumber(): string {
    return this.#read((certificate) => certificate.serialNumber) ?? "";
  }

  get validFrom(): number {
    return Date.parse(this.#read((certificate) => certificate.validFrom) ?? "");
  }

  get validTo(): number {
    return Date.parse(this.#read((certificate) => certificate.validTo) ?? "");
  }

  get fingerprint256(): string {
    return createHash("sha256").update(this.der).digest("hex");
  }

  get extendedKeyUsage(): readonly string[] {
    return this.#read((certificate) => certificate.keyUsage) ?? [];
  }

  #read<T>(field: (certificate: X509Certificate) => T): T | undefined {
    if (this.#parsed === undefined) {
      try {
        this.#parsed = new X509Certificate(this.der);
      } catch {
        this.#parsed = "broken";
      }
    }
    if (this.#parsed === "broken") return undefined;
    // What a getter cannot read of a certificate from the network is as if it were not there.
    try {
      return field(this.#parsed);
    } catch {
      return undefined;
    }
  }
}
