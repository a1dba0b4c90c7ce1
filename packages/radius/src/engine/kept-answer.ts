import type { RawAttribute } from "../wire/packet.ts";
import type { Answer } from "./receiver-types.ts";

/** Code, then attributes: an octet for the type, three for the length, so that what fits into no packet is kept, too. */
const codeLength = 1;
const attributeHeader = 4;

/** How many octets {@link keepAnswer} writes. */
export function keptAnswerLength({ attributes }: Answer): number {
  let length = codeLength;
  for (const { value } of attributes) length += attributeHeader + value.length;
  return length;
}

/**
 * Writes an answer as octets of its own form, for those who keep many: as objects they keep a garbage collector busy.
 * {@link keptAnswer} reads it.
 *
 * @param target has room for {@link keptAnswerLength} octets behind `offset`
 * @returns the offset behind the answer
 */
export function keepAnswer({ code, attributes }: Answer, target: Uint8Array, offset: number): number {
  target[offset] = code;
  let at = offset + codeLength;
  for (const { type, value } of attributes) {
    target[at] = type;
    target[at + 1] = value.length >> 16;
    target[at + 2] = value.length >> 8;
    target[at + 3] = value.length;
    target.set(value, at + attributeHeader);
    at += attributeHeader + value.length;
  }
  return at;
}

/** Reads what {@link keepAnswer} wrote, from its first to its last octet. The values are copies. */
export function keptAnswer(bytes: Uint8Array): Answer {
  const attributes: RawAttribute[] = [];
  for (let at = codeLength; at < bytes.length; ) {
    const [type = 0, high = 0, middle = 0, low = 0] = bytes.subarray(at, at + attributeHeader);
    const start = at + attributeHeader;
    at = start + ((high << 16) | (middle << 8) | low);
    attributes.push({ type, value: bytes.slice(start, at) });
  }
  return { code: bytes[0] ?? 0, attributes };
}
