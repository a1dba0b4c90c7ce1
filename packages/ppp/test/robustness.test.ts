import { settingsAccounts } from "@sallyport/accounts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accountsProvider,
  decodeChapValue,
  decodeControlPacket,
  decodeIcmpEcho,
  decodeIpv4,
  decodeMsChap2Response,
  decodeOptions,
  decodePapMessage,
  decodePapRequest,
  describePacket,
  encodeChapValue,
  encodeControlPacket,
  encodeFrame,
  encodeIcmpEcho,
  encodeIpv4,
  encodeMsChap2Response,
  encodeOptions,
  encodePapMessage,
  encodePapRequest,
  formatIpv4,
  type PppAuthenticationProtocol,
  PppPacketError,
  parseIpv4,
  protocolChap,
  protocolEap,
  protocolIpcp,
  protocolIpv4,
  protocolLcp,
  protocolPap,
} from "../src/index.ts";
import { parseMsChap2Message } from "../src/wire/ms-chap2.ts";
import { pair, wonderland } from "./harness.ts";
import { open, RawPeer, rawServer } from "./raw-peer.ts";

const octets = fc.uint8Array({ maxLength: 80 });
const octet = fc.integer({ min: 0, max: 255 });

describe("codecs", () => {
  const decoders = {
    decodeControlPacket,
    decodeOptions,
    decodePapRequest,
    decodePapMessage,
    decodeChapValue,
    decodeMsChap2Response,
    decodeIpv4,
    decodeIcmpEcho,
  };
  it.each(Object.entries(decoders))(
    "%s: any octets give a value or a PppPacketError within them",
    (_, decode) => {
      fc.assert(
        fc.property(octets, (input) => {
          try {
            decode(input);
          } catch (error) {
            if (!(error instanceof PppPacketError)) throw error;
            expect(error.offset).toBeLessThanOrEqual(input.length);
            expect(error.message).toContain(error.reason);
          }
        }),
        { numRuns: 1000 },
      );
    },
  );

  it("describePacket has words for whatever comes, in one line", () => {
    const protocols = fc.constantFrom(
      protocolLcp,
      protocolIpcp,
      protocolPap,
      protocolChap,
      protocolEap,
      0x21,
      0x80fd,
      77,
    );
    fc.assert(
      fc.property(protocols, octets, (protocol, input) => {
        expect(describePacket(protocol, input)).toMatch(/^[^\n]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it("what is written is read as it was", () => {
    const field = fc.uint8Array({ maxLength: 255 });
    fc.assert(
      fc.property(octet, octet, octets, field, field, (code, identifier, data, one, two) => {
        expect(decodeControlPacket(encodeControlPacket({ code, identifier, data }))).toEqual({
          code,
          identifier,
          data,
        });
        const options = [
          { type: code, value: one.subarray(0, 253) },
          { type: identifier, value: two.subarray(0, 253) },
        ];
        expect(decodeOptions(encodeOptions(options))).toEqual(options);
        expect(decodePapRequest(encodePapRequest({ peerId: one, password: two }))).toEqual({
          peerId: one,
          password: two,
        });
        expect(decodePapMessage(encodePapMessage(one))).toEqual(one);
        if (one.length > 0) {
          expect(decodeChapValue(encodeChapValue({ value: one, name: two }))).toEqual({
            value: one,
            name: two,
          });
        }
        const echo = { kind: "reply" as const, identifier: code, sequence: identifier, data };
        const payload = encodeIcmpEcho(echo);
        expect(decodeIcmpEcho(payload)).toEqual(echo);
        const packet = { source: 0x0a000001, destination: 0xc0000207, protocol: 1, payload };
        expect(decodeIpv4(encodeIpv4(packet))).toEqual({ ...packet, fragment: false });
      }),
      { numRuns: 300 },
    );
  });

  it("RFC 2759 section 4: a response of MS-CHAPv2 has its fields in their places", () => {
    const response = {
      peerChallenge: new Uint8Array(16).fill(1),
      ntResponse: new Uint8Array(24).fill(2),
      flags: 3,
    };
    const value = encodeMsChap2Response(response);
    expect(Buffer.from(value).toString("hex")).toBe(
      `${"01".repeat(16)}${"00".repeat(8)}${"02".repeat(24)}03`,
    );
    expect(decodeMsChap2Response(value)).toEqual(response);
  });

  it.each([
    ["S=0123456789ABCDEF0123456789ABCDEF01234567 M=Welcome back", { text: "Welcome back", code: undefined }],
    ["E=691 R=1 C=00 V=3 M=E=648 is not the code", { code: 691, retry: true, text: "E=648 is not the code" }],
    ["M=S=0123456789ABCDEF0123456789ABCDEF01234567", { authenticatorResponse: undefined }],
    ["E=99999999999999999999 R=1", { code: undefined }],
    ["", { text: "", code: undefined, retry: false, authenticatorResponse: undefined }],
  ])("RFC 2759 sections 5 and 6: the message %j", (message, found) => {
    expect(parseMsChap2Message(message)).toMatchObject(found);
  });

  it("addresses in dotted decimal are read strictly", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (address) => {
        expect(parseIpv4(formatIpv4(address))).toBe(address);
      }),
    );
    for (const text of ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.x", " 1.2.3.4", "1.2.3.-4"]) {
      expect(() => parseIpv4(text)).toThrow(RangeError);
    }
  });

  it("what cannot be written is refused by its name", () => {
    const long = new Uint8Array(256);
    expect(() => encodePapRequest({ peerId: long, password: long })).toThrow("peerId");
    expect(() => encodeChapValue({ value: new Uint8Array(0), name: long })).toThrow("value");
    expect(() => encodeOptions([{ type: 256, value: long }])).toThrow("type");
    expect(() => encodeOptions([{ type: 1, value: long }])).toThrow("253");
    expect(() => encodeControlPacket({ code: -1, identifier: 0, data: long })).toThrow("code");
    expect(() => encodeControlPacket({ code: 1, identifier: 0, data: new Uint8Array(65_532) })).toThrow(
      "data",
    );
  });
});

describe("noise", () => {
  const protocol = fc.oneof(
    fc.constantFrom(protocolLcp, protocolIpcp, protocolPap, protocolChap, protocolEap, protocolIpv4, 0x80fd),
    fc.integer({ min: 0, max: 0x7fff }).map((number) => 2 * number + 1),
  );
  const control = fc
    .record({ code: octet, identifier: fc.integer({ min: 0, max: 3 }), data: octets })
    .map((packet) => encodeControlPacket(packet));
  const sensible = fc
    .record({
      code: fc.integer({ min: 1, max: 11 }),
      identifier: fc.integer({ min: 0, max: 3 }),
      data: octets,
    })
    .map((packet) => encodeControlPacket(packet));
  const frame = fc
    .tuple(protocol, fc.oneof(octets, control, sensible))
    .map(([number, packet]) => encodeFrame(number, packet));
  const line = fc.array(fc.oneof(frame, octets), { maxLength: 30 });

  const phases: readonly (readonly [string, () => RawPeer])[] = [
    ["a server's establish phase", () => new RawPeer()],
    ["a server's authenticate phase", () => new RawPeer().openLcp()],
    ["a server's network phase", () => new RawPeer(open).openLcp()],
    ["a server's open network", () => new RawPeer(open).openLcp().openIpcp()],
    ["a caller's establish phase", () => rawServer()],
    ["a caller's authenticate phase", () => rawServer().openLcp([3, 0xc2, 0x23, 5])],
    ["a caller's network phase", () => rawServer({ credentials: undefined }).openLcp()],
    [
      "a server's ending",
      () => {
        const peer = new RawPeer(open).openLcp().openIpcp();
        peer.link.close();
        return peer;
      },
    ],
  ];
  it.each(phases)("in %s does no harm: nothing throws, answers are few, timers end", (_, make) => {
    fc.assert(
      fc.property(line, (pieces) => {
        const peer = make();
        const before = peer.heard.length;
        for (const piece of pieces) peer.link.receive(piece);
        expect(peer.heard.length - before).toBeLessThanOrEqual(4 * pieces.length);
        peer.clock.advance(10_000);
        peer.link.lineLost();
        expect(peer.clock.pending).toBe(0);
        expect(peer.side.calls.filter((call) => call === "closed")).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });

  it("on the line only makes a call take longer: links come up through lost, doubled and broken octets", () => {
    const protocols = fc.constantFrom<PppAuthenticationProtocol>("PAP", "CHAP", "MS-CHAPv2");
    const damage = fc.array(fc.constantFrom("keep", "lose", "double", "break"), { maxLength: 8 });
    fc.assert(
      fc.property(protocols, damage, (asked, kinds) => {
        let count = 0;
        const provider = accountsProvider(settingsAccounts(wonderland), { now: () => 0 });
        const both = pair({
          server: { authentication: { protocols: [asked], provider } },
          bend: (piece) => {
            const kind = kinds[count++];
            if (kind === "lose") return undefined;
            if (kind === "double") return Uint8Array.of(...piece, ...piece);
            if (kind === "break")
              return piece.with(piece.length >> 1, (piece[piece.length >> 1] ?? 0) ^ 0x40);
            return piece;
          },
        });
        both.open();
        both.clock.advance(140_000);
        expect(both.server.connections.length).toBeGreaterThan(0);
        expect(both.caller.connections.length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });
});
