import { Md5 } from "@sallyport/crypto";
import type { RadiusPacket } from "@sallyport/radius";
import { messageAuthenticatorType, proxyStateType } from "../wire/attribute-types.ts";

const headerLength = 20;

/**
 * What makes two requests the same beside their authenticators and the way they took: the MD5 sum of all attributes but
 * Message-Authenticator and Proxy-State. Who can make two requests of one sum holds the shared secret, and gains an
 * answer that was his own.
 */
export function requestFingerprint(packet: RadiusPacket): Uint8Array<ArrayBuffer> {
  const { bytes, length } = packet;
  hash.reset();
  let from = headerLength;
  for (let offset = headerLength; offset < length; ) {
    const end = offset + (bytes[offset + 1] as number);
    const type = bytes[offset];
    if (type === messageAuthenticatorType || type === proxyStateType) {
      hash.update(bytes, from, offset);
      from = end;
    }
    offset = end;
  }
  hash.update(bytes, from, length);
  const sum = new Uint8Array(16);
  hash.digestInto(sum, 0);
  return sum;
}

const hash: Md5 = new Md5();
