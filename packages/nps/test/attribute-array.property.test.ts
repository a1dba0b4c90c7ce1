import fc from "fast-check";
import { expect, it } from "vitest";
import { type RadiusAttributeArray, type RadiusAttributeInput, rcAccessAccept } from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

/** Runs something on the attributes of an Access-Accept, inside a call. */
async function onResponse(use: (array: RadiusAttributeArray) => void): Promise<void> {
  const { extension } = callLog();
  let used = false;
  const module = extension({
    RadiusExtensionProcess2(ecb) {
      const array = ecb.getResponse(rcAccessAccept);
      if (array !== null) use(array);
      used = true;
      return 0;
    },
  });
  const harness = createHarness({ authentication: [module] });
  await harness.access();
  expect(harness.log.events).toEqual([]);
  expect(used).toBe(true);
}

const filterId = fc
  .string({ maxLength: 20 })
  .map((value): RadiusAttributeInput => ({ attrType: 11, dataType: 1, value }));
const index = fc.integer({ min: -1, max: 8 });
const operation = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), attribute: filterId }),
  fc.record({ kind: fc.constant("insertAt" as const), index, attribute: filterId }),
  fc.record({ kind: fc.constant("setAt" as const), index, attribute: filterId }),
  fc.record({ kind: fc.constant("removeAt" as const), index }),
);

it("NPS-54, NPS-62 any sequence of Add, InsertAt, SetAt and RemoveAt does what it does to a list", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async (operations) => {
      await onResponse((array) => {
        const model: string[] = [];
        for (const step of operations) {
          const value = "attribute" in step ? (step.attribute.value as string) : "";
          switch (step.kind) {
            case "add":
              expect(array.add(step.attribute)).toBe(0);
              model.push(value);
              break;
            case "insertAt": {
              const fits = step.index >= 0 && step.index <= model.length;
              expect(array.insertAt(step.index, step.attribute)).toBe(fits ? 0 : 87);
              if (fits) model.splice(step.index, 0, value);
              break;
            }
            case "setAt": {
              const fits = step.index >= 0 && step.index < model.length;
              expect(array.setAt(step.index, step.attribute)).toBe(fits ? 0 : 87);
              if (fits) model[step.index] = value;
              break;
            }
            case "removeAt": {
              const fits = step.index >= 0 && step.index < model.length;
              expect(array.removeAt(step.index)).toBe(fits ? 0 : 87);
              if (fits) model.splice(step.index, 1);
            }
          }
        }
        expect(Array.from(array, ({ value }) => new TextDecoder().decode(value as Uint8Array))).toEqual(
          model.map((text) => new TextDecoder().decode(new TextEncoder().encode(text))),
        );
      });
    }),
  );
});

it("NPS-62 whatever a module hands in, the array answers with a status and nothing escapes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.anything(), fc.anything(), async (attribute, at) => {
      await onResponse((array) => {
        const statuses = [
          array.add(attribute as never),
          array.insertAt(at as never, attribute as never),
          array.setAt(at as never, attribute as never),
          array.removeAt(at as never),
        ];
        for (const status of statuses) expect([0, 5, 87]).toContain(status);
        expect([null, "object"]).toContain(
          array.attributeAt(at as never) === null ? null : typeof array.attributeAt(at as never),
        );
      });
    }),
  );
});

it("NPS-27 whatever a module returns, the request is answered or discarded, and the server lives", async () => {
  await fc.assert(
    fc.asyncProperty(fc.anything(), fc.anything(), fc.anything(), async (status, action, out) => {
      const { extension } = callLog();
      const module = extension({
        RadiusExtensionProcessEx(_, outAttributes, chosen) {
          if (chosen !== null) chosen.value = action as never;
          outAttributes.value = out as never;
          return status as never;
        },
      });
      const harness = createHarness({ authentication: [module] });
      const { answer } = await harness.access();
      expect(["accept", "reject", "silence"]).toContain(answer);
      expect(answer === "silence").toBe(harness.log.events.length === 1);
    }),
  );
});
