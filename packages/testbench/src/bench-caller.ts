import {
  type CallOutcome,
  DialInCaller,
  type DialInCallerOptions,
  RASCS_Disconnected,
  type SecurityCall,
} from "@sallyport/ras-security";
import type { Milliseconds, VirtualClock } from "@sallyport/runtime";

/** How far the clock is moved while something is waited for, milliseconds. */
const step: Milliseconds = 100;

/** Somebody who dials in: types, and reads what the module sends. All waiting is virtual. */
export interface BenchCaller {
  /** Everything that arrived before PPP, as Latin-1. */
  readonly screen: string;
  /** RASCONNSTATE of the caller's side (`RASCS_Interactive` ...). */
  readonly state: number;
  /** Why the caller's side failed; 0 while it has not. */
  readonly error: number;
  /** Where the dialog stands on the server: `"Active"`, `"Delayed"` ... */
  readonly dialog: SecurityCall["state"];
  /** What the call came to; undefined while the dialog goes on. */
  readonly outcome: CallOutcome | undefined;
  /** The call log: every Windows function with its result, in order. */
  readonly calls: readonly string[];
  /**
   * Waits for a text behind what was waited for before, and resolves to what came before it.
   *
   * @param options `timeoutSeconds` of virtual time, 30 by default
   * @throws {Error} with what is on the screen, when it does not come or the line is closed
   */
  expect(text: string, options?: { readonly timeoutSeconds?: number }): Promise<string>;
  /** Types a text as it is: Enter is `\r`. With `everyMs`, one key after the other, as slow typists do. */
  type(text: string | Uint8Array, options?: { readonly everyMs?: Milliseconds }): Promise<void>;
  hangUp(): Promise<void>;
  /** An administrator of the server ends the call. */
  disconnect(): Promise<void>;
  /**
   * Waits for the end of the dialog.
   *
   * @throws {Error} with what is on the screen, when it does not end within `timeoutSeconds` of virtual time (600 by default)
   */
  ended(options?: { readonly timeoutSeconds?: number }): Promise<CallOutcome>;
}

/** What a caller is connected to. */
export interface CallerLine {
  readonly clock: VirtualClock;
  readonly call: () => SecurityCall;
  readonly outcome: () => CallOutcome | undefined;
  readonly calls: () => readonly string[];
  readonly send: (bytes: Uint8Array) => void;
  readonly hangUp: () => void;
}

/** Makes a caller on a line; what arrives for him is handed to `received`. */
export function benchCaller(
  line: CallerLine,
  options: Pick<DialInCallerOptions, "script" | "pausedStates">,
): { readonly caller: BenchCaller; readonly side: DialInCaller } {
  const { clock } = line;
  let screen = "";
  const side = new DialInCaller({
    ...options,
    clock,
    send: line.send,
    hangUp: line.hangUp,
    onText: (bytes) => {
      for (const byte of bytes) screen += String.fromCharCode(byte);
    },
  });
  const settle = (): Promise<void> => clock.advanceAsync(0);
  /** Moves time on until something holds; false when it did not in time. */
  const until = async (holds: () => boolean, limit: Milliseconds): Promise<boolean> => {
    await settle();
    for (let waited = 0; !holds(); waited += step) {
      if (waited >= limit) return false;
      await clock.advanceAsync(step);
    }
    return true;
  };
  const seen = (): string => `on the screen: ${JSON.stringify(screen.slice(-500))}`;
  const isOver = (): boolean => side.state === RASCS_Disconnected;
  const caller: BenchCaller = {
    get screen() {
      return screen;
    },
    get state() {
      return side.state;
    },
    get error() {
      return side.error;
    },
    get dialog() {
      return line.call().state;
    },
    get outcome() {
      return line.outcome();
    },
    get calls() {
      return line.calls();
    },
    async expect(text, { timeoutSeconds = 30 } = {}) {
      const start = screen.length - side.unmatched.length;
      await until(() => side.isThere(text) || isOver(), timeoutSeconds * 1_000);
      if (side.take(text)) return screen.slice(start, screen.length - side.unmatched.length - lengthOf(text));
      const why = isOver() ? "the line was closed" : `it did not come within ${timeoutSeconds} s`;
      throw new Error(`expected ${JSON.stringify(text)}: ${why}; ${seen()}`);
    },
    async type(text, { everyMs } = {}) {
      const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
      if (everyMs === undefined) {
        line.send(bytes);
        await settle();
        return;
      }
      for (let key = 0; key < bytes.length; key++) {
        await clock.advanceAsync(everyMs);
        line.send(bytes.subarray(key, key + 1));
      }
      await settle();
    },
    async hangUp() {
      side.hangUp();
      await settle();
    },
    async disconnect() {
      line.call().disconnect();
      await settle();
    },
    async ended({ timeoutSeconds = 600 } = {}) {
      await until(() => line.outcome() !== undefined, timeoutSeconds * 1_000);
      const outcome = line.outcome();
      if (outcome !== undefined) return outcome;
      throw new Error(`the dialog did not end within ${timeoutSeconds} s; ${seen()}`);
    },
  };
  return { caller, side };
}

/** In bytes, as the screen counts. */
function lengthOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
