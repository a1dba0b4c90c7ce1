import {
  messageAuthenticatorLength,
  messageAuthenticatorType,
  proxyStateType,
} from "../wire/attribute-types.ts";
import { signMessageAuthenticator, signResponseAuthenticator } from "../wire/authenticators.ts";
import { isAnswerTo, RadiusCode } from "../wire/codes.ts";
import {
  headerLength,
  isOctet,
  longestPacket,
  longestValue,
  type RadiusPacket,
  type RawAttribute,
} from "../wire/packet.ts";
import type { PreparedSecret } from "../wire/prepared-secret.ts";

/** What cannot be sent: a code that does not answer the request, an attribute that is none, too many octets. */
export type UnsendableReason = "code" | "attribute" | "too-long";

/** Why no packet can be made of an answer. */
export class UnsendableAnswer extends Error {
  override readonly name = "UnsendableAnswer";
  readonly reason: UnsendableReason;

  constructor(reason: UnsendableReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

const chunkLength = 65_536;

/** Writes answers one behind the other into large pieces of memory; what was written is not touched again. */
export class AnswerWriter {
  #chunk: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #used = 0;

  /**
   * Writes and signs the answer to a request. An answer to an Access-Request or Status-Server starts with
   * Message-Authenticator; the Proxy-State attributes of the request follow the attributes given, in their order
   * (RFC 2865 section 5.33).
   *
   * @throws {UnsendableAnswer} when the answer makes no packet
   */
  write(
    request: RadiusPacket,
    code: number,
    attributes: Iterable<RawAttribute>,
    secret: PreparedSecret,
  ): Uint8Array<ArrayBuffer> {
    if (!isAnswerTo(request.code, code)) {
      throw new UnsendableAnswer("code", `code ${String(code)} does not answer code ${request.code}`);
    }
    const authenticated = code !== RadiusCode.AccountingResponse;
    const packet = this.#space();
    let end = headerLength;
    if (authenticated) {
      packet[end] = messageAuthenticatorType;
      packet[end + 1] = messageAuthenticatorLength;
      end += messageAuthenticatorLength;
    }
    for (const { type, value } of attributes) {
      if (type === messageAuthenticatorType || type === proxyStateType) continue;
      if (!isOctet(type) || !(value instanceof Uint8Array) || value.length > longestValue) {
        throw new UnsendableAnswer(
          "attribute",
          `an attribute of type ${String(type)} does not fit into a packet`,
        );
      }
      end = append(packet, end, type, value, 0, value.length);
    }
    const { bytes } = request;
    for (let at = request.offsetOf(proxyStateType); at >= 0; at = request.offsetOf(proxyStateType, at)) {
      end = append(packet, end, proxyStateType, bytes, at + 2, at + (bytes[at + 1] ?? 0));
    }
    packet[0] = code;
    packet[1] = request.identifier;
    packet[2] = end >> 8;
    packet[3] = end;
    const answer = packet.subarray(0, end);
    const { authenticator } = request;
    if (authenticated) signMessageAuthenticator(answer, headerLength, authenticator, secret);
    signResponseAuthenticator(answer, authenticator, secret);
    this.#used += end;
    return answer;
  }

  /** Room for the longest packet. What a failed attempt left in it is written over by the next. */
  #space(): Uint8Array<ArrayBuffer> {
    if (this.#used + longestPacket > this.#chunk.length) {
      this.#chunk = new Uint8Array(chunkLength);
      this.#used = 0;
    }
    return this.#chunk.subarray(this.#used, this.#used + longestPacket);
  }
}

function append(
  packet: Uint8Array,
  offset: number,
  type: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  const length = end - start + 2;
  if (offset + length > longestPacket) {
    throw new UnsendableAnswer("too-long", `the answer is longer than ${longestPacket} octets`);
  }
  packet[offset] = type;
  packet[offset + 1] = length;
  for (let from = start, to = offset + 2; from < end; from++, to++) packet[to] = source[from] ?? 0;
  return offset + length;
}
