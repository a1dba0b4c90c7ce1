import { statusName } from "@sallyport/ras-security";
import type { Clock, Milliseconds } from "@sallyport/runtime";

/** The stages of a call, in their order. Each of them may end it. */
export type CallStage =
  | "answer"
  | "RAS security module"
  | "PPP link"
  | "PPP authentication"
  | "RAS admin module"
  | "PPP network"
  | "connected"
  | "hang-up";

/** One step of a call. It never holds a secret, nor what a caller typed. */
export interface CallTraceEntry {
  /** Since the call was answered, milliseconds. */
  readonly at: Milliseconds;
  readonly stage: CallStage;
  /** What was done, in the words of the Windows documentation: `RasSecurityDialogBegin`, `MprAdminAcceptNewLink(module)`. */
  readonly step: string;
  /** The status number that it came to, where it came to one. */
  readonly result?: number;
}

/** How much of a call is kept; a dialog of many questions loses its middle, never its end. */
const mostEntries = 200;

/** What happened to a call from its answer to its hang-up: one list for all stages. */
export class CallTrace {
  readonly #clock: Clock;
  readonly #begunAt: Milliseconds;
  readonly #entries: CallTraceEntry[] = [];
  #skipped = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#begunAt = clock.monotonic();
  }

  get entries(): readonly CallTraceEntry[] {
    return this.#entries;
  }

  /** How many steps were left out, from the middle on. */
  get skipped(): number {
    return this.#skipped;
  }

  add(stage: CallStage, step: string, result?: number): void {
    const at = this.#clock.monotonic() - this.#begunAt;
    if (this.#entries.length >= mostEntries) {
      this.#entries.splice(mostEntries / 2, 1);
      this.#skipped += 1;
    }
    this.#entries.push(result === undefined ? { at, stage, step } : { at, stage, step, result });
  }
}

/** An entry as a line: `RAS security module: RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)`. */
export function callTraceLine({ stage, step, result }: Omit<CallTraceEntry, "at">): string {
  return `${stage}: ${step}${result === undefined ? "" : ` -> ${statusName(result)}`}`;
}
