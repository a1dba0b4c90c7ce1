// The bench for NPS extensions, what it is made of, and what a request on it comes to.
export type { BenchAnswer, BenchCodeName } from "./bench-answer.ts";
// The same for security modules.
export type { BenchCaller } from "./bench-caller.ts";
export type { BenchExtension, BenchModule, ImportedExtension } from "./bench-extension.ts";
export type { LineFaults } from "./bench-line.ts";
export type { BenchSender } from "./bench-request.ts";
// And for whole calls: dialog, PPP, accounts, admin modules.
export {
  type BenchConnection,
  type BenchDialIn,
  createDialInBench,
  type DialInBench,
  type DialInBenchOptions,
} from "./dial-in-bench.ts";
// The bench for EAP methods: sessions, what may befall packets, scripts in the place of a side, and users.
export {
  type BenchMethod,
  createEapBench,
  type EapBench,
  type EapBenchOptions,
  type EapConfigured,
  type EapIdentityOptions,
} from "./eap/eap-bench.ts";
export {
  corrupt,
  delay,
  drop,
  duplicate,
  type EapDelivery,
  type EapFault,
  type EapPacketRule,
  reorder,
} from "./eap/eap-fault.ts";
export type {
  AuthenticatorScript,
  PeerScript,
  ScriptedAuthenticator,
  ScriptedPeer,
  ScriptedSide,
} from "./eap/eap-script.ts";
export type {
  EapBenchAuthenticator,
  EapBenchKeys,
  EapBenchPeer,
  EapBenchSession,
  EapSessionOptions,
} from "./eap/eap-session.ts";
export type {
  EapCallEntry,
  EapEventEntry,
  EapPacketEntry,
  EapReturnEntry,
  EapTranscriptEntry,
} from "./eap/eap-transcript.ts";
export { answers, cancels, type EapBenchUser, type EapUserReaction, ignores } from "./eap/eap-user.ts";
export type { EapSide } from "./eap/side.ts";
export { createNpsBench, type NpsBench, type NpsBenchOptions } from "./nps-bench.ts";
export { type BenchDial, createRasBench, type RasBench, type RasBenchOptions } from "./ras-bench.ts";

// SSPI: a provider on the bench, and a security package that follows a script.
export {
  never,
  type ScriptedAnswer,
  type ScriptedConduct,
  type ScriptedStep,
  throws,
  twice,
  waits,
} from "./scripted-answer.ts";
export type { ScriptedMessages } from "./scripted-messages.ts";
export {
  type PackageCallRecord,
  type PackageScript,
  type ScriptedPackage,
  scriptedPackage,
} from "./scripted-package.ts";
export { createSspiBench, type SspiBench, type SspiBenchOptions } from "./sspi-bench.ts";
