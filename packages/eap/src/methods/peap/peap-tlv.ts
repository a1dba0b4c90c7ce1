import { PeapTlvError } from "./peap-tlv-error.ts";

/** The EAP type of the extension packets within PEAP ([MS-PEAP] section 2.2.8.1). */
export const eapTypeTlv = 33;

/** What an extension packet of PEAP says ([MS-PEAP] section 2.2.8.1): the TLVs that PEAPv0 has a use for. */
export interface PeapTlvs {
  /** Result TLV: how the sender thinks that the inner authentication ended. */
  readonly result?: "success" | "failure" | undefined;
  /** Cryptobinding TLV. */
  readonly cryptoBinding?: CryptoBinding | undefined;
}

/** Cryptobinding TLV ([MS-PEAP] section 2.2.8.1.1). */
export interface CryptoBinding {
  /** Version, 0 in PEAPv0. */
  readonly version: number;
  /** RecvVersion: the version that the other side told, 0 in PEAPv0. */
  readonly receivedVersion: number;
  readonly subType: "request" | "response";
  /** 32 random octets. */
  readonly nonce: Uint8Array;
  /** Compound_MAC, 20 octets. */
  readonly compoundMac: Uint8Array;
}

const mandatoryFlag = 0x80;
const typeResult = 3;
const typeCryptoBinding = 12;
const headerLength = 4;
/** The TLV with its header: what the Compound_MAC is computed over, that field being zero. */
const cryptoBindingLength = 60;
const macOffset = 40;

/**
 * Reads the Type-Data of an extension packet. A TLV of another kind is passed over, unless it says to be mandatory.
 *
 * @throws {PeapTlvError} for everything that is no list of TLVs
 */
export function decodePeapTlvs(typeData: Uint8Array): PeapTlvs {
  let result: PeapTlvs["result"];
  let cryptoBinding: CryptoBinding | undefined;
  for (let offset = 0; offset < typeData.length; ) {
    if (offset + headerLength > typeData.length) throw new PeapTlvError("truncated", offset);
    const type = uint16(typeData, offset) & 0x3fff;
    const length = uint16(typeData, offset + 2);
    const end = offset + headerLength + length;
    if (end > typeData.length) throw new PeapTlvError("bad-length", offset + 2);
    if (type === typeResult) {
      if (result !== undefined) throw new PeapTlvError("repeated", offset);
      result = resultOf(typeData, offset, length);
    } else if (type === typeCryptoBinding) {
      if (cryptoBinding !== undefined) throw new PeapTlvError("repeated", offset);
      cryptoBinding = cryptoBindingOf(typeData, offset, length);
    } else if (((typeData[offset] as number) & mandatoryFlag) !== 0) {
      throw new PeapTlvError("unknown-mandatory", offset);
    }
    offset = end;
  }
  return { result, cryptoBinding };
}

/** Writes what {@link decodePeapTlvs} reads. */
export function encodePeapTlvs({ result, cryptoBinding }: PeapTlvs): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  if (result !== undefined) {
    parts.push(Uint8Array.of(mandatoryFlag, typeResult, 0, 2, 0, result === "success" ? 1 : 2));
  }
  if (cryptoBinding !== undefined) parts.push(encodeCryptoBinding(cryptoBinding));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/**
 * One Cryptobinding TLV with its header, {@link cryptoBindingLength} octets.
 *
 * @throws {RangeError} when the nonce has not 32 octets, or the MAC not 20
 */
export function encodeCryptoBinding(binding: CryptoBinding): Uint8Array<ArrayBuffer> {
  const { version, receivedVersion, subType, nonce, compoundMac } = binding;
  if (nonce.length !== 32) throw new RangeError(`nonce must have 32 octets, not ${nonce.length}`);
  if (compoundMac.length !== 20)
    throw new RangeError(`compoundMac must have 20 octets, not ${compoundMac.length}`);
  const bytes = new Uint8Array(cryptoBindingLength);
  bytes.set([0, typeCryptoBinding, 0, cryptoBindingLength - headerLength, 0, version, receivedVersion]);
  bytes[7] = subType === "response" ? 1 : 0;
  bytes.set(nonce, 8);
  bytes.set(compoundMac, macOffset);
  return bytes;
}

function resultOf(bytes: Uint8Array, offset: number, length: number): "success" | "failure" {
  if (length !== 2) throw new PeapTlvError("bad-length", offset + 2);
  const value = uint16(bytes, offset + headerLength);
  if (value === 1) return "success";
  if (value === 2) return "failure";
  throw new PeapTlvError("bad-value", offset + headerLength);
}

function cryptoBindingOf(bytes: Uint8Array, offset: number, length: number): CryptoBinding {
  if (length !== cryptoBindingLength - headerLength) throw new PeapTlvError("bad-length", offset + 2);
  const subType = bytes[offset + 7] as number;
  if (subType > 1) throw new PeapTlvError("bad-value", offset + 7);
  return {
    version: bytes[offset + 5] as number,
    receivedVersion: bytes[offset + 6] as number,
    subType: subType === 1 ? "response" : "request",
    nonce: bytes.subarray(offset + 8, offset + macOffset),
    compoundMac: bytes.subarray(offset + macOffset, offset + cryptoBindingLength),
  };
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
