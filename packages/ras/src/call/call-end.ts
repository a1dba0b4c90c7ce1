import {
  ERROR_IDLE_TIMEOUT,
  ERROR_PPP_SESSION_TIMEOUT,
  ERROR_REMOTE_DISCONNECTION,
  ERROR_USER_DISCONNECTION,
} from "@sallyport/errors/ras";
import type { PppOutcome } from "@sallyport/ppp";
import type { TerminateCause } from "../accounting/accounting-record.ts";
import type { CallStage } from "../trace/call-trace.ts";

/** How a call ended. */
export interface CallEnd {
  /** The stage that ended it. */
  readonly stage: CallStage;
  /** Of raserror.h: 0 where an established connection was closed in order. */
  readonly error: number;
  /** For people. Holds no secret. */
  readonly reason: string;
}

/** Why an established connection ended, in the words of RFC 2866. */
export function terminateCause(outcome: PppOutcome, isStopping: boolean): TerminateCause {
  if (outcome.by === "line") return "Lost-Carrier";
  if (outcome.by === "other side") return "User-Request";
  if (isStopping) return "NAS-Reboot";
  switch (outcome.code) {
    case ERROR_IDLE_TIMEOUT:
      return "Idle-Timeout";
    case ERROR_PPP_SESSION_TIMEOUT:
      return "Session-Timeout";
    case ERROR_USER_DISCONNECTION:
      return "Admin-Reset";
    case ERROR_REMOTE_DISCONNECTION:
      return "Lost-Carrier";
    case 0:
      return "NAS-Request";
    default:
      return "NAS-Error";
  }
}
