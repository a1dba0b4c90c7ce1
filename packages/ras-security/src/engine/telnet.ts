import type { TerminalWindow } from "../contract/security-module.ts";

/** What came of bytes from a telnet peer. */
export interface TelnetInput {
  /** What the person typed. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** What is to be answered, already in telnet. */
  readonly reply: Uint8Array<ArrayBuffer>;
}

// RFC 854, RFC 857, RFC 858, RFC 1073.
const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SB = 250;
const EL = 248;
const EC = 247;
const AYT = 246;
const IP = 244;
const BREAK = 243;
const SE = 240;
const ECHO = 1;
const SUPPRESS_GO_AHEAD = 3;
const WINDOW_SIZE = 31;

/** Which end of the line this is: the one that asks, or the one that dials in. */
export type TelnetRole = "server" | "client";

/** Options that an end performs, and those that it lets the other end perform. */
const performed: Readonly<Record<TelnetRole, ReadonlySet<number>>> = {
  server: new Set([ECHO, SUPPRESS_GO_AHEAD]),
  client: new Set([SUPPRESS_GO_AHEAD]),
};
const allowed: Readonly<Record<TelnetRole, ReadonlySet<number>>> = {
  server: new Set([SUPPRESS_GO_AHEAD, WINDOW_SIZE]),
  client: new Set([ECHO, SUPPRESS_GO_AHEAD]),
};

/** Keys that telnet sends as commands: Ctrl-C, backspace, Ctrl-U. */
const keys: ReadonlyMap<number, number> = new Map([
  [IP, 0x03],
  [BREAK, 0x03],
  [EC, 0x08],
  [EL, 0x15],
]);

const carriageReturn = 13;
const lineFeed = 10;
/** How much of one subnegotiation is looked at; the rest is dropped. */
const longestSubnegotiation = 64;

type Expecting = "data" | "command" | "option" | "subnegotiation" | "subnegotiation command";

/**
 * One end of telnet on one line: takes commands out of what arrives, answers them, and doubles 255 in what leaves. The
 * server offers to echo and to work character by character, so that a dialog decides what a caller sees. It never answers an
 * answer (RFC 1143), and keeps at most 64 bytes of what the peer sends.
 *
 * @example
 * ```ts
 * const telnet = new TelnetEnd("server");
 * socket.write(telnet.open());
 * socket.on("data", (bytes) => {
 *   const { data, reply } = telnet.received(bytes);
 *   socket.write(reply);
 *   call.received(data);
 * });
 * ```
 */
export class TelnetEnd {
  readonly #role: TelnetRole;
  #expecting: Expecting = "data";
  #verb = 0;
  #subnegotiation: number[] = [];
  #afterReturn = false;
  #sentReturn = false;
  /** Our offers that were not answered yet, and what is agreed upon. */
  readonly #asked = new Set<string>();
  readonly #agreed = new Set<string>();
  #window: TerminalWindow | undefined;

  constructor(role: TelnetRole) {
    this.#role = role;
  }

  /** What is sent when the line is up: a client waits for the server's offers. */
  open(): Uint8Array<ArrayBuffer> {
    if (this.#role === "client") return new Uint8Array(0);
    const offers = [
      [WILL, ECHO],
      [WILL, SUPPRESS_GO_AHEAD],
      [DO, SUPPRESS_GO_AHEAD],
      [DO, WINDOW_SIZE],
    ] as const;
    for (const [verb, option] of offers) this.#asked.add(agreement(verb, option));
    return Uint8Array.from(offers.flatMap(([verb, option]) => [IAC, verb, option]));
  }

  /** The size of the caller's window, where he told it. */
  get window(): TerminalWindow | undefined {
    return this.#window;
  }

  /** Whether the server shows what is typed, and not the client. */
  get serverEchoes(): boolean {
    return this.#agreed.has(agreement(this.#role === "server" ? WILL : DO, ECHO));
  }

  received(bytes: Uint8Array): TelnetInput {
    const data: number[] = [];
    const reply: number[] = [];
    for (const byte of bytes) this.#take(byte, data, reply);
    return { data: Uint8Array.from(data), reply: Uint8Array.from(reply) };
  }

  /** Bytes as they go onto the line: 255 doubled, and NUL behind a CR that no LF follows (RFC 854). */
  encode(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const encoded: number[] = [];
    for (const byte of bytes) {
      if (this.#sentReturn && byte !== lineFeed && byte !== 0) encoded.push(0);
      encoded.push(byte);
      if (byte === IAC) encoded.push(IAC);
      this.#sentReturn = byte === carriageReturn;
    }
    return Uint8Array.from(encoded);
  }

  #take(byte: number, data: number[], reply: number[]): void {
    switch (this.#expecting) {
      case "data":
        if (byte === IAC) this.#expecting = "command";
        else this.#data(byte, data);
        return;
      case "command":
        this.#command(byte, data, reply);
        return;
      case "option":
        this.#expecting = "data";
        this.#negotiate(this.#verb, byte, reply);
        return;
      case "subnegotiation":
        if (byte === IAC) this.#expecting = "subnegotiation command";
        else this.#keep(byte);
        return;
      case "subnegotiation command":
        this.#endSubnegotiation(byte);
    }
  }

  /** CR NUL is a CR (RFC 854). */
  #data(byte: number, data: number[]): void {
    if (!(this.#afterReturn && byte === 0)) data.push(byte);
    this.#afterReturn = byte === carriageReturn;
  }

  #command(byte: number, data: number[], reply: number[]): void {
    this.#expecting = "data";
    switch (byte) {
      case IAC:
        this.#data(byte, data);
        return;
      case WILL:
      case WONT:
      case DO:
      case DONT:
        this.#verb = byte;
        this.#expecting = "option";
        return;
      case SB:
        this.#subnegotiation = [];
        this.#expecting = "subnegotiation";
        return;
      case AYT:
        reply.push(...new TextEncoder().encode("\r\n[Yes]\r\n"));
        return;
    }
    const key = keys.get(byte);
    if (key !== undefined) this.#data(key, data);
  }

  #negotiate(verb: number, option: number, reply: number[]): void {
    const positive = verb === WILL || verb === DO;
    const mine = verb === DO || verb === DONT;
    const own = agreement(mine ? WILL : DO, option);
    const answered = this.#asked.delete(own);
    if (!positive) {
      const was = this.#agreed.delete(own);
      if (was && !answered) reply.push(IAC, mine ? WONT : DONT, option);
      return;
    }
    if (!(mine ? performed : allowed)[this.#role].has(option)) {
      reply.push(IAC, mine ? WONT : DONT, option);
      return;
    }
    const known = this.#agreed.has(own);
    this.#agreed.add(own);
    if (!known && !answered) reply.push(IAC, mine ? WILL : DO, option);
  }

  #keep(byte: number): void {
    if (this.#subnegotiation.length < longestSubnegotiation) this.#subnegotiation.push(byte);
  }

  #endSubnegotiation(byte: number): void {
    this.#expecting = byte === SE ? "data" : "subnegotiation";
    if (byte === IAC) this.#keep(byte);
    if (byte !== SE) return;
    const [option, columnsHigh = 0, columnsLow = 0, rowsHigh = 0, rowsLow = 0] = this.#subnegotiation;
    if (option !== WINDOW_SIZE || this.#subnegotiation.length !== 5) return;
    this.#window = { columns: columnsHigh * 256 + columnsLow, rows: rowsHigh * 256 + rowsLow };
  }
}

/** One option in one direction: what this end does (WILL) or asks the other to do (DO). */
function agreement(verb: typeof WILL | typeof DO, option: number): string {
  return `${verb} ${option}`;
}
