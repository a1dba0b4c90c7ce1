import { checkLength } from "./check-length.ts";
import { md4 } from "./md4.ts";
import { sha1Prefix, sha1PrefixOfBlocks } from "./sha1.ts";

/** Two keys of 16 bytes each, from the authenticator's point of view: the peer sends with what this side receives with. */
export interface MppeKeys {
  /** MS-MPPE-Send-Key (RFC 2548 section 2.4.2). */
  readonly send: Uint8Array<ArrayBuffer>;
  /** MS-MPPE-Recv-Key (RFC 2548 section 2.4.3). */
  readonly receive: Uint8Array<ArrayBuffer>;
}

/**
 * The keys for MPPE, or for the link that asked, that come out of MS-CHAPv2 (RFC 3079 section 3.3, for 128 bits:
 * `GetMasterKey`, then `GetAsymmetricStartKey` for both directions).
 *
 * @param hash the NT hash of the password, 16 bytes
 * @param ntResponse what the peer answered, 24 bytes
 * @throws {RangeError} when one of them has another length
 *
 * @example
 * ```ts
 * import { mppeKeys, ntHash } from "@sallyport/crypto";
 *
 * const { send, receive } = mppeKeys(ntHash("wonderland"), new Uint8Array(24));
 * ```
 */
export function mppeKeys(hash: Uint8Array, ntResponse: Uint8Array): MppeKeys {
  checkLength("hash", hash, 16);
  checkLength("ntResponse", ntResponse, 24);
  const masterKey = sha1Prefix(16, [md4(hash), ntResponse, magic1]);
  const keys = { send: startKey(masterKey, serverSends), receive: startKey(masterKey, clientSends) };
  masterKey.fill(0);
  return keys;
}

/** `GetAsymmetricStartKey` (RFC 3079 section 3.4): SHA-1 of the master key and what `message` holds behind it. */
function startKey(masterKey: Uint8Array, message: Message): Uint8Array<ArrayBuffer> {
  message.bytes.set(masterKey);
  const key = sha1PrefixOfBlocks(16, message.blocks);
  message.bytes.fill(0, 0, masterKeyLength);
  return key;
}

const masterKeyLength = 16;

/** Whole blocks for SHA-1, with room for a master key at the start. */
interface Message {
  readonly bytes: Uint8Array;
  readonly blocks: readonly DataView[];
}

const encoder = new TextEncoder();
const magic1: Uint8Array = encoder.encode("This is the MPPE Master Key");
const clientSends: Message = prepared(
  "On the client side, this is the send key; on the server side, it is the receive key.",
);
const serverSends: Message = prepared(
  "On the client side, this is the receive key; on the server side, it is the send key.",
);

/** Master key, SHSpad1, the magic constant, SHSpad2 (RFC 3079 section 3.4); then what ends a message (RFC 3174 section 4). */
function prepared(magic: string): Message {
  const pad1 = masterKeyLength;
  const text = pad1 + 40;
  const pad2 = text + magic.length;
  const end = pad2 + 40;
  const bytes = new Uint8Array(192);
  bytes.set(encoder.encode(magic), text);
  bytes.fill(0xf2, pad2, end);
  bytes[end] = 0x80;
  new DataView(bytes.buffer).setUint32(bytes.length - 4, 8 * end);
  return { bytes, blocks: [0, 64, 128].map((offset) => new DataView(bytes.buffer, offset, 64)) };
}
