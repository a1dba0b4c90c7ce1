import {
  ERROR_INTERACTIVE_MODE,
  ERROR_PORT_DISCONNECTED,
  ERROR_REMOTE_DISCONNECTION,
  ERROR_REQUEST_TIMEOUT,
} from "@sallyport/errors/ras";
import type { Cancel, Clock, Milliseconds } from "@sallyport/runtime";
import {
  RASCS_AllDevicesConnected,
  RASCS_Authenticate,
  RASCS_Disconnected,
  RASCS_Interactive,
} from "./connection-state.ts";

/** One step of a script: wait for a text, then send one. Either may be left out. */
export interface CallerStep {
  readonly expect?: string;
  /** Sent as it is; a script that presses Enter ends it with `\r`. */
  readonly send?: string;
  /** How long to wait for the text. Default: the caller's own. */
  readonly timeoutMs?: Milliseconds;
}

export interface DialInCallerOptions {
  readonly clock: Clock;
  /** Transmits to the server. */
  readonly send: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly hangUp: () => void;
  /** Answers the dialog without a user (RAS-58). */
  readonly script?: readonly CallerStep[];
  /** Whether the caller's software lets a person answer the dialog (RAS-57). Default true. */
  readonly pausedStates?: boolean;
  /** How long a step waits for its text. Default 30 000 milliseconds. */
  readonly timeoutMs?: Milliseconds;
  /** Sees every change of state, with the error where it ended in one. */
  readonly onState?: (state: number, error: number) => void;
  /** Sees what the server sends before PPP. */
  readonly onText?: (bytes: Uint8Array) => void;
  /** The script has run to its end. */
  readonly onScriptEnd?: () => void;
}

/** How much of the server's text is remembered while a step waits for its own: older text is forgotten. */
const remembered = 65_536;
/** The first byte of every PPP frame (RFC 1662 section 4.1): before it, everything is dialog. */
const flag = 0x7e;

/**
 * The caller's side of a dial-in connection until PPP begins. Sans-IO: bytes come in, bytes and states go out.
 *
 * @example
 * ```ts
 * const caller = new DialInCaller({
 *   clock: systemClock,
 *   send: (bytes) => void socket.write(bytes),
 *   hangUp: () => void socket.end(),
 *   script: [{ expect: "Username: ", send: "alice\r" }],
 * });
 * socket.on("connect", () => caller.connected()).on("data", (bytes) => caller.received(bytes));
 * ```
 */
export class DialInCaller {
  readonly #options: DialInCallerOptions;
  readonly #steps: CallerStep[];
  #state: number = RASCS_AllDevicesConnected;
  #error = 0;
  /** What came since the last match; Latin-1, so that every byte is one character. */
  #text = "";
  #waiting: Cancel | undefined;
  #scriptEnded = false;

  constructor(options: DialInCallerOptions) {
    this.#options = options;
    this.#steps = [...(options.script ?? [])];
    this.#scriptEnded = this.#steps.length === 0;
  }

  /** RASCONNSTATE. */
  get state(): number {
    return this.#state;
  }

  /** Why the connection failed; 0 while it has not. */
  get error(): number {
    return this.#error;
  }

  /** What came since the last text that was waited for. */
  get unmatched(): string {
    return this.#text;
  }

  /** The text that the script waits for; undefined where it waits for none. */
  get expecting(): string | undefined {
    return this.#steps[0]?.expect;
  }

  /** The line is up: a script begins. */
  connected(): void {
    this.#advance();
  }

  received(bytes: Uint8Array): void {
    if (this.#state === RASCS_Disconnected || bytes.length === 0) return;
    if (this.#state === RASCS_AllDevicesConnected) {
      if (bytes[0] === flag) {
        this.#become(RASCS_Authenticate);
      } else if (this.#options.script === undefined && this.#options.pausedStates === false) {
        this.#fail(ERROR_INTERACTIVE_MODE);
        return;
      } else {
        this.#become(RASCS_Interactive);
      }
    } else if (this.#state === RASCS_Interactive && this.#scriptEnded && bytes[0] === flag) {
      this.#become(RASCS_Authenticate);
    }
    if (this.#state !== RASCS_Interactive) return;
    this.#options.onText?.(bytes);
    let added = "";
    for (const byte of bytes) added += String.fromCharCode(byte);
    this.#text = (this.#text + added).slice(-remembered);
    this.#advance();
  }

  /** What a person types. */
  type(text: string | Uint8Array): void {
    this.#options.send(typeof text === "string" ? new TextEncoder().encode(text) : Uint8Array.from(text));
  }

  /** Whether a text has come that {@link take} would take. */
  isThere(expected: string): boolean {
    return this.#text.includes(latin1(expected));
  }

  /** Takes the text up to and with `expected`; false while it has not come. */
  take(expected: string): boolean {
    const at = this.#text.indexOf(latin1(expected));
    if (at < 0) return false;
    this.#text = this.#text.slice(at + latin1(expected).length);
    return true;
  }

  hangUp(): void {
    if (this.#state !== RASCS_Disconnected) this.#fail(ERROR_PORT_DISCONNECTED);
  }

  /** The server, or the line, has ended the call. */
  lost(): void {
    if (this.#state === RASCS_Disconnected) return;
    this.#waiting?.();
    this.#become(RASCS_Disconnected, ERROR_REMOTE_DISCONNECTION);
  }

  #advance(): void {
    for (let step = this.#steps[0]; step !== undefined; step = this.#steps[0]) {
      if (step.expect !== undefined && !this.take(step.expect)) {
        this.#waiting ??= this.#options.clock.after(step.timeoutMs ?? this.#options.timeoutMs ?? 30_000, () =>
          this.#fail(ERROR_REQUEST_TIMEOUT),
        );
        return;
      }
      this.#waiting?.();
      this.#waiting = undefined;
      this.#steps.shift();
      if (step.send !== undefined) this.type(step.send);
    }
    if (this.#scriptEnded) return;
    this.#scriptEnded = true;
    this.#options.onScriptEnd?.();
  }

  #fail(error: number): void {
    this.#waiting?.();
    this.#become(RASCS_Disconnected, error);
    this.#options.hangUp();
  }

  #become(state: number, error = 0): void {
    this.#state = state;
    this.#error = error;
    this.#options.onState?.(state, error);
  }
}

/** A text as its UTF-8 bytes, one character each: how the received text is kept. */
function latin1(text: string): string {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}
