import type { Clock, Milliseconds } from "@sallyport/runtime";
import type { SecurityLine } from "./line.ts";

/** The way out of a line: counts what is unsent, and hangs up once, when all of it has left or `flushMs` are over (RAS-36). */
export class LineEnd {
  readonly #line: SecurityLine;
  readonly #clock: Clock;
  readonly #flushMs: Milliseconds;
  readonly #onHangUp: () => void;
  readonly #waiting: (() => void)[] = [];
  #state: "open" | "flushing" | "gone" = "open";
  #unsent = 0;

  constructor(
    line: SecurityLine,
    options: { readonly clock: Clock; readonly flushMs: Milliseconds; readonly onHangUp: () => void },
  ) {
    this.#line = line;
    this.#clock = options.clock;
    this.#flushMs = options.flushMs;
    this.#onHangUp = options.onHangUp;
  }

  /** Bytes that were accepted and have not left. */
  get unsent(): number {
    return this.#unsent;
  }

  get isGone(): boolean {
    return this.#state === "gone";
  }

  write(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#state !== "open") return;
    this.#unsent += bytes.length;
    this.#line.write(bytes, () => {
      this.#unsent -= bytes.length;
      if (this.#unsent === 0 && this.#state === "flushing") this.#hangUp();
    });
  }

  /** Hangs up, and calls `done` when that has happened. */
  hangUp(done: () => void): void {
    if (this.#state === "gone") {
      done();
      return;
    }
    this.#waiting.push(done);
    if (this.#state === "flushing") return;
    this.#state = "flushing";
    if (this.#unsent === 0) {
      this.#hangUp();
      return;
    }
    this.#waiting.push(this.#clock.after(this.#flushMs, () => this.#hangUp()));
  }

  /** The far end, or the transport, has ended the call. */
  lost(): void {
    if (this.#state !== "gone") this.#gone();
  }

  #hangUp(): void {
    if (this.#state === "gone") return;
    this.#onHangUp();
    this.#line.hangUp();
    this.#gone();
  }

  #gone(): void {
    this.#state = "gone";
    for (const done of this.#waiting.splice(0)) done();
  }
}
