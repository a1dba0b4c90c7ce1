import {
  findAuthAttribute,
  findMppeKeys,
  isMppeKeyAttribute,
  type RasAuthAttribute,
  raatSessionId,
  raatUserName,
  raatUserPassword,
} from "@sallyport/eap";
import {
  hideSaltEncrypted,
  joinVendorSpecific,
  type RawAttribute,
  type ReceivedRequest,
} from "@sallyport/radius";
import type { Random } from "@sallyport/runtime";
import {
  eapKeyNameType,
  eapMessageType,
  messageAuthenticatorType,
  proxyStateType,
  stateType,
  vendorSpecificType,
} from "../wire/attribute-types.ts";
import { uint32Value } from "../wire/uint32.ts";

const microsoft = 311;
const sendKey = 16;
const receiveKey = 17;
const longestValue = 253;

/** What is the packet's own business, or tells who was authenticated and with what, and no authorization. */
const notForAnswers: ReadonlySet<number> = new Set([
  raatUserName,
  raatUserPassword,
  eapMessageType,
  messageAuthenticatorType,
  proxyStateType,
  stateType,
]);

/** The attributes of a method's success that go into an Access-Accept as they are; keys do not. */
export function acceptAttributes(attributes: readonly RasAuthAttribute[]): RawAttribute[] {
  const raw: RawAttribute[] = [];
  for (const attribute of attributes) {
    const { type, value } = attribute;
    if (type < 1 || type > 255 || notForAnswers.has(type) || isMppeKeyAttribute(attribute)) continue;
    const octets = typeof value === "number" ? uint32Value(value) : value;
    if (octets.length <= longestValue) raw.push({ type, value: octets });
  }
  return raw;
}

/**
 * The keys of a method's success as the access server gets them: MS-MPPE-Send-Key and MS-MPPE-Recv-Key, encrypted (RFC
 * 2548 section 2.4), and EAP-Key-Name where the request asked for it (RFC 7268 section 2.2).
 */
export function keyAttributes(
  attributes: readonly RasAuthAttribute[],
  { packet, client }: ReceivedRequest,
  random: Random,
): RawAttribute[] {
  const raw: RawAttribute[] = [];
  const keys = findMppeKeys(attributes);
  if (keys !== undefined) {
    // RFC 2548 section 2.4.2: the salts of one packet differ.
    const salt = random(2);
    const other = Uint8Array.of(salt[0] ?? 0, (salt[1] ?? 0) ^ 1);
    raw.push(hidden(sendKey, keys.send, salt), hidden(receiveKey, keys.receive, other));
  }
  if (packet.offsetOf(eapKeyNameType) >= 0) {
    const sessionId = findAuthAttribute(attributes, raatSessionId)?.value;
    if (sessionId instanceof Uint8Array && sessionId.length > 0 && sessionId.length <= longestValue) {
      raw.push({ type: eapKeyNameType, value: sessionId });
    }
  }
  return raw;

  function hidden(type: number, key: Uint8Array, salt: Uint8Array): RawAttribute {
    const value = hideSaltEncrypted(key, {
      secret: client.secret.reveal(),
      requestAuthenticator: packet.authenticator,
      salt,
    });
    return { type: vendorSpecificType, value: joinVendorSpecific(microsoft, type, value) };
  }
}
