import type { TerminalWindow } from "../contract/security-module.ts";

/** What a port is. Only asynchronous (serial, modem) ports have a security dialog unless told otherwise (RAS-06). */
export type PortKind = "async" | "isdn" | "vpn";

/** One call's line as a transport offers it to the host. */
export interface SecurityLine {
  /** The friendly name of the port; cut to 128 characters for modules. */
  readonly deviceName: string;
  readonly kind: PortKind;
  /** The size of the caller's window, where the line tells it. */
  readonly window?: TerminalWindow | undefined;
  /** Transmits bytes in order, and calls `written` when they have left or cannot leave any more. Never throws. */
  write(bytes: Uint8Array<ArrayBuffer>, written: () => void): void;
  /** Ends the call. Called at most once. */
  hangUp(): void;
}
