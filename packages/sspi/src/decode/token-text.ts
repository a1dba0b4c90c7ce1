import { TokenError } from "./token-error.ts";

/** No token of any package comes near it. */
const maximumLength = 1_048_576;
const header = /^\s*(?:[<>*]\s*)?(?:(?:proxy-)?authorization|(?:www|proxy)-authenticate)\s*:\s*/i;
const scheme = /^\s*(?:negotiate|ntlm|kerberos)(?=\s|$)\s*/i;

/**
 * The bytes of a token in text: base64 (either alphabet, padding or not), hexadecimal, or a line of HTTP with such a token.
 *
 * @throws {TokenError} with the offset in characters
 */
export function tokenBytes(text: string): Uint8Array<ArrayBuffer> {
  if (text.length > maximumLength) {
    throw new TokenError("too-long", maximumLength, "character", "no token is that long");
  }
  const start = skipped(text, 0, header);
  const at = skipped(text, start, scheme);
  const digits = [...symbols(text, at)];
  if (digits.length === 0) {
    const why = at > 0 ? "the header names a scheme and has no token" : "there is nothing to decode";
    throw new TokenError("no-token", text.length, "character", why);
  }
  return isHex(digits) ? fromHex(digits) : fromBase64(digits, text.length);
}

/** The tokens in a text of lines: each line of HTTP that has one, or the whole text as one token. */
export function tokensIn(text: string): readonly string[] {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => header.test(line) && scheme.test(line.replace(header, "")));
  const withToken = lines.filter((line) => line.replace(header, "").replace(scheme, "").trim() !== "");
  if (withToken.length > 0) return withToken;
  return lines.length > 0 ? lines.slice(0, 1) : [text];
}

interface Symbol {
  readonly character: string;
  readonly at: number;
}

function skipped(text: string, from: number, pattern: RegExp): number {
  return from + (pattern.exec(text.slice(from))?.[0].length ?? 0);
}

/** Everything but white space, which mail and terminals put between. */
function* symbols(text: string, from: number): Generator<Symbol> {
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (!/\s/.test(character)) yield { character, at };
  }
}

/** `0x` in front and colons between are usual. No token in base64 is made of these characters alone. */
function isHex(digits: readonly Symbol[]): boolean {
  const rest = digits[1]?.character.toLowerCase() === "x" ? digits.slice(2) : digits;
  return rest.every(({ character }) => /[0-9a-f:]/i.test(character));
}

function fromHex(digits: readonly Symbol[]): Uint8Array<ArrayBuffer> {
  const rest = (digits[1]?.character.toLowerCase() === "x" ? digits.slice(2) : digits).filter(
    ({ character }) => character !== ":",
  );
  if (rest.length === 0 || rest.length % 2 !== 0) {
    const at = (rest.at(-1)?.at ?? 0) + 1;
    throw new TokenError("bad-text-length", at, "character", "hexadecimal has two digits a byte");
  }
  return Uint8Array.from({ length: rest.length / 2 }, (_, index) =>
    Number.parseInt(`${rest[2 * index]?.character}${rest[2 * index + 1]?.character}`, 16),
  );
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values: ReadonlyMap<string, number> = new Map([
  ...Array.from(alphabet, (character, value) => [character, value] as const),
  ["-", 62],
  ["_", 63],
]);

function fromBase64(digits: readonly Symbol[], end: number): Uint8Array<ArrayBuffer> {
  const padding = digits.findIndex(({ character }) => character === "=");
  const body = padding < 0 ? digits : digits.slice(0, padding);
  const misplaced = digits.slice(body.length).find(({ character }, index) => character !== "=" || index > 1);
  const wrong = body.find(({ character }) => !values.has(character)) ?? misplaced;
  if (wrong !== undefined) {
    const shown = JSON.stringify(wrong.character);
    throw new TokenError(
      "bad-character",
      wrong.at,
      "character",
      `${shown} is neither base64 nor hexadecimal here`,
    );
  }
  if (body.length % 4 === 1) {
    throw new TokenError(
      "bad-text-length",
      end,
      "character",
      "base64 ends within a byte; is the text cut off?",
    );
  }
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const { character } of body) {
    bits = ((bits << 6) | (values.get(character) ?? 0)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = bits >>> count;
  }
  return bytes;
}
