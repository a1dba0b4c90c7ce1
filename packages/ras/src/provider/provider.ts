import type { MppeKeyPair, RasAuthAttribute } from "@sallyport/eap";
import type { Milliseconds } from "@sallyport/runtime";
import type { AccountingRecord } from "../accounting/accounting-record.ts";

/**
 * Who decides whether a caller is who he says (EAP-13): Windows, with accounts of this machine, or RADIUS. One provider
 * serves all calls of a port.
 */
export interface RasProvider {
  /** How the trace calls it. */
  readonly name: "Windows" | "RADIUS";
  /** Verifies what PAP, CHAP or MS-CHAPv2 brought. What it throws refuses the caller with 645. */
  verify(request: PasswordRequest, call: ProviderCall): ProviderVerdict | PromiseLike<ProviderVerdict>;
  /** Begins EAP with a caller. */
  openEap(call: ProviderCall, events: ProviderEapEvents): ProviderEapSession;
  /** Takes an accounting record; undefined where the provider keeps none. What it throws is logged. */
  account?(record: AccountingRecord): void | PromiseLike<void>;
}

/** What a provider may know of a call. */
export interface ProviderCall {
  /** hPort: a number that no other call of this process has. */
  readonly port: number;
  /** wszPortName: `gate-1`. */
  readonly portName: string;
  /** Where the caller is, as far as the line tells; otherwise empty. */
  readonly from: string;
  /** The same in every RADIUS packet of the call (RFC 2866 section 5.5). */
  readonly sessionId: string;
  /** Whether the provider is to accept this name (RAS-39): the one that PPP authenticates. */
  admits(userName: string): boolean;
}

/** What a caller answered. Names and octets are as he sent them. */
export type PasswordRequest =
  | { readonly protocol: "PAP"; readonly userName: string; readonly password: Uint8Array }
  | {
      readonly protocol: "CHAP";
      readonly userName: string;
      readonly identifier: number;
      readonly challenge: Uint8Array;
      readonly response: Uint8Array;
    }
  | {
      readonly protocol: "MS-CHAPv2";
      readonly userName: string;
      readonly identifier: number;
      readonly authenticatorChallenge: Uint8Array;
      readonly peerChallenge: Uint8Array;
      readonly ntResponse: Uint8Array;
    };

/** What the provider says to it. */
export type ProviderVerdict =
  | {
      readonly kind: "accepted";
      readonly authorization: Authorization;
      /** For the user; empty where there is nothing to say. */
      readonly message?: string;
      /** MS-CHAPv2: `S=` and 40 digits, by which the caller recognizes the server (RFC 2759 section 5). */
      readonly authenticatorResponse?: string;
    }
  | {
      readonly kind: "refused";
      /** 691, 647, 648, 649, 930 ... */
      readonly error: number;
      readonly message?: string;
    };

/** What an accepted caller may do. */
export interface Authorization {
  /** Framed-IP-Address, the first octet most significant; undefined: the server's pool has one. */
  readonly address?: number | undefined;
  /** Session-Timeout. */
  readonly sessionLimitMs?: Milliseconds | undefined;
  /** Idle-Timeout. */
  readonly idleLimitMs?: Milliseconds | undefined;
  /** Acct-Interim-Interval. */
  readonly interimMs?: Milliseconds | undefined;
  /** Class, to be handed back in every accounting record (RFC 2865 section 5.25). */
  readonly classes?: readonly Uint8Array[] | undefined;
  /** The keys of the link, as this server uses them. */
  readonly keys?: MppeKeyPair | undefined;
}

export interface ProviderEapEvents {
  /** A packet for the caller. */
  send(packet: Uint8Array<ArrayBuffer>): void;
  /** EAP is over; nothing comes after this. */
  finished(outcome: ProviderEapOutcome): void;
}

export interface ProviderEapOutcome {
  /** 0 is success. */
  readonly result: number;
  /** Who the caller says to be. */
  readonly identity: string;
  readonly attributes: readonly RasAuthAttribute[];
  readonly authorization: Authorization;
}

/** EAP with one caller, at whichever end the methods are. */
export interface ProviderEapSession {
  start(): void;
  receive(packet: Uint8Array): void;
  /** The line is gone. */
  stop(): void;
}
