// The contract of a method: entry points, structures, constants, attributes.

export {
  authAttributeText,
  findAuthAttribute,
  isSameAttributeType,
  type RasAuthAttribute,
  replaceAttributes,
  textAttribute,
  withoutTerminator,
  withTerminator,
} from "./contract/auth-attribute.ts";
export * from "./contract/auth-attribute-types.ts";
export * from "./contract/constants.ts";
export type {
  EapProviderConfig,
  EapQuestion,
  EapUserInterface,
  EapUserWindow,
  RasEapModule,
  RasEapUserInterfaceModule,
} from "./contract/eap-module.ts";
export {
  findMppeKeys,
  isMppeKeyAttribute,
  type MppeKeyPair,
  mppeKeyAttributes,
} from "./contract/mppe-key-attributes.ts";
export type {
  EapSignal,
  Out,
  PppEapBeginInput,
  PppEapInfo,
  PppEapInput,
  PppEapOutput,
  RasEapMakeMessage,
  RasEapStatus,
} from "./contract/ppp-eap.ts";
export type { EapMethodRegistration } from "./contract/registration.ts";
export * from "./contract/status-codes.ts";
// The same with coroutines.
export { answerDuplicates } from "./define/answer-duplicates.ts";
export { defineEapMethod } from "./define/define-eap-method.ts";
export type {
  DefinedEapMethod,
  EapAuthenticatorSession,
  EapMethodDefinition,
  EapPeerEvent,
  EapPeerSession,
  EapProviderAnswer,
  EapReply,
  EapRequestOptions,
  EapSession,
  EapSuccess,
  EapVerdict,
} from "./define/session.ts";
// The engines, for hosts of one's own.
export { type AuthenticatorSession, EapAuthenticator } from "./engine/authenticator.ts";
export type {
  AuthenticatorEffect,
  CommonEffect,
  DiagnosticEffect,
  EapDiagnostic,
  EapOutcome,
  PeerEffect,
  SendEffect,
} from "./engine/effects.ts";
export { EapPeer, type PeerMethod, type PeerSession } from "./engine/peer.ts";
export {
  type CompleteEngineSettings,
  completeEngineSettings,
  type EapEngineSettings,
} from "./engine/settings.ts";
// What an administrator reads.
export { EapEvent, eapEventSource } from "./events.ts";
export { createEapAuthenticator, EapAuthenticatorHost } from "./host/authenticator-host.ts";
// The hosts.
export {
  EapEntryConfiguration,
  type EapServerConfiguration,
  openServerConfiguration,
} from "./host/entry-configuration.ts";
export {
  type EapMethod,
  type EapMethodRegistry,
  type EapMethodsOptions,
  type EapMethodUse,
  openEapMethods,
} from "./host/method-registry.ts";
export { EapMultilinkConnection } from "./host/multilink.ts";
export type {
  EapAuthenticatorEvents,
  EapAuthenticatorOptions,
  EapConformance,
  EapHostOptions,
  EapPeerEvents,
  EapPeerOptions,
  SendDetails,
} from "./host/options.ts";
export { createEapPeer, EapPeerHost } from "./host/peer-host.ts";
export type { EapProvider, EapProviderRequest, EapProviderResult } from "./host/provider.ts";
export {
  type EapUserIdentity,
  type EapUserIdentityRequest,
  type EapUserIdentityResult,
  getEapUserIdentity,
} from "./host/user-identity.ts";
// Packets.
export * from "./wire/codes.ts";
export {
  checkMethodType,
  type EapType,
  type ExpandedEapType,
  eapTypeExpanded,
  eapTypeIdentity,
  eapTypeNak,
  eapTypeName,
  eapTypeNotification,
  isSameEapType,
} from "./wire/eap-type.ts";
export { decodeNak, type EapNak, encodeNak, isNak } from "./wire/nak.ts";
export {
  decodeEapPacket,
  describeEapPacket,
  type EapExchangePacket,
  type EapPacket,
  type EapPacketFields,
  type EapResultPacket,
  eapHeaderLength,
  encodeEapPacket,
  encodeEapResult,
} from "./wire/packet.ts";
export { EapPacketError, type EapPacketErrorReason } from "./wire/packet-error.ts";
