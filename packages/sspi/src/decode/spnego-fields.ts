import { mechanismName } from "../packages/negotiate/wire/mechanism-oids.ts";
import {
  decodeSpnegoToken,
  type NegTokenInit,
  type NegTokenResp,
} from "../packages/negotiate/wire/spnego-token.ts";
import {
  contentOf,
  type DerElement,
  DerTag,
  readChildren,
  readElement,
  readFields,
  readInside,
} from "../wire/der.ts";
import { readOid } from "../wire/object-identifier.ts";
import type { DecodedField } from "./decoded-token.ts";
import { type FieldWriter, quoted } from "./field.ts";

/** A token of SPNEGO taken apart; what a mechanism has inside is taken apart by `inside`. */
export interface SpnegoFields {
  readonly kind: "spnego-init" | "spnego-response";
  readonly summary: string;
  readonly fields: readonly DecodedField[];
}

/** Takes a token of a mechanism apart, which stands in the whole from `start` to `end`. */
export type InnerToken = (
  name: string,
  field: DerElement,
  start: number,
  end: number,
) => { readonly field: DecodedField; readonly summary: string | undefined };

/** @throws {DerError} with the offset */
export function spnegoFields(bytes: Uint8Array, writer: FieldWriter, inside: InnerToken): SpnegoFields {
  const token = decodeSpnegoToken(bytes);
  return token.kind === "init" ? init(bytes, token, writer, inside) : response(bytes, token, writer, inside);
}

const mic = "mechListMIC";

function init(bytes: Uint8Array, token: NegTokenInit, writer: FieldWriter, inside: InnerToken): SpnegoFields {
  const outer = readElement(bytes, 0, bytes.length);
  const frame = readElement(bytes, outer.start, outer.end, 1);
  const body = readInside(bytes, readElement(bytes, frame.end, outer.end, 1), DerTag.sequence);
  const read: DecodedField[] = [
    writer.value("thisMech", frame.offset, frame.end - frame.offset, readOid(bytes, frame), "SPNEGO"),
  ];
  let inner: string | undefined;
  for (const [number, field] of readFields(bytes, body)) {
    const length = field.end - field.offset;
    const hasHints = token.negHints !== undefined;
    if (number === 0)
      read.push(writer.group("mechTypes", field.offset, length, mechanisms(bytes, field, writer)));
    else if (number === 1)
      read.push(writer.bytes("reqFlags", field.offset, length, "of RFC 2478; nobody reads them"));
    else if (number === 2) {
      const content = readInside(bytes, field, DerTag.octetString);
      const part = inside("mechToken", field, content.start, content.end);
      inner = part.summary;
      read.push(part.field);
    } else if (number === 3 && hasHints) read.push(hints(field, token, writer));
    else if (number === (hasHints ? 4 : 3)) read.push(signature(bytes, field, writer));
    else read.push(writer.bytes(`[${number}]`, field.offset, length, "unknown field"));
  }
  const names = token.mechTypes.map(wordOf).join(", ") || "nothing";
  const kind = token.negHints === undefined ? "NegTokenInit" : "NegTokenInit2 of a server that speaks first";
  const summary = `SPNEGO ${kind}: offers ${names}${inner === undefined ? "" : `, with ${inner}`}`;
  return { kind: "spnego-init", summary, fields: read };
}

function mechanisms(bytes: Uint8Array, field: DerElement, writer: FieldWriter): DecodedField[] {
  return readChildren(bytes, readInside(bytes, field, DerTag.sequence)).map((element, index) => {
    const oid = readOid(bytes, element);
    const name = mechanismName(oid) ?? "unknown";
    return writer.value(`MechType ${index + 1}`, element.offset, element.end - element.offset, oid, name);
  });
}

function hints(field: DerElement, { negHints }: NegTokenInit, writer: FieldWriter): DecodedField {
  const { hintName, hintAddress } = negHints ?? {};
  const words = [
    hintName === undefined ? [] : [`hintName ${quoted(hintName)}`],
    hintAddress === undefined ? [] : [`hintAddress of ${hintAddress.length} bytes`],
  ].flat();
  return writer.value("negHints", field.offset, field.end - field.offset, words.join(", ") || "empty");
}

function response(
  bytes: Uint8Array,
  token: NegTokenResp,
  writer: FieldWriter,
  inside: InnerToken,
): SpnegoFields {
  const outer = readElement(bytes, 0, bytes.length);
  const read: DecodedField[] = [];
  let inner: string | undefined;
  for (const [number, field] of readFields(bytes, readInside(bytes, outer, DerTag.sequence))) {
    const length = field.end - field.offset;
    if (number === 0) {
      const state = bytes[field.end - 1];
      read.push(writer.value("negState", field.offset, length, `${state}`, token.negState));
    } else if (number === 1) {
      const oid = token.supportedMech ?? "";
      read.push(writer.value("supportedMech", field.offset, length, oid, mechanismName(oid) ?? "unknown"));
    } else if (number === 2) {
      const content = readInside(bytes, field, DerTag.octetString);
      const part = inside("responseToken", field, content.start, content.end);
      inner = part.summary;
      read.push(part.field);
    } else if (number === 3) read.push(signature(bytes, field, writer));
    else read.push(writer.bytes(`[${number}]`, field.offset, length, "unknown field"));
  }
  const words = [
    token.negState ?? "no state",
    token.supportedMech === undefined ? [] : `chooses ${wordOf(token.supportedMech)}`,
    inner === undefined ? [] : `with ${inner}`,
    token.mechListMIC === undefined ? [] : "signs the list of mechanisms",
  ].flat();
  return { kind: "spnego-response", summary: `SPNEGO NegTokenResp: ${words.join(", ")}`, fields: read };
}

function signature(bytes: Uint8Array, field: DerElement, writer: FieldWriter): DecodedField {
  const content = readInside(bytes, field, DerTag.octetString);
  return writer.secret(mic, content.start, contentOf(bytes, content).length, "over the DER of mechTypes");
}

function wordOf(oid: string): string {
  return mechanismName(oid) ?? oid;
}
