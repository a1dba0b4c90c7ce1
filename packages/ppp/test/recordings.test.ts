import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describePacket, encodeFrame, PppDeframer, protocolLcp } from "../src/index.ts";

const folder = new URL("recordings/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".record"));

/** What pppd wrote with its option `record`, as README.md beside the recordings tells. */
function directions(name: string): Record<"sent" | "received", Uint8Array[]> {
  const bytes = new Uint8Array(readFileSync(new URL(name, folder)));
  const found: Record<"sent" | "received", Uint8Array[]> = { sent: [], received: [] };
  for (let at = 0; at < bytes.length; ) {
    const mark = bytes[at];
    if (mark === 1 || mark === 2) {
      const length = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
      found[mark === 1 ? "sent" : "received"].push(bytes.slice(at + 3, at + 3 + length));
      at += 3 + length;
    } else at += { 3: 1, 4: 1, 5: 5, 6: 2, 7: 5 }[mark ?? 0] ?? bytes.length;
  }
  return found;
}

interface Frame {
  readonly protocol: number;
  readonly packet: Uint8Array;
  readonly words: string;
}

function framesOf(pieces: readonly Uint8Array[]) {
  const frames: Frame[] = [];
  const deframer = new PppDeframer({
    onFrame(protocol, packet) {
      frames.push({ protocol, packet: packet.slice(), words: describePacket(protocol, packet) });
      // Both sides ask for no escapes: from then on they come as they are.
      if (protocol === protocolLcp && packet[0] === 2) deframer.characterMap = 0;
    },
  });
  for (const piece of pieces) deframer.receive(piece);
  return { frames, counters: deframer.counters };
}

describe("what pppd 2.4.9 said to itself", () => {
  it("was recorded", () => expect(files).toHaveLength(10));

  it.each(files)("%s: every frame is read, but the security dialog before the first one", (name) => {
    for (const pieces of Object.values(directions(name))) {
      const { frames, counters } = framesOf(pieces);
      expect(frames.length).toBeGreaterThan(5);
      expect(counters).toMatchObject({ badFcs: 1, aborted: 0, oversized: 0, malformed: 0 });
      expect(frames.map(({ words }) => words).join("\n")).not.toMatch(/truncated|bad-/);
    }
  });

  it.each(files)("%s: frames are written as pppd wrote them", (name) => {
    for (const pieces of Object.values(directions(name))) {
      const line = Buffer.concat(pieces).toString("hex");
      let compared = 0;
      for (const { protocol, packet } of framesOf(pieces).frames) {
        // pppd compresses the headers of LCP's echoes, too; we never do.
        if (protocol === protocolLcp && (packet[0] ?? 0) > 7) continue;
        const format = { characterMap: 0, compressAddress: true, compressProtocol: true };
        const inner = Buffer.from(encodeFrame(protocol, packet, format).subarray(1)).toString("hex");
        expect(line).toContain(inner);
        compared += 1;
      }
      expect(compared).toBeGreaterThan(3);
    }
  });

  it("can be read as a conversation: the caller of PAP", () => {
    const { sent, received } = directions("pap.caller.record");
    const words = (pieces: readonly Uint8Array[]) => framesOf(pieces).frames.map((frame) => frame.words);
    expect(words(sent).slice(0, 4)).toEqual([
      "LCP Configure-Request id=1 accm=0x00000000 magic=0x9767eadc pfc acfc",
      "LCP Configure-Ack id=1 accm=0x00000000 auth=PAP magic=0x11ede561 pfc acfc",
      "LCP Echo-Request id=0",
      'PAP Authenticate-Request id=1 user="alice" password=***',
    ]);
    expect(words(received)).toEqual(
      expect.arrayContaining([
        "LCP Configure-Request id=1 accm=0x00000000 auth=PAP magic=0x11ede561 pfc acfc",
        'PAP Authenticate-Ack id=1 message="Login ok"',
        "IPCP Configure-Request id=1 compression(2)=002d0f01 address=10.99.0.1",
        "IPCP Configure-Nak id=1 address=10.99.0.2",
      ]),
    );
  });

  it("never shows a password in words", () => {
    for (const name of files) {
      for (const pieces of Object.values(directions(name))) {
        const words = framesOf(pieces).frames.map((frame) => frame.words);
        expect(words.join("\n")).not.toContain("s3cret");
      }
    }
  });
});
