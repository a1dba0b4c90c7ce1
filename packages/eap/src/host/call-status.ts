import { WindowsError } from "@sallyport/errors";
import { isThenable } from "@sallyport/runtime";
import type { RasEapStatus } from "../contract/ppp-eap.ts";
import { ERROR_AUTH_INTERNAL } from "../contract/status-codes.ts";

/** What a call of a module came to. */
export interface CallStatus {
  readonly status: number;
  /** Words for the log where the status is not 0; never what the module may have put secrets into. */
  readonly reason: string;
}

/** Calls a function of a module; an exception, a rejection and nonsense are 645 (EAP-93). */
export async function statusOf(call: () => RasEapStatus): Promise<CallStatus> {
  try {
    const returned = call();
    return returnedStatus(isThenable(returned) ? await returned : returned);
  } catch (error) {
    return thrownStatus(error);
  }
}

/** A returned value as a status: anything but an unsigned 32-bit number is 645. */
export function returnedStatus(value: unknown): CallStatus {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff) {
    return value === 0 ? success : { status: value, reason: `returned ${value}` };
  }
  return { status: ERROR_AUTH_INTERNAL, reason: `returned no status number (${typeof value})` };
}

/** An exception as a status: a WindowsError is its code, all others are 645 (EAP-93). */
export function thrownStatus(error: unknown): CallStatus {
  if (WindowsError.is(error) && error.code !== 0) {
    return { status: error.code, reason: `threw ${error.symbol ?? error.code}` };
  }
  const name = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
  return { status: ERROR_AUTH_INTERNAL, reason: `threw ${name}` };
}

const success: CallStatus = { status: 0, reason: "returned 0" };
