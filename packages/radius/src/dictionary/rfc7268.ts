import { attribute, type DictionaryEntry } from "./entry.ts";

/** RFC 7268 section 2: IEEE 802 networks. */
export const rfc7268: readonly DictionaryEntry[] = [
  attribute(174, "Allowed-Called-Station-Id", "text"),
  attribute(175, "EAP-Peer-Id", "octets"),
  attribute(176, "EAP-Server-Id", "octets"),
  attribute(177, "Mobility-Domain-Id", "integer"),
  attribute(178, "Preauth-Timeout", "integer"),
  attribute(179, "Network-Id-Name", "octets"),
  attribute(180, "EAPoL-Announcement", "concat"),
  attribute(181, "WLAN-HESSID", "text"),
  attribute(182, "WLAN-Venue-Info", "integer"),
  attribute(183, "WLAN-Venue-Language", "octets"),
  attribute(184, "WLAN-Venue-Name", "text"),
  attribute(185, "WLAN-Reason-Code", "integer"),
  attribute(186, "WLAN-Pairwise-Cipher", "integer"),
  attribute(187, "WLAN-Group-Cipher", "integer"),
  attribute(188, "WLAN-AKM-Suite", "integer"),
  attribute(189, "WLAN-Group-Mgmt-Cipher", "integer"),
  attribute(190, "WLAN-RF-Band", "integer"),
];
