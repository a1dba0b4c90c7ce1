import { attribute, type DictionaryEntry, single } from "./entry.ts";

/** Documents that define a few attributes each, named beside them. */
export const furtherRfcs: readonly DictionaryEntry[] = [
  // RFC 4675 section 2
  attribute(56, "Egress-VLANID", "integer"),
  attribute(57, "Ingress-Filters", "integer", { single: true, values: { Enabled: 1, Disabled: 2 } }),
  attribute(58, "Egress-VLAN-Name", "text"),
  attribute(59, "User-Priority-Table", "octets", single),
  // RFC 4372 section 2.2
  attribute(89, "Chargeable-User-Identity", "octets", single),
  // RFC 4849 section 2
  attribute(92, "NAS-Filter-Rule", "text"),
  // RFC 7155 section 4.2.5
  attribute(94, "Originating-Line-Info", "octets", single),
  // RFC 4072 section 4.1.4
  attribute(102, "EAP-Key-Name", "octets", single),
  // RFC 5904 section 3
  attribute(137, "PKM-SS-Cert", "concat"),
  attribute(138, "PKM-CA-Cert", "concat"),
  attribute(139, "PKM-Config-Settings", "octets"),
  attribute(140, "PKM-Cryptosuite-List", "octets"),
  attribute(141, "PKM-SAID", "octets"),
  attribute(142, "PKM-SA-Descriptor", "octets"),
  attribute(143, "PKM-Auth-Key", "octets", { secret: true }),
  // RFC 6677 section 7
  attribute(163, "EAP-Lower-Layer", "integer"),
  // RFC 7055 section 3
  attribute(164, "GSS-Acceptor-Service-Name", "text"),
  attribute(165, "GSS-Acceptor-Host-Name", "text"),
  attribute(166, "GSS-Acceptor-Service-Specifics", "text"),
  attribute(167, "GSS-Acceptor-Realm-Name", "text"),
  // RFC 6929 section 3: the second octet of these is an extended type
  attribute(241, "Extended-Attribute-1", "octets"),
  attribute(242, "Extended-Attribute-2", "octets"),
  attribute(243, "Extended-Attribute-3", "octets"),
  attribute(244, "Extended-Attribute-4", "octets"),
  attribute(245, "Extended-Attribute-5", "octets"),
  attribute(246, "Extended-Attribute-6", "octets"),
];
