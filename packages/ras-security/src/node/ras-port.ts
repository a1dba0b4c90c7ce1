import { chmodSync, lstatSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Milliseconds } from "@sallyport/runtime";
import type { SecurityLine } from "../host/line.ts";
import type { CallOutcome } from "../host/outcome.ts";
import type { SecurityCall } from "../host/security-host.ts";
import { lineStream } from "./line-stream.ts";
import { SocketLine } from "./socket-line.ts";

/** Where a port listens: an address and a TCP port (0 for any), or the path of a Unix socket. */
export type RasPortAddress = { readonly address: string; readonly port: number } | { readonly path: string };

export interface RasPortOptions {
  /** Calls get device names from it: `gate-1`, `gate-2` ... */
  readonly name: string;
  readonly listen: RasPortAddress;
  /** Whether callers speak telnet (RFC 854). Default false: bytes as they are. */
  readonly telnet?: boolean;
  /** How many calls there may be at a time. Default 64. Further ones are hung up at once. */
  readonly maxCalls?: number;
  /** The security host, or whoever leads calls through further stages. */
  readonly host: CallTaker;
  /** Gets the open line when the dialog has succeeded, or where there is none. */
  readonly onOpen: (line: OpenLine) => void;
  /** A caller was turned away because `maxCalls` are there. */
  readonly onBusy?: () => void;
}

/** Takes the calls of a port: a `RasSecurityHost` is one. */
export interface CallTaker {
  /** `onOutcome` hands the line on when the stages of the taker are over. `from` is where the caller is. */
  answer(
    line: SecurityLine,
    onOutcome: (outcome: CallOutcome) => void,
    caller: { readonly from: string },
  ): SecurityCall;
}

/** A call whose security dialog is over. */
export interface OpenLine {
  readonly call: PortCall;
  /** What the caller types from now on, and what he sees; its end hangs up. */
  readonly stream: Duplex;
  readonly outcome: CallOutcome & { readonly kind: "success" | "no dialog" };
}

/** A call on a port, from its answer until its line is closed. */
export interface PortCall {
  readonly deviceName: string;
  /** Where the caller is: an address and a port, empty for a Unix socket. */
  readonly from: string;
  readonly since: Milliseconds;
  /** The state of the dialog; `"Open"` when the line was handed on. */
  readonly state: SecurityCall["state"] | "Open";
  /** Who the dialog says the caller is; undefined before its verdict. */
  readonly userName: string | undefined;
  disconnect(): void;
}

/** A port that listens. */
export interface RasPort {
  readonly name: string;
  /** The real address: `127.0.0.1:41812`, or the path of the Unix socket. */
  readonly address: string;
  readonly calls: readonly PortCall[];
  /** Takes no call any more. Those in progress go on. */
  stop(): void;
  /** Ends every call, and resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Opens a port: every connection is a call for the security host.
 *
 * @throws the system's error when it cannot listen (`EADDRINUSE`, `EACCES` ...)
 *
 * @example
 * ```ts
 * const port = await listenRasPort({
 *   name: "gate",
 *   listen: { address: "127.0.0.1", port: 7000 },
 *   host,
 *   onOpen: ({ stream }) => stream.pipe(stream), // an echo
 * });
 * ```
 */
export async function listenRasPort(options: RasPortOptions): Promise<RasPort> {
  const { name, listen, maxCalls = 64 } = options;
  const calls = new Map<number, Call>();
  const server = createServer({ noDelay: true }, (socket) => {
    if (calls.size >= maxCalls) {
      options.onBusy?.();
      socket.on("error", () => {}).destroy();
      return;
    }
    const slot = freeSlot(calls);
    const call = new Call(socket, `${name}-${slot}`, options);
    calls.set(slot, call);
    socket.once("close", () => calls.delete(slot));
    call.answer();
  });
  await listenOn(server, listen);
  server.on("error", () => {}); // a connection that could not be accepted: the next one may be
  return {
    name,
    address: addressOf(server, listen),
    get calls() {
      return [...calls.values()];
    },
    stop: () => void server.close(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const call of calls.values()) call.drop();
      }),
  };
}

class Call implements PortCall {
  readonly deviceName: string;
  readonly from: string;
  readonly since: Milliseconds;
  readonly #socket: Socket;
  readonly #options: RasPortOptions;
  readonly #line: SocketLine;
  #call: SecurityCall | undefined;
  #stream: Duplex | undefined;
  #userName: string | undefined;

  constructor(socket: Socket, deviceName: string, options: RasPortOptions) {
    this.deviceName = deviceName;
    this.from = socket.remoteAddress === undefined ? "" : `${socket.remoteAddress}:${socket.remotePort}`;
    this.since = Date.now();
    this.#socket = socket;
    this.#options = options;
    this.#line = new SocketLine(socket, { deviceName, telnet: options.telnet ?? false });
  }

  get state(): PortCall["state"] {
    return this.#stream === undefined ? (this.#call?.state ?? "Ringing") : "Open";
  }

  get userName(): string | undefined {
    return this.#userName;
  }

  answer(): void {
    const call = this.#options.host.answer(this.#line, (outcome) => this.#outcome(outcome), {
      from: this.from,
    });
    this.#call = call;
    if (this.#stream === undefined) this.#line.deliverTo((bytes) => call.received(bytes));
    this.#socket.once("close", () => {
      call.lost();
      if (this.#stream !== undefined) endOfCaller(this.#stream);
    });
  }

  disconnect(): void {
    if (this.#stream === undefined) this.#call?.disconnect();
    else this.#stream.destroy();
  }

  /** The process ends: no lingering. */
  drop(): void {
    this.#stream?.destroy();
    this.#socket.destroy();
  }

  #outcome(outcome: CallOutcome): void {
    if (outcome.kind === "failure") this.#userName = outcome.userName;
    if (outcome.kind !== "success" && outcome.kind !== "no dialog") return;
    const unread = outcome.kind === "success" ? outcome.unread : new Uint8Array(0);
    if (outcome.kind === "success") this.#userName = outcome.userName;
    const stream = lineStream(this.#line, unread);
    stream.on("error", () => {});
    this.#stream = stream;
    this.#options.onOpen({ call: this, stream, outcome });
  }
}

/** The caller has hung up: what he typed before is still delivered. */
function endOfCaller(stream: Duplex): void {
  if (stream.destroyed) return;
  stream.once("end", () => stream.destroy());
  stream.push(null);
}

function freeSlot(calls: ReadonlyMap<number, unknown>): number {
  let slot = 1;
  while (calls.has(slot)) slot++;
  return slot;
}

async function listenOn(server: Server, at: RasPortAddress): Promise<void> {
  const options = "path" in at ? { path: at.path } : { host: at.address, port: at.port };
  try {
    await tryToListen(server, options);
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    if (!("path" in at) || !isTaken || !isSocket(at.path) || (await isAlive(at.path))) throw error;
    rmSync(at.path); // what a process left behind that did not end in order
    await tryToListen(server, options);
  }
  if ("path" in at) chmodSync(at.path, 0o600);
}

function tryToListen(server: Server, options: object): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Nothing else is ever removed. */
function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function addressOf(server: Server, at: RasPortAddress): string {
  const address = server.address();
  if ("path" in at || typeof address !== "object" || address === null) return "path" in at ? at.path : "";
  return address.family === "IPv6"
    ? `[${address.address}]:${address.port}`
    : `${address.address}:${address.port}`;
}
