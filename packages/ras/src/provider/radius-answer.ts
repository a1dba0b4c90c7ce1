import { mppeKeyAttributes, type RasAuthAttribute } from "@sallyport/eap";
import { serverKeys } from "@sallyport/eap-radius";
import { ERROR_AUTHENTICATION_FAILURE, ERROR_INVALID_RADIUS_RESPONSE } from "@sallyport/errors/ras";
import { grantOf, type PppCredentials, type PppVerdict } from "@sallyport/ppp";
import { type RadiusAnswer, RadiusCode, type SharedSecret, splitVendorSpecific } from "@sallyport/radius";

// Attributes of RFC 2865 and 2548 that an access server looks at.
const serviceTypeType = 6;
const replyMessageType = 18;
const vendorSpecificType = 26;
const microsoft = 311;
const msChapErrorType = 2;
const mppeSendKeyType = 16;
const mppeReceiveKeyType = 17;
const msChap2SuccessType = 26;
const serviceFramed = 2;

/** What an answer to PAP, CHAP and MS-CHAPv2 says. A challenge refuses: these protocols have no second round. */
export function passwordVerdict(
  answer: RadiusAnswer,
  { protocol }: PppCredentials,
  secret: SharedSecret,
): PppVerdict {
  const message = replyMessage(answer);
  if (answer.code !== RadiusCode.AccessAccept)
    return { kind: "refused", code: refusalError(answer), message };
  const attributes = grantedBy(answer, secret);
  if (attributes === undefined) return { kind: "refused", code: ERROR_INVALID_RADIUS_RESPONSE };
  const grant = grantOf(attributes);
  if (protocol !== "MS-CHAPv2") return { kind: "accepted", ...grant, message };
  // RFC 2548 section 2.3.3: Ident, and the 42 octets that the caller verifies in turn.
  const success = asciiText(microsoftValue(answer, msChap2SuccessType)?.subarray(1, 43) ?? none);
  if (!/^S=[0-9A-Fa-f]{40}$/.test(success)) return { kind: "refused", code: ERROR_INVALID_RADIUS_RESPONSE };
  return { kind: "accepted", ...grant, message, authenticatorResponse: success };
}

/** 691 unless MS-CHAP-Error names another reason (RFC 2548 section 2.1.5). */
export function refusalError(answer: RadiusAnswer): number {
  const error = asciiText(microsoftValue(answer, msChapErrorType) ?? none);
  const code = Number(/\bE=(\d{3})\b/.exec(error)?.[1] ?? 0);
  return code >= 600 ? code : ERROR_AUTHENTICATION_FAILURE;
}

/**
 * What an Access-Accept grants, with its keys in clear; undefined where it grants a service that this server has not,
 * which counts as a refusal (RFC 2865 section 5.6), or keys that the secret does not reveal.
 */
export function grantedBy(answer: RadiusAnswer, secret: SharedSecret): RasAuthAttribute[] | undefined {
  const serviceType = numberOf(answer.packet.first(serviceTypeType));
  if (serviceType !== undefined && serviceType !== serviceFramed) return undefined;
  const keys = serverKeys(answer, secret);
  if (keys === "unreadable") return undefined;
  const attributes = answer.attributes
    .filter(({ type, value }) => type !== vendorSpecificType || !isHiddenKey(value))
    .map(({ type, value }) => ({ type, value: Uint8Array.from(value) }));
  return keys === undefined ? attributes : [...attributes, ...mppeKeyAttributes(keys)];
}

/** An attribute of four octets; undefined for others. */
export function numberOf(value: Uint8Array | undefined): number | undefined {
  return value?.length === 4 ? new DataView(value.buffer, value.byteOffset).getUint32(0) : undefined;
}

const none = new Uint8Array(0);

function replyMessage({ packet }: RadiusAnswer): string {
  return [...packet.all(replyMessageType)].map((value) => new TextDecoder().decode(value)).join("");
}

function isHiddenKey(value: Uint8Array): boolean {
  const split = splitVendorSpecific(value);
  const isKey = ({ type }: { readonly type: number }): boolean =>
    type === mppeSendKeyType || type === mppeReceiveKeyType;
  return split?.vendor === microsoft && split.attributes.some(isKey);
}

function microsoftValue({ packet }: RadiusAnswer, wanted: number): Uint8Array | undefined {
  for (const value of packet.all(vendorSpecificType)) {
    const split = splitVendorSpecific(value);
    const found = split?.vendor === microsoft && split.attributes.find(({ type }) => type === wanted);
    if (found) return found.value;
  }
  return undefined;
}

function asciiText(octets: Uint8Array): string {
  return String.fromCharCode(...octets);
}
