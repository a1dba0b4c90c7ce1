import {
  eapMessageType,
  messageAuthenticatorLength,
  messageAuthenticatorType,
  proxyStateType,
} from "../wire/attribute-types.ts";
import {
  verifyMessageAuthenticator,
  verifyRequestAuthenticator,
  zeroAuthenticator,
} from "../wire/authenticators.ts";
import { RadiusCode } from "../wire/codes.ts";
import type { RadiusPacket } from "../wire/packet.ts";
import type { KnownClient } from "./client-table.ts";
import type { ReceiverEventKind, SeenMessageAuthenticator } from "./receiver-types.ts";

/** What is wrong with the origin of a request, or worth a warning. */
export interface Objection {
  readonly kind: ReceiverEventKind;
  readonly reason?: string;
  readonly error?: unknown;
}

/** A request that is accepted although it could have been forged. */
export const unprotected: Objection = { kind: "message-authenticator-absent" };

/**
 * Whether the request comes from who shares the secret: undefined when that is proved, {@link unprotected} when it need
 * not be, otherwise why the request is dropped.
 */
export function objectionTo(
  packet: RadiusPacket,
  client: KnownClient,
  seen: SeenMessageAuthenticator,
): Objection | undefined {
  const offset = packet.offsetOf(messageAuthenticatorType);
  if (packet.code === RadiusCode.AccountingRequest) {
    if (!verifyRequestAuthenticator(packet.bytes, client.secret)) return { kind: "bad-authenticator" };
    return offset < 0 ? undefined : wrongMessageAuthenticator(packet, offset, zeroAuthenticator, client);
  }
  if (offset < 0) return absentMessageAuthenticator(packet, client, seen);
  const wrong = wrongMessageAuthenticator(packet, offset, packet.authenticator, client);
  if (wrong === undefined && !client.remembered) remember(packet, client, seen);
  return wrong;
}

function wrongMessageAuthenticator(
  packet: RadiusPacket,
  offset: number,
  authenticator: Uint8Array,
  client: KnownClient,
): Objection | undefined {
  if (packet.bytes[offset + 1] !== messageAuthenticatorLength) return wrong("length");
  if (packet.offsetOf(messageAuthenticatorType, offset) >= 0) return wrong("repeated");
  return verifyMessageAuthenticator(packet.bytes, offset, authenticator, client.secret)
    ? undefined
    : wrong("value");
}

function absentMessageAuthenticator(
  packet: RadiusPacket,
  client: KnownClient,
  seen: SeenMessageAuthenticator,
): Objection | undefined {
  // RFC 5997 section 3: a Status-Server without it is dropped, whatever the settings say.
  if (packet.code === RadiusCode.StatusServer) return missing("status-server");
  if (client.mode === "always") return missing("always");
  // RFC 3579 section 3.2: an EAP-Message without it is dropped, whatever the settings say.
  if (packet.offsetOf(eapMessageType) >= 0) return missing("eap-message");
  if (client.mode === "never") return undefined;
  if (packet.offsetOf(proxyStateType) >= 0) return { kind: "proxy-state-without-message-authenticator" };
  if (client.remembered) return missing("remembered");
  try {
    client.remembered = seen.has(client.settings.name);
  } catch (error) {
    // What cannot be looked up may have been on record: the safe side is to drop.
    return { ...missing("remembered"), error };
  }
  return client.remembered ? missing("remembered") : unprotected;
}

/**
 * Only what a client sends of its own accord says something about its other requests: RFC 3579 and RFC 5997 demand the
 * attribute with EAP-Message and in Status-Server, and there are access servers that send it there and nowhere else.
 */
function remember(packet: RadiusPacket, client: KnownClient, seen: SeenMessageAuthenticator): void {
  if (packet.code !== RadiusCode.AccessRequest || packet.offsetOf(eapMessageType) >= 0) return;
  client.remembered = true;
  const { name } = client.settings;
  try {
    if (!seen.has(name)) seen.add(name);
  } catch {
    // This process remembers it all the same; the record is written when the next process sees the attribute.
  }
}

function missing(reason: string): Objection {
  return { kind: "message-authenticator-missing", reason };
}

function wrong(reason: string): Objection {
  return { kind: "message-authenticator-wrong", reason };
}
