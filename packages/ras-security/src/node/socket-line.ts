import type { Socket } from "node:net";
import type { TerminalWindow } from "../contract/security-module.ts";
import { TelnetEnd } from "../engine/telnet.ts";
import type { SecurityLine } from "../host/line.ts";

/** How long a hung up caller is listened to, in milliseconds: closing with unread bytes would take the last text from him. */
const lingerMs = 1_000;
/** How many answers to telnet commands may wait for a caller who does not read. */
const maxUnsentReplies = 65_536;

/** A socket as a line. One call; bytes go to whoever has the line at the time. */
export class SocketLine implements SecurityLine {
  readonly deviceName: string;
  readonly kind = "async";
  readonly #socket: Socket;
  readonly #telnet: TelnetEnd | undefined;
  #sink: (bytes: Uint8Array) => void = () => {};

  constructor(socket: Socket, options: { readonly deviceName: string; readonly telnet: boolean }) {
    this.deviceName = options.deviceName;
    this.#socket = socket;
    this.#telnet = options.telnet ? new TelnetEnd("server") : undefined;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    // The close that follows tells everything.
    socket.on("error", () => {});
    socket.on("data", (bytes: Uint8Array) => this.#received(bytes));
    if (this.#telnet !== undefined) socket.write(this.#telnet.open());
  }

  get window(): TerminalWindow | undefined {
    return this.#telnet?.window;
  }

  /** Where what the caller types goes from now on. */
  deliverTo(sink: (bytes: Uint8Array) => void): void {
    this.#sink = sink;
  }

  write(bytes: Uint8Array<ArrayBuffer>, written: () => void): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) written();
    else this.#socket.write(this.#telnet?.encode(bytes) ?? bytes, () => written());
  }

  hangUp(): void {
    this.#sink = () => {};
    this.#socket.resume();
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), lingerMs).unref();
    this.#socket.once("close", () => clearTimeout(timer));
  }

  /** Stops and goes on with reading, for a next stage that is slower than the caller. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #received(bytes: Uint8Array): void {
    if (this.#telnet === undefined) {
      this.#sink(bytes);
      return;
    }
    const { data, reply } = this.#telnet.received(bytes);
    if (reply.length > 0 && !this.#socket.writableEnded) this.#socket.write(reply);
    if (this.#socket.writableLength > maxUnsentReplies && reply.length > 0) this.#socket.destroy();
    else if (data.length > 0) this.#sink(data);
  }
}
