/** Runs something once, in a turn of its own, in a flow of the program that was kept. */
export type Flow = (fn: () => void) => void;

/**
 * Keeps the flow of the program as it is now (what AsyncLocalStorage follows), so that something can be run in it later,
 * whoever causes that: what others hold in theirs, such as an identity, must not be seen by it. A promise does that at a
 * third of the memory of `AsyncLocalStorage.snapshot`, which counts with thousands of calls waiting.
 */
export function keepFlow(): Flow {
  let run: Flow = () => {};
  void new Promise<() => void>((resolve) => {
    run = resolve;
  }).then((fn) => fn());
  return run;
}
