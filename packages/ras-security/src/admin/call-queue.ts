/** Runs work one after the other (RAS-67). */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(call: () => Result | PromiseLike<Result>): Promise<Result> {
    const done = this.#last.then(call);
    this.#last = done.catch(() => {});
    return done;
  }
}
