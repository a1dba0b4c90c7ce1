import type { TlsErrorReason } from "../tls-error.ts";
import type { PlainConnection } from "./established.ts";

/** What a session is asked to do, as plain data that pass between threads. */
export type Command =
  /** `offered`: the session of the store that the client named. */
  | { readonly kind: "step"; readonly bytes: Uint8Array; readonly offered?: Uint8Array | undefined }
  | { readonly kind: "write"; readonly bytes: Uint8Array }
  | { readonly kind: "close" }
  | { readonly kind: "refuse"; readonly alert: number };

/** What came of a command. A failure is the last that a session tells. */
export interface Outcome {
  readonly flight: Uint8Array<ArrayBuffer>;
  /** Application data that came along. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** There once: when the handshake is complete. */
  readonly connection?: PlainConnection | undefined;
  /** As a server: what goes into the store, under which key. */
  readonly saved?: readonly (readonly [key: string, session: Uint8Array<ArrayBuffer>])[] | undefined;
  /** As a client: what resumes this session. */
  readonly ticket?: Uint8Array<ArrayBuffer> | undefined;
  readonly peerClosed: boolean;
  readonly failure?: Failure | undefined;
}

export interface Failure {
  readonly reason: TlsErrorReason;
  readonly alert?: number | undefined;
  readonly detail?: string | undefined;
}
