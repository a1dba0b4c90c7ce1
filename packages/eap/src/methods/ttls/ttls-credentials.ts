import { constantTimeEqual } from "@sallyport/crypto";
import {
  type AvpMessage,
  avpChapChallenge,
  avpChapPassword,
  avpMsChap2Response,
  avpMsChapChallenge,
  avpMsChapResponse,
  avpUserName,
  avpUserPassword,
} from "./ttls-avps.ts";

/** The protocols that may run inside TTLS (RFC 5281 section 11.2). */
export type TtlsProtocol = "pap" | "chap" | "mschap" | "mschapv2" | "eap";

/** What a peer proves itself with, inside the tunnel. */
export type TtlsCredentials =
  | { readonly protocol: "eap"; readonly packet: Uint8Array }
  | (NamedCredentials & { readonly userName: Uint8Array });

type NamedCredentials =
  | { readonly protocol: "pap"; readonly password: Uint8Array }
  | {
      readonly protocol: "chap";
      readonly identifier: number;
      readonly challenge: Uint8Array;
      /** 16 octets. */
      readonly response: Uint8Array;
    }
  | {
      readonly protocol: "mschap";
      readonly challenge: Uint8Array;
      readonly ntResponse: Uint8Array;
      readonly useNtResponse: boolean;
    }
  | {
      readonly protocol: "mschapv2";
      readonly identifier: number;
      readonly challenge: Uint8Array;
      readonly peerChallenge: Uint8Array;
      readonly ntResponse: Uint8Array;
    };

/**
 * The credentials in the AVPs of a peer. Undefined where there are none, or more than one kind, or where a challenge is
 * another than the implicit one of the tunnel (RFC 5281 sections 11.2.2 to 11.2.4): who has not made this tunnel does not
 * know it.
 *
 * @param challenge gives the implicit challenge, of 9 or 17 octets
 */
export function ttlsCredentials(
  avps: AvpMessage,
  challenge: (length: 9 | 17) => Uint8Array,
): TtlsCredentials | undefined {
  const packet = avps.eapMessage();
  const named = namedCredentials(avps, challenge);
  if (packet !== undefined) return named.length === 0 ? { protocol: "eap", packet } : undefined;
  const userName = avps.standard(avpUserName);
  const [only] = named;
  if (only === undefined || named.length > 1 || userName === undefined) return undefined;
  return only === "wrong" ? undefined : { ...only, userName };
}

function namedCredentials(
  avps: AvpMessage,
  challenge: (length: 9 | 17) => Uint8Array,
): readonly (NamedCredentials | "wrong")[] {
  const found: (NamedCredentials | "wrong")[] = [];
  const password = avps.standard(avpUserPassword);
  const chap = avps.standard(avpChapPassword);
  const msChap = avps.microsoft(avpMsChapResponse);
  const msChap2 = avps.microsoft(avpMsChap2Response);
  if (password !== undefined) found.push({ protocol: "pap", password: withoutPadding(password) });
  if (chap !== undefined) found.push(chapOf(chap, avps.standard(avpChapChallenge), challenge(17)));
  const sent = avps.microsoft(avpMsChapChallenge);
  if (msChap !== undefined) found.push(msChapOf(msChap, sent, challenge(9)));
  if (msChap2 !== undefined) found.push(msChap2Of(msChap2, sent, challenge(17)));
  return found;
}

/** RFC 5281 section 11.2.5: filled with zeros, so that its length does not show. */
function withoutPadding(password: Uint8Array): Uint8Array {
  let end = password.length;
  while (end > 0 && password[end - 1] === 0) end -= 1;
  return password.subarray(0, end);
}

function chapOf(
  value: Uint8Array,
  sent: Uint8Array | undefined,
  implicit: Uint8Array,
): NamedCredentials | "wrong" {
  const [identifier = 0] = value;
  if (value.length !== 17 || !isImplicit(sent, identifier, implicit)) return "wrong";
  return { protocol: "chap", identifier, challenge: implicit.subarray(0, 16), response: value.subarray(1) };
}

/** Ident, Flags, LM-Response, NT-Response (RFC 2548 section 2.1.3). */
function msChapOf(
  value: Uint8Array,
  sent: Uint8Array | undefined,
  implicit: Uint8Array,
): NamedCredentials | "wrong" {
  const [identifier = 0, flags = 0] = value;
  if (value.length !== 50 || !isImplicit(sent, identifier, implicit)) return "wrong";
  const ntResponse = value.subarray(26, 50);
  return { protocol: "mschap", challenge: implicit.subarray(0, 8), ntResponse, useNtResponse: flags === 1 };
}

/** Ident, Flags, Peer-Challenge, 8 octets of 0, Response (RFC 2548 section 2.3.2). */
function msChap2Of(
  value: Uint8Array,
  sent: Uint8Array | undefined,
  implicit: Uint8Array,
): NamedCredentials | "wrong" {
  const [identifier = 0] = value;
  if (value.length !== 50 || !isImplicit(sent, identifier, implicit)) return "wrong";
  const challenge = implicit.subarray(0, 16);
  const peerChallenge = value.subarray(2, 18);
  return { protocol: "mschapv2", identifier, challenge, peerChallenge, ntResponse: value.subarray(26, 50) };
}

/** Whether challenge and identifier are those that both sides took from the tunnel. */
function isImplicit(sent: Uint8Array | undefined, identifier: number, implicit: Uint8Array): boolean {
  const last = implicit.length - 1;
  return (
    sent !== undefined && constantTimeEqual(sent, implicit.subarray(0, last)) && identifier === implicit[last]
  );
}
