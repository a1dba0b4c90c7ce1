/** How a value is written (RFC 8044 section 3). */
export type RadiusDataType =
  /** UTF-8 text. */
  | "text"
  /** Octets without further structure. */
  | "octets"
  /** Octets that continue in the next attribute of the type where one does not hold them. */
  | "concat"
  /** 4 octets. */
  | "ipv4"
  /** 16 octets. */
  | "ipv6"
  /** Two octets (0 and the prefix length), then the prefix. */
  | "ipv4prefix"
  /** Two octets (0 and the prefix length), then as many octets of the prefix as are needed. */
  | "ipv6prefix"
  /** 8 octets. */
  | "interface-id"
  /** Unsigned, 4 octets. */
  | "integer"
  /** Unsigned, 8 octets. */
  | "integer64"
  /** Seconds since 1970 UTC, unsigned, 4 octets. */
  | "time"
  /** A vendor's number and the vendor's own attributes. */
  | "vendor-specific";

/** What a dictionary knows about one attribute. */
export interface DictionaryEntry {
  /** As the RFC writes it. */
  readonly name: string;
  /** 0 to 255. */
  readonly type: number;
  /** The private enterprise number of the vendor; 0 for the attributes of the RFCs. */
  readonly vendor: number;
  readonly dataType: RadiusDataType;
  /** The value starts with a tag (RFC 2868 section 3): of text and octets when 31 or less, of integers always. */
  readonly tagged?: boolean;
  /** How it is hidden on the wire; `tunnel-password` is the cipher of RFC 2868 section 3.5, behind a tag if tagged. */
  readonly encryption?: "user-password" | "tunnel-password";
  /** The value is a password, a key, or proves one: it is shown as `***`. */
  readonly secret?: boolean;
  /** Names of values. Of several names of one number the first is shown; all are understood. */
  readonly values?: Readonly<Record<string, number>>;
  /** No packet holds more than one (the "0-1" of the RFCs' tables). */
  readonly single?: boolean;
}

/** What an entry says beside its type, name and data type. */
export type EntryDetails = Omit<DictionaryEntry, "name" | "type" | "vendor" | "dataType">;

export function attribute(
  type: number,
  name: string,
  dataType: RadiusDataType,
  details: EntryDetails = {},
): DictionaryEntry {
  return { name, type, vendor: 0, dataType, ...details };
}

export function vendorAttribute(
  vendor: number,
  type: number,
  name: string,
  dataType: RadiusDataType,
  details: EntryDetails = {},
): DictionaryEntry {
  return { name, type, vendor, dataType, ...details };
}

/** The "0-1" rows of the RFCs' tables of attributes. */
export const single: EntryDetails = { single: true };
/** A single attribute whose value logs must not show. */
export const singleSecret: EntryDetails = { single: true, secret: true };
