import type { CallOutcome, RasAdminHost, SecurityCall, SecurityLine } from "@sallyport/ras-security";
import type { Clock, Log, Random } from "@sallyport/runtime";
import type { RasCall } from "./ras-call.ts";

/** What a call needs of its manager. */
export interface CallHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly admin: RasAdminHost;
  /** Whether packets of PPP are traced, in words. */
  readonly tracePackets: boolean;
  readonly isStopping: boolean;
  /** Acct-Session-Id: no other call has it, in this process or an earlier one. */
  sessionId(port: number): string;
  /** Begins the security dialog. */
  dialog(line: SecurityLine, call: RasCall, over: (outcome: CallOutcome) => void): SecurityCall;
  /** Something is still to be done for a call that has ended: a stop waits for it. */
  track(work: Promise<unknown>): void;
  ended(call: RasCall): void;
}
