import type { RasAuthAttribute } from "../contract/auth-attribute.ts";

/** A copy of octets that is lent to a module for one call, noted in `lent` (EAP-10). */
export function lentCopy(bytes: Uint8Array, lent: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  lent.push(copy);
  return copy;
}

/** Attributes whose octets are lent. */
export function lendAttributes(
  attributes: readonly RasAuthAttribute[],
  lent: Uint8Array[],
): readonly RasAuthAttribute[] {
  return attributes.map((attribute) =>
    typeof attribute.value === "number"
      ? attribute
      : { ...attribute, value: lentCopy(attribute.value, lent) },
  );
}

/** The call is over: whoever kept what was lent finds nothing of use. */
export function overwriteLent(lent: readonly Uint8Array[]): void {
  for (const bytes of lent) bytes.fill(0xdd);
}
