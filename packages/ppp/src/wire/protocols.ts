// Protocol numbers of PPP (IANA "PPP DLL Protocol Numbers").

export const protocolIpv4 = 0x0021;
export const protocolIpv6 = 0x0057;
export const protocolIpcp = 0x8021;
export const protocolIpv6cp = 0x8057;
export const protocolCcp = 0x80fd;
export const protocolLcp = 0xc021;
export const protocolPap = 0xc023;
export const protocolChap = 0xc223;
export const protocolEap = 0xc227;

/** The name by which people know a protocol, or its number in hexadecimal. */
export function protocolName(protocol: number): string {
  return names.get(protocol) ?? `0x${protocol.toString(16).padStart(4, "0")}`;
}

/** Whether packets of the protocol configure one of the network layer (RFC 1661 section 2): 0x8000 to 0xbfff. */
export function isNetworkControlProtocol(protocol: number): boolean {
  return protocol >= 0x8000 && protocol < 0xc000;
}

const names: ReadonlyMap<number, string> = new Map([
  [protocolIpv4, "IP"],
  [0x002d, "VJ compressed TCP"],
  [0x002f, "VJ uncompressed TCP"],
  [protocolIpv6, "IPv6"],
  [0x00fd, "compressed"],
  [0x002b, "IPX"],
  [protocolIpcp, "IPCP"],
  [0x802b, "IPXCP"],
  [0x803f, "NBFCP"],
  [0x8029, "ATCP"],
  [0x8053, "ECP"],
  [protocolIpv6cp, "IPV6CP"],
  [0x80fb, "CCP of one link"],
  [protocolCcp, "CCP"],
  [protocolLcp, "LCP"],
  [protocolPap, "PAP"],
  [0xc025, "LQR"],
  [0xc029, "CBCP"],
  [0xc02b, "BACP"],
  [0xc02d, "BAP"],
  [protocolChap, "CHAP"],
  [protocolEap, "EAP"],
]);
