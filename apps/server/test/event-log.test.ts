import { expect, it } from "vitest";
import { createServerLog, type ServerLogOptions } from "../src/log/event-log.ts";

function recorded(options: Partial<ServerLogOptions> = {}) {
  const written: string[] = [];
  const log = createServerLog({
    format: "text",
    requests: true,
    colours: false,
    write: (text) => written.push(text),
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    ...options,
  });
  return { log, written };
}

it("text: one line an event with time, severity, source and id; the stack of an exception follows", () => {
  const { log, written } = recorded();
  const error = new Error("boom");
  error.stack = "Error: boom\n    at decide (my-extension.ts:3:9)";
  log.write({ source: "NPS", id: 6274, severity: "error", message: "discarded", fields: { error } });
  log.flush();
  expect(written).toEqual(["03:04:05.006 error NPS 6274: discarded\n    at decide (my-extension.ts:3:9)\n"]);
});

it("lines of one turn are written at once", async () => {
  const { log, written } = recorded();
  for (const id of [1, 2, 3])
    log.request(
      () => `#${id} Access-Accept`,
      () => ({ id }),
    );
  expect(written).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(written).toEqual([
    "03:04:05.006 #1 Access-Accept\n03:04:05.006 #2 Access-Accept\n03:04:05.006 #3 Access-Accept\n",
  ]);
});

it("json: one object a line, with source, id, fields and the exception", () => {
  const { log, written } = recorded({ format: "json" });
  log.write({
    source: "NPS",
    id: 13,
    severity: "warning",
    message: "unknown client",
    fields: { address: "192.0.2.7", error: new Error("boom") },
  });
  log.request(
    () => "",
    () => ({ id: 1 }),
  );
  log.flush();
  const [event, request] = written
    .join("")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(event).toMatchObject({
    level: 40,
    source: "NPS",
    id: 13,
    severity: "warning",
    msg: "unknown client",
    address: "192.0.2.7",
    error: { message: "boom" },
  });
  expect(request).toMatchObject({ level: 30, trace: { id: 1 } });
});

it("requests: false leaves requests out, and neither form is made", () => {
  for (const format of ["text", "json"] as const) {
    const { log, written } = recorded({ format, requests: false });
    const never = () => {
      throw new Error("must not be made");
    };
    log.request(never, never);
    log.flush();
    expect(written).toEqual([]);
  }
});
