import type { TlsClientSettings, TlsServerSettings } from "../settings.ts";
import type { Command, Outcome } from "./outcome.ts";

/** What the pool tells a worker. */
export type ToWorker =
  | { readonly kind: "server"; readonly endpoint: number; readonly settings: TlsServerSettings }
  | { readonly kind: "client"; readonly endpoint: number; readonly settings: TlsClientSettings }
  | { readonly kind: "staple"; readonly endpoint: number; readonly response: Uint8Array | null }
  | { readonly kind: "forget"; readonly endpoint: number }
  /** `endpoint` is there with the first command of a session, which begins with it. */
  | {
      readonly kind: "perform";
      readonly session: number;
      readonly endpoint?: number | undefined;
      readonly ticket?: Uint8Array | undefined;
      readonly command: Command;
    }
  | { readonly kind: "end"; readonly session: number };

/** What a worker answers to `perform`. */
export interface FromWorker {
  readonly session: number;
  readonly outcome: Outcome;
}
