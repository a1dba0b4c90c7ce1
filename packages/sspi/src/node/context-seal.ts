import { createCipheriv, createDecipheriv } from "node:crypto";
import { hostname } from "node:os";
import { sha1 } from "@sallyport/crypto";

const tagLength = 16;

/** AES-256-GCM: the ciphertext with its tag behind it. */
export function sealState(
  key: Uint8Array,
  nonce: Uint8Array,
  header: Uint8Array,
  state: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
  cipher.setAAD(header, { plaintextLength: state.length });
  const sealed = new Uint8Array(state.length + tagLength);
  sealed.set(cipher.update(state));
  cipher.final();
  sealed.set(cipher.getAuthTag(), state.length);
  return sealed;
}

/** Opens what {@link sealState} sealed; undefined when a single bit of it is another, or the key is. */
export function openState(
  key: Uint8Array,
  nonce: Uint8Array,
  header: Uint8Array,
  sealed: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  const end = sealed.length - tagLength;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
  decipher.setAAD(header, { plaintextLength: end });
  decipher.setAuthTag(sealed.subarray(end));
  const state = new Uint8Array(decipher.update(sealed.subarray(0, end)));
  try {
    decipher.final(); // compares the tag in constant time
    return state;
  } catch {
    state.fill(0);
    return undefined;
  }
}

/** What tells this machine from others: 16 bytes of its name. */
export function machineMark(name: string = hostname()): Uint8Array<ArrayBuffer> {
  return sha1(new TextEncoder().encode(name)).slice(0, 16);
}
