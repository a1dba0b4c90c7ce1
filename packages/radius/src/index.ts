// Packets

export {
  type AttributeInput,
  type AttributeValue,
  attributesFromNames,
} from "./dictionary/attributes-from-names.ts";
export { createDictionary, type Dictionary, standardDictionary } from "./dictionary/dictionary.ts";
// Attributes by name
export type { DictionaryEntry, RadiusDataType } from "./dictionary/entry.ts";
export { type FormattedAttribute, formatAttribute } from "./dictionary/format-attribute.ts";
export { nearestName } from "./dictionary/nearest-name.ts";
// The client side of a socket
export { RadiusExchange, type RadiusExchangeOptions, type RequestCode } from "./engine/exchange.ts";
// The server side of a port
export { keepAnswer, keptAnswer, keptAnswerLength } from "./engine/kept-answer.ts";
export { RadiusAnswer } from "./engine/radius-answer.ts";
export { RadiusReceiver, type ReceiverCounters } from "./engine/receiver.ts";
export type {
  Answer,
  Endpoint,
  Handler,
  RadiusClientSettings,
  RadiusPort,
  RadiusReceiverOptions,
  ReceivedRequest,
  ReceiverEvent,
  ReceiverEventKind,
  SeenMessageAuthenticator,
} from "./engine/receiver-types.ts";
export {
  type StateEnd,
  StateTable,
  type StateTableOptions,
  type StateUse,
  type StateVerdict,
} from "./engine/state-table.ts";
export { type IgnoredReason, RadiusTimeoutError, type TimeoutFacts } from "./engine/timeout-error.ts";
export {
  signMessageAuthenticator,
  signRequestAuthenticator,
  signResponseAuthenticator,
  verifyMessageAuthenticator,
  verifyRequestAuthenticator,
  verifyResponseAuthenticator,
} from "./wire/authenticators.ts";
export { RadiusCode, radiusCodeName } from "./wire/codes.ts";
export { parseIpv4, parseIpv6 } from "./wire/ip-address.ts";
export {
  decodeRadiusPacket,
  encodeRadiusPacket,
  type PacketFields,
  RadiusPacket,
  type RawAttribute,
} from "./wire/packet.ts";
export { RadiusPacketError, type RadiusPacketErrorReason } from "./wire/packet-error.ts";
export { PrefixTable } from "./wire/prefix-table.ts";
// Secrets, authenticators and hidden values
export { PreparedSecret, type SharedSecret } from "./wire/prepared-secret.ts";
export {
  hideSaltEncrypted,
  hideTunnelPassword,
  revealSaltEncrypted,
  revealTunnelPassword,
  type SaltEncryption,
} from "./wire/tunnel-password.ts";
export { hideUserPassword, revealUserPassword } from "./wire/user-password.ts";
export { joinVendorSpecific, splitVendorSpecific, type VendorAttributes } from "./wire/vendor.ts";
