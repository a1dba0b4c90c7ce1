import { describe, expect, it } from "vitest";
import { createMemoryLog, type LogEvent, silentLog } from "../src/index.ts";

const event = (id: number, message = `event ${id}`): LogEvent => ({
  source: "NPS",
  id,
  severity: "warning",
  message,
});

describe("memory log", () => {
  it("keeps events in order and finds them by id", () => {
    const log = createMemoryLog();
    const events = [event(13), event(18), event(13, "again")];
    for (const each of events) log.write(each);
    expect(log.events).toEqual(events);
    expect(log.withId(13).map(({ message }) => message)).toEqual(["event 13", "again"]);
    expect(log.withId(14)).toEqual([]);
  });

  it("forgets the oldest at its limit, which is 10 000 unless told otherwise", () => {
    const small = createMemoryLog({ limit: 2 });
    for (const id of [1, 2, 3]) small.write(event(id));
    expect(small.events.map(({ id }) => id)).toEqual([2, 3]);
    const standard = createMemoryLog();
    for (let id = 0; id < 10_001; id += 1) standard.write(event(id));
    expect(standard.events).toHaveLength(10_000);
    expect(standard.events[0]?.id).toBe(1);
  });

  it.each([0, 1.5, Number.NaN])("refuses %d as limit", (limit) => {
    expect(() => createMemoryLog({ limit })).toThrow("limit");
  });
});

it("the silent log takes everything and keeps nothing", () => {
  expect(silentLog.write(event(1))).toBeUndefined();
});
