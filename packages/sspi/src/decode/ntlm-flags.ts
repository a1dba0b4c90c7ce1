import * as known from "../packages/ntlm/wire/negotiate-flags.ts";

/** The names of the flags that are set, and the bits that have none. */
export function flagNames(flags: number): string {
  const names = Object.entries(known)
    .filter(([, bit]) => (flags & bit) !== 0)
    .toSorted(([, bit], [, other]) => bit - other)
    .map(([name]) => name.replace(/^NTLM(?:SSP)?_(?:NEGOTIATE_)?/, ""));
  const rest = Object.values(known).reduce((left, bit) => left & ~bit, flags) >>> 0;
  if (rest !== 0) names.push(`0x${rest.toString(16)}`);
  return names.length === 0 ? "none" : names.join(" ");
}

/** Eight hexadecimal digits. */
export function flagsInHex(flags: number): string {
  return `0x${flags.toString(16).padStart(8, "0")}`;
}
