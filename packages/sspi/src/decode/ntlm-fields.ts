import { decodeAuthenticateMessage } from "../packages/ntlm/wire/authenticate-message.ts";
import { decodeChallengeMessage } from "../packages/ntlm/wire/challenge-message.ts";
import { NTLMSSP_NEGOTIATE_SIGN, NTLMSSP_NEGOTIATE_VERSION } from "../packages/ntlm/wire/negotiate-flags.ts";
import { decodeNegotiateMessage } from "../packages/ntlm/wire/negotiate-message.ts";
import { checkHeader, readUint16, readUint32 } from "../packages/ntlm/wire/payload.ts";
import type { DecodedField, TokenKind } from "./decoded-token.ts";
import { FieldWriter, quoted } from "./field.ts";
import { flagNames, flagsInHex } from "./ntlm-flags.ts";
import { avPairFields, ntResponseFields } from "./ntlm-response-fields.ts";

/** A message of NTLM taken apart. */
export interface NtlmFields {
  readonly kind: TokenKind;
  readonly summary: string;
  readonly fields: readonly DecodedField[];
}

/**
 * Takes a message of NTLM apart ([MS-NLMP] section 2.2.1).
 *
 * @param base where the message stands in the token
 * @throws {NtlmFormatError} with the offset in the message
 */
export function ntlmFields(bytes: Uint8Array, base: number, redacts: boolean): NtlmFields {
  const writer = new FieldWriter(bytes, base, redacts);
  const type = bytes.length >= 12 ? readUint32(bytes, 8) : 0;
  if (type === 2) return challenge(bytes, base, writer, redacts);
  if (type === 3) return authenticate(bytes, base, writer, redacts);
  checkHeader(bytes, 1, 16);
  return negotiate(bytes, writer);
}

function negotiate(bytes: Uint8Array, writer: FieldWriter): NtlmFields {
  const { flags, domain, workstation } = decodeNegotiateMessage(bytes);
  const fields = [...head(writer, "NEGOTIATE"), flagField(writer, 12, flags)];
  if (bytes.length >= 32) {
    fields.push(payload(bytes, writer, "DomainName", 16, domain));
    fields.push(payload(bytes, writer, "Workstation", 24, workstation));
  }
  if (hasVersion(bytes, flags, 32, [16, 24])) fields.push(version(bytes, writer, 32));
  const wish = (flags & NTLMSSP_NEGOTIATE_SIGN) === 0 ? "without signing" : "with signing";
  return { kind: "ntlm-negotiate", summary: `NTLM NEGOTIATE: a client begins, ${wish}`, fields };
}

function challenge(bytes: Uint8Array, base: number, writer: FieldWriter, redacts: boolean): NtlmFields {
  const { flags, targetName, targetInfo } = decodeChallengeMessage(bytes);
  const fields = [
    ...head(writer, "CHALLENGE"),
    payload(bytes, writer, "TargetName", 12, targetName),
    flagField(writer, 20, flags),
    writer.bytes("ServerChallenge", 24, 8),
  ];
  if (targetInfo !== undefined) {
    const at = writer.placeOf(targetInfo, 40);
    const pairs = avPairFields(bytes, base, at, at + targetInfo.length, redacts);
    fields.push(writer.bytes("Reserved", 32, 8), writer.group("TargetInfo", at, targetInfo.length, pairs));
  }
  if (hasVersion(bytes, flags, 48, [12, 40])) fields.push(version(bytes, writer, 48));
  return { kind: "ntlm-challenge", summary: `NTLM CHALLENGE of ${quoted(targetName)}`, fields };
}

function authenticate(bytes: Uint8Array, base: number, writer: FieldWriter, redacts: boolean): NtlmFields {
  const message = decodeAuthenticateMessage(bytes);
  const { flags, user, domain, workstation, lmResponse, ntResponse, encryptedSessionKey, micOffset } =
    message;
  const nt = ntResponseFields(bytes, base, writer.placeOf(ntResponse, 20), ntResponse.length, redacts);
  const fields = [
    ...head(writer, "AUTHENTICATE"),
    lmField(writer, lmResponse),
    ...nt.fields,
    payload(bytes, writer, "DomainName", 28, domain),
    payload(bytes, writer, "UserName", 36, user),
    payload(bytes, writer, "Workstation", 44, workstation),
    writer.secret(
      "EncryptedRandomSessionKey",
      writer.placeOf(encryptedSessionKey, 52),
      encryptedSessionKey.length,
    ),
    flagField(writer, 60, flags),
  ];
  if (hasVersion(bytes, flags, 64, [12, 20, 28, 36, 44, 52])) fields.push(version(bytes, writer, 64));
  if (micOffset !== undefined) {
    const note = nt.saysMic ? undefined : "no flag in the response says that this is one";
    fields.push(writer.secret("MIC", micOffset, 16, note));
  }
  const who = domain === "" ? user : `${domain}\\${user}`;
  const summary = `NTLM AUTHENTICATE of ${user === "" ? "nobody (anonymous)" : quoted(who)}, ${nt.summary}`;
  return { kind: "ntlm-authenticate", summary, fields };
}

function lmField(writer: FieldWriter, lmResponse: Uint8Array): DecodedField {
  const isZero = lmResponse.every((octet) => octet === 0);
  const note = isZero ? "not used" : "an LM or LMv2 response";
  return writer.secret("LmChallengeResponse", writer.placeOf(lmResponse, 12), lmResponse.length, note);
}

function head(writer: FieldWriter, type: "NEGOTIATE" | "CHALLENGE" | "AUTHENTICATE"): DecodedField[] {
  const number = { NEGOTIATE: 1, CHALLENGE: 2, AUTHENTICATE: 3 }[type];
  return [writer.value("Signature", 0, 8, '"NTLMSSP"'), writer.value("MessageType", 8, 4, `${number}`, type)];
}

function flagField(writer: FieldWriter, at: number, flags: number): DecodedField {
  return writer.value("NegotiateFlags", at, 4, flagsInHex(flags), flagNames(flags));
}

/**
 * What a field (length, capacity, offset) points to. An empty one stands where the field itself does, and so does one that
 * the flags say is not there.
 */
function payload(
  bytes: Uint8Array,
  writer: FieldWriter,
  name: string,
  at: number,
  text: string,
): DecodedField {
  return text === ""
    ? writer.value(name, at, 0, quoted(""))
    : writer.value(name, readUint32(bytes, at + 4), readUint16(bytes, at), quoted(text));
}

/** The flag alone does not make room for it: the payload must begin behind it. */
function hasVersion(bytes: Uint8Array, flags: number, at: number, fields: readonly number[]): boolean {
  const starts = fields
    .filter((field) => readUint16(bytes, field) > 0)
    .map((field) => readUint32(bytes, field + 4));
  return (flags & NTLMSSP_NEGOTIATE_VERSION) !== 0 && Math.min(bytes.length, ...starts) >= at + 8;
}

function version(bytes: Uint8Array, writer: FieldWriter, at: number): DecodedField {
  const build = readUint16(bytes, at + 2);
  return writer.value(
    "Version",
    at,
    8,
    `${bytes[at]}.${bytes[at + 1]} build ${build}, NTLM revision ${bytes[at + 7]}`,
  );
}
