import { createHmac } from "node:crypto";

/** HKDF-Expand-Label (RFC 8446 section 7.1). */
export function expandLabel(
  hash: string,
  secret: Uint8Array,
  label: string,
  length: number,
  context: Uint8Array = new Uint8Array(0),
): Uint8Array<ArrayBuffer> {
  const name = Buffer.from(`tls13 ${label}`, "latin1");
  const info = Buffer.concat([
    Uint8Array.of(length >> 8, length & 255, name.length),
    name,
    Uint8Array.of(context.length),
    context,
  ]);
  return expand(hash, secret, info, length);
}

/** HKDF-Expand (RFC 5869 section 2.3): `hkdfSync` of Node.js extracts first, which is not wanted here. */
export function expand(
  hash: string,
  key: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  let previous: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; counter += 1) {
    previous = createHmac(hash, key).update(previous).update(info).update(Uint8Array.of(counter)).digest();
    out.set(previous.subarray(0, length - at), at);
    at += previous.length;
  }
  return out;
}

/** The pseudorandom function of TLS 1.2 (RFC 5246 section 5). */
export function prf12(
  hash: string,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  length: number,
): Uint8Array<ArrayBuffer> {
  const labelled = Buffer.concat([Buffer.from(label, "latin1"), seed]);
  const out = new Uint8Array(length);
  let a: Uint8Array = labelled;
  for (let at = 0; at < length; ) {
    a = createHmac(hash, secret).update(a).digest();
    const block = createHmac(hash, secret).update(a).update(labelled).digest();
    out.set(block.subarray(0, length - at), at);
    at += block.length;
  }
  return out;
}
