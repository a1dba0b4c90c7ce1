/** An object identifier in dotted form (X.690 section 8.19); empty for what is none. */
export function objectIdentifier(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const [index, octet] of content.entries()) {
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER || (octet >= 0x80 && index === content.length - 1)) return "";
    if (octet >= 0x80) continue;
    // The first two arcs share a number.
    const top = Math.min(2, Math.floor(arc / 40));
    arcs.push(...(arcs.length === 0 ? [top, arc - 40 * top] : [arc]));
    arc = 0;
  }
  return arcs.join(".");
}
