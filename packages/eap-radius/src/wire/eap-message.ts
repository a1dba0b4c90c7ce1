import type { RadiusPacket, RawAttribute } from "@sallyport/radius";
import { eapMessageType } from "./attribute-types.ts";
import { EapMessageError } from "./eap-message-error.ts";

/** What fits into one attribute (RFC 2865 section 5). */
const longestValue = 253;

/**
 * Packs an EAP packet into EAP-Message attributes of at most 253 octets, in order (RFC 3579 section 3.1). They have to
 * stay together in the packet they are put into. The values view `packet`.
 *
 * @example
 * ```ts
 * import { splitEapMessage } from "@sallyport/eap-radius";
 *
 * splitEapMessage(new Uint8Array(1_400)).map(({ value }) => value.length); // 253, 253, 253, 253, 253, 135
 * ```
 */
export function splitEapMessage(packet: Uint8Array): RawAttribute[] {
  const attributes: RawAttribute[] = [];
  for (let offset = 0; offset < packet.length; offset += longestValue) {
    attributes.push({ type: eapMessageType, value: packet.subarray(offset, offset + longestValue) });
  }
  return attributes;
}

/** What the EAP-Message attributes of a RADIUS packet carry. */
export type EapMessage =
  | { readonly kind: "none" }
  /** EAP-Start: one EAP-Message without a value asks the server to begin (RFC 3579 section 2.1). */
  | { readonly kind: "start" }
  /** The octets of an EAP packet, as they came. */
  | { readonly kind: "packet"; readonly bytes: Uint8Array };

/**
 * Joins the EAP-Message attributes of a RADIUS packet. A single attribute is viewed, several are copied together.
 *
 * @throws {EapMessageError} `interleaved` when other attributes stand between them, which RFC 3579 section 3.1 forbids;
 *   `empty-part` when one of several has no value
 *
 * @example
 * ```ts
 * import { decodeRadiusPacket } from "@sallyport/radius";
 * import { joinEapMessage } from "@sallyport/eap-radius";
 *
 * declare const datagram: Uint8Array;
 * const message = joinEapMessage(decodeRadiusPacket(datagram));
 * if (message.kind === "packet") console.log(message.bytes.length);
 * ```
 */
export function joinEapMessage(packet: RadiusPacket): EapMessage {
  const { bytes } = packet;
  const first = packet.offsetOf(eapMessageType);
  if (first < 0) return none;
  let end = first;
  let length = 0;
  while (bytes[end] === eapMessageType && end < packet.length) {
    const valueLength = (bytes[end + 1] ?? 2) - 2;
    if (valueLength === 0 && end !== first) throw new EapMessageError("empty-part", end);
    if (end !== first && length === 0) throw new EapMessageError("empty-part", first);
    length += valueLength;
    end += 2 + valueLength;
  }
  for (let offset = end; offset < packet.length; offset += bytes[offset + 1] ?? packet.length) {
    if (bytes[offset] === eapMessageType) throw new EapMessageError("interleaved", offset);
  }
  if (length === 0) return start;
  if (end - first === length + 2) return { kind: "packet", bytes: bytes.subarray(first + 2, end) };
  const joined = new Uint8Array(length);
  let at = 0;
  for (let offset = first; offset < end; ) {
    const next = offset + (bytes[offset + 1] ?? 2);
    joined.set(bytes.subarray(offset + 2, next), at);
    at += next - offset - 2;
    offset = next;
  }
  return { kind: "packet", bytes: joined };
}

const none: EapMessage = { kind: "none" };
const start: EapMessage = { kind: "start" };
