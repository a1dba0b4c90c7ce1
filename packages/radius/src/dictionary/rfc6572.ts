import { attribute, type DictionaryEntry } from "./entry.ts";

/** Mobile IPv6: RFC 5447 section 4, RFC 6572 section 4. */
export const rfc6572: readonly DictionaryEntry[] = [
  attribute(124, "MIP6-Feature-Vector", "integer64"),
  attribute(125, "MIP6-Home-Link-Prefix", "ipv6prefix"),
  attribute(145, "Mobile-Node-Identifier", "octets"),
  attribute(146, "Service-Selection", "text"),
  attribute(147, "PMIP6-Home-LMA-IPv6-Address", "ipv6"),
  attribute(148, "PMIP6-Visited-LMA-IPv6-Address", "ipv6"),
  attribute(149, "PMIP6-Home-LMA-IPv4-Address", "ipv4"),
  attribute(150, "PMIP6-Visited-LMA-IPv4-Address", "ipv4"),
  attribute(151, "PMIP6-Home-HN-Prefix", "ipv6prefix"),
  attribute(152, "PMIP6-Visited-HN-Prefix", "ipv6prefix"),
  attribute(153, "PMIP6-Home-Interface-ID", "interface-id"),
  attribute(154, "PMIP6-Visited-Interface-ID", "interface-id"),
  attribute(155, "PMIP6-Home-IPv4-HoA", "ipv4prefix"),
  attribute(156, "PMIP6-Visited-IPv4-HoA", "ipv4prefix"),
  attribute(157, "PMIP6-Home-DHCP4-Server-Address", "ipv4"),
  attribute(158, "PMIP6-Visited-DHCP4-Server-Address", "ipv4"),
  attribute(159, "PMIP6-Home-DHCP6-Server-Address", "ipv6"),
  attribute(160, "PMIP6-Visited-DHCP6-Server-Address", "ipv6"),
  attribute(161, "PMIP6-Home-IPv4-Gateway", "ipv4"),
  attribute(162, "PMIP6-Visited-IPv4-Gateway", "ipv4"),
];
