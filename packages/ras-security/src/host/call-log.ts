import type { Milliseconds } from "@sallyport/runtime";
import { statusName } from "../engine/status-name.ts";

/** One step of a call in the words of Windows: which function was called, and what it returned. Holds no text of a dialog. */
export interface CallLogEntry {
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly at: Milliseconds;
  readonly handle: number;
  readonly deviceName: string;
  /** `RasSecurityDialogSend(10)`, `answer`, `hang up` ... */
  readonly step: string;
  /** What the function returned, where it returned something. */
  readonly result: number | undefined;
}

/** An entry as a line: `RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)`. */
export function callLogLine({ step, result }: Pick<CallLogEntry, "step" | "result">): string {
  return result === undefined ? step : `${step} -> ${statusName(result)}`;
}
