import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createSeededRandom, systemRandom } from "../src/index.ts";

describe("systemRandom", () => {
  it.each([0, 1, 16, 1_024, 1_025, 4_096, 65_536, 200_000])(
    "gives %i bytes in an array of its own",
    (length) => {
      const bytes = systemRandom(length);
      expect(bytes).toHaveLength(length);
      expect(bytes.buffer.byteLength).toBe(length);
    },
  );

  it("fills long arrays to the last byte", () => {
    const bytes = systemRandom(200_000);
    for (let at = 0; at < bytes.length; at += 10_000) {
      expect(bytes.subarray(at, at + 10_000).some((octet) => octet !== 0)).toBe(true);
    }
    expect(bytes.subarray(-16).some((octet) => octet !== 0)).toBe(true);
  });

  it("never gives the same 16 bytes twice, across many refills of its pool", () => {
    const seen = new Set<string>();
    for (let round = 0; round < 5_000; round += 1) seen.add(systemRandom(16).join());
    expect(seen.size).toBe(5_000);
  });

  it("uses every value about equally often", () => {
    const counts = new Uint32Array(256);
    for (let round = 0; round < 16_384; round += 1)
      for (const octet of systemRandom(16)) counts[octet] = (counts[octet] ?? 0) + 1;
    // Mean 1024, standard deviation 32: eight of them, so that chance fails this once in 10^12 runs.
    for (const count of counts) expect(Math.abs(count - 1_024)).toBeLessThan(256);
  });

  it("asks the system once for many short requests", () => {
    const ask = vi.spyOn(crypto, "getRandomValues");
    for (let round = 0; round < 256; round += 1) systemRandom(16);
    expect(ask.mock.calls.length).toBeLessThanOrEqual(2);
    ask.mockRestore();
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d as length", (length) => {
    expect(() => systemRandom(length)).toThrow(RangeError);
    expect(() => createSeededRandom(1)(length)).toThrow("length");
  });
});

describe("createSeededRandom", () => {
  it("gives the same bytes for the same seed in every run", () => {
    expect(Buffer.from(createSeededRandom(1)(16)).toString("hex")).toBe("6bf9a0969083bc1264991e97e7c7ad79");
    expect(Buffer.from(createSeededRandom(-7)(8)).toString("hex")).toBe("d93d4ba6bd467122");
  });

  it("gives one stream, however it is cut into requests", () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.nat(40), { maxLength: 10 }), (seed, lengths) => {
        const whole = createSeededRandom(seed)(lengths.reduce((sum, length) => sum + length, 0));
        const random = createSeededRandom(seed);
        expect(lengths.flatMap((length) => [...random(length)])).toEqual([...whole]);
      }),
    );
  });

  it("gives other bytes for another seed, and does not repeat soon", () => {
    const starts = Array.from({ length: 1_000 }, (_, seed) => createSeededRandom(seed)(8).join());
    expect(new Set(starts).size).toBe(1_000);
    const random = createSeededRandom(42);
    expect(new Set(Array.from({ length: 5_000 }, () => random(16).join())).size).toBe(5_000);
  });

  it.each([0.5, Number.NaN])("refuses %d as seed", (seed) => {
    expect(() => createSeededRandom(seed)).toThrow("seed");
  });
});
