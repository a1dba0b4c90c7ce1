import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { msChapV2, peap, ttls } from "../../src/index.ts";
import { PasswordBook } from "../methods/password-book.ts";
import { client, login, peapCredentials, ttlsCredentials } from "./tunnel-bench.ts";

const accounts = new PasswordBook({ alice: "wonderland" });
const methods = [msChapV2({ accounts, retries: 0 })];
const wary = { ...client, resume: false };

const pairs = {
  peap: {
    authenticator: peap({ server: { credentials: peapCredentials() }, methods }),
    peer: peap({ client: wary, methods }),
  },
  ttls: {
    authenticator: ttls({ server: { credentials: ttlsCredentials(), msChap2: accounts } }),
    peer: ttls({ client: wary }),
  },
} as const;

describe.each(["peap", "ttls"] as const)("%s", (name) => {
  const octets = fc.uint8Array({ maxLength: 300 });
  const flips = fc.array(fc.tuple(fc.nat(3_000), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 5,
  });

  it("whatever comes in place of the data of one of the first three messages, from either side: both agree, and both hosts live", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2),
        fc.constantFrom("peer", "authenticator"),
        fc.oneof(octets, flips),
        async (which, side, hurt) => {
          let seen = -1;
          const run = await login({
            ...pairs[name],
            line(packet, to) {
              const type = packet[4];
              // Identity is not the method's.
              if (to !== side || type === 1 || packet.length < 6) return packet;
              seen += 1;
              return seen === which ? hurtPacket(packet, hurt) : packet;
            },
          });
          expect(seen).toBeGreaterThanOrEqual(which);
          const ends = [run.authenticator?.result, run.peer?.result];
          expect(ends).not.toContain(undefined);
          expect(ends[0] === 0).toBe(ends[1] === 0);
        },
      ),
      { numRuns: 100, seed: 21 },
    );
  }, 30_000);

  it("whoever falls silent, at whatever step: both sessions end without success", async () => {
    const whole = await login(pairs[name]);
    expect([whole.authenticator?.result, whole.peer?.result]).toEqual([0, 0]);
    // The last one, Success, is not waited for by the peer, and no longer the authenticator's.
    for (let silent = 0; silent < whole.packets.length - 1; silent += 1) {
      const run = await login({
        ...pairs[name],
        line: (packet, _to, index) => (index < silent ? packet : undefined),
      });
      expect({ silent, ended: run.authenticator !== undefined && run.peer !== undefined }).toEqual({
        silent,
        ended: true,
      });
      expect({ silent, result: run.authenticator?.result === 0 }).toEqual({ silent, result: false });
    }
  });
});

/** Other octets behind the type, with the length that they have; or some that are flipped. */
function hurtPacket(packet: Uint8Array, hurt: Uint8Array | [at: number, bits: number][]): Uint8Array {
  if (hurt instanceof Uint8Array) {
    const length = 5 + hurt.length;
    return Uint8Array.of(...packet.subarray(0, 2), length >> 8, length & 255, packet[4] ?? 0, ...hurt);
  }
  const changed = packet.slice();
  for (const [at, bits] of hurt) {
    const index = 5 + (at % (packet.length - 5));
    changed[index] = (changed[index] ?? 0) ^ bits;
  }
  return changed;
}
