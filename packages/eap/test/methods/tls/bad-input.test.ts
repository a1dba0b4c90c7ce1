import { createSeededRandom } from "@sallyport/runtime";
import type { TlsEndpoint } from "@sallyport/tls-engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Side, type Step } from "../conversation.ts";
import { serverEndpoint, type TlsPair, tlsPair } from "./fixtures.ts";

/** Type-Data of EAP-TLS in a packet: code, identifier, length, 13, flags ... */
function packet(code: number, identifier: number, ...data: readonly number[]): Uint8Array {
  const length = 5 + data.length;
  return Uint8Array.of(code, identifier, length >> 8, length & 255, 13, ...data);
}

const response = (to: Step | undefined, ...data: readonly number[]): Uint8Array =>
  packet(2, to?.packet?.[1] ?? 0, ...data);
const request = (identifier: number, ...data: readonly number[]): Uint8Array =>
  packet(1, identifier, ...data);
const dataOf = (step: Step | undefined): number[] => [...(step?.packet?.subarray(5) ?? [])];

/** So that every flight is one packet. */
const sendPacketSize = 8_000;

function sides(options: TlsPair = {}): { server: Side; client: Side; pair: ReturnType<typeof tlsPair> } {
  const pair = tlsPair(options);
  const server = new Side(pair.authenticator, { authenticator: true, initialId: 7, sendPacketSize });
  const client = new Side(pair.peer, { random: createSeededRandom(2), sendPacketSize });
  return { server, client, pair };
}

/** Lets the two talk until one of them has said so many packets of its own; the last steps of both. */
async function talk(
  { server, client }: { server: Side; client: Side },
  rounds: number,
): Promise<{ asked: Step; answered: Step | undefined }> {
  let asked = await server.callAsync(null);
  let answered: Step | undefined;
  for (let round = 0; round < rounds && asked.packet !== undefined; round += 1) {
    answered = await client.callAsync(asked.packet);
    if (answered.packet === undefined) break;
    if (round < rounds - 1) asked = await server.callAsync(answered.packet);
  }
  return { asked, answered };
}

describe("fragments that break the rules are discarded, and the conversation goes on", () => {
  it.each<[string, number[]]>([
    ["no flags", []],
    ["a length that is cut off", [0x80, 0, 0]],
    ["a first fragment without length", [0x40, 1, 2, 3]],
    ["a message that is too long", [0xc0, 0, 1, 0, 1, 1]],
    ["a length of 4 GB", [0xc0, 255, 255, 255, 255, 1]],
    ["more than was announced", [0xc0, 0, 0, 0, 2, 1, 2, 3]],
    ["less than was announced", [0x80, 0, 0, 0, 9, 1]],
    ["an empty fragment", [0xc0, 0, 0, 0, 9]],
    ["an acknowledgement of nothing", [0]],
  ])("EAP-22 the authenticator: %s", async (_what, data) => {
    const two = sides();
    const start = two.server.call(null);
    expect(start.packet).toEqual(request(7, 0x20));
    expect(two.server.call(response(start, ...data)).did).toBe("722");
    const hello = await two.client.callAsync(start.packet ?? null);
    expect((await two.server.callAsync(hello.packet ?? null)).did).toBe("SendWithTimeout");
    two.server.end();
    two.client.end();
  });

  it.each<[string, number[]]>([
    ["no flags", []],
    ["a first fragment without length", [0x40, 1, 2, 3]],
    ["another Start", [0x20]],
    ["an acknowledgement of nothing", [0]],
  ])("EAP-22 the peer: %s", async (_what, data) => {
    const two = sides();
    const { asked } = await talk(two, 1);
    expect((await two.client.callAsync(request(99, ...data))).did).toBe("722");
    expect(asked.did).toBe("SendWithTimeout");
    two.server.end();
    two.client.end();
  });

  it("fragments that come twice, or without the one before, change nothing", async () => {
    const two = sides({ fragmentBytes: 100 });
    const start = two.server.call(null);
    const first = await two.client.callAsync(start.packet ?? null);
    const acknowledged = two.server.call(first.packet ?? null);
    expect(dataOf(acknowledged)).toEqual([0]);
    // The one before once more, with its old identifier: EAP-22; and as if it were the next.
    expect(two.server.call(first.packet ?? null).did).toBe("722");
    expect(two.server.call(response(acknowledged, 0xc0, 0, 0, 0, 50, 1)).did).toBe("722");
    let said = await two.client.callAsync(acknowledged.packet ?? null);
    // A duplicate of the acknowledgement is answered with the same fragment (EAP-34).
    expect((await two.client.callAsync(acknowledged.packet ?? null)).packet).toEqual(said.packet);
    let asked = await two.server.callAsync(said.packet ?? null);
    for (let round = 0; round < 90 && asked.did === "SendWithTimeout"; round += 1) {
      said = await two.client.callAsync(asked.packet ?? null);
      asked = await two.server.callAsync(said.packet ?? null);
    }
    expect(asked.did).toBe("SendAndDone 0");
    two.server.end();
    two.client.end();
  });

  it("EAP-16 without a packet the last request goes out again, fragment or not", async () => {
    const two = sides({ fragmentBytes: 200 });
    let asked = await two.server.callAsync(null);
    for (let round = 0; round < 90 && asked.did === "SendWithTimeout"; round += 1) {
      expect(two.server.call(null).packet).toEqual(asked.packet);
      const said = await two.client.callAsync(asked.packet ?? null);
      asked = await two.server.callAsync(said.packet ?? null);
    }
    expect(asked.did).toBe("SendAndDone 0");
  });
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)("EAP-TLS with %s", (protocol) => {
  it("a flight that is cut short in TLS ends the session, whichever it is", async () => {
    for (const rounds of [1, 2]) {
      const two = sides({ protocol });
      const { asked, answered } = await talk(two, rounds);
      const whole = dataOf(answered);
      const end = await two.server.callAsync(response(asked, ...whole.slice(0, whole.length - 10)));
      expect(end.did).toBe("SendAndDone 691");
      expect(two.pair.refusals.server).toMatchObject([{ reason: "handshake", detail: "truncated" }]);
    }
  });

  it("garbage in place of a flight is answered with an alert, and then with Failure", async () => {
    for (const rounds of [1, 2]) {
      const two = sides({ protocol });
      const { asked } = await talk(two, rounds);
      const alert = await two.server.callAsync(response(asked, 0, 22, 3, 3, 0, 5, 99, 0, 0, 1, 9));
      expect(alert.did).toBe("SendWithTimeout");
      const end = await two.server.callAsync(response(alert, 0));
      expect(end.did).toBe("SendAndDone 691");
      expect(end.packet).toEqual(Uint8Array.of(4, alert.packet?.[1] ?? 0, 0, 4));
      expect(two.pair.refusals.server).toMatchObject([{ reason: "handshake" }]);
    }
  });

  it("garbage from the authenticator: the peer answers with its alert, and believes no Success", async () => {
    const two = sides({ protocol });
    await talk(two, 1);
    const alert = await two.client.callAsync(request(200, 0, 22, 3, 3, 0, 5, 99, 0, 0, 1, 9));
    expect(alert.did).toBe("Send");
    expect(two.client.call(Uint8Array.of(3, 200, 0, 4)).did).toBe("722");
    expect((await two.client.callAsync(request(201, 0))).did).toBe("722");
    expect(two.client.call(Uint8Array.of(4, 200, 0, 4)).did).toBe("Done 691");
  });

  it("EAP-49 Success before the exchange is complete is no success, in the packet or inferred", async () => {
    for (const rounds of [1, 2]) {
      const two = sides({ protocol });
      const { asked } = await talk(two, rounds);
      const identifier = asked.packet?.[1] ?? 0;
      expect(two.client.call(Uint8Array.of(3, identifier, 0, 4)).did).toBe("722");
      expect(two.client.call(null, { successPacketReceived: true }).did).toBe("Done 1397");
    }
  });

  it("EAP-48 Success that got lost after the exchange is believed", async () => {
    const two = sides({ protocol });
    await talk(two, 3);
    expect(two.client.call(null, { successPacketReceived: true }).did).toBe("Done 0");
  });

  it("application data in place of the acknowledgement are refused", async () => {
    const two = sides({ protocol });
    const { asked } = await talk(two, 3);
    const end = await two.server.callAsync(response(asked, 0, 23, 3, 3, 0, 20, ...Array(20).fill(7)));
    expect(end.did === "SendAndDone 691" || end.did === "SendWithTimeout").toBe(true);
    expect((await two.server.callAsync(response(end, 0))).did).toMatch(/SendAndDone 691|722/);
  });

  it("a peer that falls silent anywhere leaves nothing behind when its session ends", async () => {
    const { endpoint, open } = counted(serverEndpoint());
    for (let rounds = 0; rounds <= 3; rounds += 1) {
      const two = sides({ protocol, endpoint });
      await talk(two, rounds);
      // Before a message of the peer there is nothing of TLS yet.
      if (rounds >= 2) expect(open()).toBe(1);
      two.server.end();
      two.server.end();
      two.client.end();
      expect(open()).toBe(0);
    }
  });
});

it("a host that throws ends its session with its exception, and the next goes on", async () => {
  const two = sides({
    authorise: () => {
      throw new Error("the directory is down");
    },
  });
  const { asked, answered } = await talk(two, 2);
  expect(asked.did).toBe("SendWithTimeout");
  await expect(two.server.callAsync(answered?.packet ?? null)).rejects.toThrow("the directory is down");
  two.server.end();
});

it("whatever comes in place of the first three packets of the peer, the session ends or goes on, and nothing else", async () => {
  const endpoint = serverEndpoint();
  const bytes = fc.uint8Array({ maxLength: 300 });
  const flips = fc.array(fc.tuple(fc.nat(3_000), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(2),
      fc.oneof(bytes, flips),
      fc.constantFrom("TLSv1.2", "TLSv1.3"),
      async (which, hurt, protocol) => {
        const two = sides({ endpoint, protocol: protocol as "TLSv1.2" });
        let asked = await two.server.callAsync(null);
        for (
          let round = 0;
          round < 8 && asked.packet !== undefined && asked.did === "SendWithTimeout";
          round += 1
        ) {
          const said = await two.client.callAsync(asked.packet);
          if (said.packet === undefined) break;
          let data = dataOf(said);
          if (round === which) {
            if (hurt instanceof Uint8Array) data = [...hurt];
            else for (const [at, bits] of hurt) data[at % data.length] = (data[at % data.length] ?? 0) ^ bits;
          }
          asked = await two.server.callAsync(response(asked, ...data));
          expect(asked.did).toMatch(/^(SendWithTimeout|SendAndDone \d+|722)$/);
        }
        two.server.end();
        two.client.end();
      },
    ),
    { numRuns: 150, seed: 13 },
  );
});

/** An endpoint, and how many of its sessions are open. */
function counted(endpoint: TlsEndpoint): { endpoint: TlsEndpoint; open: () => number } {
  let open = 0;
  const counting: TlsEndpoint = {
    role: "server",
    staple: (ocsp) => endpoint.staple(ocsp),
    close: () => endpoint.close(),
    open: (options) => {
      const session = endpoint.open(options);
      open += 1;
      let ended = false;
      return new Proxy(session, {
        get: (target, name) => {
          if (name === "end") {
            return () => {
              if (!ended) open -= 1;
              ended = true;
              target.end();
            };
          }
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  };
  return { endpoint: counting, open: () => open };
}
