import { type DictionaryEntry, type EntryDetails, type RadiusDataType, vendorAttribute } from "./entry.ts";

const microsoftVendor = 311;
const secret: EntryDetails = { secret: true };

const microsoft = (
  type: number,
  name: string,
  dataType: RadiusDataType,
  details?: EntryDetails,
): DictionaryEntry => vendorAttribute(microsoftVendor, type, name, dataType, details);

/** RFC 2548 section 2, all of it. */
export const rfc2548: readonly DictionaryEntry[] = [
  microsoft(1, "MS-CHAP-Response", "octets", secret),
  microsoft(2, "MS-CHAP-Error", "octets"),
  microsoft(3, "MS-CHAP-CPW-1", "octets", secret),
  microsoft(4, "MS-CHAP-CPW-2", "octets", secret),
  microsoft(5, "MS-CHAP-LM-Enc-PW", "octets", secret),
  microsoft(6, "MS-CHAP-NT-Enc-PW", "octets", secret),
  microsoft(7, "MS-MPPE-Encryption-Policy", "integer", {
    values: { "Encryption-Allowed": 1, "Encryption-Required": 2 },
  }),
  // A bit mask: 2 is 40-bit RC4, 4 is 128-bit RC4.
  microsoft(8, "MS-MPPE-Encryption-Types", "integer"),
  microsoft(9, "MS-RAS-Vendor", "integer"),
  microsoft(10, "MS-CHAP-Domain", "octets"),
  microsoft(11, "MS-CHAP-Challenge", "octets", secret),
  microsoft(12, "MS-CHAP-MPPE-Keys", "octets", { secret: true, encryption: "user-password" }),
  microsoft(13, "MS-BAP-Usage", "integer", { values: { "Not-Allowed": 0, Allowed: 1, Required: 2 } }),
  microsoft(14, "MS-Link-Utilization-Threshold", "integer"),
  microsoft(15, "MS-Link-Drop-Time-Limit", "integer"),
  microsoft(16, "MS-MPPE-Send-Key", "octets", { secret: true, encryption: "tunnel-password" }),
  microsoft(17, "MS-MPPE-Recv-Key", "octets", { secret: true, encryption: "tunnel-password" }),
  microsoft(18, "MS-RAS-Version", "text"),
  microsoft(19, "MS-Old-ARAP-Password", "octets", secret),
  microsoft(20, "MS-New-ARAP-Password", "octets", secret),
  microsoft(21, "MS-ARAP-Password-Change-Reason", "integer", {
    values: {
      "Just-Change-Password": 1,
      "Expired-Password": 2,
      "Admin-Requires-Password-Change": 3,
      "Password-Too-Short": 4,
    },
  }),
  microsoft(22, "MS-Filter", "octets"),
  microsoft(23, "MS-Acct-Auth-Type", "integer", {
    values: { PAP: 1, CHAP: 2, "MS-CHAP-1": 3, "MS-CHAP-2": 4, EAP: 5 },
  }),
  microsoft(24, "MS-Acct-EAP-Type", "integer", {
    values: { MD5: 4, OTP: 5, "Generic-Token-Card": 6, TLS: 13 },
  }),
  microsoft(25, "MS-CHAP2-Response", "octets", secret),
  microsoft(26, "MS-CHAP2-Success", "octets", secret),
  microsoft(27, "MS-CHAP2-CPW", "octets", secret),
  microsoft(28, "MS-Primary-DNS-Server", "ipv4"),
  microsoft(29, "MS-Secondary-DNS-Server", "ipv4"),
  microsoft(30, "MS-Primary-NBNS-Server", "ipv4"),
  microsoft(31, "MS-Secondary-NBNS-Server", "ipv4"),
  microsoft(33, "MS-ARAP-Challenge", "octets", secret),
];
