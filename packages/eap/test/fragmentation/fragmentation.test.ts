import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFragment, encodeFragment } from "../../src/fragmentation/fragment.ts";
import { FragmentError } from "../../src/fragmentation/fragment-error.ts";
import { type FragmentEvent, TlsFragmentation } from "../../src/fragmentation/fragmentation.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const counted = (length: number) => Uint8Array.from({ length }, (_, at) => at * 7);
const hex = (value: Uint8Array) => Buffer.from(value).toString("hex");

/** What a call writes into a buffer of this size. */
function written(room: number, write: (target: Uint8Array) => number): Uint8Array {
  const target = new Uint8Array(room).fill(0xee);
  const length = write(target);
  expect(target.subarray(length).every((octet) => octet === 0xee)).toBe(true);
  return target.subarray(0, length);
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof FragmentError) return `${error.reason} at ${error.offset}`;
    throw error;
  }
  throw new Error("not refused");
}

/** Sends a message from one side to the other, and gives what was on the wire, both ways. */
function transfer(from: TlsFragmentation, to: TlsFragmentation, message: Uint8Array, room: number) {
  const packets: Uint8Array[] = [];
  let acknowledgements = 0;
  from.send(message);
  for (;;) {
    const packet = written(room, (target) => from.writeFragment(target));
    packets.push(packet);
    const event = to.receive(packet);
    if (event.kind === "message") return { packets, acknowledgements, event };
    expect(event).toEqual({ kind: "fragment" });
    const acknowledgement = written(room, (target) => to.writeAcknowledgement(target));
    acknowledgements += 1;
    expect(from.receive(acknowledgement)).toEqual({ kind: "acknowledged" });
  }
}

describe("a fragment of RFC 5216 section 3.1", () => {
  it.each([
    ["20", { start: true, more: false, version: 0, messageLength: undefined, data: "" }],
    ["00", { start: false, more: false, version: 0, messageLength: undefined, data: "" }],
    ["c00000100a16", { start: false, more: true, version: 0, messageLength: 4106, data: "16" }],
    ["8000000002abcd", { start: false, more: false, version: 0, messageLength: 2, data: "abcd" }],
    ["21", { start: true, more: false, version: 1, messageLength: undefined, data: "" }],
    ["80ffffffff", { start: false, more: false, version: 0, messageLength: 0xffffffff, data: "" }],
  ])("%s is read and written", (wire, expected) => {
    const fragment = decodeFragment(Buffer.from(wire, "hex"));
    expect({ ...fragment, data: hex(fragment.data) }).toEqual(expected);
    expect(hex(written(16, (target) => encodeFragment(target, fragment)))).toBe(wire);
  });

  it("reserved flags are ignored", () => {
    expect(decodeFragment(bytes(0x18, 1))).toMatchObject({ start: false, more: false, version: 0 });
  });

  it.each([
    ["", "truncated at 0"],
    ["80", "truncated at 1"],
    ["80000000", "truncated at 1"],
  ])("%j is refused", (wire, expected) => {
    expect(refusal(() => decodeFragment(Buffer.from(wire, "hex")))).toBe(expected);
  });

  it("any bytes give a fragment or a FragmentError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (wire) => {
        try {
          const fragment = decodeFragment(wire);
          const again = decodeFragment(written(16, (target) => encodeFragment(target, fragment)));
          expect({ ...again, data: hex(again.data) }).toEqual({ ...fragment, data: hex(fragment.data) });
        } catch (error) {
          expect(error).toBeInstanceOf(FragmentError);
        }
      }),
    );
  });

  it.each([
    [{ version: 8 }, "version"],
    [{ messageLength: 2 ** 32 }, "messageLength"],
    [{ data: new Uint8Array(16) }, "target"],
  ])("%j cannot be written", (part, named) => {
    const fragment = {
      start: false,
      more: false,
      version: 0,
      messageLength: undefined,
      data: bytes(),
      ...part,
    };
    expect(() => encodeFragment(new Uint8Array(16), fragment)).toThrow(new RegExp(`^${named} must`));
  });
});

describe("messages in fragments (RFC 5216 section 2.1.5)", () => {
  it("only the first of several fragments tells the length, all but the last say that more follow", () => {
    const { packets, acknowledgements, event } = transfer(
      new TlsFragmentation(),
      new TlsFragmentation(),
      counted(25),
      11,
    );
    expect(packets.map(hex)).toEqual([
      "c00000001900070e151c23",
      "402a31383f464d545b6269",
      "0070777e858c939aa1a8",
    ]);
    expect(acknowledgements).toBe(2);
    expect(event).toEqual({ kind: "message", version: 0, message: counted(25) });
  });

  it("a message that fits is sent whole, without its length", () => {
    const { packets } = transfer(new TlsFragmentation(), new TlsFragmentation(), counted(10), 11);
    expect(packets.map(hex)).toEqual(["0000070e151c232a31383f"]);
  });

  it("a start, an acknowledgement and a fragment carry the version", () => {
    const fragmentation = new TlsFragmentation({ version: 2 });
    expect(hex(written(8, (target) => fragmentation.writeStart(target)))).toBe("22");
    expect(hex(written(8, (target) => fragmentation.writeAcknowledgement(target)))).toBe("02");
    fragmentation.send(bytes(1));
    expect(hex(written(8, (target) => fragmentation.writeFragment(target)))).toBe("0201");
    expect(new TlsFragmentation().receive(bytes(0x25, 9))).toEqual({
      kind: "start",
      version: 5,
      data: bytes(9),
    });
    expect(new TlsFragmentation().receive(bytes(0x03, 9))).toEqual({
      kind: "message",
      version: 3,
      message: bytes(9),
    });
  });

  it("split and joined, every message is what it was", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 3000 }), fc.integer({ min: 6, max: 1400 })),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        fc.integer({ min: 0, max: 7 }),
        (messages, version) => {
          const [one, other] = [new TlsFragmentation({ version }), new TlsFragmentation()];
          for (const [message, room] of messages) {
            // The conversation goes to and fro.
            expect(transfer(one, other, message, room).event).toEqual({ kind: "message", version, message });
            expect(transfer(other, one, message, room).event).toEqual({
              kind: "message",
              version: 0,
              message,
            });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("a message of 64 KiB passes in the smallest packets of EAP, one octet more is not sent", () => {
    const { event } = transfer(new TlsFragmentation(), new TlsFragmentation(), counted(65_536), 1015);
    expect(event).toEqual({ kind: "message", version: 0, message: counted(65_536) });
    expect(() => new TlsFragmentation().send(new Uint8Array(65_537))).toThrow(RangeError);
    expect(() => new TlsFragmentation().send(bytes())).toThrow(RangeError);
    expect(() => new TlsFragmentation({ maxMessageBytes: 3 }).send(bytes(1, 2, 3, 4))).toThrow(RangeError);
  });

  it("a fragment does not keep the packet it came in", () => {
    const to = new TlsFragmentation();
    const packet = bytes(0xc0, 0, 0, 0, 4, 1, 2);
    to.receive(packet);
    packet.fill(0);
    expect(to.receive(bytes(0, 3, 4))).toMatchObject({ message: bytes(1, 2, 3, 4) });
    const whole = bytes(0, 5);
    const event = to.receive(whole) as Extract<FragmentEvent, { kind: "message" }>;
    whole.fill(0);
    expect(event.message).toEqual(bytes(5));
  });

  it("what was written last is written again, octet for octet", () => {
    const from = new TlsFragmentation();
    expect(() => from.writeAgain(new Uint8Array(20))).toThrow(TypeError);
    written(20, (target) => from.writeStart(target));
    expect(hex(written(20, (target) => from.writeAgain(target)))).toBe("20");
    from.send(counted(25));
    expect(() => from.writeAgain(new Uint8Array(20))).toThrow(TypeError);
    for (const more of [true, true, false]) {
      const packet = written(11, (target) => from.writeFragment(target));
      expect(written(11, (target) => from.writeAgain(target))).toEqual(packet);
      expect(written(40, (target) => from.writeAgain(target))).toEqual(packet);
      expect(() => from.writeAgain(new Uint8Array(10))).toThrow(RangeError);
      if (more) from.receive(bytes(0));
    }
    written(20, (target) => from.writeAcknowledgement(target));
    expect(hex(written(20, (target) => from.writeAgain(target)))).toBe("00");
  });

  it("octets without data, where none are awaited, are told as such", () => {
    const fragmentation = new TlsFragmentation();
    expect(fragmentation.receive(bytes(0))).toEqual({ kind: "empty", version: 0 });
    fragmentation.send(bytes(1));
    written(6, (target) => fragmentation.writeFragment(target));
    expect(fragmentation.sending).toBe(false);
    expect(fragmentation.receive(bytes(0x80, 0, 0, 0, 0))).toEqual({ kind: "empty", version: 0 });
  });

  it.each([
    ["more follow, and the length is missing", [], "4001", "missing-length at 0"],
    ["a length over 64 KiB", [], "c00001000101", "too-long at 1"],
    ["a length over 64 KiB in one packet", [], "80ffffffff01", "too-long at 1"],
    ["a length that one packet does not have", [], "800000000301", "wrong-length at 5"],
    ["a length that one packet exceeds", [], "80000000010102", "wrong-length at 5"],
    ["a length without any data", [], "8000000003", "wrong-length at 5"],
    ["all is there, and more is to follow", [], "c000000002abcd", "wrong-length at 5"],
    ["a first fragment without data", [], "c000000005", "empty-fragment at 5"],
    ["another length later", ["c000000005ab"], "c000000006cd", "other-length at 1"],
    ["a later fragment without data", ["c000000005ab"], "40", "empty-fragment at 1"],
    ["an acknowledgement where data are due", ["c000000005ab"], "00", "empty-fragment at 1"],
    ["the last fragment leaves some out", ["c000000005ab"], "00abcdef", "wrong-length at 1"],
    ["the last fragment has too much", ["c000000005ab"], "00abcdef0102", "wrong-length at 1"],
    ["more than announced, and more to follow", ["c000000005ab"], "40abcdef0102", "wrong-length at 1"],
    ["a start in the middle", ["c000000005ab"], "20", "unexpected-start at 0"],
  ])("refused, and nothing has changed: %s", (_, before, wire, expected) => {
    const to = new TlsFragmentation();
    for (const fragment of before) to.receive(Buffer.from(fragment, "hex"));
    expect(refusal(() => to.receive(Buffer.from(wire, "hex")))).toBe(expected);
    // The right fragment still completes the message.
    const rest = before.length === 0 ? "80000000040102030a" : "000102030a";
    expect(to.receive(Buffer.from(rest, "hex"))).toEqual({
      kind: "message",
      version: 0,
      message: Uint8Array.from([...(before.length === 0 ? [] : [0xab]), 1, 2, 3, 10]),
    });
  });

  it("a later fragment may repeat the length", () => {
    const to = new TlsFragmentation();
    to.receive(Buffer.from("c000000003ab", "hex"));
    to.receive(Buffer.from("c000000003cd", "hex"));
    expect(to.receive(Buffer.from("8000000003ef", "hex"))).toMatchObject({
      message: bytes(0xab, 0xcd, 0xef),
    });
  });

  it.each([
    ["data", "00ab", "unacknowledged at 1"],
    ["the beginning of data", "c000000005ab", "unacknowledged at 5"],
    ["more to follow", "40", "unacknowledged at 1"],
    ["a start", "20", "unexpected-start at 0"],
  ])("refused while a fragment waits for its acknowledgement: %s", (_, wire, expected) => {
    const from = new TlsFragmentation();
    from.send(counted(20));
    written(11, (target) => from.writeFragment(target));
    expect(refusal(() => from.receive(Buffer.from(wire, "hex")))).toBe(expected);
    expect(from.receive(bytes(0))).toEqual({ kind: "acknowledged" });
  });

  it("a shorter limit is kept, too, however the message is cut", () => {
    const to = new TlsFragmentation({ maxMessageBytes: 4 });
    expect(refusal(() => to.receive(bytes(0xc0, 0, 0, 0, 5, 1)))).toBe("too-long at 1");
    expect(refusal(() => to.receive(bytes(0, 1, 2, 3, 4, 5)))).toBe("too-long at 1");
    expect(to.receive(bytes(0, 1, 2, 3, 4))).toMatchObject({ message: bytes(1, 2, 3, 4) });
  });

  it("what is announced takes no memory before it comes", () => {
    const before = process.memoryUsage().arrayBuffers;
    const many = Array.from({ length: 1000 }, () => {
      const to = new TlsFragmentation();
      to.receive(bytes(0xc0, 0, 1, 0, 0, 1));
      return to;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
    expect(many).toHaveLength(1000);
  });

  it("any packets give events or a FragmentError, never more than the limit", () => {
    const packet = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc
        .tuple(
          fc.constantFrom(0, 0x40, 0x80, 0xc0, 0x20),
          fc.integer({ min: 0, max: 40 }),
          fc.uint8Array({ maxLength: 12 }),
        )
        .map(([flags, length, data]) => bytes(flags, ...(flags & 0x80 ? [0, 0, 0, length] : []), ...data)),
    );
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 30 }), (packets) => {
        const to = new TlsFragmentation({ maxMessageBytes: 32 });
        for (const one of packets) {
          try {
            const event = to.receive(one);
            if (event.kind === "message") expect(event.message.length).toBeLessThanOrEqual(32);
          } catch (error) {
            expect(error).toBeInstanceOf(FragmentError);
          }
        }
      }),
    );
  });

  it.each([
    { version: -1 },
    { version: 8 },
    { version: 1.5 },
    { maxMessageBytes: 0 },
    { maxMessageBytes: 65_537 },
  ])("%j is no option", (options) => {
    expect(() => new TlsFragmentation(options)).toThrow(RangeError);
  });

  it("a target without room for data, and calls out of turn, are a mistake of the caller", () => {
    const from = new TlsFragmentation();
    expect(() => from.writeFragment(new Uint8Array(20))).toThrow(TypeError);
    from.send(counted(20));
    expect(() => from.send(bytes(1))).toThrow(TypeError);
    expect(() => from.writeFragment(new Uint8Array(5))).toThrow(RangeError);
    expect(written(20, (target) => from.writeFragment(target))).toHaveLength(20);
    const to = new TlsFragmentation();
    to.receive(bytes(0xc0, 0, 0, 0, 5, 1));
    expect(() => to.send(bytes(1))).toThrow(TypeError);
  });
});
