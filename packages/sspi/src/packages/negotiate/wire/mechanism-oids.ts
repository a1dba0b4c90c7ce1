/** SPNEGO itself (RFC 4178 section 3.1). */
export const oidSpnego = "1.3.6.1.5.5.2";
/** NTLM ([MS-NLMP] section 1.9). */
export const oidNtlm = "1.3.6.1.4.1.311.2.2.10";
/** Kerberos (RFC 4121 section 1). */
export const oidKerberos = "1.2.840.113554.1.2.2";
/** Kerberos as Windows names it too: one bit was lost in Windows 2000 ([MS-SPNG] section 3.1.5.2). */
export const oidMicrosoftKerberos = "1.2.840.48018.1.2.2";
/** NegoEx ([MS-NEGOEX] section 1.9), which is skipped (SPN-11). */
const oidNegoEx = "1.3.6.1.4.1.311.2.2.30";

const names: ReadonlyMap<string, string> = new Map([
  [oidSpnego, "SPNEGO"],
  [oidNtlm, "NTLM"],
  [oidKerberos, "Kerberos"],
  [oidMicrosoftKerberos, "Kerberos (Microsoft)"],
  [oidNegoEx, "NegoEx"],
  ["1.2.840.113554.1.2.2.3", "Kerberos user-to-user"],
  ["1.3.6.1.5.2.5", "IAKERB"],
  ["1.3.5.1.5.2", "Kerberos (draft)"],
]);

/** What people call a mechanism; undefined for one that is not known here. */
export function mechanismName(oid: string): string | undefined {
  return names.get(oid);
}
