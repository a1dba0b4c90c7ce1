import { attribute, type DictionaryEntry, single } from "./entry.ts";

/** IPv6: RFC 3162 section 2, RFC 4818 section 3, RFC 6519 section 4, RFC 6911 section 3, RFC 6930 section 4. */
export const rfc3162: readonly DictionaryEntry[] = [
  attribute(95, "NAS-IPv6-Address", "ipv6", single),
  attribute(96, "Framed-Interface-Id", "interface-id", single),
  attribute(97, "Framed-IPv6-Prefix", "ipv6prefix"),
  attribute(98, "Login-IPv6-Host", "ipv6"),
  attribute(99, "Framed-IPv6-Route", "text"),
  attribute(100, "Framed-IPv6-Pool", "text", single),
  attribute(123, "Delegated-IPv6-Prefix", "ipv6prefix"),
  attribute(144, "DS-Lite-Tunnel-Name", "text", single),
  attribute(168, "Framed-IPv6-Address", "ipv6"),
  attribute(169, "DNS-Server-IPv6-Address", "ipv6"),
  attribute(170, "Route-IPv6-Information", "ipv6prefix"),
  attribute(171, "Delegated-IPv6-Prefix-Pool", "text"),
  attribute(172, "Stateful-IPv6-Address-Pool", "text"),
  attribute(173, "IPv6-6rd-Configuration", "octets"),
];
