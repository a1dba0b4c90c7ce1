import { attribute, type DictionaryEntry, single } from "./entry.ts";

/** RFC 5607 section 6: management access to the access server itself. */
export const rfc5607: readonly DictionaryEntry[] = [
  attribute(133, "Framed-Management", "integer", {
    single: true,
    values: { SNMP: 1, "Web-based": 2, NETCONF: 3, FTP: 4, TFTP: 5, SFTP: 6, RCP: 7, SCP: 8 },
  }),
  attribute(134, "Management-Transport-Protection", "integer", {
    single: true,
    values: { "No-Protection": 1, "Integrity-Protection": 2, "Integrity-Confidentiality-Protection": 3 },
  }),
  attribute(135, "Management-Policy-Id", "text", single),
  attribute(136, "Management-Privilege-Level", "integer", single),
];
