import type { AttributeInput } from "@sallyport/radius";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type NetworkPolicySettings, networkPolicy } from "../src/index.ts";
import { createHarness } from "./harness.ts";

const word = fc.constantFrom("a", "b", "c");
const words = fc.uniqueArray(word, { minLength: 1, maxLength: 2 });
const conditions = fc.record(
  {
    clients: fc.constantFrom(["lab"], ["vpn"], ["lab", "vpn"]),
    groups: words,
    dayAndTime: fc.constantFrom("Fr", "Mo"),
    attributes: fc.dictionary(
      fc.constantFrom("NAS-Identifier", "Filter-Id", "Cisco-AVPair"),
      fc.oneof(word, words, fc.record({ pattern: word }), fc.record({ present: fc.boolean() })),
      { maxKeys: 2 },
    ),
  },
  { requiredKeys: [] },
);
const request = fc.record(
  { "NAS-Identifier": word, "Filter-Id": fc.array(word, { maxLength: 3 }), "Cisco-AVPair": word },
  { requiredKeys: [] },
);

/** What the documentation says, without any index: in order, all conditions of a policy. */
async function firstByTheBook(
  policies: readonly NetworkPolicySettings[],
  input: AttributeInput,
  groups: readonly string[],
): Promise<string | undefined> {
  for (const policy of policies) {
    const alone = createHarness({
      networkPolicies: [networkPolicy(policy)],
      accounts: [{ name: "alice", password: "wonderland", groups }],
    });
    if ((await alone.access(input)).answer === "accept") return policy.name;
  }
  return undefined;
}

it("NPS-79 the index finds the policy that trying one after the other finds, and explains every policy before it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(conditions, { minLength: 1, maxLength: 8 }),
      request,
      fc.uniqueArray(word, { maxLength: 2 }),
      async (list, input, groups) => {
        const policies = list.map(
          (own, index): NetworkPolicySettings => ({ name: `p${index}`, access: "grant", conditions: own }),
        );
        const harness = createHarness({
          networkPolicies: policies.map((policy) => networkPolicy(policy)),
          accounts: [{ name: "alice", password: "wonderland", groups }],
        });
        const { trace, reason } = await harness.access(input);
        const expected = await firstByTheBook(policies, input, groups);
        const tried = trace.steps.find(({ stage }) => stage === "Network policies")?.tried ?? [];
        expect(tried.find(({ matched }) => matched)?.policy).toBe(expected);
        expect(reason).toBe(expected === undefined ? 48 : 0);
        const before =
          expected === undefined ? policies.length : policies.findIndex(({ name }) => name === expected);
        expect(tried).toHaveLength(expected === undefined ? before : before + 1);
        for (const { condition, seen } of tried.slice(0, before)) {
          expect(condition).toBeTypeOf("string");
          expect(seen).toBeTypeOf("string");
        }
      },
    ),
    { numRuns: 150 },
  );
});
