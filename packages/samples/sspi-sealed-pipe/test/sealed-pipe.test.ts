import { spawnSync } from "node:child_process";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { settingsAccounts } from "@sallyport/accounts";
import { describe, expect, it } from "vitest";
import { frameOf, framesOf } from "../src/frames.ts";
import { acceptPipe, initiatePipe, type SealedPipe } from "../src/index.ts";

const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }], { defaultDomain: "HOUSE" });
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytes = (words: string) => new TextEncoder().encode(words);

/** Both ends, and a hand on what goes from the client to the server once the handshake is over. */
async function bothEnds(password = "wonderland") {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const held: Uint8Array[] = [];
  let isHeld = false;
  const writable = {
    write: (frame: Uint8Array) => (isHeld ? held.push(frame) : toServer.write(frame)),
    end: () => isHeld || toServer.end(),
  };
  const [client, server] = await Promise.all([
    initiatePipe({ readable: toClient, writable }, "alice", password),
    acceptPipe({ readable: toServer, writable: toClient }, accounts, "HOUSE"),
  ]);
  const hold = () => {
    isHeld = true;
    return held;
  };
  return { client, server, toServer, hold };
}

async function first(pipe: SealedPipe): Promise<string> {
  return text((await pipe.messages().next()).value ?? undefined);
}

describe("a sealed pipe", () => {
  it("knows its client, and carries messages both ways, empty ones too", async () => {
    const { client, server } = await bothEnds();
    expect(server.peer).toBe("HOUSE\\alice");
    client.send(bytes("hello"));
    client.send(new Uint8Array(0));
    client.send(new Uint8Array(65_000));
    client.end();
    const lengths: number[] = [];
    for await (const message of server.messages()) lengths.push(message.length);
    expect(lengths).toEqual([5, 0, 65_000]);
    server.send(bytes("good bye"));
    expect(await first(client)).toBe("good bye");
  });

  it("shows nothing of a message", async () => {
    const { client, hold } = await bothEnds();
    const held = hold();
    client.send(bytes("under the stairs"));
    expect(Buffer.concat(held).includes("stairs")).toBe(false);
  });

  it.each([
    [
      "changed",
      ([one]: Uint8Array[]) => [Uint8Array.from(one ?? [], (byte, at) => (at === 25 ? byte ^ 1 : byte))],
      "SEC_E_MESSAGE_ALTERED",
    ],
    ["left out", ([, two]: Uint8Array[]) => [two], "SEC_E_OUT_OF_SEQUENCE"],
    ["swapped", ([one, two]: Uint8Array[]) => [two, one], "SEC_E_OUT_OF_SEQUENCE"],
  ])("a message that was %s is noticed", async (_what, tampered, symbol) => {
    const { client, server, toServer, hold } = await bothEnds();
    const held = hold();
    client.send(bytes("first"));
    client.send(bytes("second"));
    for (const frame of tampered(held)) toServer.write(frame);
    const refused = await first(server).catch((error: { symbol?: string }) => error.symbol);
    expect(refused).toBe(symbol);
  });

  it("a stream that just stops is not taken for its end", async () => {
    const { server, toServer } = await bothEnds();
    toServer.end();
    await expect(first(server)).rejects.toThrow("stopped before its end");
  });

  it("a wrong password ends it at both ends", async () => {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    const ends = await Promise.allSettled([
      initiatePipe({ readable: toClient, writable: toServer }, "alice", "looking-glass"),
      acceptPipe({ readable: toServer, writable: toClient }, accounts, "HOUSE"),
    ]);
    expect(ends.map((end) => end.status === "rejected" && String(end.reason))).toEqual([
      "Error: the other end broke off the handshake",
      expect.stringContaining("SEC_E_LOGON_DENIED"),
    ]);
  });

  it("two processes talk, and tell what was to be seen", () => {
    const main = fileURLToPath(new URL("../src/node/main.ts", import.meta.url));
    const { stdout, status } = spawnSync(process.execPath, [main], { encoding: "utf8" });
    expect(stdout).toMatch(
      /^HOUSE\\alice said: the plans are under the stairs\nanybody .* "stairs" in them: false\n$/,
    );
    expect(status).toBe(0);
  });
});

describe("frames", () => {
  async function* pieces(...all: Uint8Array[]) {
    yield* all;
  }

  it("come out whole, wherever the stream is cut", async () => {
    const stream = Buffer.concat([frameOf(bytes("one")), frameOf(bytes("")), frameOf(bytes("three"))]);
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const found: string[] = [];
      for await (const frame of framesOf(pieces(stream.subarray(0, cut), stream.subarray(cut))))
        found.push(text(frame));
      expect(found).toEqual(["one", "", "three"]);
    }
  });

  it("too long ones are refused before anything is kept", async () => {
    await expect(framesOf(pieces(Uint8Array.of(0xff, 0, 0, 0))).next()).rejects.toThrow(RangeError);
    expect(() => frameOf(new Uint8Array(70_000))).toThrow(RangeError);
  });
});
