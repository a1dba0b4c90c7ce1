import type { MessagePort } from "node:worker_threads";
import type { ContractReadings } from "../contract/extension-module.ts";
import type { ModuleShape } from "../host/isolated-module.ts";
import type { ExtensionForm } from "../host/load-extension.ts";
import type { PlainCall, PlainError, PlainOutcome } from "../host/plain-call.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly specifier: string;
  /** The file URL of a module whose `importExtension` imports; undefined for plain `import()`. */
  readonly importer: string | undefined;
  readonly name: string;
  readonly newestForm: ExtensionForm;
  readonly port: MessagePort;
  /** Where the States come in that the worker waits for. */
  readonly states: MessagePort;
  /** One 32-bit number, which grows with every State sent. */
  readonly stateCount: Int32Array<SharedArrayBuffer>;
}

export type ToWorker =
  | {
      readonly kind: "initialize";
      readonly name: string;
      readonly settings: unknown;
      readonly readings: ContractReadings;
    }
  | { readonly kind: "call"; readonly id: number; readonly call: PlainCall }
  | { readonly kind: "cancel"; readonly id: number; readonly reason: string }
  | { readonly kind: "terminate" };

export type FromWorker =
  | { readonly kind: "loaded"; readonly shape: ModuleShape }
  | { readonly kind: "not-loaded"; readonly error: PlainError }
  | { readonly kind: "initialized"; readonly outcome: PlainOutcome }
  | { readonly kind: "terminated"; readonly outcome: PlainOutcome }
  | { readonly kind: "outcome"; readonly id: number; readonly outcome: PlainOutcome }
  | { readonly kind: "cancelled"; readonly id: number }
  /** Answered through `states`. */
  | { readonly kind: "issue-state"; readonly id: number; readonly data: unknown }
  | PlainLogEntry;

/** An event that a module wrote; `id` is its call, 0 outside of calls. */
export interface PlainLogEntry {
  readonly kind: "log";
  readonly id: number;
  readonly severity: "error" | "warning" | "information" | "debug";
  readonly message: string;
  readonly fields: readonly PlainField[];
  /** How many events before this one were left out because there were too many. */
  readonly dropped: number;
}

/** A field as JSON: what hides itself from JSON stays hidden; or something thrown. */
export type PlainField = readonly [name: string, value: { readonly json: string } | PlainError];
