import type { RelayAnswer } from "@sallyport/eap";
import { EapMessageError, joinEapMessage, splitEapMessage } from "@sallyport/eap-radius";
import { ERROR_AUTH_SERVER_TIMEOUT, ERROR_INVALID_RADIUS_RESPONSE } from "@sallyport/errors/ras";
import { type RadiusAnswer, RadiusCode, type RawAttribute } from "@sallyport/radius";
import type { ProviderCall } from "./provider.ts";
import { grantedBy, numberOf, refusalError } from "./radius-answer.ts";
import type { AskServers, RadiusProviderServer } from "./radius-provider.ts";
import { callAttributes, type RadiusNas } from "./radius-request.ts";

const framedMtuType = 12;
const stateType = 24;
const sessionTimeoutType = 27;

/** EAP between one caller and a RADIUS server: the packets pass unread, the keys stay here (EAP-13). */
export function radiusRelay(
  call: ProviderCall,
  nas: RadiusNas,
  ask: AskServers,
): (packet: Uint8Array, identity: string, packetSize: number) => Promise<RelayAnswer> {
  /** Of the conversation, from its first answer on. */
  let server: RadiusProviderServer | undefined;
  let state: Uint8Array | undefined;
  return async (packet, identity, packetSize) => {
    const attributes = [
      ...callAttributes(identity, call, nas),
      framedMtu(packetSize),
      ...splitEapMessage(packet),
      ...(state === undefined ? [] : [{ type: stateType, value: state }]),
    ];
    const asked = await ask(attributes, server);
    if (asked === undefined) return { kind: "reject", packet: null, result: ERROR_AUTH_SERVER_TIMEOUT };
    server = asked.server;
    const kept = asked.answer.packet.first(stateType);
    state = kept && Uint8Array.from(kept);
    return relayAnswer(asked.answer, server);
  };
}

/** What the caller's link takes: the server's fragments stay below it (RFC 3579 section 2.4). */
function framedMtu(packetSize: number): RawAttribute {
  return { type: framedMtuType, value: Uint8Array.of(0, 0, packetSize >> 8, packetSize & 0xff) };
}

function relayAnswer(answer: RadiusAnswer, { secret }: RadiusProviderServer): RelayAnswer {
  const packet = eapPacketOf(answer);
  switch (answer.code) {
    case RadiusCode.AccessChallenge: {
      if (packet === null) return invalid;
      const seconds = numberOf(answer.packet.first(sessionTimeoutType));
      return { kind: "challenge", packet, ...(seconds !== undefined && { waitMs: seconds * 1_000 }) };
    }
    case RadiusCode.AccessAccept: {
      const attributes = grantedBy(answer, secret);
      return attributes === undefined ? invalid : { kind: "accept", packet, attributes };
    }
    default:
      return { kind: "reject", packet, result: refusalError(answer) };
  }
}

const invalid: RelayAnswer = { kind: "reject", packet: null, result: ERROR_INVALID_RADIUS_RESPONSE };

/** The EAP packet of an answer; null where there is none, or none that can be joined. */
function eapPacketOf(answer: RadiusAnswer): Uint8Array | null {
  try {
    const message = joinEapMessage(answer.packet);
    return message.kind === "packet" ? Uint8Array.from(message.bytes) : null;
  } catch (error) {
    if (error instanceof EapMessageError) return null;
    throw error;
  }
}
