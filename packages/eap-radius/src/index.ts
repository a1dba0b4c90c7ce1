// The server's side.

// The peer's side.
export type {
  EapConversationEntry,
  EapConversationLog,
  EapConversationResult,
  EapKeyComparison,
  EapPacketFacts,
} from "./client/conversation.ts";
export {
  EapRadiusClient,
  type EapRadiusClientEvents,
  type EapRadiusClientOptions,
} from "./client/eap-radius-client.ts";
export { ladderDiagram } from "./client/ladder-diagram.ts";
export { serverKeys } from "./client/server-keys.ts";
export type { EapMethodFacts, EapOutcome } from "./server/eap-outcome.ts";
export {
  type EapOpening,
  type EapRadiusLimits,
  EapRadiusServer,
  type EapRadiusServerOptions,
} from "./server/eap-radius-server.ts";
export type { EapInnerMethods, EapOffer, EapRound } from "./server/round.ts";
// EAP packets in RADIUS packets.
export { type EapMessage, joinEapMessage, splitEapMessage } from "./wire/eap-message.ts";
export { EapMessageError, type EapMessageErrorReason } from "./wire/eap-message-error.ts";
export { eapPacketSize } from "./wire/packet-size.ts";
