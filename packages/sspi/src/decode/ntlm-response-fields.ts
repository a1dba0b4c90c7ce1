import * as av from "../packages/ntlm/wire/av-pairs.ts";
import { NtlmFormatError } from "../packages/ntlm/wire/ntlm-format-error.ts";
import { decodeNtlmv2Response } from "../packages/ntlm/wire/ntlmv2-response.ts";
import { readUint32 } from "../packages/ntlm/wire/payload.ts";
import { decodeUtf16 } from "../packages/ntlm/wire/text.ts";
import { dateOfTimeStamp } from "../time-stamp.ts";
import type { DecodedField } from "./decoded-token.ts";
import { FieldWriter, quoted } from "./field.ts";

/** An NT response taken apart. */
export interface NtResponseFields {
  readonly fields: readonly DecodedField[];
  /** Which version of the protocol it is. */
  readonly summary: string;
  /** Whether its flags say that the message has a MIC. */
  readonly saysMic: boolean;
}

/** The NT response of an AUTHENTICATE message ([MS-NLMP] section 2.2.2.6 to 2.2.2.8). */
export function ntResponseFields(
  message: Uint8Array,
  base: number,
  at: number,
  length: number,
  redacts: boolean,
): NtResponseFields {
  const writer = new FieldWriter(message, base, redacts);
  if (length === 0) {
    const none = writer.bytes("NtChallengeResponse", 20, 0);
    return { fields: [none], summary: "no response", saysMic: false };
  }
  if (length === 24) {
    const old = writer.secret(
      "NtChallengeResponse",
      at,
      24,
      "NTLMv1: not safe against guessing, refused by default",
    );
    return { fields: [old], summary: "NTLMv1", saysMic: false };
  }
  const { pairs } = readResponse(message.subarray(at, at + length), at);
  const inside = [
    writer.secret("NTProofStr", at, 16, "a password can be guessed with it and the challenge of the server"),
    writer.value("RespType, HiRespType", at + 16, 2, "1, 1"),
    writer.value("TimeStamp", at + 24, 8, timeAt(message, at + 24)),
    writer.bytes("ChallengeFromClient", at + 32, 8),
    writer.group("AvPairs", at + 44, length - 44, avPairFields(message, base, at + 44, at + length, redacts)),
  ];
  return {
    fields: [writer.group("NtChallengeResponse", at, length, inside, "NTLMv2")],
    summary: "NTLMv2",
    saysMic: (av.avFlags(pairs) & av.avFlagMicPresent) !== 0,
  };
}

function readResponse(response: Uint8Array, at: number): ReturnType<typeof decodeNtlmv2Response> {
  try {
    return decodeNtlmv2Response(response);
  } catch (error) {
    throw error instanceof NtlmFormatError ? new NtlmFormatError(error.reason, at + error.offset) : error;
  }
}

const names: readonly string[] = [
  "MsvAvEOL",
  "MsvAvNbComputerName",
  "MsvAvNbDomainName",
  "MsvAvDnsComputerName",
  "MsvAvDnsDomainName",
  "MsvAvDnsTreeName",
  "MsvAvFlags",
  "MsvAvTimestamp",
  "MsvAvSingleHost",
  "MsvAvTargetName",
  "MsvAvChannelBindings",
];

const texts: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, av.MsvAvTargetName]);

/** A list of AV pairs (section 2.2.2.1); each field is the value, without its head of four bytes. */
export function avPairFields(
  message: Uint8Array,
  base: number,
  start: number,
  end: number,
  redacts: boolean,
): DecodedField[] {
  const writer = new FieldWriter(message, base, redacts);
  return av.decodeAvPairs(message.subarray(start, end), start).map(({ id, value }) => {
    const name = names[id] ?? `AvId ${id}`;
    const at = writer.placeOf(value, start);
    const { length } = value;
    if (texts.has(id)) return writer.value(name, at, length, quoted(decodeUtf16(value, at)));
    if (id === av.MsvAvTimestamp) return writer.value(name, at, length, timeAt(message, at));
    if (id === av.MsvAvFlags) {
      const flags = readUint32(value, 0);
      return writer.value(name, at, length, `0x${flags.toString(16)}`, avFlagNote(flags));
    }
    const isNone = id === av.MsvAvChannelBindings && value.every((octet) => octet === 0);
    return writer.bytes(name, at, length, isNone ? "zeros: no channel bindings" : undefined);
  });
}

function avFlagNote(flags: number): string {
  const words = [
    (flags & 1) === 0 ? [] : ["constrained authentication"],
    (flags & av.avFlagMicPresent) === 0 ? [] : ["the message has a MIC"],
    (flags & av.avFlagUntrustedTarget) === 0
      ? []
      : ["the target name comes from a source that is not trusted"],
  ].flat();
  return words.length === 0 ? "nothing" : words.join(", ");
}

function timeAt(bytes: Uint8Array, at: number): string {
  const stamp = BigInt(readUint32(bytes, at)) + (BigInt(readUint32(bytes, at + 4)) << 32n);
  return dateOfTimeStamp(stamp)?.toISOString() ?? `${stamp}`;
}
