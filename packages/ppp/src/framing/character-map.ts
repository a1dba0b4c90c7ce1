/** The flag that begins and ends a frame (RFC 1662 section 4.1). */
export const flagOctet = 0x7e;
/** The escape before an octet that is sent with its sixth bit turned (RFC 1662 section 4.2). */
export const escapeOctet = 0x7d;
/** What an escaped octet is combined with. */
export const escapeBit = 0x20;
/** All 32 control characters are escaped: the map until LCP has agreed on another one (RFC 1662 section 7.1). */
export const defaultCharacterMap = 0xffffffff;

/**
 * Which octets are escaped under an async control character map: 1 in the places of those octets, 0 elsewhere. Tables
 * of a map are made once; the last sixteen are kept.
 *
 * @param map bit 0 for the octet 0, bit 31 for the octet 31
 */
export function escapeTable(map: number): Uint8Array {
  const known = tables.get(map >>> 0);
  if (known !== undefined) return known;
  const table = new Uint8Array(256);
  for (let octet = 0; octet < 32; octet += 1) table[octet] = (map >>> octet) & 1;
  table[flagOctet] = 1;
  table[escapeOctet] = 1;
  if (tables.size >= mostTables) {
    for (const oldest of tables.keys()) {
      tables.delete(oldest);
      break;
    }
  }
  tables.set(map >>> 0, table);
  return table;
}

const mostTables = 16;
const tables: Map<number, Uint8Array> = new Map();
