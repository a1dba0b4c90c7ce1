import type { Milliseconds } from "@sallyport/runtime";

/** One accounting record of a connection (RFC 2866). */
export interface AccountingRecord {
  readonly status: "start" | "interim" | "stop";
  readonly sessionId: string;
  readonly userName: string;
  readonly provider: "Windows" | "RADIUS";
  readonly port: number;
  readonly portName: string;
  readonly from: string;
  /** Framed-IP-Address, in dotted decimal. */
  readonly address: string;
  readonly classes: readonly Uint8Array[];
  /** Since IPCP opened. */
  readonly durationMs: Milliseconds;
  /** What the caller has sent, in octets of network packets; the same for the other direction. */
  readonly octetsIn: number;
  readonly octetsOut: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Of a stop. */
  readonly terminateCause?: TerminateCause;
}

/** Why a connection ended (RFC 2866 section 5.10), as far as this server can know. */
export type TerminateCause =
  | "User-Request"
  | "Lost-Carrier"
  | "Idle-Timeout"
  | "Session-Timeout"
  | "Admin-Reset"
  | "NAS-Error"
  | "NAS-Request"
  | "NAS-Reboot";
