import { expect, it } from "vitest";
import { isThenable } from "../src/index.ts";

/** An object whose `then` is this. */
// biome-ignore lint/suspicious/noThenProperty: what has one is what is told apart here
const withThen = (then: unknown): unknown => Object.defineProperty({}, "then", { value: then });

it("knows a promise, also one of another library, and takes nothing else for one", () => {
  for (const value of [Promise.resolve(1), withThen(() => undefined)]) expect(isThenable(value)).toBe(true);
  for (const value of [undefined, null, 0, "then", {}, withThen(1)]) expect(isThenable(value)).toBe(false);
});
