import fc from "fast-check";
import { expect, it } from "vitest";
import { keepAnswer, keptAnswer, keptAnswerLength } from "../src/index.ts";

const answer = fc.record({
  code: fc.nat(255),
  attributes: fc.array(fc.record({ type: fc.nat(255), value: fc.uint8Array({ maxLength: 300 }) }), {
    maxLength: 12,
  }),
});

it("an answer that is kept among others comes back as it was", () => {
  fc.assert(
    fc.property(answer, answer, (one, other) => {
      const memory = new Uint8Array(keptAnswerLength(one) + keptAnswerLength(other));
      const middle = keepAnswer(one, memory, 0);
      const end = keepAnswer(other, memory, middle);
      expect(end).toBe(memory.length);
      expect(keptAnswer(memory.subarray(0, middle))).toEqual(one);
      expect(keptAnswer(memory.subarray(middle))).toEqual(other);
    }),
  );
});

it("a value that fits into no packet is kept, too", () => {
  const long = { code: 2, attributes: [{ type: 18, value: new Uint8Array(70_000).fill(7) }] };
  const memory = new Uint8Array(keptAnswerLength(long));
  keepAnswer(long, memory, 0);
  expect(keptAnswer(memory)).toEqual(long);
});
