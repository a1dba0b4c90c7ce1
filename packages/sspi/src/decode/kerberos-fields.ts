import { oidKerberos, oidMicrosoftKerberos } from "../packages/negotiate/wire/mechanism-oids.ts";
import {
  contentOf,
  type DerElement,
  DerTag,
  readChildren,
  readElement,
  readFields,
  readInside,
  readSmallInteger,
} from "../wire/der.ts";
import { DerError } from "../wire/der-error.ts";
import { readOid } from "../wire/object-identifier.ts";
import type { DecodedField } from "./decoded-token.ts";
import { type FieldWriter, quoted } from "./field.ts";

/** A token of Kerberos, as far as it can be read without keys. */
export interface KerberosFields {
  readonly summary: string;
  readonly fields: readonly DecodedField[];
}

const apReq = 0x6e; // [APPLICATION 14]
const apRep = 0x6f; // [APPLICATION 15]
const krbError = 0x7e; // [APPLICATION 30]
const ticketTag = 0x61; // [APPLICATION 1]

/** Whether bytes begin as a message of Kerberos, with or without GSS-API's frame. */
export function isKerberosToken(bytes: Uint8Array, at: number, mechanism: string | undefined): boolean {
  const first = bytes[at];
  return (
    mechanism === oidKerberos ||
    mechanism === oidMicrosoftKerberos ||
    first === apReq ||
    first === apRep ||
    first === krbError
  );
}

/**
 * Takes a token of Kerberos apart (RFC 4121 section 4.1, RFC 4120 section 5): what is encrypted stays a number of bytes.
 *
 * @throws {DerError} with the offset in `bytes`
 */
export function kerberosFields(
  bytes: Uint8Array,
  start: number,
  end: number,
  writer: FieldWriter,
): KerberosFields {
  const outer = readElement(bytes, start, end);
  if (outer.tag !== 0x60) return message(bytes, start, end, writer, []);
  const oid = readElement(bytes, outer.start, outer.end, 1);
  const name = readOid(bytes, oid);
  const frame = [writer.value("thisMech", oid.offset, oid.end - oid.offset, name, "Kerberos")];
  if (oid.end + 2 > outer.end) throw new DerError("truncated", outer.end);
  frame.push(writer.bytes("TOK_ID", oid.end, 2));
  return message(bytes, oid.end + 2, outer.end, writer, frame);
}

function message(
  bytes: Uint8Array,
  start: number,
  end: number,
  writer: FieldWriter,
  frame: readonly DecodedField[],
): KerberosFields {
  const outer = readElement(bytes, start, end);
  if (outer.end !== end) throw new DerError("trailing-data", outer.end);
  const sequence = readInside(bytes, outer, DerTag.sequence);
  const fields = readFields(bytes, sequence);
  const known = { [apReq]: request, [apRep]: reply, [krbError]: failure }[outer.tag];
  if (known === undefined) throw new DerError("unexpected-tag", start);
  const read = known(bytes, fields, writer);
  const name = { [apReq]: "AP-REQ", [apRep]: "AP-REP", [krbError]: "KRB-ERROR" }[outer.tag] ?? "";
  const group = writer.group(name, start, end - start, read.fields);
  return { summary: `Kerberos ${name}${read.summary}`, fields: [...frame, group] };
}

type Fields = ReadonlyMap<number, DerElement>;
type Reader = (bytes: Uint8Array, fields: Fields, writer: FieldWriter) => KerberosFields;

const request: Reader = (bytes, fields, writer) => {
  const options = fields.get(2);
  const ticket = fields.get(3);
  const read: DecodedField[] = [...numbers(bytes, fields, writer)];
  if (options !== undefined) {
    const bits = contentOf(bytes, readInside(bytes, options, DerTag.bitString));
    const names = [
      ((bits[1] ?? 0) & 0x40) === 0 ? [] : ["use-session-key"],
      ((bits[1] ?? 0) & 0x20) === 0 ? [] : ["mutual-required"],
    ];
    const words = names.flat().join(" ") || "none";
    read.push(writer.value("ap-options", options.offset, options.end - options.offset, words));
  }
  let service = "";
  if (ticket !== undefined) {
    const body = readFields(bytes, readInside(bytes, readInside(bytes, ticket, ticketTag), DerTag.sequence));
    service = principal(bytes, body.get(2), body.get(1));
    read.push(
      writer.group("ticket", ticket.offset, ticket.end - ticket.offset, [
        ...named(bytes, body.get(1), "realm", writer, (field) => quoted(text(bytes, field))),
        ...named(bytes, body.get(2), "sname", writer, (field) => quoted(nameOf(bytes, field))),
        ...encrypted(bytes, body.get(3), "enc-part", writer, "encrypted with the key of the service"),
      ]),
    );
  }
  read.push(
    ...encrypted(
      bytes,
      fields.get(4),
      "authenticator",
      writer,
      "encrypted with the session key of the ticket",
    ),
  );
  return { summary: service === "" ? "" : ` for ${quoted(service)}`, fields: read };
};

const reply: Reader = (bytes, fields, writer) => ({
  summary: "",
  fields: [
    ...numbers(bytes, fields, writer),
    ...encrypted(bytes, fields.get(2), "enc-part", writer, "encrypted with the session key of the ticket"),
  ],
});

const failure: Reader = (bytes, fields, writer) => {
  const code = fields.get(6);
  const number = code && readSmallInteger(bytes, readInside(bytes, code, DerTag.integer));
  const quotedText = (field: DerElement): string => quoted(text(bytes, field));
  return {
    summary: number === undefined ? "" : ` ${number}`,
    fields: [
      ...numbers(bytes, fields, writer),
      ...named(bytes, fields.get(4), "stime", writer, quotedText),
      ...named(bytes, code, "error-code", writer, () => `${number}`),
      ...named(bytes, fields.get(9), "realm", writer, quotedText),
      ...named(bytes, fields.get(10), "sname", writer, (field) => quoted(nameOf(bytes, field))),
      ...named(bytes, fields.get(11), "e-text", writer, quotedText),
      ...named(bytes, fields.get(12), "e-data", writer, () => "not decoded"),
    ],
  };
};

function numbers(bytes: Uint8Array, fields: Fields, writer: FieldWriter): readonly DecodedField[] {
  const number = (field: DerElement): string =>
    `${readSmallInteger(bytes, readInside(bytes, field, DerTag.integer))}`;
  return [
    ...named(bytes, fields.get(0), "pvno", writer, number),
    ...named(bytes, fields.get(1), "msg-type", writer, number),
  ];
}

function named(
  _bytes: Uint8Array,
  field: DerElement | undefined,
  name: string,
  writer: FieldWriter,
  value: (field: DerElement) => string,
): readonly DecodedField[] {
  if (field === undefined) return [];
  return [writer.value(name, field.offset, field.end - field.offset, value(field))];
}

const encryptionTypes: ReadonlyMap<number, string> = new Map([
  [1, "des-cbc-crc"],
  [3, "des-cbc-md5"],
  [16, "des3-cbc-sha1"],
  [17, "aes128-cts-hmac-sha1-96"],
  [18, "aes256-cts-hmac-sha1-96"],
  [19, "aes128-cts-hmac-sha256-128"],
  [20, "aes256-cts-hmac-sha384-192"],
  [23, "rc4-hmac"],
]);

/** EncryptedData: the kind and the size, and an honest word. */
function encrypted(
  bytes: Uint8Array,
  field: DerElement | undefined,
  name: string,
  writer: FieldWriter,
  note: string,
): readonly DecodedField[] {
  if (field === undefined) return [];
  const parts = readFields(bytes, readInside(bytes, field, DerTag.sequence));
  const number = (part: DerElement | undefined): number | undefined =>
    part && readSmallInteger(bytes, readInside(bytes, part, DerTag.integer));
  const type = number(parts.get(0)) ?? 0;
  const version = number(parts.get(1));
  const cipher = parts.get(2);
  const size =
    cipher === undefined ? 0 : contentOf(bytes, readInside(bytes, cipher, DerTag.octetString)).length;
  const words = [
    `etype ${type} (${encryptionTypes.get(type) ?? "unknown"})`,
    ...(version === undefined ? [] : [`kvno ${version}`]),
    `${size} bytes`,
  ];
  return [
    writer.value(name, field.offset, field.end - field.offset, words.join(", "), `not decoded: ${note}`),
  ];
}

function principal(bytes: Uint8Array, sname: DerElement | undefined, realm: DerElement | undefined): string {
  if (sname === undefined) return "";
  return realm === undefined ? nameOf(bytes, sname) : `${nameOf(bytes, sname)}@${text(bytes, realm)}`;
}

/** PrincipalName: its parts with strokes between. */
function nameOf(bytes: Uint8Array, field: DerElement): string {
  const parts = readFields(bytes, readInside(bytes, field, DerTag.sequence)).get(1);
  if (parts === undefined) return "";
  return readChildren(bytes, readInside(bytes, parts, DerTag.sequence))
    .map((part) => latin1(contentOf(bytes, part)))
    .join("/");
}

/** The one text inside a field. */
function text(bytes: Uint8Array, field: DerElement): string {
  return latin1(contentOf(bytes, readElement(bytes, field.start, field.end, field.depth + 1)));
}

function latin1(octets: Uint8Array): string {
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
}
