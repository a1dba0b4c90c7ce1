import { ERROR_ASYNC_REQUEST_PENDING, ERROR_BUFFER_INVALID, PENDING, SUCCESS } from "@sallyport/errors/ras";
import type { Cancel, Clock } from "@sallyport/runtime";
import type { Out } from "../contract/security-module.ts";

export interface ReceiveQueueOptions {
  readonly clock: Clock;
  /** How many bytes are kept while nobody asks for them (RAS-27). */
  readonly limit: number;
}

interface Outstanding {
  readonly buffer: Uint8Array;
  /** What was asked for; `length` is the module's, who may write into it meanwhile. */
  readonly size: number;
  readonly length: Out<number>;
  readonly event: () => void;
  readonly cancel: Cancel | undefined;
}

/** What arrived on a line, and the one receive that may wait for it. Gives back the events that are to be signalled. */
export class ReceiveQueue {
  readonly #options: ReceiveQueueOptions;
  /** The kept bytes are those from `#start` to `#end`; the rest is room. */
  #kept: Uint8Array<ArrayBuffer> = none;
  #start = 0;
  #end = 0;
  #outstanding: Outstanding | undefined;
  /** LastError of RAS_SECURITY_INFO. */
  lastError: number = SUCCESS;
  /** BytesReceived of RAS_SECURITY_INFO. */
  bytesReceived = 0;

  constructor(options: ReceiveQueueOptions) {
    this.#options = options;
  }

  /** Whether more bytes are kept than may be. */
  get overflown(): boolean {
    return this.#end - this.#start > this.#options.limit;
  }

  /** Takes what arrived; returns the event of a receive that this ended. */
  arrived(bytes: Uint8Array): (() => void) | undefined {
    if (bytes.length === 0) return undefined;
    const outstanding = this.#outstanding;
    if (outstanding === undefined) {
      this.#keep(bytes);
      return undefined;
    }
    // A module can have given its buffer away.
    const taken = Math.min(bytes.length, outstanding.size, outstanding.buffer.length);
    if (taken > 0) outstanding.buffer.set(bytes.subarray(0, taken));
    if (taken < bytes.length) this.#keep(bytes.subarray(taken));
    return this.#settle(outstanding, taken === 0 ? ERROR_BUFFER_INVALID : SUCCESS, taken);
  }

  /** Puts bytes back before all others; false when they are too many. */
  unread(bytes: Uint8Array): boolean {
    const size = this.#end - this.#start;
    if (size + bytes.length > this.#options.limit) return false;
    const joined = new Uint8Array(bytes.length + size);
    joined.set(bytes);
    joined.set(this.#kept.subarray(this.#start, this.#end), bytes.length);
    this.#kept = joined;
    this.#start = 0;
    this.#end = joined.length;
    return true;
  }

  /**
   * Asks for bytes. `signal` is called with the event when it ended, later or within this call.
   *
   * @returns `PENDING`, or 616 while another one is outstanding
   */
  receive(
    buffer: Uint8Array,
    length: Out<number>,
    timeoutSeconds: number,
    event: () => void,
    signal: (event: () => void) => void,
  ): number {
    if (this.#outstanding !== undefined) return ERROR_ASYNC_REQUEST_PENDING;
    this.lastError = PENDING;
    this.bytesReceived = 0;
    if (this.#end > this.#start) {
      const size = length.value;
      const taken = this.#takeInto(buffer.subarray(0, size));
      signal(this.#settle({ buffer, size, length, event, cancel: undefined }, SUCCESS, taken));
      return PENDING;
    }
    const cancel =
      timeoutSeconds === 0
        ? undefined
        : this.#options.clock.after(timeoutSeconds * 1_000, () => {
            const waiting = this.#outstanding;
            if (waiting !== undefined) signal(this.#settle(waiting, SUCCESS, 0)); // RAS-24: no error
          });
    this.#outstanding = { buffer, size: length.value, length, event, cancel };
    return PENDING;
  }

  /** Ends an outstanding receive with an error; nothing happens where there is none. */
  cancel(error: number): (() => void) | undefined {
    return this.#outstanding && this.#settle(this.#outstanding, error, 0);
  }

  /** Ends an outstanding receive with an error, and stays in it (RAS-30). */
  fail(error: number): (() => void) | undefined {
    const outstanding = this.#outstanding;
    this.lastError = error;
    this.bytesReceived = 0;
    return outstanding === undefined ? undefined : this.#settle(outstanding, error, 0);
  }

  /** Everything that nobody asked for, in order; the queue is empty afterwards. */
  takeAll(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#end - this.#start);
    this.#takeInto(all);
    return all;
  }

  #settle(waiting: Outstanding, error: number, bytes: number): () => void {
    this.#outstanding = undefined;
    waiting.cancel?.();
    try {
      waiting.length.value = bytes;
    } catch {
      // A frozen object: the module asked for no answer there, and has `getInfo`.
    }
    this.lastError = error;
    this.bytesReceived = bytes;
    return waiting.event;
  }

  /** Room doubles as it fills, so that a caller who sends single bytes costs no more than their number. */
  #keep(bytes: Uint8Array): void {
    const size = this.#end - this.#start;
    if (this.#end + bytes.length > this.#kept.length) {
      const larger = new Uint8Array(Math.max(64, 2 * size, size + bytes.length));
      larger.set(this.#kept.subarray(this.#start, this.#end));
      this.#kept = larger;
      this.#start = 0;
      this.#end = size;
    }
    this.#kept.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #takeInto(target: Uint8Array): number {
    const taken = Math.min(target.length, this.#end - this.#start);
    target.set(this.#kept.subarray(this.#start, this.#start + taken));
    this.#start += taken;
    if (this.#start === this.#end) {
      this.#kept = none;
      this.#start = 0;
      this.#end = 0;
    }
    return taken;
  }
}

const none: Uint8Array<ArrayBuffer> = new Uint8Array(0);
