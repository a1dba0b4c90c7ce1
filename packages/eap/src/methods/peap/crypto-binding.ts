import { constantTimeEqual, hmacSha1 } from "@sallyport/crypto";
import type { MppeKeyPair } from "../../contract/mppe-key-attributes.ts";
import type { TunnelKeys } from "../tunnel/phase.ts";
import { type CryptoBinding, encodeCryptoBinding } from "./peap-tlv.ts";

/** The keys with which both sides prove that tunnel and inner method end at the same two parties. */
export interface CompoundKeys {
  /** IPMK, 40 octets: the session keys come from it. */
  readonly intermediate: Uint8Array;
  /** CMK, 20 octets: for the Compound_MAC. */
  readonly mac: Uint8Array;
}

const encoder = new TextEncoder();
const eapTypePeapOctet: Uint8Array = Uint8Array.of(25);

/**
 * The compound keys of a session ([MS-PEAP] section 3.1.5.5.2.2).
 *
 * @param tunnelKey TK: the first 60 octets of the tunnel's key material
 * @param innerKey ISK, 32 octets; undefined after a fast reconnect, where no inner method ran
 */
export function compoundKeys(tunnelKey: Uint8Array, innerKey: Uint8Array | undefined): CompoundKeys {
  const keys =
    innerKey === undefined
      ? tunnelKey
      : prfPlus(tunnelKey.subarray(0, 40), [encoder.encode("Inner Methods Compound Keys"), innerKey], 60);
  return { intermediate: keys.slice(0, 40), mac: keys.slice(40, 60) };
}

/**
 * ISK of the keys of an inner method, both as the authenticator has them; 32 octets of 0 for a method without keys.
 * `ISK = InnerMPPERecvKey | InnerMPPESendKey` on the server, padded with zeros or cut.
 */
export function innerSessionKey(keys: MppeKeyPair | undefined): Uint8Array<ArrayBuffer> {
  const isk = new Uint8Array(32);
  if (keys === undefined) return isk;
  const { send, receive } = keys;
  isk.set(receive.subarray(0, 32));
  if (receive.length < 32) isk.set(send.subarray(0, 32 - receive.length), receive.length);
  return isk;
}

/** CSK, 128 octets ([MS-PEAP] section 3.1.5.7): the keys of a session whose binding was proven. The label ends with 0. */
export function compoundSessionKeys({ intermediate }: CompoundKeys): TunnelKeys {
  const keys = prfPlus(intermediate, [encoder.encode("Session Key Generating Function\0")], 128);
  return { msk: keys.slice(0, 64), emsk: keys.slice(64) };
}

/** A Cryptobinding TLV with its Compound_MAC: `HMAC-SHA1(CMK, TLV with a MAC of zeros | 25)` ([MS-PEAP] section 3.1.5.5.1). */
export function boundTlv(
  subType: CryptoBinding["subType"],
  nonce: Uint8Array,
  { mac }: CompoundKeys,
): CryptoBinding {
  const binding = { version: 0, receivedVersion: 0, subType, nonce, compoundMac: new Uint8Array(20) };
  return { ...binding, compoundMac: compoundMac(binding, mac) };
}

/** Whether a Cryptobinding TLV is of the kind that is awaited, and its Compound_MAC right. */
export function isBound(
  binding: CryptoBinding,
  subType: CryptoBinding["subType"],
  { mac }: CompoundKeys,
): boolean {
  return binding.subType === subType && constantTimeEqual(compoundMac(binding, mac), binding.compoundMac);
}

function compoundMac(binding: CryptoBinding, key: Uint8Array): Uint8Array<ArrayBuffer> {
  const tlv = encodeCryptoBinding({ ...binding, compoundMac: new Uint8Array(20) });
  return hmacSha1(key, tlv, eapTypePeapOctet);
}

/**
 * `T1 = HMAC-SHA1(K, S | 01 00 00)`, `Tn = HMAC-SHA1(K, Tn-1 | S | n 00 00)`: PRF+ as PEAPv0 has it, after RFC 4306
 * section 2.13.
 */
function prfPlus(key: Uint8Array, seed: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(length);
  let block = new Uint8Array(0);
  for (let offset = 0, round = 1; offset < length; offset += block.length, round += 1) {
    block = hmacSha1(key, block, ...seed, Uint8Array.of(round, 0, 0));
    output.set(block.subarray(0, length - offset), offset);
  }
  return output;
}
