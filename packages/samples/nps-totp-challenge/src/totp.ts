/** A secret as WebCrypto keeps it: usable, not readable. Its type is the platform's `CryptoKey`, where that is known. */
export type TotpKey = typeof globalThis extends {
  crypto: { subtle: { importKey(...parameters: never[]): Promise<infer Key> } };
}
  ? Key
  : never;

/** How codes are made. The defaults of authenticator apps are 6 digits and 30 seconds. */
export interface CodeShape {
  readonly digits: number;
  readonly periodSeconds: number;
}

/**
 * Reads Base32 (RFC 4648 section 6) as authenticator apps show it: in either case, with spaces or hyphens between
 * groups, with or without padding.
 *
 * @throws {RangeError} saying what is wrong and where, without showing the secret
 */
export function base32Octets(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/[\s-]/g, "").replace(/=*$/, "").toUpperCase();
  const octets = new Uint8Array(Math.floor((digits.length * 5) / 8));
  let bits = 0;
  let pending = 0;
  let written = 0;
  for (const [index, digit] of [...digits].entries()) {
    const value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digit);
    if (value < 0) throw new RangeError(`character ${index + 1} is none of A to Z and 2 to 7`);
    pending = ((pending << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    octets[written++] = pending >> bits;
  }
  // Whole octets need 2, 4, 5, 7 or 8 characters, and what is left over is zero.
  if (bits >= 5 || (pending & ((1 << bits) - 1)) !== 0) throw new RangeError("its end is missing or altered");
  return octets;
}

export function totpKey(secret: Uint8Array<ArrayBuffer>): Promise<TotpKey> {
  return crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
}

/** The number of the period that a moment lies in, T of RFC 6238 section 4.2. */
export function timeStep(now: number, periodSeconds: number): number {
  return Math.floor(now / 1000 / periodSeconds);
}

/** The code of one time step: HOTP of RFC 4226 section 5.3. */
export async function codeOf(key: TotpKey, step: number, digits: number): Promise<string> {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(step));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter));
  const offset = mac.getUint8(mac.byteLength - 1) & 15;
  const truncated = mac.getUint32(offset) & 0x7fffffff;
  return String(truncated % 10 ** digits).padStart(digits, "0");
}

/** The steps at most `window` away from `now` whose code this is; the time it takes tells nothing about the code. */
export async function stepsOf(
  key: TotpKey,
  code: string,
  now: number,
  window: number,
  { digits, periodSeconds }: CodeShape,
): Promise<number[]> {
  const current = timeStep(now, periodSeconds);
  const steps = Array.from({ length: 2 * window + 1 }, (_, index) => current - window + index);
  const codes = await Promise.all(steps.filter((step) => step >= 0).map((step) => codeOf(key, step, digits)));
  const first = Math.max(0, current - window);
  return codes.flatMap((expected, index) => (isSameCode(expected, code) ? [first + index] : []));
}

/** Looks at every digit, whether or not an earlier one was wrong. */
function isSameCode(expected: string, code: string): boolean {
  let difference = expected.length ^ code.length;
  for (let index = 0; index < expected.length; index++) {
    difference |= expected.charCodeAt(index) ^ code.charCodeAt(index);
  }
  return difference === 0;
}
