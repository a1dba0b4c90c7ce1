import { createCipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import {
  Set as Asn1Set,
  type BaseBlock,
  BmpString,
  Constructed,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
} from "asn1js";

/** What a PKCS #12 file holds: one key with its certificate, and the certificates of its authorities. */
export interface Pkcs12Content {
  readonly friendlyName: string;
  /** PKCS #8, in DER. */
  readonly privateKey: Uint8Array;
  /** The first is that of the key. */
  readonly certificates: readonly Uint8Array[];
  readonly password: string;
}

/**
 * Writes a PKCS #12 file (RFC 7292) in the one form that every Windows, Apple device and phone reads: Triple DES, and a
 * MAC with SHA-1. Neither keeps anybody out for long: keep the file as you keep the key itself.
 */
export function pkcs12({
  friendlyName,
  privateKey,
  certificates,
  password,
}: Pkcs12Content): Uint8Array<ArrayBuffer> {
  const attributes = [
    attribute(id.friendlyName, new BmpString({ value: friendlyName })),
    attribute(id.localKeyId, octetString(createHash("sha1").update(privateKey).digest())),
  ];
  const bags = certificates.map((certificate, index) =>
    safeBag(
      id.certBag,
      sequence(oid(id.x509Certificate), explicit(octetString(certificate))),
      index === 0 ? attributes : [],
    ),
  );
  const shrouded = encrypt(privateKey, password);
  const keyBag = safeBag(
    id.shroudedKeyBag,
    sequence(shrouded.algorithm, octetString(shrouded.octets)),
    attributes,
  );
  const certificateBags = encrypt(encoded(sequence(...bags)), password);
  const encryptedBags = sequence(
    new Integer({ value: 0 }),
    sequence(
      oid(id.data),
      certificateBags.algorithm,
      new Primitive({ idBlock: { tagClass: 3, tagNumber: 0 }, valueHex: buffer(certificateBags.octets) }),
    ),
  );
  const safe = encoded(
    sequence(
      sequence(oid(id.encryptedData), explicit(encryptedBags)),
      sequence(oid(id.data), explicit(octetString(encoded(sequence(keyBag))))),
    ),
  );
  return encoded(
    sequence(
      new Integer({ value: 3 }),
      sequence(oid(id.data), explicit(octetString(safe))),
      mac(safe, password),
    ),
  );
}

const iterations = 2_048;

const id = {
  data: "1.2.840.113549.1.7.1",
  encryptedData: "1.2.840.113549.1.7.6",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  friendlyName: "1.2.840.113549.1.9.20",
  localKeyId: "1.2.840.113549.1.9.21",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certBag: "1.2.840.113549.1.12.10.1.3",
  sha1WithTripleDes: "1.2.840.113549.1.12.1.3",
  sha1: "1.3.14.3.2.26",
} as const;

/** RFC 7292 appendix C. */
function encrypt(
  content: Uint8Array,
  password: string,
): { readonly algorithm: Sequence; readonly octets: Uint8Array } {
  const salt = randomBytes(8);
  const cipher = createCipheriv("des-ede3-cbc", derive(password, salt, 1, 24), derive(password, salt, 2, 8));
  return {
    algorithm: sequence(
      oid(id.sha1WithTripleDes),
      sequence(octetString(salt), new Integer({ value: iterations })),
    ),
    octets: Buffer.concat([cipher.update(content), cipher.final()]),
  };
}

/** RFC 7292 section 4, MacData. */
function mac(content: Uint8Array, password: string): Sequence {
  const salt = randomBytes(8);
  const digest = createHmac("sha1", derive(password, salt, 3, 20))
    .update(content)
    .digest();
  return sequence(
    sequence(sequence(oid(id.sha1), new Null()), octetString(digest)),
    octetString(salt),
    new Integer({ value: iterations }),
  );
}

/**
 * RFC 7292 appendix B.2 with SHA-1: u = 20, v = 64.
 *
 * @param purpose 1 for a key, 2 for an initial vector, 3 for a MAC
 */
function derive(password: string, salt: Uint8Array, purpose: 1 | 2 | 3, length: number): Buffer {
  const block = 64;
  const repeated = (octets: Uint8Array): Buffer =>
    Buffer.alloc(Math.ceil(octets.length / block) * block, octets);
  const diversifier = Buffer.alloc(block, purpose);
  const text = Buffer.from(`${password}\0`, "utf16le").swap16();
  const input = Buffer.concat([repeated(salt), repeated(text)]);
  const derived: Buffer[] = [];
  for (let have = 0; have < length; have += 20) {
    let hash = createHash("sha1").update(diversifier).update(input).digest();
    for (let round = 1; round < iterations; round++) hash = createHash("sha1").update(hash).digest();
    derived.push(hash);
    // I(j) = (I(j) + B + 1) mod 2^512, each block of 64 octets a number, the most significant octet first.
    const addend = Buffer.alloc(block, hash);
    for (let start = 0; start < input.length; start += block) {
      let carry = 1;
      for (let at = block - 1; at >= 0; at--) {
        carry += (input[start + at] ?? 0) + (addend[at] ?? 0);
        input[start + at] = carry & 0xff;
        carry >>= 8;
      }
    }
  }
  return Buffer.concat(derived).subarray(0, length);
}

function safeBag(type: string, value: BaseBlock, attributes: readonly Sequence[]): Sequence {
  const set = attributes.length === 0 ? [] : [new Asn1Set({ value: [...attributes] })];
  return sequence(oid(type), explicit(value), ...set);
}

function attribute(type: string, value: BaseBlock): Sequence {
  return sequence(oid(type), new Asn1Set({ value: [value] }));
}

function explicit(value: BaseBlock): Constructed {
  return new Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [value] });
}

function sequence(...value: BaseBlock[]): Sequence {
  return new Sequence({ value });
}

function oid(value: string): ObjectIdentifier {
  return new ObjectIdentifier({ value });
}

function octetString(octets: Uint8Array): OctetString {
  return new OctetString({ valueHex: buffer(octets) });
}

function encoded(block: BaseBlock): Uint8Array<ArrayBuffer> {
  return new Uint8Array(block.toBER());
}

function buffer(octets: Uint8Array): ArrayBuffer {
  return Uint8Array.from(octets).buffer;
}
