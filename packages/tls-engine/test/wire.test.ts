import { describe, expect, it } from "vitest";
import { alertAtEnd, alertAtStart, encodeAlert } from "../src/wire/alert.ts";
import { decodeClientTicket, encodeClientTicket } from "../src/wire/client-ticket.ts";
import { readHello } from "../src/wire/hello.ts";
import { readSession } from "../src/wire/session.ts";
import { hex } from "./fixtures.ts";

describe("hellos", () => {
  const hello = (length: number, idLength: number): Uint8Array => {
    const bytes = new Uint8Array(5 + length);
    bytes.set([22, 3, 1, length >> 8, length & 255, 1, 0, 0, length - 4, 3, 3]);
    bytes.fill(0xaa, 11, 43);
    bytes[43] = idLength;
    bytes.fill(0xbb, 44, 44 + idLength);
    return bytes;
  };

  it("RFC 5246 section 7.4.1.2: random and session id of a client", () => {
    const read = readHello(hello(80, 32));
    expect(read?.kind).toBe("client");
    expect(hex(read?.random)).toBe("aa".repeat(32));
    expect(hex(read?.sessionId)).toBe("bb".repeat(32));
  });

  it("whatever is shorter than it says, or says too much, is none", () => {
    expect(readHello(hello(80, 33))).toBeUndefined();
    expect(readHello(hello(60, 32))).toBeUndefined();
    expect(readHello(hello(80, 32).subarray(0, 60))).toBeUndefined();
    expect(readHello(hello(38, 0))).toBeUndefined();
    expect(readHello(new Uint8Array(0))).toBeUndefined();
    expect(readHello(hello(80, 0))?.sessionId).toHaveLength(0);
  });
});

it("alerts are found at either end of a flight", () => {
  const flight = Buffer.concat([encodeAlert(40), Uint8Array.of(1, 2, 3), encodeAlert(48)]);
  expect(alertAtStart(flight)).toBe(40);
  expect(alertAtEnd(flight)).toBe(48);
  expect(alertAtStart(flight.subarray(1))).toBeUndefined();
  expect(alertAtEnd(flight.subarray(0, 6))).toBeUndefined();
});

describe("sessions as OpenSSL writes them", () => {
  const session = Uint8Array.of(0x30, 20, 2, 1, 1, 2, 2, 3, 4, 4, 2, 0x13, 2, 4, 0, 4, 3, 7, 8, 9, 0xa0, 0);

  it("version and secret are read", () => {
    expect(readSession(session)).toEqual({ protocol: 0x0304, secret: Uint8Array.of(7, 8, 9) });
  });

  it("what is cut off, or has other elements, is none", () => {
    for (let length = 0; length < session.length; length += 1) {
      expect(readSession(session.subarray(0, length))).toBeUndefined();
    }
    const other = session.slice();
    other[5] = 4;
    expect(readSession(other)).toBeUndefined();
    expect(readSession(Uint8Array.of(0x30, 0x84, 1, 1, 1, 1))).toBeUndefined();
    expect(readSession(Uint8Array.of(0x30, 0x80))).toBeUndefined();
  });
});

it("tickets of clients go back and forth; what is none gives undefined", () => {
  const ticket = { certificate: Uint8Array.of(1, 2), session: Uint8Array.of(3) };
  expect(decodeClientTicket(encodeClientTicket(ticket))).toEqual(ticket);
  for (const bytes of [[], [0, 0, 0, 0, 1], [0, 0, 0, 2, 1, 2], [255, 255, 255, 255, 1]]) {
    expect(decodeClientTicket(Uint8Array.from(bytes))).toBeUndefined();
  }
});
