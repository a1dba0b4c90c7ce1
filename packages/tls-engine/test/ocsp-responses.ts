import { createHash, sign, X509Certificate } from "node:crypto";
import { derValue, derValues } from "../src/wire/der.ts";
import { pem } from "./fixtures.ts";

const day = 86_400_000;

export interface OcspResponseOptions {
  /** A certificate of the fixtures that it is about, `server` by default. */
  readonly about?: string;
  readonly issuer?: string;
  readonly status?: "good" | "revoked" | "unknown";
  /** Whose key of the fixtures signs. */
  readonly signer?: string;
  /** Those that come along. */
  readonly certificates?: readonly string[];
  readonly hash?: "sha1" | "sha256";
  /** Milliseconds from now on; null: none. */
  readonly thisUpdate?: number;
  readonly nextUpdate?: number | null;
}

/** An OCSP response (RFC 6960 section 4.2.1) as a responder of the fixtures' authority makes it, ECDSA with SHA-256. */
export function ocspResponse(options: OcspResponseOptions = {}): Uint8Array<ArrayBuffer> {
  const { signer = "authority", certificates = [] } = options;
  const name = derValues(toBeSigned(signer)).at(5)?.whole ?? new Uint8Array(0);
  const data = der(0x30, der(0xa1, name), time(0), der(0x30, single(options)));
  const signature = sign("sha256", data, pem(`${signer}.test-key`));
  const along = certificates.map((one) => new X509Certificate(pem(one)).raw);
  const basic = der(
    0x30,
    data,
    der(0x30, der(6, fromHex("2a8648ce3d040302"))),
    der(3, Uint8Array.of(0), signature),
    ...(along.length === 0 ? [] : [der(0xa0, der(0x30, ...along))]),
  );
  const typed = der(0x30, der(6, fromHex("2b0601050507300101")), der(4, basic));
  return new Uint8Array(der(0x30, der(10, Uint8Array.of(0)), der(0xa0, typed)));
}

function single(options: OcspResponseOptions): Uint8Array {
  const { about = "server", issuer = "authority", status = "good", hash = "sha1" } = options;
  const { thisUpdate = -day, nextUpdate = day } = options;
  const [, , , , , subject, key] = derValues(toBeSigned(issuer));
  const bits = derValues(key?.content ?? new Uint8Array(0))[1]?.content.subarray(1) ?? new Uint8Array(0);
  const hashed = (octets: Uint8Array): Uint8Array => createHash(hash).update(octets).digest();
  const states = {
    good: der(0x80),
    revoked: der(0xa1, time(-2 * day)),
    unknown: der(0x82),
  };
  return der(
    0x30,
    der(
      0x30,
      der(0x30, der(6, fromHex(hash === "sha1" ? "2b0e03021a" : "608648016503040201")), der(5)),
      der(4, hashed(subject?.whole ?? new Uint8Array(0))),
      der(4, hashed(bits)),
      derValues(toBeSigned(about))[1]?.whole ?? new Uint8Array(0),
    ),
    states[status],
    time(thisUpdate),
    ...(nextUpdate === null ? [] : [der(0xa0, time(nextUpdate))]),
  );
}

/** The fields of a certificate, version and serial number first. */
function toBeSigned(name: string): Uint8Array {
  const { raw } = new X509Certificate(pem(name));
  return derValue(derValue(raw)?.content ?? raw)?.content ?? raw;
}

function time(fromNow: number): Uint8Array {
  const digits = new Date(Date.now() + fromNow).toISOString().replace(/\.\d+|[-:T]/g, "");
  return der(0x18, Buffer.from(digits));
}

function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Uint8Array.of(tag, length), content]);
  if (length < 0x100) return Buffer.concat([Uint8Array.of(tag, 0x81, length), content]);
  return Buffer.concat([Uint8Array.of(tag, 0x82, length >> 8, length & 255), content]);
}

const fromHex = (digits: string): Uint8Array => Buffer.from(digits, "hex");
