import { describe, expect, it } from "vitest";
import {
  findAttribute,
  type NetworkPolicy,
  type NpsExtensionModule,
  type RadiusAttributes,
  raAccept,
  radiusAttribute,
  raReject,
  ratFilterId,
  ratPolicyName,
  ratReplyMessage,
  ratSessionTimeout,
  ratUserName,
  ratUserPassword,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
} from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

const policy: NetworkPolicy = {
  name: "staff",
  conditions: [],
  access: "grant",
  attributes: [radiusAttribute(ratSessionTimeout, 3600), radiusAttribute(ratFilterId, "staff")],
};

/** A second-form module that adds one Filter-Id. */
const adds = (value: string): NpsExtensionModule => ({
  RadiusExtensionProcessEx(_, outAttributes) {
    outAttributes.value = [radiusAttribute(ratFilterId, value)];
    return 0;
  },
});

describe("the authorization point", () => {
  it.each(["first", "second"])(
    "NPS-40 the %s form gets what NPS authorization put into the answer, and no credentials",
    async (form) => {
      let seen: RadiusAttributes = [];
      const { extension } = callLog();
      const look = (attributes: RadiusAttributes) => ((seen = attributes), 0);
      const module: NpsExtensionModule =
        form === "first" ? { RadiusExtensionProcess: look } : { RadiusExtensionProcessEx: look };
      await createHarness({ authorization: [extension(module)], networkPolicies: [policy] }).access();
      expect(seen.slice(0, 2).map(({ attrType }) => attrType)).toEqual([ratSessionTimeout, ratFilterId]);
      expect(findAttribute(seen, ratPolicyName)).toBeDefined();
      expect(findAttribute(seen, ratUserName)).toBeUndefined();
      expect(findAttribute(seen, ratUserPassword)).toBeUndefined();
    },
  );

  it("NPS-41 Accept is treated as Continue with a warning", async () => {
    const { calls, extension } = callLog();
    const accepting: NpsExtensionModule = {
      RadiusExtensionProcess(_, action) {
        if (action !== null) action.value = raAccept;
        return 0;
      },
    };
    const harness = createHarness({
      authorization: [extension(accepting, "accepting"), extension(adds("b"), "next")],
    });
    expect((await harness.access()).answer).toBe("accept");
    expect(calls).toEqual(["accepting", "next"]);
    expect(harness.log.events).toMatchObject([{ severity: "warning", fields: { extension: "accepting" } }]);
  });

  it("NPS-41 Accept never turns a Reject into an Accept", async () => {
    const { calls, extension } = callLog();
    const accepting = extension({
      RadiusExtensionProcess: (_, action) => (action && (action.value = raAccept), 0),
    });
    const harness = createHarness({ authorization: [accepting] });
    expect((await harness.access({ "User-Password": "wrong" })).answer).toBe("reject");
    expect(calls).toEqual([]);
  });

  it("NPS-42 Reject skips the remaining authorization extensions; the answer becomes Access-Reject with reason 21", async () => {
    const { calls, extension } = callLog();
    const rejecting = extension(
      { RadiusExtensionProcess: (_, action) => (action && (action.value = raReject), 0) },
      "rejecting",
    );
    const harness = createHarness({
      authorization: [rejecting, extension({ RadiusExtensionProcess2: () => 0 }, "skipped")],
    });
    expect(await harness.access()).toMatchObject({ answer: "reject", reason: 21 });
    expect(calls).toEqual(["rejecting"]);
  });

  it("NPS-43 after the last module comes the accounting log", async () => {
    const { extension } = callLog();
    const harness = createHarness({ authorization: [extension(adds("a")), extension(adds("b"))] });
    const { trace } = await harness.access();
    expect(trace.steps.slice(-3).map(({ stage }) => stage)).toEqual([
      "Authorization extensions",
      "Authorization extensions",
      "Accounting log",
    ]);
  });

  it("NPS-44 first and second forms do not see what earlier authorization modules added; the answer has it", async () => {
    const seen: number[] = [];
    const { extension } = callLog();
    const blind: NpsExtensionModule = {
      RadiusExtensionProcessEx: (attributes) => (seen.push(...attributes.map(({ attrType }) => attrType)), 0),
    };
    const { attributes } = await createHarness({
      authorization: [extension(adds("from a")), extension(blind)],
    }).access();
    expect(seen).not.toContain(ratFilterId);
    expect(attributes).toEqual(["Filter-Id=from a"]);
  });

  it("NPS-45 the third form sees NPS's attributes and those of earlier modules, and may change them", async () => {
    const { extension } = callLog();
    const changing: NpsExtensionModule = {
      RadiusExtensionProcess2(ecb) {
        const response = ecb.getResponse(rcAccessAccept);
        const types = Array.from(response ?? [], ({ attrType }) => attrType);
        expect(types).toEqual([ratSessionTimeout, ratFilterId, ratFilterId]);
        expect(response?.setAt(2, radiusAttribute(ratFilterId, "changed"))).toBe(0);
        return 0;
      },
    };
    const harness = createHarness({
      authorization: [extension(adds("from a")), extension(changing)],
      networkPolicies: [policy],
    });
    expect((await harness.access()).attributes).toEqual([
      "Session-Timeout=3600",
      "Filter-Id=staff",
      "Filter-Id=changed",
    ]);
  });

  it("NPS-46 the third form is called for Reject and Challenge, too; first and second forms only for Accept", async () => {
    const dispositions: number[] = [];
    const { calls, extension } = callLog();
    const watching = extension(
      { RadiusExtensionProcess2: (ecb) => (dispositions.push(ecb.responseType), 0) },
      "third",
    );
    const challenging = extension({
      RadiusExtensionProcess2(ecb) {
        if (ecb.getRequest().find(5)?.value === 1) ecb.setResponseType(rcAccessChallenge);
        return 0;
      },
    });
    const authorization = [
      extension({ RadiusExtensionProcess: () => 0 }, "first"),
      extension(adds("x"), "second"),
      watching,
    ];
    const harness = createHarness({ authentication: [challenging], authorization });
    calls.length = 0;
    await harness.access({ "User-Password": "wrong" });
    await harness.access({ "NAS-Port": 1 });
    expect(dispositions).toEqual([rcAccessReject, rcAccessChallenge]);
    expect(calls.filter((name) => name === "first" || name === "second")).toEqual([]);
    await harness.access();
    expect(calls.filter((name) => name === "first" || name === "second")).toEqual(["first", "second"]);
  });
});

describe("after Accept or Continue", () => {
  it("NPS-37, NPS-38 what a skipped module would have supplied is not in the answer", async () => {
    const { calls, extension } = callLog();
    const accepting = extension(
      { RadiusExtensionProcess: (_, action) => (action && (action.value = raAccept), 0) },
      "accepting",
    );
    const { answer, attributes } = await createHarness({
      authentication: [accepting, extension(adds("lost"), "skipped")],
    }).access();
    expect({ answer, attributes }).toEqual({ answer: "accept", attributes: [] });
    expect(calls).toEqual(["accepting"]);
  });

  it.each(["Continue", "Accept"])(
    "NPS-39 with %s the profile of the matched policy is returned",
    async (action) => {
      const { extension } = callLog();
      const module = extension({
        RadiusExtensionProcess: (_, chosen) => (
          chosen && action === "Accept" && (chosen.value = raAccept), 0
        ),
      });
      const { attributes } = await createHarness({
        authentication: [module],
        networkPolicies: [policy],
      }).access();
      expect(attributes).toEqual(["Session-Timeout=3600", "Filter-Id=staff"]);
    },
  );
});

describe("the second form", () => {
  it("NPS-48 what it appends stands after NPS's own attributes, from either point", async () => {
    const { extension } = callLog();
    const harness = createHarness({
      authentication: [extension(adds("early"))],
      authorization: [extension(adds("late"))],
      networkPolicies: [policy],
    });
    expect((await harness.access()).attributes).toEqual([
      "Session-Timeout=3600",
      "Filter-Id=staff",
      "Filter-Id=early",
      "Filter-Id=late",
    ]);
  });

  it("NPS-49 it cannot replace what is configured: a second instance is added, or refused where only one may be", async () => {
    const { extension } = callLog();
    const module: NpsExtensionModule = {
      RadiusExtensionProcessEx(_, outAttributes) {
        outAttributes.value = [radiusAttribute(ratSessionTimeout, 1), radiusAttribute(ratFilterId, "mine")];
        return 0;
      },
    };
    for (const point of ["authentication", "authorization"] as const) {
      const { attributes, trace } = await createHarness({
        [point]: [extension(module)],
        networkPolicies: [policy],
      }).access();
      expect(attributes).toEqual(["Session-Timeout=3600", "Filter-Id=staff", "Filter-Id=mine"]);
      expect(
        trace.steps.some(
          ({ outcome, detail }) =>
            /ignored|replaces/.test(outcome) && detail?.["attribute"] === ratSessionTimeout,
        ),
      ).toBe(true);
    }
  });

  it("NPS-50 with a policy that configures nothing the array holds only internal attributes", async () => {
    let seen: RadiusAttributes = [];
    const { extension } = callLog();
    await createHarness({
      authorization: [extension({ RadiusExtensionProcessEx: (attributes) => ((seen = attributes), 0) })],
    }).access();
    expect(seen.slice(0, -1).every(({ attrType }) => attrType > 255)).toBe(true);
  });

  it.each([[null], [undefined], [[]]])("NPS-51 a result of %j means nothing to add", async (value) => {
    const { extension } = callLog();
    const module: NpsExtensionModule = {
      RadiusExtensionProcessEx: (_, outAttributes) => ((outAttributes.value = value as null), 0),
    };
    expect(await createHarness({ authentication: [extension(module)] }).access()).toMatchObject({
      answer: "accept",
      attributes: [],
    });
  });

  it("NPS-52 appended attributes go to the answer of the module's action; internal types are ignored with a word in the trace", async () => {
    const { extension } = callLog();
    const module: NpsExtensionModule = {
      RadiusExtensionProcessEx(_, outAttributes, action) {
        if (action !== null) action.value = raReject;
        outAttributes.value = [
          radiusAttribute(ratReplyMessage, "no"),
          radiusAttribute(ratPolicyName, "mine"),
        ];
        return 0;
      },
    };
    const { answer, attributes, trace } = await createHarness({
      authentication: [extension(module)],
    }).access();
    expect({ answer, attributes }).toEqual({ answer: "reject", attributes: ["Reply-Message=no"] });
    expect(trace.steps).toContainEqual(
      expect.objectContaining({ outcome: "ignored: internal attributes are not sent" }),
    );
  });

  it.each([
    ["text"],
    [{}],
    [[{}]],
    [[{ attrType: 18, dataType: 1, value: "x".repeat(254) }]],
    [[{ attrType: 27, dataType: 1, value: "abc" }]],
  ])("NPS-22 attributes that are none (%j) are a module error, like an impossible action", async (value) => {
    const { extension } = callLog();
    const module: NpsExtensionModule = {
      RadiusExtensionProcessEx: (_, outAttributes) => ((outAttributes.value = value as never), 0),
    };
    const harness = createHarness({ authentication: [extension(module)] });
    expect(await harness.access()).toMatchObject({ answer: "silence", reason: 10 });
  });
});
