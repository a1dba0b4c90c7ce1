/**
 * Lets the conversations of one endpoint do their work one after another. A turn is over when what TLS put off has
 * happened: it reports errors in a tick, and finishes writes in the immediate after one. Nothing waits for time.
 */
export class Turns<T> {
  /** Whose turn it is: events of a `tls.Server` do not tell whose they are. */
  current: T | undefined;
  #last: Promise<void> = Promise.resolve();

  take(who: T, action: () => void): Promise<void> {
    const turn = this.#last.then(async () => {
      this.current = who;
      try {
        action();
        await settled();
      } finally {
        this.current = undefined;
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** A stream that has just been made begins to flow in a tick, and tells of its writes in the next one. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(() => process.nextTick(() => setImmediate(resolve)));
  });
}
