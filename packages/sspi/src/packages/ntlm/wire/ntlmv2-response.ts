import { type AvPair, decodeAvPairs, encodeAvPairs } from "./av-pairs.ts";
import { NtlmFormatError } from "./ntlm-format-error.ts";
import { readUint32 } from "./payload.ts";

/** The response of NTLMv2 (MS-NLMP section 2.2.2.8): a proof, and the blob that it proves. */
export interface Ntlmv2Response {
  /** 16 bytes. */
  readonly proof: Uint8Array;
  readonly blob: Uint8Array;
  /** Units of 100 ns since 1601; what does not fit into a double is rounded. */
  readonly time: number;
  readonly pairs: readonly AvPair[];
}

const proofLength = 16;
/** Version, reserved bytes, time, challenge of the client, reserved bytes. */
const blobHeaderLength = 28;

/**
 * Reads the response of NTLMv2. The result views `bytes`.
 *
 * @throws {NtlmFormatError} `truncated`, `bad-type`, or what a list of AV pairs can have, with the offset in `bytes`
 */
export function decodeNtlmv2Response(bytes: Uint8Array): Ntlmv2Response {
  const pairsOffset = proofLength + blobHeaderLength;
  if (bytes.length < pairsOffset + 4) throw new NtlmFormatError("truncated", bytes.length);
  if (bytes[proofLength] !== 1 || bytes[proofLength + 1] !== 1) {
    throw new NtlmFormatError("bad-type", proofLength);
  }
  const blob = bytes.subarray(proofLength);
  return {
    proof: bytes.subarray(0, proofLength),
    blob,
    time: readUint32(blob, 8) + readUint32(blob, 12) * 2 ** 32,
    pairs: decodeAvPairs(bytes.subarray(pairsOffset), pairsOffset),
  };
}

/**
 * Writes a response with zeros for its proof: 01 01, six zero bytes, time, challenge of the client, four zero bytes, the AV
 * pairs, four zero bytes (NTLM-20).
 */
export function encodeNtlmv2Response(
  time: Uint8Array,
  clientChallenge: Uint8Array,
  pairs: readonly AvPair[],
): Uint8Array<ArrayBuffer> {
  const list = encodeAvPairs(pairs);
  const bytes = new Uint8Array(proofLength + blobHeaderLength + list.length + 4);
  bytes[proofLength] = 1;
  bytes[proofLength + 1] = 1;
  bytes.set(time, proofLength + 8);
  bytes.set(clientChallenge, proofLength + 16);
  bytes.set(list, proofLength + blobHeaderLength);
  return bytes;
}
