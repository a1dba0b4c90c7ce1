import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { TelnetLine } from "../src/commands/dial/telnet-line.ts";

const willEcho = [0xff, 0xfb, 0x01];
const doEcho = [0xff, 0xfd, 0x01];
const text = (words: string): number[] => [...Buffer.from(words)];
const lcp = [0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21];

function line(telnet = false) {
  const sent: number[] = [];
  const socket = { write: (bytes: Uint8Array) => sent.push(...bytes) > 0 } as unknown as Socket;
  const made = new TelnetLine(socket, { telnet });
  return { made, sent, received: (...octets: number[]) => [...made.received(Uint8Array.from(octets))] };
}

describe("a line that may turn out to be telnet", () => {
  it("is telnet once the server negotiates: it is answered, and taken out of the text", () => {
    const { sent, received } = line();
    expect(received(...text("Welcome"))).toEqual(text("Welcome"));
    expect(received(...willEcho, ...text("Username: "))).toEqual(text("Username: "));
    expect(sent).toEqual(doEcho);
  });

  it("is telnet before PPP begins in the same piece", () => {
    const { sent, received } = line();
    expect(received(...willEcho, 0x7e, 0xff, 0xff, 0x7d, 0x23)).toEqual([0x7e, 0xff, 0x7d, 0x23]);
    expect(sent).toEqual(doEcho);
  });

  it("is none any more when PPP has begun, whatever its frames have in them", () => {
    const { sent, received } = line();
    expect(received(...text("\r\n"), ...lcp, ...willEcho)).toEqual([...text("\r\n"), ...lcp, ...willEcho]);
    expect(received(...willEcho, 0xff, 0xfe, 0x18)).toEqual([...willEcho, 0xff, 0xfe, 0x18]);
    expect(sent).toEqual([]);
  });

  it("is none any more when its owner says that PPP has begun, though the first frame came in two pieces", () => {
    const { made, sent, received } = line();
    expect(received(0x7e)).toEqual([0x7e]);
    expect(received(...lcp.slice(1))).toEqual(lcp.slice(1));
    made.settled();
    expect(received(...willEcho)).toEqual(willEcho);
    expect(sent).toEqual([]);
  });

  it("is telnet from the beginning where that is asked for, and stays so within PPP", () => {
    const { received } = line(true);
    expect(received(0x7e, 0xff, 0xff, 0x7d, 0x23)).toEqual([0x7e, 0xff, 0x7d, 0x23]);
  });
});
