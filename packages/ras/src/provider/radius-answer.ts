import {
  findMppeKeys,
  type MppeKeyPair,
  mppeKeyAttributes,
  type RasAuthAttribute,
  raatVendorSpecific,
} from "@sallyport/eap";
import { serverKeys } from "@sallyport/eap-radius";
import { ERROR_AUTHENTICATION_FAILURE, ERROR_INVALID_RADIUS_RESPONSE } from "@sallyport/errors/ras";
import { type RadiusAnswer, RadiusCode, type SharedSecret, splitVendorSpecific } from "@sallyport/radius";
import type { Authorization, PasswordRequest, ProviderVerdict } from "./provider.ts";

// Attributes of RFC 2865, 2869 and 2548 that an access server looks at.
const serviceTypeType = 6;
const framedIpAddressType = 8;
const replyMessageType = 18;
const classType = 25;
const vendorSpecificType = 26;
const sessionTimeoutType = 27;
const idleTimeoutType = 28;
const interimIntervalType = 85;
const microsoft = 311;
const msChapErrorType = 2;
const msChap2SuccessType = 26;
const serviceFramed = 2;

/** What an answer to PAP, CHAP and MS-CHAP says. A challenge refuses: these protocols have no second round. */
export function passwordVerdict(
  answer: RadiusAnswer,
  request: PasswordRequest,
  secret: SharedSecret,
): ProviderVerdict {
  const message = replyMessage(answer);
  if (answer.code !== RadiusCode.AccessAccept)
    return { kind: "refused", error: refusalError(answer), message };
  const authorization = authorizationOf(answer, secret);
  if (authorization === undefined) return { kind: "refused", error: ERROR_INVALID_RADIUS_RESPONSE };
  if (request.protocol !== "MS-CHAPv2") return { kind: "accepted", authorization, message };
  // RFC 2548 section 2.3.3: Ident, and the 42 octets that the caller verifies in turn.
  const success = microsoftValue(answer, msChap2SuccessType);
  const authenticatorResponse = success === undefined ? "" : asciiText(success.subarray(1));
  if (!/^S=[0-9A-Fa-f]{40}/.test(authenticatorResponse)) {
    return { kind: "refused", error: ERROR_INVALID_RADIUS_RESPONSE };
  }
  return {
    kind: "accepted",
    authorization,
    message,
    authenticatorResponse: authenticatorResponse.slice(0, 42),
  };
}

/** 691 unless MS-CHAP-Error names another reason (RFC 2548 section 2.1.5). */
export function refusalError(answer: RadiusAnswer): number {
  const error = microsoftValue(answer, msChapErrorType);
  const code = error === undefined ? undefined : /\bE=(\d{3})\b/.exec(asciiText(error))?.[1];
  return code === undefined ? ERROR_AUTHENTICATION_FAILURE : Number(code);
}

/**
 * What an Access-Accept grants; undefined where it grants a service that this server has not, which counts as a refusal
 * (RFC 2865 section 5.6), or keys that the secret does not reveal.
 */
export function authorizationOf(answer: RadiusAnswer, secret: SharedSecret): Authorization | undefined {
  const { packet } = answer;
  const serviceType = number(packet.first(serviceTypeType));
  if (serviceType !== undefined && serviceType !== serviceFramed) return undefined;
  const keys = serverKeys(answer, secret);
  if (keys === "unreadable") return undefined;
  const address = number(packet.first(framedIpAddressType));
  const seconds = (type: number): number | undefined => {
    const value = number(packet.first(type));
    return value === undefined || value === 0 ? undefined : value * 1_000;
  };
  return {
    // RFC 2865 section 5.8: the two highest leave the choice to the caller, or to this server.
    address: address === undefined || address === 0 || address >= 0xfffffffe ? undefined : address,
    sessionLimitMs: seconds(sessionTimeoutType),
    idleLimitMs: seconds(idleTimeoutType),
    interimMs: seconds(interimIntervalType),
    classes: [...packet.all(classType)].map((value) => Uint8Array.from(value)),
    keys: keys && { send: Uint8Array.from(keys.send), receive: Uint8Array.from(keys.receive) },
  };
}

/** An Access-Accept's attributes as the RAS side has them: with the keys in clear. */
export function rasAttributes(answer: RadiusAnswer, keys: MppeKeyPair | undefined): RasAuthAttribute[] {
  const attributes = answer.attributes
    .filter(({ type, value }) => type !== vendorSpecificType || !isKey(value))
    .map(({ type, value }) => ({ type, value: Uint8Array.from(value) }));
  return keys === undefined ? attributes : [...attributes, ...mppeKeyAttributes(keys)];
}

export function replyMessage({ packet }: RadiusAnswer): string {
  return [...packet.all(replyMessageType)].map((value) => new TextDecoder().decode(value)).join("");
}

function isKey(value: Uint8Array): boolean {
  return findMppeKeys([{ type: raatVendorSpecific, value }]) !== undefined || isMicrosoftKey(value);
}

/** MS-MPPE-Send-Key and MS-MPPE-Recv-Key, still encrypted. */
function isMicrosoftKey(value: Uint8Array): boolean {
  const split = splitVendorSpecific(value);
  return split?.vendor === microsoft && split.attributes.some(({ type }) => type === 16 || type === 17);
}

function microsoftValue({ packet }: RadiusAnswer, wanted: number): Uint8Array | undefined {
  for (const value of packet.all(vendorSpecificType)) {
    const split = splitVendorSpecific(value);
    if (split?.vendor !== microsoft) continue;
    const found = split.attributes.find(({ type }) => type === wanted);
    if (found !== undefined) return found.value;
  }
  return undefined;
}

function number(value: Uint8Array | undefined): number | undefined {
  return value?.length === 4 ? new DataView(value.buffer, value.byteOffset).getUint32(0) : undefined;
}

function asciiText(octets: Uint8Array): string {
  return String.fromCharCode(...octets.subarray(0, 253));
}
