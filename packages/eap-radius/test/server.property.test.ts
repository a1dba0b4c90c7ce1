import { openEapMethods } from "@sallyport/eap";
import { decodeRadiusPacket, encodeRadiusPacket, type RawAttribute } from "@sallyport/radius";
import { createSeededRandom, createVirtualClock, silentLog } from "@sallyport/runtime";
import fc from "fast-check";
import { expect, it } from "vitest";
import { EapRadiusServer } from "../src/index.ts";
import { scriptedMethod, secret, text } from "./support.ts";

/** What an access server may say, from the ordinary to the absurd. */
const step = fc.oneof(
  fc.record({ kind: fc.constant("bytes" as const), eap: fc.uint8Array({ maxLength: 600 }) }),
  fc.record({ kind: fc.constant("identity" as const) }),
  fc.record({ kind: fc.constant("start" as const) }),
  fc.record({
    kind: fc.constant("response" as const),
    type: fc.integer({ min: 0, max: 255 }),
    identifier: fc.option(fc.integer({ min: 0, max: 255 })),
    data: fc.constantFrom("ok", "nonsense", "throw", "done", ""),
  }),
  fc.record({ kind: fc.constant("wait" as const), by: fc.integer({ min: 0, max: 400_000 }) }),
);

it("whatever a peer sends: an answer or silence, never an exception; bounds hold; every begin has its end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, later) => {
      const calls: string[] = [];
      const { methods } = await openEapMethods(
        [
          scriptedMethod(calls, { rounds: 3, later }),
          scriptedMethod(calls, { type: 204, name: "other", later }),
        ],
        { log: silentLog },
      );
      const clock = createVirtualClock();
      const random = createSeededRandom(11);
      const server = new EapRadiusServer({
        methods,
        clock,
        random,
        log: silentLog,
        limits: { conversations: 4 },
      });
      let state: Uint8Array | undefined;
      let asked: Uint8Array = Uint8Array.of(1, 1, 0, 5, 255);
      for (const one of steps) {
        if (one.kind === "wait") {
          clock.advance(one.by);
          continue;
        }
        const attributes: RawAttribute[] = [{ type: 1, value: text("alice") }];
        for (const value of messagesOf(one, asked)) attributes.push({ type: 79, value });
        if (state !== undefined && one.kind !== "identity") attributes.push({ type: 24, value: state });
        const datagram = encodeRadiusPacket({
          code: 1,
          identifier: 1,
          authenticator: random(16),
          attributes,
        });
        const answer = await server.handle({
          packet: decodeRadiusPacket(datagram),
          client: { name: "lab", address: "192.0.2.7", secret },
          source: { address: "192.0.2.7", port: 1 },
          receivedAt: clock.now(),
          port: "authentication",
        });
        if (answer !== null) expect([2, 3, 11]).toContain(answer.code);
        const eap = answer?.attributes.filter(({ type }) => type === 79).flatMap(({ value }) => [...value]);
        if (answer !== null) expect(eap?.length).toBeGreaterThanOrEqual(4);
        state = answer?.attributes.find(({ type }) => type === 24)?.value ?? state;
        if (answer?.code === 11 && eap !== undefined) asked = Uint8Array.from(eap);
        expect(server.size).toBeLessThanOrEqual(4);
      }
      server.close();
      await new Promise(setImmediate);
      const count = (word: string) => calls.filter((call) => call.includes(` ${word}`)).length;
      expect(count("end")).toBe(count("begin"));
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 300 },
  );
});

function messagesOf(
  one: { readonly kind: string } & Record<string, unknown>,
  asked: Uint8Array,
): readonly Uint8Array[] {
  switch (one.kind) {
    case "bytes": {
      const eap = one["eap"] as Uint8Array;
      const parts: Uint8Array[] = [];
      for (let at = 0; at < eap.length; at += 253) parts.push(eap.subarray(at, at + 253));
      return parts;
    }
    case "identity":
      return [Uint8Array.of(2, 1, 0, 10, 1, ...text("alice"))];
    case "start":
      return [new Uint8Array(0)];
    default: {
      const data = text(one["data"] as string);
      const identifier = (one["identifier"] as number | null) ?? asked[1] ?? 0;
      const type = one["identifier"] === null ? (asked[4] ?? 0) : (one["type"] as number);
      return [Uint8Array.of(2, identifier, 0, 5 + data.length, type, ...data)];
    }
  }
}
