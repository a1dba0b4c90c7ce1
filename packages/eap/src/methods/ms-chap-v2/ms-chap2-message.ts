import { MethodPacketError } from "../method-packet-error.ts";

/** The message of a Success packet (RFC 2759 section 5). */
export interface MsChap2SuccessMessage {
  /** `S=` and 40 hexadecimal digits in upper case. */
  readonly authenticatorResponse: string;
  /** For the user; may be empty. */
  readonly message: string;
}

/** The message of a Failure packet (RFC 2759 section 6). */
export interface MsChap2FailureMessage {
  /** `E=`, a number of at most ten digits: 646 to 649, 691 or 709, or one that is not listed. */
  readonly code: number;
  /** `R=1`: the peer may answer once more. */
  readonly retry: boolean;
  /** `C=`, what it answers then, 16 octets; undefined when it is missing: the former challenge holds. */
  readonly challenge: Uint8Array | undefined;
  /** `V=`, 3 for change of password as RFC 2759 has it; 0 when it is missing. */
  readonly version: number;
  /** `M=`, for the user; may be empty. */
  readonly message: string;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * Reads `S=<40 digits> M=<text>`.
 *
 * @throws {MethodPacketError} `bad-value` when the digits are missing or in lower case
 */
export function decodeMsChap2Success(bytes: Uint8Array): MsChap2SuccessMessage {
  const text = decoder.decode(bytes);
  const found = /^(S=[0-9A-F]{40})(?: +M=([\s\S]*))?$/.exec(text.replace(/[ \0]+$/, ""));
  if (found === null) throw new MethodPacketError("bad-value", 4);
  return { authenticatorResponse: found[1] ?? "", message: found[2] ?? "" };
}

export function encodeMsChap2Success({
  authenticatorResponse,
  message,
}: MsChap2SuccessMessage): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${authenticatorResponse} M=${message}`);
}

/**
 * Reads `E=691 R=1 C=<32 digits> V=3 M=<text>`. Fields may be missing but for the first, as they are with some
 * authenticators; one that is there must be right.
 *
 * @throws {MethodPacketError} `bad-value`
 */
export function decodeMsChap2Failure(bytes: Uint8Array): MsChap2FailureMessage {
  const text = decoder.decode(bytes);
  const found =
    /^E=(\d{1,10})(?: +R=([01]))?(?: +C=([0-9A-Fa-f]{32}))?(?: +V=(\d{1,10}))?(?: +M=([\s\S]*))?$/.exec(
      text.replace(/[ \0]+$/, ""),
    );
  if (found === null) throw new MethodPacketError("bad-value", 4);
  const [, code, retry, challenge, version, message = ""] = found;
  return {
    code: Number(code),
    retry: retry === "1",
    challenge: challenge === undefined ? undefined : fromHex(challenge),
    version: Number(version ?? 0),
    message,
  };
}

/** @throws {RangeError} when the code is no whole number of at most ten digits, or the challenge has not 16 octets */
export function encodeMsChap2Failure(failure: MsChap2FailureMessage): Uint8Array<ArrayBuffer> {
  const { code, retry, challenge, version, message } = failure;
  if (!(Number.isInteger(code) && code >= 0 && code <= 9_999_999_999)) {
    throw new RangeError(`code must be a whole number of at most ten digits, not ${code}`);
  }
  if (challenge !== undefined && challenge.length !== 16) {
    throw new RangeError(`challenge must have 16 octets, not ${challenge.length}`);
  }
  const digits = challenge === undefined ? "" : ` C=${toHex(challenge)}`;
  return encoder.encode(`E=${code} R=${retry ? 1 : 0}${digits} V=${version} M=${message}`);
}

function toHex(bytes: Uint8Array): string {
  let digits = "";
  for (const byte of bytes) digits += (byte + 256).toString(16).slice(1);
  return digits.toUpperCase();
}

function fromHex(digits: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at += 1)
    bytes[at] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}
