/** The sixteen octets of an IPv6 address in text form (RFC 4291 section 2.2), without a zone. */
export function ipv6Octets(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(16);
  const [head = "", tail] = (text.split("%")[0] ?? "").split("::");
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  left.forEach((group, index) => {
    octets[index * 2] = group >> 8;
    octets[index * 2 + 1] = group & 255;
  });
  right.forEach((group, index) => {
    const at = 16 - (right.length - index) * 2;
    octets[at] = group >> 8;
    octets[at + 1] = group & 255;
  });
  return octets;
}

function groups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
