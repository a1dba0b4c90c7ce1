import { createHmac } from "node:crypto";
import { createRasBench } from "@sallyport/testbench";
import { expect, it } from "vitest";
import { codeBook } from "../src/code-book.ts";
import dialog from "../src/index.ts";

// RFC 6238 appendix B: this secret shows 94287082 at 59 s, of which six digits are 287082.
const settings = { users: { alice: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" } };
const at59 = { now: 59_000, module: dialog };
const typed = (name: string, code: string) => [
  { expect: "Username: ", send: `${name}\r` },
  { expect: "One-time password: ", send: `${code}\r` },
];

it("the right code is let through to PPP, and is not shown", async () => {
  const bench = createRasBench({ ...at59, settings: { ...settings } });
  const caller = await bench.dial({ script: typed("alice", "287082") });
  expect(await caller.ended()).toMatchObject({ kind: "success", userName: "alice", domain: "CORP" });
  expect(caller.screen).toContain("One-time password: ******\r\nWelcome.\r\n");
  expect(JSON.stringify(bench.log.events)).not.toContain("287082");
});

it("a code is good once: the next caller with it is refused after three attempts", async () => {
  const bench = createRasBench({ ...at59, settings: { ...settings } });
  await (await bench.dial({ script: typed("alice", "287082") })).ended();
  const second = await bench.dial({ script: Array(3).fill(typed("ALICE", "287082")).flat() });
  expect(await second.ended()).toMatchObject({ kind: "failure" });
  expect(second.screen).toMatch(/That was wrong\.[\s\S]*Good bye\.\r\n$/);
});

it.each([
  ["an unknown user", "eve", "287082"],
  ["a wrong code", "alice", "287083"],
  ["a code that is no number", "alice", "28 70 82"],
])("%s is refused", async (_, name, code) => {
  const bench = createRasBench({ ...at59, settings: { ...settings } });
  const caller = await bench.dial({ script: Array(3).fill(typed(name, code)).flat() });
  expect(await caller.ended()).toMatchObject({ kind: "failure" });
});

it("codes of the period before and after are good, for clocks that differ; older ones are not", () => {
  const code = "287082"; // of the period that ends at 60 s
  for (const [now, good] of [
    [29_000, true],
    [89_000, true],
    [120_000, false],
  ] as const) {
    expect(codeBook(settings.users).take("alice", code, now)).toBe(good);
  }
});

it("after five wrong codes none is looked at for five minutes", () => {
  const book = codeBook(settings.users);
  for (let guess = 0; guess < 5; guess++) expect(book.take("alice", "000000", 1_000)).toBe(false);
  expect(book.take("alice", "287082", 59_000)).toBe(false);
  expect(book.take("alice", laterCode(), 301_000)).toBe(true);
});

it("a caller who looks for his telephone for too long is told good bye", async () => {
  const bench = createRasBench({ ...at59, settings: { ...settings } });
  const caller = await bench.dial({ script: [{ expect: "Username: ", send: "alice\r" }] });
  expect(await caller.ended()).toMatchObject({ kind: "failure" });
});

it("a secret that cannot be one ends the call with the reason in the log, and without the secret", async () => {
  const bench = createRasBench({ ...at59, settings: { users: { alice: "not base 32!" } } });
  const caller = await bench.dial();
  expect(await caller.ended()).toMatchObject({ kind: "error", error: 645 });
  expect(JSON.stringify(bench.log.events)).toContain("the secret of alice");
  expect(JSON.stringify(bench.log.events)).not.toContain("not base 32");
});

/** The code at 301 s, found by trying: what an app would show. */
function laterCode(): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(301 / 30)));
  const mac = createHmac("sha1", "12345678901234567890").update(counter).digest();
  const value = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(value % 1_000_000).padStart(6, "0");
}
