import { Duplex } from "node:stream";

/** What stands in for a socket: it keeps what TLS writes, and hands it what came. */
export class MemorySocket extends Duplex {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** Whether more was written than one flight may have. */
  overflowed = false;

  constructor(limit: number) {
    super({ allowHalfOpen: true });
    this.#limit = limit;
  }

  /** Hands over what came; TLS takes it before this returns. */
  deliver(bytes: Uint8Array): void {
    this.push(bytes);
  }

  /** What was written since the last call. */
  takeFlight(): Uint8Array<ArrayBuffer> {
    const flight = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      flight.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [];
    this.#length = 0;
    return flight;
  }

  override _read(): void {
    // There is nobody to ask for more: it is delivered when it comes.
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.#keep(chunk);
    done();
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: () => void): void {
    for (const { chunk } of chunks) this.#keep(chunk);
    done();
  }

  #keep(chunk: Uint8Array): void {
    if (this.#length + chunk.length > this.#limit) {
      this.overflowed = true;
      return;
    }
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }
}
