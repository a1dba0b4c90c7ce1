import type { PppCredentials, PppServerEap, PppSession, PppVerdict } from "@sallyport/ppp";
import type { AccountingRecord } from "../accounting/accounting-record.ts";

/**
 * Who decides whether a caller is who he says (EAP-13): Windows, with accounts of this machine, or RADIUS. One provider
 * serves all calls of a port.
 */
export interface RasProvider {
  /** How traces and accounting records call it. */
  readonly name: "Windows" | "RADIUS";
  /** Verifies what PAP, CHAP or MS-CHAPv2 brought. What it throws refuses the caller with 645. */
  verify(credentials: PppCredentials, call: ProviderCall): PppVerdict | PromiseLike<PppVerdict>;
  /** EAP with one caller; undefined where the provider has none. */
  eap(call: ProviderCall): PppServerEap | undefined;
  /**
   * Whether who has proved who he is may dial in, where only the provider knows that.
   *
   * @returns 0, or the error: 649
   */
  permits?(session: PppSession): number | PromiseLike<number>;
  /** Takes an accounting record; left out where the provider keeps none. What it throws is logged. */
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
}
