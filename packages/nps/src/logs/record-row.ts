import { formatAttribute, splitVendorSpecific, standardDictionary } from "@sallyport/radius";
import type { HeldAttribute } from "../attribute-list.ts";
import { isSecretAttribute } from "../contract/attribute.ts";
import {
  ratFQUserName,
  ratProvider,
  ratProviderName,
  ratStrippedUserName,
} from "../contract/attribute-types.ts";
import { rapNone, rapProxy } from "../contract/constants.ts";
import type { AccountingRecord } from "../pipeline/accounting-log.ts";
import { eapMessage, microsoft } from "../wire-numbers.ts";
import type { LocalTime } from "./local-time.ts";
import { LogAttributeId, logAttributeKind } from "./log-attributes.ts";
import { timeText } from "./log-dates.ts";
import { type LogAttribute, LogRow } from "./log-row.ts";
import { hexOf } from "./log-values.ts";

/** What a row says of the server that writes it. */
export interface LogWriterFacts {
  /** ComputerName. */
  readonly computer: string;
  /** ServiceName. Default `IAS`, which is what NPS calls itself in its logs. */
  readonly service?: string | undefined;
  /** The wall clock that the log is written in. */
  readonly localTime: LocalTime;
}

/**
 * The row of a record (NPS-91): of a request what came in, of an answer what goes out, and in both what NPS knows itself.
 * Passwords, keys, State and EAP packets are not in it (NPS-88). For an {@link AccountingLog} of one's own.
 *
 * @example
 * ```ts
 * import { type AccountingLog, accountingRow, encodeLogLine, localTimeIn } from "@sallyport/nps";
 *
 * const facts = { computer: "nps1", localTime: localTimeIn("UTC") };
 * const accountingLog: AccountingLog = {
 *   recordsAuthentication: true,
 *   write: (record) => console.log(encodeLogLine(accountingRow(record, facts), "dts")),
 * };
 * ```
 */
export function accountingRow(record: AccountingRecord, facts: LogWriterFacts): LogRow {
  const attributes: LogAttribute[] = [];
  for (const held of record.attributes) addHeld(attributes, held, facts);
  const text = (id: number, value: string | undefined): void => {
    if (value !== undefined && value !== "") attributes.push({ ...named(id), type: "text", value });
  };
  const integer = (id: number, value: number | undefined): void => {
    if (value !== undefined) attributes.push({ ...named(id), type: "integer", value });
  };
  const { request, received } = record;
  const provider = request.first(ratProvider)?.number;
  attributes.push({
    ...named(LogAttributeId.ClientIpAddress),
    type: "address",
    value: received.source.address,
  });
  integer(LogAttributeId.ClientVendor, 0);
  text(LogAttributeId.ClientFriendlyName, received.client.name);
  text(LogAttributeId.ProxyPolicyName, record.connectionRequestPolicy);
  if (provider !== undefined) {
    integer(LogAttributeId.ProviderType, provider === rapNone ? 0 : provider === rapProxy ? 2 : 1);
  }
  text(LogAttributeId.ProviderName, request.first(ratProviderName)?.text);
  text(LogAttributeId.SamAccountName, request.first(ratStrippedUserName)?.text);
  text(LogAttributeId.QualifiedName, request.first(ratFQUserName)?.text);
  text(LogAttributeId.NetworkPolicyName, record.networkPolicy);
  integer(LogAttributeId.AuthenticationType, record.authenticationType);
  text(LogAttributeId.EapFriendlyName, record.eap?.name);
  integer(LogAttributeId.PacketType, record.packetType);
  integer(LogAttributeId.ReasonCode, record.reason);
  return new LogRow({
    format: "dts",
    localTime: facts.localTime(record.receivedAt),
    computer: facts.computer,
    service: facts.service ?? "IAS",
    attributes,
  });
}

/** Packets inside packets: they may hold anything, and Message-Authenticator says nothing to a reader. */
const leftOut: ReadonlySet<number> = new Set([eapMessage, 80]);
/** Attributes of Microsoft (RFC 2548) that NPS logs under numbers of its own. */
const microsoftIds: ReadonlyMap<number, number> = new Map([
  [2, 4121],
  [7, -89],
  [8, -90],
  [9, 4147],
  [10, 4120],
  [18, 4148],
  [23, 4134],
  [24, 4135],
  [34, 4159],
  [35, 4160],
]);
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function named(id: number): { readonly id: number; readonly name: string } {
  return { id, name: logAttributeKind(id).name };
}

function addHeld(attributes: LogAttribute[], held: HeldAttribute, facts: LogWriterFacts): void {
  const { attrType } = held;
  if (attrType > 255 || leftOut.has(attrType) || logAttributeKind(attrType).secret) return;
  const { bytes } = held;
  if (attrType !== 26) {
    attributes.push(attributeOf(attrType, untagged(attrType, bytes), facts));
    return;
  }
  const split = splitVendorSpecific(bytes);
  const known = split?.vendor === microsoft && split.attributes.every(({ type }) => microsoftIds.has(type));
  if (known && split !== undefined) {
    for (const { type, value } of split.attributes) {
      attributes.push(attributeOf(microsoftIds.get(type) ?? 26, value, facts));
    }
  } else if (!isSecretAttribute(attrType, bytes)) {
    attributes.push({ ...named(attrType), type: "octets", value: hexOf(bytes) });
  }
}

/** RFC 2868 section 3: a first octet of at most 0x1f is a tag; of integers the first octet always is. */
function untagged(attrType: number, bytes: Uint8Array): Uint8Array {
  const entry = standardDictionary.byType(attrType);
  if (entry?.tagged !== true || bytes.length === 0) return bytes;
  if (entry.dataType === "integer")
    return bytes.length === 4 ? Uint8Array.of(0, ...bytes.subarray(1)) : bytes;
  return (bytes[0] as number) <= 0x1f ? bytes.subarray(1) : bytes;
}

/** By the kind of its number where the octets fit that, as text where they are text, else as octets. */
function attributeOf(id: number, bytes: Uint8Array, facts: LogWriterFacts): LogAttribute {
  const { name, type } = logAttributeKind(id);
  const octets: LogAttribute = { id, name, type: "octets", value: hexOf(bytes) };
  switch (type) {
    case "integer":
      return bytes.length === 4 ? { id, name, type, value: uint32(bytes) } : octets;
    case "time":
      if (bytes.length !== 4) return octets;
      return { id, name, type, value: timeText(facts.localTime(uint32(bytes) * 1_000)) };
    case "address":
      if (bytes.length === 4) return { id, name, type, value: bytes.join(".") };
      return bytes.length === 16
        ? { id, name, type, value: formatAttribute({ type: id, value: bytes }).text }
        : octets;
    default: {
      const text = textOf(bytes);
      return text === undefined ? octets : { id, name, type: "text", value: text };
    }
  }
}

function uint32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}

/** Undefined for what is not UTF-8 or holds control characters. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = strictDecoder.decode(bytes);
    return /\p{Cc}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
