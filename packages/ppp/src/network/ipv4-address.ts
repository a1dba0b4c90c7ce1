/**
 * The number that an IPv4 address in dotted decimal stands for: 0 to 4 294 967 295.
 *
 * @throws {RangeError} for text that is no address
 *
 * @example
 * ```ts
 * import { parseIpv4, formatIpv4 } from "@sallyport/ppp";
 *
 * formatIpv4(parseIpv4("10.0.0.1") + 1); // "10.0.0.2"
 * ```
 */
export function parseIpv4(text: string): number {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  let address = 0;
  for (let part = 1; part <= 4; part += 1) {
    const octet = Number(parts?.[part] ?? Number.NaN);
    if (!(octet <= 255)) throw new RangeError(`${text} is no IPv4 address`);
    address = address * 256 + octet;
  }
  return address;
}

/** An IPv4 address in dotted decimal; the number's low 32 bits count. */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}
