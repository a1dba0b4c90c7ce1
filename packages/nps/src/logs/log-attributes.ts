import { type RadiusDataType, standardDictionary } from "@sallyport/radius";
import type { LogValueType } from "./log-row.ts";

/**
 * Attribute numbers of the log formats that this package reads or writes by name (NPS-96). What the documentation does
 * not number is numbered as public log parsers have it.
 */
export const LogAttributeId = {
  ClientIpAddress: 4108,
  ClientVendor: 4116,
  AuthenticationType: 4127,
  ClientFriendlyName: 4128,
  SamAccountName: 4129,
  QualifiedName: 4130,
  EapFriendlyName: 4132,
  PacketType: 4136,
  ReasonCode: 4142,
  NetworkPolicyName: 4149,
  ProxyPolicyName: 4154,
  ProviderType: 4155,
  ProviderName: 4156,
  RemoteServerAddress: 4157,
} as const;

/** What is known of an attribute of the logs. */
export interface LogAttributeKind {
  readonly id: number;
  readonly name: string;
  /** The element of DTS XML, where it is spelt otherwise. */
  readonly dtsName: string;
  readonly type: LogValueType;
  /** A password, key or State: never written, and `***` where a file has it (NPS-88, NPS-96). */
  readonly secret: boolean;
}

/** The kind of a number; what has no name is `Attr-200`, and its value is text. */
export function logAttributeKind(id: number): LogAttributeKind {
  return kinds().byId.get(id) ?? kind(id, `Attr-${id}`, "text");
}

/** The kind of a name as it stands in a file; undefined for names that nobody has told. */
export function logAttributeKindOfName(name: string): LogAttributeKind | undefined {
  return kinds().byExactName.get(name) ?? kinds().byId.get(logAttributeId(name));
}

/** The number of a name in any spelling of the three formats or the RFCs, whatever its case; 0 where there is none. */
export function logAttributeId(name: string): number {
  const { byExactName, lowerCase } = kinds();
  return byExactName.get(name)?.id ?? lowerCase.get(name.toLowerCase()) ?? unnamed(name);
}

/** Every name under which an attribute is known, for suggestions. */
export function logAttributeNames(): string[] {
  return [...kinds().byId.values()].map(({ name }) => name);
}

/** Table N-12 from column 5 on; the first four are ComputerName, ServiceName, Record-Date and Record-Time. */
export const odbcColumns: readonly (readonly [id: number, name: string])[] = [
  [4136, "Packet-Type"],
  [1, "User-Name"],
  [4130, "Fully-Qualified-Distinguished-Name"],
  [30, "Called-Station-ID"],
  [31, "Calling-Station-ID"],
  [19, "Callback-Number"],
  [8, "Framed-IP-Address"],
  [32, "NAS-Identifier"],
  [4, "NAS-IP-Address"],
  [5, "NAS-Port"],
  [4116, "Client-Vendor"],
  [4108, "Client-IP-Address"],
  [4128, "Client-Friendly-Name"],
  [55, "Event-Timestamp"],
  [62, "Port-Limit"],
  [61, "NAS-Port-Type"],
  [77, "Connect-Info"],
  [7, "Framed-Protocol"],
  [6, "Service-Type"],
  [4127, "Authentication-Type"],
  [4149, "Policy-Name"],
  [4142, "Reason-Code"],
  [25, "Class"],
  [27, "Session-Timeout"],
  [28, "Idle-Timeout"],
  [29, "Termination-Action"],
  [4132, "EAP-Friendly-Name"],
  [40, "Acct-Status-Type"],
  [41, "Acct-Delay-Time"],
  [42, "Acct-Input-Octets"],
  [43, "Acct-Output-Octets"],
  [44, "Acct-Session-Id"],
  [45, "Acct-Authentic"],
  [46, "Acct-Session-Time"],
  [47, "Acct-Input-Packets"],
  [48, "Acct-Output-Packets"],
  [49, "Acct-Terminate-Cause"],
  [50, "Acct-Multi-Ssn-ID"],
  [51, "Acct-Link-Count"],
  [85, "Acct-Interim-Interval"],
  [64, "Tunnel-Type"],
  [65, "Tunnel-Medium-Type"],
  [66, "Tunnel-Client-Endpt"],
  [67, "Tunnel-Server-Endpt"],
  [68, "Acct-Tunnel-Conn"],
  [81, "Tunnel-Pvt-Group-ID"],
  [82, "Tunnel-Assignment-ID"],
  [83, "Tunnel-Preference"],
  [4134, "MS-Acct-Auth-Type"],
  [4135, "MS-Acct-EAP-Type"],
  [4148, "MS-RAS-Version"],
  [4147, "MS-RAS-Vendor"],
  [4121, "MS-CHAP-Error"],
  [4120, "MS-CHAP-Domain"],
  [-90, "MS-MPPE-Encryption-Types"],
  [-89, "MS-MPPE-Encryption-Policy"],
  [4154, "Proxy-Policy-Name"],
  [4155, "Provider-Type"],
  [4156, "Provider-Name"],
  [4157, "Remote-Server-Address"],
  [4159, "MS-RAS-Client-Name"],
  [4160, "MS-RAS-Client-Version"],
];

/** Numbers above 255, and the two below 0, are NPS's own (NPS-96). */
const own: readonly (readonly [id: number, name: string, type: LogValueType])[] = [
  [4108, "Client-IP-Address", "address"],
  [4116, "Client-Vendor", "integer"],
  [4120, "MS-CHAP-Domain", "text"],
  [4121, "MS-CHAP-Error", "text"],
  [4127, "Authentication-Type", "integer"],
  [4128, "Client-Friendly-Name", "text"],
  [4129, "SAM-Account-Name", "text"],
  [4130, "Fully-Qualified-User-Name", "text"],
  [4132, "EAP-Friendly-Name", "text"],
  [4134, "MS-Acct-Auth-Type", "integer"],
  [4135, "MS-Acct-EAP-Type", "integer"],
  [4136, "Packet-Type", "integer"],
  [4142, "Reason-Code", "integer"],
  [4147, "MS-RAS-Vendor", "integer"],
  [4148, "MS-RAS-Version", "text"],
  [4149, "NP-Policy-Name", "text"],
  [4154, "Proxy-Policy-Name", "text"],
  [4155, "Provider-Type", "integer"],
  [4156, "Provider-Name", "text"],
  [4157, "Remote-Server-Address", "address"],
  [4159, "MS-RAS-Client-Name", "text"],
  [4160, "MS-RAS-Client-Version", "text"],
  [4162, "Extension-State", "octets"],
  [8102, "EAP-TLV", "octets"],
  [8103, "Reject-Reason-Code", "integer"],
  [8107, "Clear-Text-Password", "text"],
  [8111, "MS-Quarantine-State", "integer"],
  [8136, "Quarantine-Update-Non-Compliant", "integer"],
  [-90, "MS-MPPE-Encryption-Types", "integer"],
  [-89, "MS-MPPE-Encryption-Policy", "integer"],
];

/** Elements of DTS XML that are not spelt like the attribute; that of 4130 lacks a letter in the files of every version. */
const dtsNames: ReadonlyMap<number, string> = new Map([
  [50, "Acct-Multi-Ssn-ID"],
  [66, "Tunnel-Client-Endpt"],
  [67, "Tunnel-Server-Endpt"],
  [68, "Acct-Tunnel-Conn"],
  [81, "Tunnel-Pvt-Group-ID"],
  [4130, "Fully-Qualifed-User-Name"],
]);

/** User-Password, CHAP-Password, State, CHAP-Challenge, Tunnel-Password, extension state, clear password. */
const secrets: ReadonlySet<number> = new Set([2, 3, 24, 60, 69, 4162, 8107]);

function kind(id: number, name: string, type: LogValueType): LogAttributeKind {
  return { id, name, dtsName: dtsNames.get(id) ?? name, type, secret: secrets.has(id) };
}

interface Kinds {
  readonly byId: ReadonlyMap<number, LogAttributeKind>;
  readonly byExactName: ReadonlyMap<string, LogAttributeKind>;
  readonly lowerCase: ReadonlyMap<string, number>;
}

let made: Kinds | undefined;

function kinds(): Kinds {
  made ??= makeKinds();
  return made;
}

function makeKinds(): Kinds {
  const byId = new Map<number, LogAttributeKind>();
  const byExactName = new Map<string, LogAttributeKind>();
  const add = (id: number, name: string): void => {
    const known = byId.get(id);
    if (known !== undefined && !byExactName.has(name)) byExactName.set(name, known);
  };
  for (let id = 1; id < 256; id += 1) {
    const entry = standardDictionary.byType(id);
    if (entry === undefined) continue;
    byId.set(id, kind(id, entry.name, valueTypes[entry.dataType]));
    add(id, entry.name);
  }
  for (const [id, name, type] of own) {
    byId.set(id, kind(id, name, type));
    add(id, name);
  }
  for (const [id, name] of dtsNames) add(id, name);
  for (const [id, name] of odbcColumns) add(id, name);
  const lowerCase = new Map([...byExactName].reverse().map(([name, { id }]) => [name.toLowerCase(), id]));
  return { byId, byExactName, lowerCase };
}

function unnamed(name: string): number {
  const match = /^Attr-(-?\d{1,9})$/.exec(name);
  return match === null ? 0 : Number(match[1]);
}

const valueTypes: Readonly<Record<RadiusDataType, LogValueType>> = {
  text: "text",
  octets: "octets",
  concat: "octets",
  ipv4: "address",
  ipv6: "address",
  ipv4prefix: "text",
  ipv6prefix: "text",
  "interface-id": "text",
  integer: "integer",
  integer64: "integer",
  time: "time",
  "vendor-specific": "octets",
};
