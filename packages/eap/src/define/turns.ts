import type { PppEapOutput, RasEapStatus } from "../contract/ppp-eap.ts";

/** What a coroutine did up to the point where it waits for the other side: fills in one output of MakeMessage. */
export type Turn = (output: PppEapOutput, sendPacket: Uint8Array) => number;

/**
 * Where a coroutine and the calls of MakeMessage meet: a call that set the coroutine going waits for its next turn. A
 * coroutine that does several things without waiting has its turns taken one a call.
 */
export class Turns {
  /** A coroutine that never waits for what it asks would fill the memory; nobody needs as many. */
  static readonly most = 8;
  readonly #ready: Turn[] = [];
  #wanted: ((turn: Turn) => void) | undefined;
  #failed: ((reason: unknown) => void) | undefined;

  /** The coroutine did something. */
  take(turn: Turn): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted !== undefined) wanted(turn);
    else if (this.#ready.length < Turns.most) this.#ready.push(turn);
    else throw new Error(`a method did ${Turns.most} things without waiting for one of them`);
  }

  /** The coroutine threw. */
  fail(reason: unknown): void {
    const failed = this.#failed;
    if (failed !== undefined && this.#wanted !== undefined) {
      this.#wanted = undefined;
      failed(reason);
    } else {
      this.#ready.push(() => {
        throw reason;
      });
    }
  }

  /** Carries out the next turn, as soon as there is one. */
  next(output: PppEapOutput, sendPacket: Uint8Array): RasEapStatus {
    const ready = this.#ready.shift();
    if (ready !== undefined) return ready(output, sendPacket);
    return new Promise<Turn>((resolve, reject) => {
      this.#wanted = resolve;
      this.#failed = reject;
    }).then((turn) => turn(output, sendPacket));
  }
}

/** A promise that somebody else settles; a rejection that nobody waits for harms nobody. */
export class Awaited<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void = () => undefined;
  reject: (reason: unknown) => void = () => undefined;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => undefined);
  }
}
