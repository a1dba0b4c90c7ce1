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
  EapRelay,
  type RelayAnswer,
  type RelayEffect,
  type RelayOutcome,
  type RelaySession,
} from "./engine/relay.ts";
export {
  type CompleteEngineSettings,
  completeEngineSettings,
  type EapEngineSettings,
} from "./engine/settings.ts";
// What an administrator reads.
export { EapEvent, eapEventSource } from "./events.ts";
// For methods whose messages are longer than a packet.
export { decodeFragment, encodeFragment, type Fragment } from "./fragmentation/fragment.ts";
export { FragmentError, type FragmentErrorReason } from "./fragmentation/fragment-error.ts";
export {
  type FragmentationOptions,
  type FragmentEvent,
  TlsFragmentation,
} from "./fragmentation/fragmentation.ts";
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
// The methods that come along.
export type { DialogVerdict } from "./methods/dialog-authenticator.ts";
export {
  eapTypeGenericTokenCard,
  type GenericTokenCardOptions,
  genericTokenCard,
  type TokenVerifier,
} from "./methods/generic-token-card/generic-token-card.ts";
export {
  eapTypeMd5Challenge,
  type Md5ChallengeOptions,
  md5Challenge,
} from "./methods/md5-challenge/md5-challenge.ts";
export { type MsChapV2Options, msChapV2 } from "./methods/ms-chap-v2/ms-chap-v2.ts";
export type {
  MsChap2Accounts,
  MsChap2Admission,
  MsChap2LogonAnswer,
  MsChap2NewPassword,
  MsChap2Verdict,
} from "./methods/ms-chap-v2/ms-chap2-accounts.ts";
export { eapTypeMsChapV2 } from "./methods/ms-chap-v2/type.ts";
export {
  nextOneTimePassword,
  type OneTimePasswordAlgorithm,
  type OneTimePasswordInput,
  oneTimePassword,
} from "./methods/one-time-password/one-time-password.ts";
export {
  eapTypeOneTimePassword,
  type OneTimePasswordOptions,
  type OneTimePasswordState,
  type OneTimePasswordStore,
  oneTimePasswordMethod,
} from "./methods/one-time-password/one-time-password-method.ts";
export {
  formatOneTimePassword,
  formatOneTimePasswordChallenge,
  type OneTimePasswordChallenge,
  parseOneTimePassword,
  parseOneTimePasswordChallenge,
} from "./methods/one-time-password/one-time-password-text.ts";
// Tunnels, and what is said inside.
export { eapTypePeap, type PeapOptions, peap, peapServer } from "./methods/peap/peap.ts";
export type { CryptoBindingUse } from "./methods/peap/peap-authenticator.ts";
export {
  type CryptoBinding,
  decodePeapTlvs,
  eapTypeTlv,
  encodePeapTlvs,
  type PeapTlvs,
} from "./methods/peap/peap-tlv.ts";
export { PeapTlvError, type PeapTlvErrorReason } from "./methods/peap/peap-tlv-error.ts";
export {
  type EapTlsApplicant,
  type EapTlsCaller,
  type EapTlsClientOptions,
  type EapTlsOptions,
  type EapTlsServerOptions,
  type EapTlsVerdict,
  eapTls,
  eapTlsServer,
} from "./methods/tls/eap-tls.ts";
export { eapTypeTls } from "./methods/tls/type.ts";
export type { TlsMethodClientSettings, TlsMethodServerSettings } from "./methods/tls-core/tls-endpoints.ts";
export type { TlsRefusal, TlsRefusalReason } from "./methods/tls-core/tls-refusal.ts";
export { type DiameterAvp, decodeAvps, encodeAvps } from "./methods/ttls/avp.ts";
export { AvpError, type AvpErrorReason } from "./methods/ttls/avp-error.ts";
export type { MsChapAccounts, MsChapLogonAnswer } from "./methods/ttls/ms-chap-accounts.ts";
export {
  eapTypeTtls,
  type TtlsClientOptions,
  type TtlsOptions,
  type TtlsServerOptions,
  ttls,
  ttlsServer,
} from "./methods/ttls/ttls.ts";
export type { TtlsProtocol } from "./methods/ttls/ttls-credentials.ts";
export type { InnerMethodOptions } from "./methods/tunnel/inner-methods.ts";
export type {
  TunnelClientOptions,
  TunnelOptions,
  TunnelServerOptions,
} from "./methods/tunnel/tunnel-method.ts";
export { decodeUserQuestion, type EapUserQuestion } from "./methods/user-question.ts";
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
