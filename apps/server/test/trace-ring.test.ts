import type { RequestTrace } from "@sallyport/nps";
import { expect, it } from "vitest";
import { TraceRing } from "../src/trace-ring.ts";

const trace = (id: number) => ({ id }) as RequestTrace;

it("keeps the last traces, oldest first, and forgets those before", () => {
  const ring = new TraceRing(3);
  for (let id = 1; id <= 5; id++) ring.add(trace(id));
  expect(ring.last(10).map(({ id }) => id)).toEqual([3, 4, 5]);
  expect(ring.last(1).map(({ id }) => id)).toEqual([5]);
  expect([ring.find(2), ring.find(4)?.id]).toEqual([undefined, 4]);
});

it("tells followers of each new trace until they stop", () => {
  const ring = new TraceRing(3);
  const followed: number[] = [];
  const stop = ring.follow(({ id }) => followed.push(id));
  ring.add(trace(1));
  stop();
  ring.add(trace(2));
  expect(followed).toEqual([1]);
});
