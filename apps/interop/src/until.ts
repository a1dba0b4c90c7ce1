import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks again and again until an answer is good, and gives it back: for tests that run at the same time, where
 * `expect.poll` does not know its test.
 */
export async function until<Value>(
  ask: () => Value | Promise<Value>,
  isGood: (value: Value) => boolean,
  limitMs = 20_000,
): Promise<Value> {
  for (const end = Date.now() + limitMs; ; await delay(50)) {
    const value = await ask();
    if (isGood(value)) return value;
    if (Date.now() > end) throw new Error(`still after ${limitMs} ms: ${JSON.stringify(value)}`);
  }
}
