import fc from "fast-check";
import { expect, it } from "vitest";
import { TlsError, type TlsSession } from "../src/index.ts";
import { createInlineTlsEngine } from "../src/node/index.ts";
import { decodeClientTicket } from "../src/wire/client-ticket.ts";
import { readHello } from "../src/wire/hello.ts";
import { readSession } from "../src/wire/session.ts";
import { clientSettings, serverSettings } from "./fixtures.ts";

const engine = createInlineTlsEngine();
const nothing = new Uint8Array(0);
const bound = 65_536;

/** What becomes of a flight on the way. */
type Damage = (flight: Uint8Array) => Uint8Array;
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.array(fc.tuple(fc.nat(4_000), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }).map(
    (flips): Damage =>
      (flight) => {
        const copy = flight.slice();
        for (const [at, bits] of flips) copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ bits;
        return copy;
      },
  ),
  fc.nat(4_000).map(
    (at): Damage =>
      (flight) =>
        flight.slice(0, at % flight.length),
  ),
  fc.tuple(fc.nat(4_000), fc.uint8Array({ minLength: 1, maxLength: 64 })).map(
    ([at, more]): Damage =>
      (flight) =>
        Buffer.concat([flight.subarray(0, at % flight.length), more, flight.subarray(at % flight.length)]),
  ),
  fc.constant<Damage>((flight) => Buffer.concat([flight, flight])),
  fc.uint8Array({ maxLength: 400 }).map(
    (bytes): Damage =>
      () =>
        bytes,
  ),
);

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

it.each(["TLSv1.2", "TLSv1.3"] as const)(
  "%s: whatever comes in place of one of the first three flights, there is a flight or a typed error",
  async (protocol) => {
    const servers = engine.server(serverSettings());
    const clients = engine.client(clientSettings({ minVersion: protocol, maxVersion: protocol }));
    await fc.assert(
      fc.asyncProperty(fc.nat(2), damage, async (which, hurt) => {
        const sessions = { client: clients.open(), server: servers.open() };
        const take = async (session: TlsSession, bytes: Uint8Array): Promise<Uint8Array | undefined> => {
          try {
            const flight = await session.step(bytes);
            expect(flight.length).toBeLessThanOrEqual(bound);
            return flight;
          } catch (error) {
            expect(error).toBeInstanceOf(TlsError);
            return undefined;
          }
        };
        let flight: Uint8Array | undefined = await take(sessions.client, nothing);
        for (let turn = 0; turn < 5 && flight !== undefined; turn += 1) {
          const bytes: Uint8Array = turn === which ? hurt(flight) : flight;
          flight = await take(turn % 2 === 0 ? sessions.server : sessions.client, bytes);
        }
        sessions.client.end();
        sessions.server.end();
      }),
      { numRuns: 200, seed: 20_261_121 },
    );
    await new Promise(setImmediate);
    expect(rejections).toEqual([]);
  },
);

it("readers of octets are total", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const hello = readHello(bytes);
      if (hello !== undefined) expect(hello.random).toHaveLength(32);
      readSession(bytes);
      decodeClientTicket(bytes);
    }),
    { numRuns: 2_000, seed: 1 },
  );
});

it("a client whose ticket was changed begins anew, or fails with a typed error", async () => {
  const servers = engine.server(serverSettings());
  const clients = engine.client(clientSettings());
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (ticket) => {
      const client = clients.open({ ticket });
      const server = servers.open();
      try {
        const flight = await client.step(nothing);
        await client.step(await server.step(flight));
        expect(client.connection?.resumed).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(TlsError);
      }
      client.end();
      server.end();
    }),
    { numRuns: 50, seed: 2 },
  );
});
