// The stages of a call, from its answer to its hang-up.

// What is accounted for.
export { accountingAttributes } from "./accounting/accounting-attributes.ts";
export type { AccountingRecord, TerminateCause } from "./accounting/accounting-record.ts";
export type { CallEnd } from "./call/call-end.ts";
export { RasConnectionManager, type RasConnectionManagerOptions } from "./call/connection-manager.ts";
export type { RasCall } from "./call/ras-call.ts";
export type { RasService } from "./call/service.ts";
// The caller's side.
export { callDiagram } from "./caller/call-diagram.ts";
export {
  type DialerEnd,
  type DialerTraceEntry,
  RasDialer,
  type RasDialerEvents,
  type RasDialerOptions,
} from "./caller/ras-dialer.ts";
// What an administrator reads.
export { RasCallEvent } from "./events.ts";
// Who decides whether a caller is who he says.
export type { ProviderCall, RasProvider } from "./provider/provider.ts";
export {
  type RadiusProviderOptions,
  type RadiusProviderServer,
  radiusProvider,
} from "./provider/radius-provider.ts";
export type { RadiusNas } from "./provider/radius-request.ts";
export { type WindowsProviderOptions, windowsProvider } from "./provider/windows-provider.ts";
export { type CallStage, type CallTrace, type CallTraceEntry, callTraceLine } from "./trace/call-trace.ts";
