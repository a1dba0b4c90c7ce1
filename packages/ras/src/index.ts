// Who decides whether a caller is who he says.

// What is accounted for.
export { accountingAttributes } from "./accounting/accounting-attributes.ts";
export type { AccountingRecord, TerminateCause } from "./accounting/accounting-record.ts";
// What an administrator reads.
export { RasCallEvent } from "./events.ts";
// Addresses of callers.
export {
  AddressPool,
  type AddressRange,
  formatAddress,
  parseAddress,
  parseAddressRange,
} from "./network/address-pool.ts";
export type {
  Authorization,
  PasswordRequest,
  ProviderCall,
  ProviderEapEvents,
  ProviderEapOutcome,
  ProviderEapSession,
  ProviderVerdict,
  RasProvider,
} from "./provider/provider.ts";
export {
  type RadiusProviderOptions,
  type RadiusProviderServer,
  radiusProvider,
} from "./provider/radius-provider.ts";
export type { RadiusNas } from "./provider/radius-request.ts";
export { type WindowsProviderOptions, windowsProvider } from "./provider/windows-provider.ts";
export {
  type CallStage,
  CallTrace,
  type CallTraceEntry,
  callStages,
  callTraceLine,
} from "./trace/call-trace.ts";
