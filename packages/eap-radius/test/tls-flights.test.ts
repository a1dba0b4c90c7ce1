import { encodeEapPacket } from "@sallyport/eap";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TlsFlights } from "../src/client/tls-flights.ts";

const packet = (type: number, ...data: number[]) =>
  encodeEapPacket({ code: 1, identifier: 1, type, data: Uint8Array.from(data) });
const record = (type: number, ...body: number[]) => [
  type,
  3,
  3,
  body.length >> 8,
  body.length & 255,
  ...body,
];
const message = (type: number, ...body: number[]) => [type, 0, 0, body.length, ...body];
const plain = 0;
const more = 0x40;

describe("what packets of TLS methods carry, in words", () => {
  it("RFC 5216 section 2.1 the flights of a handshake", () => {
    const server = new TlsFlights();
    const client = new TlsFlights();
    expect(server.notes(packet(13, 0x20))).toEqual(["Start"]);
    expect(client.notes(packet(13, plain, ...record(22, ...message(1, 9))))).toEqual(["ClientHello"]);
    const flight = record(22, ...message(2), ...message(11, 1, 2), ...message(14));
    expect(server.notes(packet(13, plain, ...flight))).toEqual(["ServerHello, Certificate, ServerHelloDone"]);
    const keys = [...record(22, ...message(16, 1)), ...record(20, 1), ...record(22, 250, 251, 252, 253)];
    expect(client.notes(packet(13, plain, ...keys))).toEqual([
      "ClientKeyExchange, ChangeCipherSpec, encrypted records",
    ]);
    expect(client.notes(packet(13, plain))).toEqual(["acknowledges"]);
  });

  it("RFC 5216 section 2.1.5 a message in fragments is named with the last one", () => {
    const flights = new TlsFlights();
    const flight = record(22, ...message(2, ...Array(20).fill(7)), ...message(11, 1));
    const length = [0, 0, 0, flight.length];
    expect(flights.notes(packet(25, 0x80 | more, ...length, ...flight.slice(0, 10)))).toEqual([
      `a fragment of 10 octets of ${flight.length}, more follow`,
    ]);
    expect(flights.notes(packet(25, plain, ...flight.slice(10)))).toEqual(["ServerHello, Certificate"]);
  });

  it("RFC 8446 section 5 records of TLS 1.3 are encrypted from the second message on; runs of them are told once", () => {
    const flights = new TlsFlights();
    const flight = [...record(22, ...message(2)), ...record(23, 1), ...record(23, 2)];
    expect(flights.notes(packet(21, plain, ...flight))).toEqual(["ServerHello, encrypted records"]);
    expect(flights.notes(packet(21, plain, ...record(21, 2, 48)))).toEqual(["Alert unknown_ca"]);
  });

  it("nothing is told of other methods, and no octets make it fail", () => {
    expect(new TlsFlights().notes(packet(4, 1, 2))).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), fc.constantFrom(13, 21, 25), (all, type) => {
        const flights = new TlsFlights();
        for (const data of all) flights.notes(packet(type, ...data));
        for (const data of all) flights.notes(data);
      }),
    );
  });
});
