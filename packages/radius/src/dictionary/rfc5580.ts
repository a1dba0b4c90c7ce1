import { attribute, type DictionaryEntry } from "./entry.ts";

/** RFC 5580 section 4: where the user is, and who operates the network there. */
export const rfc5580: readonly DictionaryEntry[] = [
  attribute(126, "Operator-Name", "text"),
  attribute(127, "Location-Information", "octets"),
  attribute(128, "Location-Data", "octets"),
  attribute(129, "Basic-Location-Policy-Rules", "octets"),
  attribute(130, "Extended-Location-Policy-Rules", "octets"),
  attribute(131, "Location-Capable", "integer"),
  attribute(132, "Requested-Location-Info", "integer"),
];
