// The contract of an extension: entry points, enumerations, attributes.

export { findAccount } from "./account-lookup.ts";
export { AttributeList, HeldAttribute } from "./attribute-list.ts";
// What an administrator reads.
export type { AuditOptions } from "./audit/audit.ts";
export type { AuditFields } from "./audit/audit-fields.ts";
export {
  attributeText,
  findAttribute,
  type RadiusAttribute,
  type RadiusAttributeInput,
  type RadiusAttributes,
  radiusAttribute,
} from "./contract/attribute.ts";
export * from "./contract/attribute-types.ts";
export * from "./contract/constants.ts";
export type {
  AnsweredChallenge,
  CallSignal,
  ContractReadings,
  ExtensionCall,
  ExtensionEnvironment,
  ExtensionLog,
  NpsExtensionModule,
  Out,
  RadiusAttributeArray,
  RadiusExtensionControlBlock,
} from "./contract/extension-module.ts";
// The same with plain functions.
export { accept, challenge, type Decision, discard, type RejectReason, reject } from "./define/decisions.ts";
export {
  type Decided,
  defineNpsExtension,
  type ExtensionResponse,
  type NpsExtensionDefinition,
} from "./define/define-nps-extension.ts";
export type { ExtensionRequest, FoundDisposition, NamedAttributes } from "./define/extension-request.ts";
// Who carries EAP for the pipeline.
export type {
  EapInnerMethods,
  EapMethodFacts,
  EapMethodType,
  EapOffer,
  EapOpening,
  EapOutcome,
  EapRound,
  EapService,
} from "./eap/eap-service.ts";
export { eventSource, NpsEvent } from "./events.ts";
// The host: modules into extensions, and the pipeline that calls them.
export { type ExtensionScope, type PreparedScope, prepareScope } from "./host/extension-scope.ts";
export {
  type CrashConsequence,
  type ExtensionForm,
  type ExtensionOptions,
  loadNpsExtension,
  type NpsExtension,
  npsExtension,
} from "./host/load-extension.ts";
export { defaultDomainName, qualifiedName } from "./identity.ts";
export { AccountLockout, type AccountLockoutOptions } from "./lockout/account-lockout.ts";
// The log files of NPS: lines and rows.
export { decodeDtsLine, encodeDtsLine } from "./logs/dts-line.ts";
export { decodeIasLine, encodeIasLine } from "./logs/ias-line.ts";
export { type LocalTime, localTimeIn } from "./logs/local-time.ts";
export {
  LogAttributeId,
  type LogAttributeKind,
  logAttributeId,
  logAttributeKind,
  logAttributeNames,
  odbcColumns,
} from "./logs/log-attributes.ts";
export { type LogDateOrder, LogDates } from "./logs/log-dates.ts";
export { type LogFailureRule, withFailureRule } from "./logs/log-failure-rule.ts";
export { type LogCondition, logFilter, logFilterKeys } from "./logs/log-filter.ts";
export { decodeLogLine, encodeLogLine, logFormatOf } from "./logs/log-line.ts";
export { LogLineError, type LogLineErrorReason, logLineProblem } from "./logs/log-line-error.ts";
export { type LogBatch, type LogMistake, LogReader, type LogReaderOptions } from "./logs/log-reader.ts";
export { type LogPeriod, LogRotation, type LogRotationOptions } from "./logs/log-rotation.ts";
export {
  type LogAttribute,
  type LogFormat,
  LogRow,
  type LogRowParts,
  type LogValueType,
} from "./logs/log-row.ts";
export { LogSummary, type LogSummaryFigures } from "./logs/log-summary.ts";
export { type LogSummaryTextOptions, logSummaryText, oneLine } from "./logs/log-summary-text.ts";
export { decodeOdbcLine, encodeOdbcLine } from "./logs/odbc-line.ts";
export { LogAuthenticationType, packetTypeName } from "./logs/packet-types.ts";
export { accountingRow, type LogWriterFacts } from "./logs/record-row.ts";
export type { TimelineColumns } from "./logs/timeline.ts";
export { Nps, type NpsOptions, type NpsReload } from "./nps.ts";
export type { AccountingLog, AccountingRecord } from "./pipeline/accounting-log.ts";
export type { ChangePassword, Compatibility, RemoteServers } from "./pipeline/stage.ts";

// Policies.
export type { AttributeConditionSettings } from "./policies/attribute-condition.ts";
export { type AuthenticationType, authenticationTypes } from "./policies/conditions.ts";
export {
  type ConnectionRequestPolicySettings,
  connectionRequestPolicy,
} from "./policies/connection-request-policy.ts";
export type { PolicyFinding, PolicySurroundings } from "./policies/finding.ts";
export {
  type AuthenticationMethod,
  type EncryptionStrength,
  encryptionStrengths,
  type NetworkAccessSettings,
  type NetworkConstraints,
  type NetworkPolicySettings,
  networkPolicy,
} from "./policies/network-policy.ts";
export {
  type AuthenticationChoice,
  type ConnectionRequestPolicy,
  defaultConnectionRequestPolicy,
  defaultNetworkPolicy,
  type NetworkPolicy,
  type PolicyCondition,
  type PolicyConstraint,
} from "./policies/policy.ts";
export type { ConnectionRequestConditions, NetworkConditions } from "./policies/policy-conditions.ts";
export {
  type PoliciesSettings,
  policyFindings,
} from "./policies/policy-findings.ts";
export type { PolicyTried } from "./policies/policy-list.ts";
export {
  type RealmAttribute,
  type RealmRule,
  type RealmRuleSettings,
  realmAttributes,
  realmRule,
} from "./policies/realm-rules.ts";
export { receiverEventLog } from "./radius-events.ts";
export { Reason } from "./reason.ts";
export type { NpsRequest } from "./request.ts";
export { traceExplanation } from "./trace/explanation.ts";
export { traceLine, traceNarrative } from "./trace/narrative.ts";
export {
  type FormattedAttribute,
  RequestTrace,
  type RequestTraceJson,
  type TraceDetail,
  type TraceEnd,
  type TraceStep,
} from "./trace/request-trace.ts";
export { TraceMemory } from "./trace/trace-memory.ts";
