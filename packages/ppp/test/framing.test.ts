import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  defaultCharacterMap,
  encodeFrame,
  type FrameFormat,
  fcs16,
  goodFcs16,
  PppDeframer,
  protocolIpv4,
  protocolLcp,
} from "../src/index.ts";

interface Frame {
  readonly protocol: number;
  readonly packet: Uint8Array;
}

function deframer(options: { readonly maxPacket?: number } = {}) {
  const frames: Frame[] = [];
  const engine = new PppDeframer({
    ...options,
    onFrame: (protocol, packet) => void frames.push({ protocol, packet: packet.slice() }),
  });
  return { engine, frames };
}

const text = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(" ");

describe("RFC 1662 appendix C.2, the frame check sequence", () => {
  // The table of the RFC begins and ends so; its check value is that of CRC-16/X-25.
  it("of 123456789 is 906e", () => {
    expect(fcs16(new TextEncoder().encode("123456789")) ^ 0xffff).toBe(0x906e);
  });

  it("has the RFC's table: what one octet after zeros comes to", () => {
    const printed = [
      [0x00, 0x0000],
      [0x01, 0x1189],
      [0x02, 0x2312],
      [0x03, 0x329b],
      [0x04, 0x4624],
      [0x07, 0x74bf],
      [0x08, 0x8c48],
      [0x0f, 0xf8f7],
      [0x80, 0x8408],
      [0xff, 0x0f78],
    ];
    for (const [octet = 0, value] of printed) expect(fcs16(Uint8Array.of(octet), 0, 1, 0)).toBe(value);
  });

  it("is the same by four octets at a time and bit by bit", () => {
    const slow = (octets: Uint8Array): number => {
      let fcs = 0xffff;
      for (const octet of octets) {
        fcs ^= octet;
        for (let bit = 0; bit < 8; bit += 1) fcs = fcs & 1 ? (fcs >>> 1) ^ 0x8408 : fcs >>> 1;
      }
      return fcs;
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        const fcs = slow(octets);
        expect(fcs16(octets)).toBe(fcs);
        const complement = fcs ^ 0xffff;
        const whole = Uint8Array.of(...octets, complement & 255, complement >>> 8);
        expect(fcs16(whole)).toBe(goodFcs16);
      }),
      { numRuns: 500 },
    );
  });
});

describe("frames", () => {
  it("RFC 1662 section 3.1, 4.1 and 4.2: flag, address, control, protocol, escapes, check sequence, flag", () => {
    // What pppd sends to end a link, and what every control character looks like before LCP has agreed.
    const frame = encodeFrame(protocolLcp, Uint8Array.of(5, 2, 0, 4));
    expect(text(frame)).toMatch(/^7e ff 7d 23 c0 21 7d 25 7d 22 7d 20 7d 24 (7d )?.. (7d )?.. 7e$/);
  });

  it("RFC 1662 section 4.2: flag and escape are escaped under every map", () => {
    const format: FrameFormat = { characterMap: 0, compressAddress: true, compressProtocol: true };
    const frame = encodeFrame(protocolIpv4, Uint8Array.of(0x7e, 0x7d, 0x11), format);
    expect(text(frame)).toMatch(/^7e 21 7d 5e 7d 5d 11 /);
  });

  it("RFC 1662 section 7.1: only the characters of the map are escaped", () => {
    const frame = encodeFrame(protocolIpv4, Uint8Array.of(0x11, 0x13, 0x14), { characterMap: 0x000a0000 });
    expect(text(frame)).toMatch(/^7e ff 03 00 21 7d 31 7d 33 14 /);
  });

  it("RFC 1661 sections 6.5 and 6.6: headers are compressed where that was agreed on, but never those of LCP", () => {
    const format: FrameFormat = { characterMap: 0, compressAddress: true, compressProtocol: true };
    expect(text(encodeFrame(0x8021, Uint8Array.of(0x45), format))).toMatch(/^7e 80 21 45/);
    expect(text(encodeFrame(protocolLcp, Uint8Array.of(0x45), format))).toMatch(/^7e ff 7d 23 c0 21 45/);
  });

  const formats = fc.record({
    characterMap: fc.integer({ min: 0, max: 0xffffffff }),
    compressAddress: fc.boolean(),
    compressProtocol: fc.boolean(),
  });
  const protocols = fc.constantFrom(0x21, 0x57, 0xfd, 0x8021, 0x80fd, 0xc021, 0xc023, 0xc223, 0xc227);
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.constantFrom(0x7e, 0x7d, 0x5e, 0x5d, 0, 0x11, 0xff), { maxLength: 60 })
      .map((list) => Uint8Array.from(list)),
  );

  it("come out as they went in, however the line cuts them", () => {
    fc.assert(
      fc.property(
        formats,
        fc.array(fc.tuple(protocols, octets), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        (format, sent, cuts) => {
          const line = sent.flatMap(([protocol, packet]) => [...encodeFrame(protocol, packet, format)]);
          const { engine, frames } = deframer();
          engine.characterMap = format.characterMap;
          for (let at = 0, cut = 0; at < line.length; cut += 1) {
            const length = cuts[cut % cuts.length] ?? 1;
            engine.receive(Uint8Array.from(line.slice(at, at + length)));
            at += length;
          }
          expect(frames).toEqual(sent.map(([protocol, packet]) => ({ protocol, packet })));
          expect(engine.inFrame).toBe(false);
          expect(engine.counters).toMatchObject({ badFcs: 0, malformed: 0, aborted: 0 });
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("with characters that the line put in come out as they went in (RFC 1662 section 4.2)", () => {
    const frame = encodeFrame(protocolIpv4, Uint8Array.of(1, 2, 3, 4, 0x7d, 0x7e));
    const { engine, frames } = deframer();
    for (const octet of frame) engine.receive(Uint8Array.of(octet, 0x11, 0x13));
    expect(frames).toEqual([{ protocol: protocolIpv4, packet: Uint8Array.of(1, 2, 3, 4, 0x7d, 0x7e) }]);
  });

  it("share a flag where their sender does that", () => {
    const one = encodeFrame(protocolIpv4, Uint8Array.of(1));
    const two = encodeFrame(protocolIpv4, Uint8Array.of(2));
    const { engine, frames } = deframer();
    engine.receive(Uint8Array.of(...one, ...two.subarray(1)));
    expect(frames.map(({ packet }) => [...packet])).toEqual([[1], [2]]);
  });

  it("that are empty do not count: flags fill the time (RFC 1662 section 4.4.1)", () => {
    const { engine, frames } = deframer();
    engine.receive(new Uint8Array(100).fill(0x7e));
    expect(frames).toEqual([]);
    expect(engine.counters).toMatchObject({ malformed: 0, badFcs: 0, aborted: 0, octetsReceived: 100 });
  });
});

describe("frames that are none", () => {
  const good = encodeFrame(protocolIpv4, Uint8Array.of(1, 2, 3), { characterMap: 0 });

  it("with a wrong check sequence are counted, and the next one is read", () => {
    const bad = good.slice();
    bad[5] = 99;
    const { engine, frames } = deframer();
    engine.characterMap = 0;
    engine.receive(Uint8Array.of(...bad, ...good));
    expect(frames).toHaveLength(1);
    expect(engine.counters).toMatchObject({ badFcs: 1, framesReceived: 1 });
  });

  it("RFC 1662 section 4.3: an escape before the flag gives a frame up", () => {
    const { engine, frames } = deframer();
    engine.receive(Uint8Array.of(...good.subarray(0, 6), 0x7d, 0x7e, ...good));
    engine.receive(good.subarray(0, 4));
    engine.receive(Uint8Array.of(0x7d));
    engine.receive(Uint8Array.of(0x7e));
    expect(engine.counters.aborted).toBe(2);
    engine.characterMap = 0;
    engine.receive(good);
    expect(frames.at(-1)?.packet).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("without end are given up when they are too long, and cost no more memory than that", () => {
    const { engine, frames } = deframer();
    const noise = new Uint8Array(65_536).fill(0x55);
    for (let round = 0; round < 64; round += 1) engine.receive(noise);
    engine.receive(Uint8Array.of(0x7e));
    engine.characterMap = 0;
    engine.receive(good);
    expect(engine.counters).toMatchObject({ oversized: 1, framesReceived: 1 });
    expect(frames).toHaveLength(1);
  });

  it("are taken up to the longest packet, and not one octet more", () => {
    for (const [length, taken] of [
      [1500, 1],
      [1501, 0],
    ] as const) {
      const { engine, frames } = deframer({ maxPacket: 1500 });
      const packet = new Uint8Array(length).fill(0x45);
      engine.receive(encodeFrame(0x21, packet, { compressAddress: true, compressProtocol: true }));
      expect([length, frames.length, engine.counters.oversized]).toEqual([length, taken, 1 - taken]);
    }
  });

  it.each([
    ["a control octet that is not 3", [0xff, 0x13, 0x00, 0x21]],
    ["a protocol whose octets are both even", [0xff, 0x03, 0x00, 0x20]],
    ["a protocol of one octet that is even", [0x20]],
    ["an address and nothing behind it", [0xff, 0x03]],
  ])("with %s are counted", (_, header) => {
    const body = Uint8Array.from(header);
    const fcs = fcs16(body) ^ 0xffff;
    const { engine, frames } = deframer();
    engine.characterMap = 0;
    engine.receive(Uint8Array.of(0x7e, ...body, fcs & 255, fcs >>> 8, 0x7e));
    expect(frames).toEqual([]);
    expect(engine.counters.malformed).toBe(1);
  });

  it("are never more than counted, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), fc.nat(), (chunks, map) => {
        const { engine, frames } = deframer({ maxPacket: 1500 });
        engine.characterMap = map;
        for (const chunk of chunks) engine.receive(chunk);
        const { badFcs, malformed, aborted, framesReceived } = engine.counters;
        const flags = chunks.flatMap((chunk) => [...chunk]).filter((octet) => octet === 0x7e).length;
        expect(badFcs + malformed + aborted + framesReceived).toBeLessThanOrEqual(flags);
        expect(frames).toHaveLength(framesReceived);
      }),
      { numRuns: 1000 },
    );
  });

  it("do not mix with those of another line that are read meanwhile", () => {
    const other = deframer();
    const frames: string[] = [];
    const engine = new PppDeframer({
      onFrame: (_, packet) => {
        other.engine.receive(encodeFrame(protocolIpv4, Uint8Array.of(9, 9, 9)));
        frames.push(text(packet));
      },
    });
    const line = encodeFrame(protocolIpv4, Uint8Array.of(1, 2, 3));
    engine.receive(line.subarray(0, 5));
    other.engine.receive(line.subarray(0, 7));
    engine.receive(line.subarray(5));
    other.engine.receive(line.subarray(7));
    expect(frames).toEqual(["01 02 03"]);
    expect(other.frames.map(({ packet }) => text(packet))).toContain("09 09 09");
  });

  it("the map before LCP has agreed is all control characters", () => {
    expect(new PppDeframer({ onFrame() {} }).characterMap).toBe(defaultCharacterMap);
  });
});
