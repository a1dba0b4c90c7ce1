import { AsyncLocalStorage } from "node:async_hooks";

/** Something that follows the program's flow: a value that holds from one call on, through awaits and callbacks. */
export interface IdentityScope<T> {
  current(): T | undefined;
  /** The value holds from here to the end of this flow, or until it is entered again. */
  enter(value: T | undefined): void;
  /** The value holds inside `fn` and everything that it begins. */
  run<Result>(value: T, fn: () => Result): Result;
}

/** Makes a scope on an AsyncLocalStorage (SSPI-99). */
export function createIdentityScope<T>(): IdentityScope<T> {
  const storage = new AsyncLocalStorage<T | undefined>();
  return {
    current: () => storage.getStore(),
    enter: (value) => storage.enterWith(value),
    run: (value, fn) => storage.run(value, fn),
  };
}
