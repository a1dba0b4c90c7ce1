import type { ChapAnswer, MsChap2Answer, MsChap2PasswordChange, MsChapAnswer } from "@sallyport/accounts";
import { splitVendorSpecific } from "@sallyport/radius";
import {
  ratCHAPChallenge,
  ratCHAPPassword,
  ratState,
  ratUserName,
  ratUserPassword,
  ratVendorSpecific,
} from "../contract/attribute-types.ts";
import type { NpsRequest } from "../request.ts";
import { eapMessage, microsoft } from "../wire-numbers.ts";

/** What a request offers as proof of its user. */
export type Credentials =
  | { readonly protocol: "PAP"; readonly password: Uint8Array }
  | { readonly protocol: "CHAP"; readonly answer: ChapAnswer }
  | { readonly protocol: "MS-CHAP"; readonly identifier: number; readonly answer: MsChapAnswer }
  | { readonly protocol: "MS-CHAPv2"; readonly identifier: number; readonly answer: MsChap2Answer }
  | {
      readonly protocol: "MS-CHAPv2 password change";
      readonly identifier: number;
      readonly change: MsChap2PasswordChange;
    };

/** The types of Microsoft's attributes that carry credentials (RFC 2548 section 2). */
const msChapResponse = 1;
const msChapNtEncPw = 6;
const msChapChallenge = 11;
const msChap2Response = 25;
const msChap2Cpw = 27;

/** What says who the user is must not leave a choice (RFC 2865 section 5.44). */
const singles: readonly (readonly [number, string])[] = [
  [ratUserName, "User-Name"],
  [ratUserPassword, "User-Password"],
  [ratCHAPPassword, "CHAP-Password"],
  [ratCHAPChallenge, "CHAP-Challenge"],
  [ratState, "State"],
];

/**
 * What is wrong with the credentials of a packet, or undefined: lengths that the RFCs do not allow, and more than one
 * kind at once (RFC 2865 section 4.1). Such a request is rejected (RFC 2865 section 5) before a module sees it (NPS-10).
 */
export function malformedCredentials(request: NpsRequest): string | undefined {
  const { packet } = request.received;
  const kinds: string[] = [];
  for (const [attrType, name] of singles) {
    const first = packet.offsetOf(attrType);
    if (first >= 0 && packet.offsetOf(attrType, first) >= 0) return `${name} occurs twice`;
  }
  const password = packet.first(ratUserPassword);
  if (password !== undefined) {
    kinds.push("User-Password");
    const { length } = password;
    if (length < 16 || length > 128 || length % 16 !== 0) return `User-Password has ${length} octets`;
  }
  const chap = packet.first(ratCHAPPassword);
  if (chap !== undefined) {
    kinds.push("CHAP-Password");
    if (chap.length !== 17) return `CHAP-Password has ${chap.length} octets`;
    if (packet.first(ratCHAPChallenge)?.length === 0) return "CHAP-Challenge is empty";
  }
  if (packet.offsetOf(ratVendorSpecific) >= 0) {
    const own = microsoftAttributes(packet.all(ratVendorSpecific));
    request.microsoftAttributes = own;
    const wrong = malformedMsChap(own, kinds);
    if (wrong !== undefined) return wrong;
  }
  if (packet.offsetOf(eapMessage) >= 0) kinds.push("EAP-Message");
  return kinds.length > 1 ? `${kinds.join(" and ")} stand side by side` : undefined;
}

/** The credentials of a request as its attributes are now, after the modules; undefined when there are none. */
export function credentialsOf(request: NpsRequest): Credentials | undefined {
  const { attributes } = request;
  const password = attributes.first(ratUserPassword);
  if (password !== undefined) return { protocol: "PAP", password: password.bytes };
  const chap = attributes.first(ratCHAPPassword)?.bytes;
  if (chap !== undefined) {
    const challenge = attributes.first(ratCHAPChallenge)?.bytes ?? request.received.packet.authenticator;
    return { protocol: "CHAP", answer: { identifier: chap[0] ?? 0, challenge, response: chap.subarray(1) } };
  }
  if (!attributes.has(ratVendorSpecific)) return undefined;
  if (!attributes.edited && request.microsoftAttributes !== undefined) {
    return msChapCredentials(request.microsoftAttributes, request);
  }
  const values: Uint8Array[] = [];
  for (const held of attributes) if (held.attrType === ratVendorSpecific) values.push(held.bytes);
  return msChapCredentials(microsoftAttributes(values), request);
}

/** Attributes of RFC 2548, out of their Vendor-Specific attributes. */
export type MicrosoftAttributes = readonly { readonly type: number; readonly value: Uint8Array }[];

function microsoftAttributes(values: Iterable<Uint8Array>): MicrosoftAttributes {
  const own: { readonly type: number; readonly value: Uint8Array }[] = [];
  for (const value of values) {
    const split = splitVendorSpecific(value);
    if (split?.vendor === microsoft) for (const attribute of split.attributes) own.push(attribute);
  }
  return own;
}

function firstValue(own: MicrosoftAttributes, type: number): Uint8Array | undefined {
  return own.find((attribute) => attribute.type === type)?.value;
}

function malformedMsChap(own: MicrosoftAttributes, kinds: string[]): string | undefined {
  const challenge = firstValue(own, msChapChallenge);
  if (own.filter(({ type }) => type === msChapChallenge).length > 1) return "MS-CHAP-Challenge occurs twice";
  for (const [type, name, length, challengeLength] of [
    [msChapResponse, "MS-CHAP-Response", 50, 8],
    [msChap2Response, "MS-CHAP2-Response", 50, 16],
    [msChap2Cpw, "MS-CHAP2-CPW", 68, 16],
  ] as const) {
    const value = firstValue(own, type);
    if (value === undefined) continue;
    kinds.push(name);
    if (own.filter((attribute) => attribute.type === type).length > 1) return `${name} occurs twice`;
    if (value.length !== length) return `${name} has ${value.length} octets`;
    if (challenge?.length !== challengeLength) {
      return `MS-CHAP-Challenge of ${name} has ${challenge?.length ?? "no"} octets`;
    }
  }
  return undefined;
}

function msChapCredentials(own: MicrosoftAttributes, request: NpsRequest): Credentials | undefined {
  const challenge = firstValue(own, msChapChallenge);
  if (challenge === undefined) return undefined;
  const userName = request.attributes.first(ratUserName)?.bytes ?? new Uint8Array(0);
  const second = firstValue(own, msChap2Response);
  if (second !== undefined) {
    // Ident, Flags, Peer-Challenge (16), Reserved (8), Response (24): RFC 2548 section 2.3.2.
    const answer: MsChap2Answer = {
      userName,
      authenticatorChallenge: challenge,
      peerChallenge: second.subarray(2, 18),
      ntResponse: second.subarray(26, 50),
    };
    return { protocol: "MS-CHAPv2", identifier: second[0] ?? 0, answer };
  }
  const change = firstValue(own, msChap2Cpw);
  if (change !== undefined) {
    // Code, Ident, Encrypted-Hash (16), Peer-Challenge (16), Reserved (8), NT-Response (24), Flags (2): section 2.3.4.
    return {
      protocol: "MS-CHAPv2 password change",
      identifier: change[1] ?? 0,
      change: {
        userName,
        authenticatorChallenge: challenge,
        encryptedHash: change.subarray(2, 18),
        peerChallenge: change.subarray(18, 34),
        ntResponse: change.subarray(42, 66),
        encryptedPassword: encryptedPassword(own),
      },
    };
  }
  const first = firstValue(own, msChapResponse);
  if (first === undefined) return undefined;
  // Ident, Flags, LM-Response (24), NT-Response (24): section 2.1.3.
  const answer: MsChapAnswer = {
    challenge,
    ntResponse: first.subarray(26, 50),
    useNtResponse: ((first[1] ?? 0) & 1) === 1,
  };
  return { protocol: "MS-CHAP", identifier: first[0] ?? 0, answer };
}

/** MS-CHAP-NT-Enc-PW in pieces: Code, Ident, Sequence-Number (2), String (RFC 2548 section 2.1.6). */
function encryptedPassword(own: MicrosoftAttributes): Uint8Array {
  const pieces = own
    .filter(({ type, value }) => type === msChapNtEncPw && value.length > 4)
    .sort((a, b) => sequence(a.value) - sequence(b.value));
  return Uint8Array.from(pieces.flatMap(({ value }) => Array.from(value.subarray(4))));
}

function sequence(value: Uint8Array): number {
  return ((value[2] ?? 0) << 8) | (value[3] ?? 0);
}
