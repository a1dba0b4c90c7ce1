import { constantTimeEqual, sha1 } from "@sallyport/crypto";

/** Says whether a code is right, and takes each code once. */
export interface CodeBook {
  /**
   * @param user as he typed it; case does not count
   * @param now the wall clock, milliseconds since the Unix epoch
   */
  take(user: string, code: string, now: number): boolean;
}

interface Entry {
  readonly secret: Uint8Array;
  /** The newest period whose code was taken: none up to it is taken again (RFC 6238 section 5.2). */
  used: number;
  /** When wrong codes were typed, oldest first. */
  wrong: readonly number[];
}

/** What authenticator apps show by default: six digits for 30 seconds (RFC 6238). */
const digits = 6;
const periodMs = 30_000;
/** So many wrong codes of a user in so long a time, then none is looked at. */
const mostWrong = 5;
const wrongMs = 300_000;
const encoder = new TextEncoder();

/** Makes the book of these secrets. @throws {RangeError} naming the user whose secret is no Base32 of 128 bits or more */
export function codeBook(users: Readonly<Record<string, string>>): CodeBook {
  const entries = new Map<string, Entry>();
  for (const [user, secret] of Object.entries(users)) {
    const octets = base32Octets(secret);
    if (octets === undefined || octets.length < 16) {
      throw new RangeError(`the secret of ${user} must be Base32 of at least 26 characters`);
    }
    entries.set(user.toUpperCase(), { secret: octets, used: -1, wrong: [] });
  }
  return {
    take(user, code, now) {
      const entry = entries.get(user.toUpperCase());
      if (entry === undefined) return false;
      entry.wrong = entry.wrong.filter((at) => now - at < wrongMs);
      if (entry.wrong.length >= mostWrong) return false;
      entry.wrong = [...entry.wrong, now];
      const current = Math.floor(now / periodMs);
      for (const period of [current - 1, current, current + 1]) {
        const right = constantTimeEqual(encoder.encode(codeOf(entry.secret, period)), encoder.encode(code));
        if (!right || period <= entry.used) continue;
        entry.used = period;
        entry.wrong = [];
        return true;
      }
      return false;
    },
  };
}

/** The code of one period: RFC 4226 section 5.3 with the period as its counter. */
function codeOf(secret: Uint8Array, period: number): string {
  const counter = new Uint8Array(8);
  new DataView(counter.buffer).setBigUint64(0, BigInt(Math.max(0, period)));
  const mac = new DataView(hmacSha1(secret, counter).buffer);
  const at = mac.getUint8(mac.byteLength - 1) & 15;
  return String((mac.getUint32(at) & 0x7fffffff) % 10 ** digits).padStart(digits, "0");
}

/** RFC 2104: H(K xor opad, H(K xor ipad, text)). */
function hmacSha1(secret: Uint8Array, text: Uint8Array): Uint8Array<ArrayBuffer> {
  const key = new Uint8Array(64);
  key.set(secret.length > 64 ? sha1(secret) : secret);
  const padded = (pad: number) => key.map((octet) => octet ^ pad);
  return sha1(padded(0x5c), sha1(padded(0x36), text));
}

/** Base32 (RFC 4648 section 6), in either case, with spaces between groups; undefined for anything else. */
function base32Octets(text: string): Uint8Array<ArrayBuffer> | undefined {
  const characters = text.replace(/[\s=-]/g, "").toUpperCase();
  const octets = new Uint8Array(Math.floor((characters.length * 5) / 8));
  let pending = 0;
  let bits = 0;
  let written = 0;
  for (const character of characters) {
    const value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(character);
    if (value < 0) return undefined;
    pending = ((pending << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    octets[written++] = pending >> bits;
  }
  return octets;
}
