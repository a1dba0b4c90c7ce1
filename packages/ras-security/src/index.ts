// The contract of a security module.
export * from "./contract/constants.ts";
export type {
  CallSignal,
  ModuleLog,
  Out,
  RasSecurityDialogComplete,
  RasSecurityInfo,
  RasSecurityModule,
  SecurityMessage,
  SecurityPort,
  TerminalWindow,
} from "./contract/security-module.ts";

// The same as one function.

export { defineSecurityDialog, type SecurityDialogOptions } from "./define/define-security-dialog.ts";
export { type DialogEnd, DialogEndedError } from "./define/dialog-ended.ts";
export type { DialogVerdict } from "./define/dialog-verdict.ts";
export { type Echo, type Edited, LineEditor } from "./define/line-editor.ts";
export type { AskOptions, DialogLimits, SecurityDialog } from "./define/security-dialog.ts";

// The host: loads a module, and calls it for every line.

export type { PortKind, SecurityLine } from "./host/line.ts";
export {
  type LoadSecurityModuleOptions,
  loadSecurityModule,
  type SecurityModule,
  securityModule,
} from "./host/load-security-module.ts";
export type { RasSecurityHostOptions, RasSecurityLimits } from "./host/options.ts";
export type { CallOutcome } from "./host/outcome.ts";
export {
  adminDllKey,
  createMemoryRegistry,
  type MemoryRegistry,
  type Registry,
  securityHostKey,
} from "./host/registry.ts";
export { RasSecurityHost, type SecurityCall } from "./host/security-host.ts";

// What an administrator reads.

export { statusName } from "./engine/status-name.ts";
export { type CallLogEntry, callLogLine } from "./host/call-log.ts";
export { eventSource, RasEvent } from "./host/events.ts";
export { printableName } from "./host/printable-name.ts";

// The terminate handshake as a table.

export { transactionDiagram } from "./engine/transaction-diagram.ts";
export {
  type TransactionAction,
  type TransactionEvent,
  type TransactionRow,
  type TransactionState,
  transactionTable,
} from "./engine/transaction-table.ts";

// Lines and callers.

export * from "./caller/connection-state.ts";
export { type CallerStep, DialInCaller, type DialInCallerOptions } from "./caller/dial-in-caller.ts";
export { TelnetEnd, type TelnetInput, type TelnetRole } from "./engine/telnet.ts";

// Admin modules: what follows PPP.

export {
  type Admission,
  type ProposedAddresses,
  RasAdminHost,
  type RasAdminHostOptions,
} from "./admin/admin-host.ts";
export { type AdminModule, adminModule, loadAdminModules } from "./admin/load-admin-modules.ts";
export type { RasAdminModule, RasAdminServer, RasConnection, RasLink } from "./contract/admin-module.ts";
