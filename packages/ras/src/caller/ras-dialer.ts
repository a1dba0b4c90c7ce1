import { ERROR_PORT_DISCONNECTED, ERROR_REMOTE_DISCONNECTION } from "@sallyport/errors/ras";
import {
  type PingResult,
  type PppCallerCredentials,
  type PppConnection,
  type PppCounters,
  PppLink,
  type PppLinkSettings,
} from "@sallyport/ppp";
import {
  type CallerStep,
  DialInCaller,
  RASCS_AllDevicesConnected,
  RASCS_Authenticate,
  RASCS_Connected,
  RASCS_Disconnected,
} from "@sallyport/ras-security";
import type { Cancel, Clock, Log, Milliseconds, Random } from "@sallyport/runtime";
import { PppStart } from "./ppp-start.ts";

export interface RasDialerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
  /** Transmits to the server. @returns false when the line takes no more for now; `drained` tells when it does */
  readonly send: (bytes: Uint8Array<ArrayBuffer>) => unknown;
  readonly hangUp: () => void;
  /** Answers the dialog without a user (RAS-58). */
  readonly script?: readonly CallerStep[];
  /** Whether a person may answer the dialog (RAS-57). Default true. */
  readonly pausedStates?: boolean;
  /** How long a step of the script waits for its text. Default 30 000 milliseconds. */
  readonly timeoutMs?: Milliseconds;
  /**
   * After how much silence PPP begins on this side, once the script has run to its end. Default 1 000 milliseconds; undefined
   * with `pausedStates` and without a script: a person may be typing, and the server begins.
   */
  readonly silenceMs?: Milliseconds;
  /** Without them this side refuses to say who it is. */
  readonly credentials?: PppCallerCredentials;
  readonly settings?: PppLinkSettings;
  readonly events?: RasDialerEvents;
}

/** What a dialer tells. */
export interface RasDialerEvents {
  /** RASCONNSTATE, with the error where it ended in one. */
  state?(state: number, error: number): void;
  /** What the server sends before PPP. */
  text?(bytes: Uint8Array): void;
  /** A step of the call, for people: never what was typed. */
  trace?(entry: DialerTraceEntry): void;
  /** Packets of IP go both ways. */
  connected?(connection: PppConnection): void;
  /** It is over. Called once. */
  ended?(end: DialerEnd): void;
}

/** One step of a call on the caller's side. */
export interface DialerTraceEntry {
  /** Since the line was up, milliseconds. */
  readonly at: Milliseconds;
  readonly kind: "sent" | "received" | "note";
  readonly text: string;
}

export interface DialerEnd {
  /** Of raserror.h; 0 where this side hung up an established connection. */
  readonly error: number;
  readonly reason: string;
  /** The state in which it ended. */
  readonly state: number;
}

/**
 * The caller's side of a dial-in connection: the dialog, then PPP. Sans-IO.
 *
 * @example
 * ```ts
 * import { RasDialer } from "@sallyport/ras";
 * import { systemClock, systemRandom } from "@sallyport/runtime";
 *
 * const dialer = new RasDialer({
 *   clock: systemClock,
 *   random: systemRandom,
 *   send: (bytes) => console.log("to the line", bytes.length),
 *   hangUp: () => console.log("hung up"),
 *   script: [{ expect: "Username: ", send: "alice\r" }],
 *   credentials: { userName: "alice", password: "wonderland" },
 *   events: { connected: ({ local }) => console.log("my address is", local) },
 * });
 * dialer.connected(); // the line is up
 * ```
 */
export class RasDialer {
  readonly #options: RasDialerOptions;
  readonly #dialog: DialInCaller;
  readonly #start = new PppStart();
  #begunAt: Milliseconds = 0;
  #state: number = RASCS_AllDevicesConnected;
  #link: PppLink | undefined;
  #connection: PppConnection | undefined;
  #scriptEnded: boolean;
  /** Something was typed, and no line has ended since. */
  #echoing = false;
  #cancelSilence: Cancel | undefined;
  #over = false;

  constructor(options: RasDialerOptions) {
    this.#options = options;
    const { clock, script, pausedStates, timeoutMs, send } = options;
    this.#scriptEnded = script === undefined || script.length === 0;
    this.#dialog = new DialInCaller({
      clock,
      ...(script !== undefined && script.length > 0 && { script }),
      ...(pausedStates !== undefined && { pausedStates }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      send: (bytes) => {
        this.#echoing = true;
        this.#trace("sent", `dialog: ${bytes.length} ${bytes.length === 1 ? "key" : "keys"}`);
        send(bytes);
      },
      hangUp: () => options.hangUp(),
      onText: (bytes) => options.events?.text?.(bytes),
      onScriptEnd: () => {
        this.#scriptEnded = true;
        this.#awaitSilence();
      },
      onState: (state, error) => this.#dialogState(state, error),
    });
  }

  /** RASCONNSTATE. */
  get state(): number {
    return this.#state;
  }

  /** The text that the script waits for; undefined where it waits for none. */
  get expecting(): string | undefined {
    return this.#link === undefined ? this.#dialog.expecting : undefined;
  }

  /** Of PPP; undefined before it has begun. */
  get counters(): Readonly<PppCounters> | undefined {
    return this.#link?.counters;
  }

  /** The line is up. */
  connected(): void {
    this.#begunAt = this.#options.clock.monotonic();
    this.#dialog.connected();
    if (this.#scriptEnded) this.#awaitSilence();
  }

  received(bytes: Uint8Array): void {
    if (this.#over || bytes.length === 0) return;
    if (this.#link !== undefined) {
      this.#link.receive(bytes);
      return;
    }
    const { text, ppp } = this.#start.look(bytes);
    if (text.length > 0) {
      this.#trace("received", `dialog: ${JSON.stringify(this.#withoutEcho(text))}`);
      this.#dialog.received(text);
      if (this.#scriptEnded) this.#awaitSilence();
    }
    if (ppp === undefined || this.#over) return;
    this.#begin().receive(ppp);
  }

  /** What a person types. */
  type(text: string | Uint8Array): void {
    if (this.#link === undefined && !this.#over) this.#dialog.type(text);
  }

  /** The line takes octets again. */
  drained(): void {
    this.#link?.drained();
  }

  /** Sends an echo request to the server, or to an address. */
  ping(options: Parameters<PppLink["ping"]>[0] = {}): Promise<PingResult> {
    return this.#link?.ping(options) ?? Promise.resolve({ kind: "not-sent" });
  }

  /** Ends the call: PPP in order, a dialog at once. */
  hangUp(): void {
    if (this.#link === undefined) this.#dialog.hangUp();
    else this.#link.close("the caller hangs up");
  }

  /** The server, or the line, has ended the call. */
  lost(): void {
    if (this.#link === undefined) this.#dialog.lost();
    else this.#link.lineLost();
  }

  /** What comes behind keys that were typed is their echo, up to the end of the line: it may be a secret. */
  #withoutEcho(bytes: Uint8Array): string {
    const text = new TextDecoder().decode(bytes);
    if (!this.#echoing) return text;
    const end = text.search(/[\r\n]/);
    if (end < 0) return "...";
    this.#echoing = false;
    return end === 0 ? text : `...${text.slice(end)}`;
  }

  #dialogState(state: number, error: number): void {
    if (this.#link !== undefined) return;
    if (state === RASCS_Authenticate) return; // PPP begins by what it looks like: see `received`
    if (state === RASCS_Disconnected) {
      const reason = error === ERROR_REMOTE_DISCONNECTION ? "the line was closed" : "the dialog failed";
      this.#end(error, error === ERROR_PORT_DISCONNECTED ? "hung up" : reason);
    } else this.#become(state);
  }

  /** The script is done: where the server waits for PPP, this side begins. */
  #awaitSilence(): void {
    const { clock, script, pausedStates = true, silenceMs } = this.#options;
    const hasScript = script !== undefined && script.length > 0;
    const wait = silenceMs ?? (hasScript || !pausedStates ? 1_000 : undefined);
    this.#cancelSilence?.();
    if (wait === undefined || this.#link !== undefined || this.#over) return;
    this.#cancelSilence = clock.after(wait, () => void this.#begin());
  }

  #begin(): PppLink {
    this.#cancelSilence?.();
    const { clock, random, log, send, hangUp, credentials, settings, events } = this.#options;
    const link = new PppLink({
      role: "caller",
      clock,
      random,
      log,
      credentials,
      settings,
      events: {
        send: (octets) => send(octets),
        up: (connection) => {
          this.#connection = connection;
          this.#become(RASCS_Connected);
          events?.connected?.(connection);
        },
        closed: ({ code, reason }) => {
          hangUp();
          this.#end(code, reason);
        },
        ...(events?.trace !== undefined && {
          trace: ({ kind, text }) => this.#trace(kind, text),
        }),
      },
    });
    this.#link = link;
    this.#dialog.lost(); // its timers
    this.#become(RASCS_Authenticate);
    link.open();
    return link;
  }

  /** What the two sides agreed on; undefined before. */
  get connection(): PppConnection | undefined {
    return this.#connection;
  }

  #trace(kind: DialerTraceEntry["kind"], text: string): void {
    this.#options.events?.trace?.({ at: this.#options.clock.monotonic() - this.#begunAt, kind, text });
  }

  #become(state: number, error = 0): void {
    this.#state = state;
    this.#options.events?.state?.(state, error);
  }

  #end(error: number, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelSilence?.();
    const { state } = this;
    this.#become(RASCS_Disconnected, error);
    this.#options.events?.ended?.({ error, reason, state });
  }
}
