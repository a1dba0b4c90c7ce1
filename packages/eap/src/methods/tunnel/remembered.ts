import type { RasAuthAttribute } from "../../contract/auth-attribute.ts";
import type { InnerSuccess } from "./phase.ts";

/** What is kept with a session of TLS once its inner method has succeeded: whose it is, and what it may. */
export type Remembered = Pick<InnerSuccess, "identity" | "attributes" | "innerType">;

/** What a session can keep. */
const longest = 4_096;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** As octets; undefined where they would be too many: such a session is not resumed. */
export function encodeRemembered(type: number, remembered: Remembered): Uint8Array<ArrayBuffer> | undefined {
  const { identity, attributes, innerType } = remembered;
  const kept = attributes.map(({ type: number, value, length }) => [
    number,
    typeof value === "number" ? value : Array.from(value),
    length ?? 4,
  ]);
  const octets = encoder.encode(JSON.stringify([type, identity, innerType ?? 0, kept]));
  return octets.length > longest ? undefined : octets;
}

/** The counterpart; undefined for what is none, or belongs to another method. */
export function decodeRemembered(type: number, octets: Uint8Array | undefined): Remembered | undefined {
  if (octets === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(octets));
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length !== 4 || value[0] !== type) return undefined;
  const [, identity, innerType, kept]: readonly unknown[] = value;
  if (typeof identity !== "string" || typeof innerType !== "number" || !Array.isArray(kept)) return undefined;
  const attributes = kept.map(attributeOf);
  if (!attributes.every((attribute) => attribute !== undefined)) return undefined;
  return { identity, attributes, innerType: innerType === 0 ? undefined : innerType };
}

function attributeOf(kept: unknown): RasAuthAttribute | undefined {
  if (!Array.isArray(kept)) return undefined;
  const [type, value, length]: readonly unknown[] = kept;
  if (typeof type !== "number" || (length !== 1 && length !== 2 && length !== 4)) return undefined;
  if (typeof value === "number") return { type, value, length };
  return Array.isArray(value) ? { type, value: Uint8Array.from(value) } : undefined;
}
