// The provider and its functions under their Windows names.
export * from "@sallyport/errors/sspi";
// Handles, buffers, out-parameters, time, status.
export {
  bufferBytes,
  bufferType,
  findBuffer,
  isReadOnly,
  isReadOnlyWithChecksum,
  type SecBuffer,
  type SecBufferDesc,
  secBuffer,
  secBufferDesc,
} from "./buffers/sec-buffer.ts";
export type { AnsiText, AsyncCalls, CallExtension } from "./calls/async-calls.ts";
export type { ImpersonationFunctions } from "./calls/impersonation.ts";
export type { MessageFunctions } from "./calls/messages.ts";
export type { QueryFunctions } from "./calls/queries.ts";
export type { TransferFunctions } from "./calls/transfer.ts";
export type {
  ContextAttribute,
  ContextAttributes,
  PeerIdentity,
  SecPkgContextSizes,
  SecPkgContextStreamSizes,
  SecPkgInfo,
} from "./contract/attributes.ts";
// The contract of a security package.
export type { CallSignal } from "./contract/call-signal.ts";
export { type ContextFeature, featuresOf, requestFlags, resultFlags } from "./contract/features.ts";
export { type Out, out } from "./contract/out.ts";
export type { PackageMessage } from "./contract/package-message.ts";
export type {
  ContextRole,
  ContextStep,
  CredentialRequest,
  PackageCall,
  PackageContext,
  PackageCredential,
  SecurityPackage,
  StepAnswer,
} from "./contract/security-package.ts";
export type { Unwrapped } from "./define/message-protection.ts";
// Promises on top of it.
export {
  acceptSecurityContext,
  importSecurityContext,
  initializeSecurityContext,
} from "./define/open-context.ts";
export {
  type AcceptOptions,
  type ContextOptions,
  type InitiateOptions,
  SecurityContext,
  type StepResult,
} from "./define/security-context.ts";
export {
  acquireCredentials,
  type CredentialOptions,
  SecurityCredentials,
} from "./define/security-credentials.ts";
export {
  type CredHandle,
  type CtxtHandle,
  createSecHandle,
  SEC_DELETED_HANDLE,
  type SecHandle,
  SecInvalidateHandle,
  SecIsValidHandle,
} from "./handles/sec-handle.ts";
export type { SspiAsyncContext, SspiAsyncNotifyCallback } from "./machine/async-context.ts";
export type { AsyncContextFunctions } from "./machine/async-functions.ts";
export type { SspiLimits, SspiProviderOptions, SspiWarning } from "./machine/core.ts";
export type { CallLimits } from "./machine/operation.ts";
// The security package Negotiate.
export type { NegotiateAuthData } from "./packages/negotiate/negotiate-auth-data.ts";
export { type NegotiateMechanism, ntlmMechanism } from "./packages/negotiate/negotiate-mechanism.ts";
export { type NegotiatePackageOptions, negotiatePackage } from "./packages/negotiate/negotiate-package.ts";
// The security package NTLM.
export { NtlmRefusal } from "./packages/ntlm/ntlm-acceptor.ts";
export type {
  NtlmAccount,
  NtlmAccounts,
  NtlmLogonOptions,
  NtlmSecret,
} from "./packages/ntlm/ntlm-accounts.ts";
export {
  type NtlmLogon,
  type NtlmLogonAuthority,
  type NtlmLogonResult,
  type NtlmRefusalReason,
  ntlmAuthority,
} from "./packages/ntlm/ntlm-logon.ts";
export type {
  NtlmAcceptorPolicy,
  NtlmAuthData,
  NtlmAuthoritySource,
  NtlmBindingPolicy,
  NtlmIdentity,
  NtlmPackageOptions,
  NtlmServerNames,
} from "./packages/ntlm/ntlm-options.ts";
export { ntlmPackage } from "./packages/ntlm/ntlm-package.ts";
export { NtlmFormatError, type NtlmFormatReason } from "./packages/ntlm/wire/ntlm-format-error.ts";
export { SspiError, type SspiErrorOptions } from "./sspi-error.ts";
export { createSspiProvider, type SspiObjects, type SspiProvider } from "./sspi-provider.ts";
export { isContinuable, isFinal, isSuccess, statusName } from "./status.ts";
export {
  dateOfTimeStamp,
  millisecondsOfTimeStamp,
  neverExpires,
  type TimeStamp,
  timeStamp,
} from "./time-stamp.ts";
export {
  type ChannelBindings,
  decodeChannelBindings,
  encodeChannelBindings,
  type TlsBindingKind,
  tlsChannelBindings,
} from "./wire/channel-bindings.ts";
export { channelBindingsHash } from "./wire/channel-bindings-hash.ts";
export { SspiFormatError, type SspiFormatReason } from "./wire/sspi-format-error.ts";
