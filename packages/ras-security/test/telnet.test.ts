import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TelnetEnd } from "../src/index.ts";

const [IAC, DONT, DO, WONT, WILL, SB, SE] = [255, 254, 253, 252, 251, 250, 240] as const;
const receive = (server: TelnetEnd, ...bytes: number[]) => {
  const { data, reply } = server.received(Uint8Array.from(bytes));
  return { data: [...data], reply: [...reply] };
};
const opened = () => {
  const server = new TelnetEnd("server");
  server.open();
  return server;
};

describe("the server's end of telnet", () => {
  it("offers to echo and to work by characters, and asks for the size of the window", () => {
    const expected = [IAC, WILL, 1, IAC, WILL, 3, IAC, DO, 3, IAC, DO, 31];
    expect([...new TelnetEnd("server").open()]).toEqual(expected);
  });

  it("never answers an answer (RFC 1143)", () => {
    const server = opened();
    expect(receive(server, IAC, DO, 1, IAC, DO, 3, IAC, WILL, 3, IAC, WONT, 31)).toEqual({
      data: [],
      reply: [],
    });
    expect(server.serverEchoes).toBe(true);
    expect(receive(server, IAC, DO, 1, IAC, WILL, 3).reply).toEqual([]);
  });

  it("follows when the peer changes its mind, once", () => {
    const server = opened();
    receive(server, IAC, DO, 1);
    expect(receive(server, IAC, DONT, 1).reply).toEqual([IAC, WONT, 1]);
    expect(server.serverEchoes).toBe(false);
    expect(receive(server, IAC, DONT, 1).reply).toEqual([]);
    expect(receive(server, IAC, DO, 1).reply).toEqual([IAC, WILL, 1]);
  });

  it("refuses every other option", () => {
    expect(receive(opened(), IAC, DO, 37, IAC, WILL, 24, IAC, WONT, 24).reply).toEqual([
      IAC,
      WONT,
      37,
      IAC,
      DONT,
      24,
    ]);
  });

  it("takes commands out of what is typed, wherever they are cut", () => {
    const server = opened();
    const bytes = [97, IAC, DO, 1, 98, IAC, SB, 31, 0, 80, 0, 24, IAC, SE, 99, IAC, IAC, 100];
    const data = bytes.flatMap((byte) => receive(server, byte).data);
    expect(data).toEqual([97, 98, 99, 255, 100]);
    expect(server.window).toEqual({ columns: 80, rows: 24 });
  });

  it("keys that come as commands are keys: interrupt, erase character, erase line", () => {
    expect(receive(opened(), IAC, 244, IAC, 247, IAC, 248, IAC, 243, IAC, 241, IAC, 249).data).toEqual([
      3, 8, 21, 3,
    ]);
    expect(receive(opened(), IAC, 246).reply).toEqual([...Buffer.from("\r\n[Yes]\r\n")]);
  });

  it("CR NUL is a CR, CR LF stays", () => {
    expect(receive(opened(), 97, 13, 0, 98, 13, 10, 0).data).toEqual([97, 13, 98, 13, 10, 0]);
  });

  it("what leaves is doubled where it is 255, and a bare CR gets its NUL, also across cuts", () => {
    const server = new TelnetEnd("server");
    const encode = (...bytes: number[]) => [...server.encode(Uint8Array.from(bytes))];
    expect(encode(97, 255, 13, 10, 13)).toEqual([97, 255, 255, 13, 10, 13]);
    expect(encode(98, 13)).toEqual([0, 98, 13]);
    expect(encode(10)).toEqual([10]);
  });

  it("a subnegotiation without end is dropped, not kept", () => {
    const server = opened();
    receive(server, IAC, SB, 31);
    for (let sent = 0; sent < 100; sent++)
      expect(receive(server, ...new Array(1_000).fill(7)).data).toEqual([]);
    expect(receive(server, IAC, SE, 120).data).toEqual([120]);
    expect(server.window).toBeUndefined();
  });

  it("the client's end waits for offers, lets the server echo, and refuses the rest", () => {
    const client = new TelnetEnd("client");
    expect(client.open()).toHaveLength(0);
    const answers = [IAC, DO, 1, IAC, DO, 3, IAC, WILL, 3, IAC, WONT, 31];
    expect(receive(client, ...new TelnetEnd("server").open()).reply).toEqual(answers);
    expect(client.serverEchoes).toBe(true);
    const server = opened();
    expect(receive(server, ...answers)).toEqual({ data: [], reply: [] });
    expect(server.serverEchoes).toBe(true);
  });

  it("takes any bytes in any pieces, answers at most nine bytes a byte, and does not depend on the cuts", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, cut) => {
        const [whole, cutUp] = [opened(), opened()];
        const all = whole.received(bytes);
        const [one, two] = [cutUp.received(bytes.subarray(0, cut)), cutUp.received(bytes.subarray(cut))];
        expect([...one.data, ...two.data]).toEqual([...all.data]);
        expect([...one.reply, ...two.reply]).toEqual([...all.reply]);
        expect(all.reply.length).toBeLessThanOrEqual(9 * bytes.length);
      }),
    );
  });

  it("what one end encodes the other end reads", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const clean = bytes.filter((byte) => byte !== 0);
        expect([...opened().received(new TelnetEnd("server").encode(clean)).data]).toEqual([...clean]);
      }),
    );
  });
});
