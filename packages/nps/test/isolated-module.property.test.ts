import fc from "fast-check";
import { expect, it } from "vitest";
import { isolatedModule, type ModuleSeam } from "../src/host/isolated-module.ts";
import type { PlainOutcome } from "../src/host/plain-call.ts";
import { npsExtension } from "../src/index.ts";
import { createHarness } from "./harness.ts";

const number = fc.oneof(
  fc.integer({ min: -2, max: 30 }),
  fc.constantFrom(0, 1, 2, 3, 5, 11, 256, 262, 2 ** 31, Number.NaN),
);
const attribute = fc.oneof(
  fc.record({
    attrType: number,
    dataType: fc.integer({ min: -1, max: 6 }),
    value: fc.oneof(number, fc.string(), fc.uint8Array({ maxLength: 300 })),
  }),
  fc.anything(),
);
const edit = fc.oneof(
  fc.record({ edit: fc.constantFrom("insert", "set"), list: number, index: number, attribute }),
  fc.record({ edit: fc.constant("remove"), list: number, index: number }),
  fc.record({ edit: fc.constant("respond"), type: number }),
  fc.anything(),
);
const outcome = fc.oneof(
  fc.record({
    kind: fc.constant("returned"),
    status: fc.oneof(fc.constant(0), number, fc.anything()),
    action: fc.oneof(number, fc.anything()),
    outAttributes: fc.oneof(fc.array(attribute), fc.anything()),
    edits: fc.array(edit, { maxLength: 6 }),
  }),
  fc.record({
    kind: fc.constant("threw"),
    error: fc.oneof(
      fc.record({ value: fc.string() }),
      fc.record({ message: fc.string(), name: fc.string() }),
    ),
    edits: fc.array(edit, { maxLength: 6 }),
  }),
);

it("NPS-82 whatever comes back from a worker, the request is answered or discarded, and the host lives", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(1 as const, 2 as const, 3 as const), outcome, async (form, told) => {
      const zero: PlainOutcome = { kind: "returned", status: 0 };
      const seam: ModuleSeam = {
        initialize: async () => zero,
        terminate: async () => zero,
        invoke: async () => told as PlainOutcome,
      };
      const extension = npsExtension(isolatedModule({ form, points: undefined }, seam), { name: "strange" });
      const harness = createHarness({ authentication: [extension], authorization: [extension] });
      await harness.nps.start();
      for (const { answer, reason } of [await harness.access(), await harness.accounting()]) {
        expect(["accept", "reject", "challenge", "accounting-response", "silence"]).toContain(answer);
        // Reason 1 would be a mistake of this package, not of the worker.
        expect(reason).not.toBe(1);
      }
      expect(harness.clock.pending).toBeLessThanOrEqual(1);
      await harness.nps.stop();
    }),
    { numRuns: 1_000 },
  );
});
