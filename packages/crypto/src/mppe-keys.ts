import { checkLength } from "./check-length.ts";
import { md4 } from "./md4.ts";
import { sha1Prefix } from "./sha1.ts";

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
  return {
    send: sha1Prefix(16, [masterKey, serverSends]),
    receive: sha1Prefix(16, [masterKey, clientSends]),
  };
}

const encoder = new TextEncoder();
const magic1: Uint8Array = encoder.encode("This is the MPPE Master Key");
const clientSends: Uint8Array = padded(
  "On the client side, this is the send key; on the server side, it is the receive key.",
);
const serverSends: Uint8Array = padded(
  "On the client side, this is the receive key; on the server side, it is the send key.",
);

/** SHSpad1, the magic constant, SHSpad2 (RFC 3079 section 3.4). */
function padded(magic: string): Uint8Array {
  const bytes = new Uint8Array(40 + magic.length + 40).fill(0xf2).fill(0, 0, 40);
  bytes.set(encoder.encode(magic), 40);
  return bytes;
}
