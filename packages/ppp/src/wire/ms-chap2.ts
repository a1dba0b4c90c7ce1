import { PppPacketError } from "./packet-error.ts";

/** The value of a Response of MS-CHAPv2 (RFC 2759 section 4). */
export interface MsChap2Response {
  /** 16 octets. */
  readonly peerChallenge: Uint8Array;
  /** 24 octets. */
  readonly ntResponse: Uint8Array;
  /** 0 to 255; 0 by the RFC. */
  readonly flags: number;
}

/** Peer challenge, reserved octets, NT response, flags. */
const responseLength = 49;

/**
 * Reads the value of a Response of MS-CHAPv2. The fields view `value`.
 *
 * @throws {PppPacketError} `bad-field-length`
 */
export function decodeMsChap2Response(value: Uint8Array): MsChap2Response {
  if (value.length !== responseLength) throw new PppPacketError("bad-field-length", value.length);
  return {
    peerChallenge: value.subarray(0, 16),
    ntResponse: value.subarray(24, 48),
    flags: value[48] ?? 0,
  };
}

/**
 * Writes the value of a Response of MS-CHAPv2.
 *
 * @throws {RangeError} when a field has another length
 */
export function encodeMsChap2Response(response: MsChap2Response): Uint8Array<ArrayBuffer> {
  const { peerChallenge, ntResponse, flags } = response;
  if (peerChallenge.length !== 16) throw new RangeError("peerChallenge must have 16 octets");
  if (ntResponse.length !== 24) throw new RangeError("ntResponse must have 24 octets");
  const value = new Uint8Array(responseLength);
  value.set(peerChallenge, 0);
  value.set(ntResponse, 24);
  value[48] = flags;
  return value;
}

/** What a message of MS-CHAPv2 says (RFC 2759 sections 5 and 6): `S=`, or `E=`, `R=`, and `M=`. */
export interface MsChap2Message {
  /** `S=` and 40 digits, of a Success. */
  readonly authenticatorResponse: string | undefined;
  /** The error code of a Failure. */
  readonly code: number | undefined;
  /** Whether the peer may answer again. */
  readonly retry: boolean;
  /** For the user. */
  readonly text: string;
}

/** Reads the message of a Success or Failure packet. What is not there is left out; nothing is refused. */
export function parseMsChap2Message(message: string): MsChap2Message {
  const textAt = message.search(/(?:^| )M=/);
  const fields = textAt < 0 ? message : message.slice(0, textAt);
  const proof = /(?:^| )(S=[0-9A-Fa-f]{40})(?= |$)/.exec(fields)?.[1];
  const code = /(?:^| )E=(\d{1,10})(?= |$)/.exec(fields)?.[1];
  return {
    authenticatorResponse: proof?.toUpperCase(),
    code: code === undefined ? undefined : Number(code),
    retry: /(?:^| )R=1(?= |$)/.test(fields),
    text: textAt < 0 ? "" : message.slice(message.indexOf("M=", textAt) + 2),
  };
}
