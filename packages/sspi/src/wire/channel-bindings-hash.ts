import { Md5 } from "@sallyport/crypto";
import type { ChannelBindings } from "./channel-bindings.ts";

/**
 * The MD5 of channel bindings, as NTLM and Kerberos carry it (NTLM-30, KRB-13; RFC 4121 section 4.1.1.2): type and length
 * of both addresses and the length of the application data in 32 bits, little-endian, each followed by its data.
 *
 * @example
 * ```ts
 * import { channelBindingsHash, tlsChannelBindings } from "@sallyport/sspi";
 *
 * const hash = channelBindingsHash(tlsChannelBindings("tls-server-end-point", new Uint8Array(32)));
 * hash.length; // 16
 * ```
 */
export function channelBindingsHash(bindings: ChannelBindings): Uint8Array<ArrayBuffer> {
  const hash = new Md5();
  const word = (value: number): void => {
    hash.update(Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24));
  };
  word(bindings.initiatorType);
  word(bindings.initiator.length);
  hash.update(bindings.initiator);
  word(bindings.acceptorType);
  word(bindings.acceptor.length);
  hash.update(bindings.acceptor);
  word(bindings.applicationData.length);
  return hash.update(bindings.applicationData).digest();
}
