import {
  type MsChap2Proof,
  type MsChapErrorReason,
  msChap2Error,
  msChapError,
  msChapErrorCode,
} from "@sallyport/accounts";
import type { Secret } from "@sallyport/crypto";
import {
  hideSaltEncrypted,
  hideUserPassword,
  joinVendorSpecific,
  type RawAttribute,
} from "@sallyport/radius";
import type { Random } from "@sallyport/runtime";
import { Reason } from "../reason.ts";
import type { NpsRequest } from "../request.ts";
import { microsoft } from "../wire-numbers.ts";

const vendorSpecific = 26;

/** What an Access-Accept carries when MS-CHAPv2 was right: the proof for the peer, and the keys (RFC 2548 sections 2.3.3 and 2.4). */
export function msChap2Success(
  request: NpsRequest,
  identifier: number,
  proof: MsChap2Proof,
  random: Random,
): RawAttribute[] {
  return [
    attribute(26, identified(identifier, proof.authenticatorResponse)),
    encryptionPolicy,
    anyEncryption,
    attribute(16, hiddenKey(request, proof.keys.send, random)),
    attribute(17, hiddenKey(request, proof.keys.receive, random)),
  ];
}

/** What an Access-Accept carries when MS-CHAP was right: the keys alone; this version proves nothing to the peer. */
export function msChapSuccess(request: NpsRequest, ntKey: Secret): RawAttribute[] {
  // LM-Key (8, unknown here), NT-Key (16), padding: RFC 2548 section 2.4.1.
  const keys = new Uint8Array(32);
  keys.set(ntKey.reveal(), 8);
  const { client, packet } = request.received;
  return [
    attribute(12, hideUserPassword(keys, client.secret.reveal(), packet.authenticator)),
    encryptionPolicy,
    anyEncryption,
  ];
}

/** The MS-CHAP-Error of an Access-Reject (RFC 2548 section 2.1.5): what the peer may know of the reason. */
export function msChapFailure(
  version: 1 | 2,
  identifier: number,
  reason: number,
  random: Random,
): RawAttribute {
  const code = msChapErrorCode(errorReasons.get(reason) ?? "wrong-password");
  const text = version === 2 ? msChap2Error({ code, challenge: random(16) }) : msChapError({ code });
  return attribute(2, identified(identifier, text));
}

const errorReasons: ReadonlyMap<number, MsChapErrorReason> = new Map([
  [Reason.LogonHours, "logon-hours"],
  [Reason.AccountDisabled, "disabled"],
  [Reason.AccountExpired, "expired"],
  [Reason.PasswordMustChange, "password-expired"],
  [Reason.DialInDenied, "no-dial-in"],
  [Reason.PasswordChangeFailed, "change-failed"],
]);

function hiddenKey(request: NpsRequest, key: Secret, random: Random): Uint8Array {
  const { client, packet } = request.received;
  return hideSaltEncrypted(key.reveal(), {
    secret: client.secret.reveal(),
    requestAuthenticator: packet.authenticator,
    salt: random(2),
  });
}

function attribute(type: number, value: Uint8Array): RawAttribute {
  return { type: vendorSpecific, value: joinVendorSpecific(microsoft, type, value) };
}

/** Ident, then text of ASCII characters. */
function identified(identifier: number, text: string): Uint8Array {
  const value = new Uint8Array(1 + text.length);
  value[0] = identifier;
  for (let index = 0; index < text.length; index++) value[index + 1] = text.charCodeAt(index);
  return value;
}

/** MS-MPPE-Encryption-Policy: encryption is allowed (RFC 2548 section 2.4.4). */
const encryptionPolicy: RawAttribute = attribute(7, Uint8Array.of(0, 0, 0, 1));
/** MS-MPPE-Encryption-Types: RC4 of 40 and of 128 bits (RFC 2548 section 2.4.5). */
const anyEncryption: RawAttribute = attribute(8, Uint8Array.of(0, 0, 0, 0x06));
