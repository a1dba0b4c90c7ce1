/**
 * Runs `work` when the code that runs now has returned, before any timer. On Windows the server's own thread calls End and
 * the module's thread sees an event; neither happens inside of a call that the module makes.
 */
export function deferred(work: () => void): void {
  Promise.resolve().then(work).catch(rethrow);
}

/** What a host's own code throws is a fault of the host: it must not disappear in a promise. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
