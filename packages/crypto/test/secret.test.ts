import { format, inspect } from "node:util";
import { deserialize, serialize } from "node:v8";
import { describe, expect, it } from "vitest";
import { Secret } from "../src/index.ts";
import { ascii } from "./bytes.ts";

const value = "wonderland";
/** Every form in which the value could be seen: text, numbers, hexadecimal digits, base 64. */
const traces = [
  value,
  [...ascii(value)].join(),
  "119, 111, 110",
  "776f6e",
  Buffer.from(value).toString("base64"),
  "d29u",
];

function expectNothingSeen(text: string): void {
  for (const trace of traces) expect(text).not.toContain(trace);
}

describe("Secret", () => {
  const secret = new Secret(value);

  it.each<[string, () => string]>([
    ["util.inspect", () => inspect(secret)],
    [
      "util.inspect with hidden properties",
      () => inspect(secret, { showHidden: true, depth: 9, getters: true }),
    ],
    ["util.format", () => format("%s", secret)],
    ["String()", () => String(secret)],
    ["a template", () => `${secret}`],
    ["joining", () => [secret].join()],
  ])("shows only *** to %s", (_, show) => {
    expect(show()).toBe("***");
  });

  it.each<[string, () => string]>([
    [
      "util.inspect without custom inspection",
      () => inspect(secret, { customInspect: false, showHidden: true, getters: true }),
    ],
    ["util.inspect of what holds it", () => inspect({ deep: [secret] }, { showHidden: true, depth: 9 })],
    ["util.format %j and %o", () => format("%j %o %O", secret, secret, secret)],
    ["JSON.stringify", () => JSON.stringify({ secret, list: [secret] })],
    ["a structured clone", () => inspect(structuredClone(secret), { showHidden: true })],
    [
      "the serializer of V8",
      () => serialize(secret).toString("latin1") + inspect(deserialize(serialize(secret))),
    ],
    [
      "its keys, symbols and descriptors",
      () => inspect(Object.getOwnPropertyDescriptors(secret)) + inspect(Reflect.ownKeys(secret)),
    ],
    ["a spread", () => inspect({ ...secret })],
    ["its own stack traces", () => stackOf(() => secret.equals(null as unknown as Secret))],
    ["a failed conversion", () => stackOf(() => BigInt(secret as unknown as bigint))],
  ])("shows nothing to %s", (_, show) => {
    expectNothingSeen(show());
  });

  it("is *** in JSON", () => {
    expect(JSON.stringify({ secret })).toBe('{"secret":"***"}');
  });

  it("reveals the UTF-8 bytes of a string, always the same array", () => {
    expect(secret.reveal()).toEqual(ascii(value));
    expect(secret.reveal()).toBe(secret.reveal());
    const accented = new Secret("ä€");
    expect([...accented.reveal()]).toEqual([0xc3, 0xa4, 0xe2, 0x82, 0xac]);
    expect(accented.length).toBe(5);
  });

  it("keeps its bytes when the caller changes the array it was made from", () => {
    const bytes = Buffer.from(value);
    const own = new Secret(bytes);
    bytes.fill(0);
    expect(own.equals(ascii(value))).toBe(true);
    expect(own.reveal()).not.toBeInstanceOf(Buffer);
  });

  it("compares with bytes and with other secrets", () => {
    expect(secret.equals(new Secret(ascii(value)))).toBe(true);
    expect(secret.equals(ascii(value))).toBe(true);
    expect(secret.equals(new Secret("wonderlanD"))).toBe(false);
    expect(secret.equals(ascii("wonder"))).toBe(false);
    expect(new Secret("").equals(new Uint8Array())).toBe(true);
  });
});

function stackOf(failing: () => unknown): string {
  try {
    failing();
  } catch (error) {
    return inspect(error, { showHidden: true });
  }
  throw new Error("nothing was thrown");
}
