import { describe, expect, it } from "vitest";
import {
  attributeText,
  findAttribute,
  type NpsExtensionModule,
  type RadiusAttributes,
  raAccept,
  raContinue,
  rapNone,
  rapProxy,
  rapWindowsNT,
  raReject,
  ratAuthenticator,
  ratCode,
  ratCRPPolicyName,
  ratFilterId,
  ratFQUserName,
  ratIdentifier,
  ratMinimum,
  ratPolicyName,
  ratProvider,
  ratProviderName,
  ratRejectReasonCode,
  ratSrcIPAddress,
  ratSrcIPv6Address,
  ratSrcPort,
  ratStrippedUserName,
  ratUniqueId,
  ratUserName,
  ratUserPassword,
  rdtAddress,
  rrrcAccountDisabled,
} from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

/** The same behaviour in the first and in the second form: all rules of the first hold for the second (NPS-47). */
const forms = [
  ["first", (run: Decide): NpsExtensionModule => ({ RadiusExtensionProcess: run })],
  [
    "second",
    (run: Decide): NpsExtensionModule => ({
      RadiusExtensionProcessEx: (attributes, _, action) => run(attributes, action),
    }),
  ],
] as const;
type Decide = (attributes: RadiusAttributes, action: { value: 0 | 1 | 2 } | null) => number;

describe.each(forms)("the authentication point, %s form", (_, form) => {
  /** What a module sees of one request. */
  const seenBy = async (input: Parameters<ReturnType<typeof createHarness>["bare"]>[0], source?: string) => {
    let seen: RadiusAttributes = [];
    const { extension } = callLog();
    const harness = createHarness({
      authentication: [extension(form((attributes) => ((seen = attributes), 0)))],
    });
    await harness.nps.handle(harness.received(1, input, { address: source ?? "192.0.2.7", port: 4001 }));
    return seen;
  };

  it("NPS-12 the module gets every received attribute, in order, repeated ones too", async () => {
    const seen = await seenBy({
      "User-Name": "alice",
      "User-Password": "wonderland",
      "Proxy-State": [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)],
      "NAS-Port": 17,
      "Cisco-AVPair": ["shell:a=1", "shell:b=2"],
    });
    const wire = seen.filter(({ attrType }) => attrType > 0 && attrType < 256);
    expect(wire.map(({ attrType }) => attrType)).toEqual([1, 2, 33, 33, 33, 5, 26, 26]);
    expect(wire.filter(({ attrType }) => attrType === 33).map(({ value }) => value)).toEqual([
      Uint8Array.of(1),
      Uint8Array.of(2),
      Uint8Array.of(3),
    ]);
    expect(wire[5]?.value).toBe(17);
  });

  it("NPS-13 the internal attributes that are known at this point follow the received ones", async () => {
    const seen = await seenBy({ "User-Name": "alice" });
    const internal = new Map(seen.filter(({ attrType }) => attrType > 255).map((one) => [one.attrType, one]));
    expect(internal.get(ratCode)?.value).toBe(1);
    expect(internal.get(ratIdentifier)?.value).toBe(0);
    expect(internal.get(ratAuthenticator)?.value).toHaveLength(16);
    expect(internal.get(ratSrcIPAddress)).toMatchObject({ value: 0xc0000207, dataType: rdtAddress });
    expect(internal.get(ratSrcPort)?.value).toBe(4001);
    expect(internal.get(ratProvider)?.value).toBe(rapWindowsNT);
    expect(text(seen, ratStrippedUserName)).toBe("SALLYPORT\\alice");
    expect(text(seen, ratFQUserName)).toBe("SALLYPORT\\alice");
    expect(internal.get(ratUniqueId)?.value).toBe(1);
    expect(text(seen, ratCRPPolicyName)).toBe("Use local authentication for all users");
    expect(internal.has(ratPolicyName)).toBe(false);
    expect(seen.findIndex(({ attrType }) => attrType > 255)).toBe(1);
  });

  it("NPS-13 a client on IPv6 has ratSrcIPv6Address instead of ratSrcIPAddress", async () => {
    const seen = await seenBy({ "User-Name": "alice" }, "2001:db8::7");
    expect(findAttribute(seen, ratSrcIPAddress)).toBeUndefined();
    const expected = new Uint8Array(16);
    expected.set([0x20, 0x01, 0x0d, 0xb8]);
    expected[15] = 7;
    expect(findAttribute(seen, ratSrcIPv6Address)?.value).toEqual(expected);
  });

  it("NPS-14 the array ends with ratMinimum and is frozen, and so is every attribute in it", async () => {
    const seen = await seenBy({ "User-Name": "alice" });
    expect(seen.at(-1)?.attrType).toBe(ratMinimum);
    expect(seen.filter(({ attrType }) => attrType === ratMinimum)).toHaveLength(1);
    expect(() => (seen as unknown[]).push(1)).toThrow(TypeError);
    expect(() => {
      (seen[0] as { value: unknown }).value = 1;
    }).toThrow(TypeError);
  });

  it("NPS-14 what a module does to the octets it was given changes nothing for anybody else", async () => {
    const { extension } = callLog();
    const names: (string | undefined)[] = [];
    const vandal = form((attributes) => {
      names.push(text(attributes, ratUserName));
      const octets = findAttribute(attributes, ratUserName)?.value;
      if (typeof octets === "object") octets.fill(0);
      return 0;
    });
    const harness = createHarness({
      authentication: [extension(vandal, "a"), extension({ ...vandal }, "b")],
    });
    expect((await harness.access()).answer).toBe("accept");
    expect(names).toEqual(["alice", "alice"]);
  });

  it("NPS-14 in test mode the array is revoked when the call has ended", async () => {
    let kept: RadiusAttributes = [];
    const { extension } = callLog();
    const keeper = extension(
      form((attributes) => ((kept = attributes), expect(attributes.length).toBeGreaterThan(1), 0)),
    );
    await createHarness({ authentication: [keeper], revokeAttributes: true }).access();
    expect(() => kept.length).toThrow(/revoked/);
  });

  it("NPS-15 a module may check what the user is allowed with these attributes", async () => {
    const { extension } = callLog();
    const onlyFromPort3 = form((attributes, action) => {
      if (action !== null && findAttribute(attributes, 5)?.value !== 3) action.value = raReject;
      return 0;
    });
    const harness = createHarness({ authentication: [extension(onlyFromPort3)] });
    expect((await harness.access({ "NAS-Port": 3 })).answer).toBe("accept");
    expect((await harness.access({ "NAS-Port": 4 })).answer).toBe("reject");
  });

  it.each([
    [0, raContinue, "accept", 0],
    [0, raAccept, "accept", 0],
    [0, raReject, "reject", 21],
    [5, raContinue, "silence", 10],
    [5, raAccept, "silence", 10],
    [5, raReject, "silence", 10],
  ] as const)(
    "NPS-16 return value %i with action %i: %s, reason %i",
    async (status, value, answer, reason) => {
      const { extension } = callLog();
      const module = form((_, action) => {
        if (action !== null) action.value = value;
        return status;
      });
      expect(await createHarness({ authentication: [extension(module)] }).access()).toMatchObject({
        answer,
        reason,
      });
    },
  );

  it("NPS-17 Accept skips the further authentication extensions and NPS authentication: a wrong password is accepted", async () => {
    const { calls, extension } = callLog();
    const authentication = [
      extension(form(decides(raAccept)), "accepting"),
      extension(
        form(() => 0),
        "skipped",
      ),
    ];
    const { answer } = await createHarness({ authentication }).access({ "User-Password": "wrong" });
    expect(answer).toBe("accept");
    expect(calls).toEqual(["accepting"]);
  });

  it("NPS-18 after Accept network policies still apply: no match rejects with reason 48", async () => {
    const { extension } = callLog();
    const harness = createHarness({
      authentication: [extension(form(decides(raAccept)))],
      networkPolicies: [],
    });
    expect(await harness.access()).toMatchObject({ answer: "reject", reason: 48 });
  });

  it.each([
    [{ dialIn: "deny" as const }, 65],
    [{ enabled: false }, 34],
    [{ expires: new Date(Date.UTC(2025, 0, 1)) }, 35],
  ])(
    "NPS-18 after Accept the account's own settings still apply: %j rejects with reason %i",
    async (state, reason) => {
      const { extension } = callLog();
      const accounts = [{ name: "alice", password: "wonderland", ...state }];
      const harness = createHarness({ authentication: [extension(form(decides(raAccept)))], accounts });
      expect(await harness.access()).toMatchObject({ answer: "reject", reason });
    },
  );

  it("NPS-19 Reject skips the further authentication extensions and NPS authentication, and sends Access-Reject with reason 21", async () => {
    const { calls, extension } = callLog();
    const authentication = [
      extension(form(decides(raReject)), "rejecting"),
      extension(
        form(() => 0),
        "skipped",
      ),
    ];
    const harness = createHarness({
      authentication,
      accounts: {
        find: () => {
          throw new Error("no authentication expected");
        },
      },
    });
    expect(await harness.access()).toMatchObject({ answer: "reject", reason: 21 });
    expect(calls).toEqual(["rejecting"]);
  });

  it("NPS-20 Continue hands over to the next extension, and after the last to NPS authentication", async () => {
    const { calls, extension } = callLog();
    const authentication = [
      extension(
        form(() => 0),
        "a",
      ),
      extension(
        form(() => 0),
        "b",
      ),
    ];
    const harness = createHarness({ authentication });
    const right = await harness.access();
    expect(right.answer).toBe("accept");
    expect(calls).toEqual(["a", "b"]);
    expect(right.trace.steps.map(({ stage, outcome }) => `${stage}: ${outcome}`)).toEqual([
      "Connection request policies: matched",
      "Authentication extensions: Continue",
      "Authentication extensions: Continue",
      "Authentication: password right",
      "Network policies: matched",
      "Accounting log: recorded",
    ]);
    expect(await harness.access({ "User-Password": "wrong" })).toMatchObject({
      answer: "reject",
      reason: 16,
    });
  });

  it("NPS-21 the action is preset to raContinue, and untouched it means Continue", async () => {
    const presets: unknown[] = [];
    const { extension } = callLog();
    const harness = createHarness({
      authentication: [extension(form((_, action) => (presets.push(action?.value), 0)))],
    });
    expect((await harness.access()).answer).toBe("accept");
    expect(presets).toEqual([raContinue]);
  });

  it.each([7, -1, 1.5, "2", null, undefined])("NPS-22 the action %j is a module error", async (nonsense) => {
    const { extension } = callLog();
    const module = form((_, action) => {
      if (action !== null) action.value = nonsense as unknown as typeof raAccept;
      return 0;
    });
    const harness = createHarness({ authentication: [extension(module)] });
    expect(await harness.access()).toMatchObject({ answer: "silence", reason: 10 });
    expect(harness.log.events[0]?.message).toContain(`set the action to ${String(nonsense)}`);
  });

  it.each([
    [{ provider: "local" }, rapWindowsNT],
    [{ provider: "forward", group: "upstream" }, rapProxy],
    [{ provider: "none" }, rapNone],
  ] as const)(
    "NPS-23 modules are called after the choice of the provider (%j: %i) and before authentication",
    async (authentication, provider) => {
      const order: string[] = [];
      const { extension } = callLog();
      const module = form((attributes) => {
        order.push(
          `extension ${findAttribute(attributes, ratProvider)?.value} ${text(attributes, ratProviderName)}`,
        );
        return 0;
      });
      const harness = createHarness({
        authentication: [extension(module)],
        connectionRequestPolicies: [{ name: "p", conditions: [], authentication }],
        accounts: { find: () => (order.push("local"), undefined) },
        remoteServers: { forward: async () => (order.push("remote"), { code: 2, attributes: [] }) },
      });
      await harness.access();
      const group = provider === rapProxy ? "upstream" : undefined;
      expect(order[0]).toBe(`extension ${provider} ${group}`);
      expect(order[1]).toBe(provider === rapProxy ? "remote" : "local");
    },
  );

  it("NPS-24 a module that serves one database continues for another provider", async () => {
    const { extension } = callLog();
    const localOnly = form((attributes, action) => {
      if (findAttribute(attributes, ratProvider)?.value !== rapWindowsNT) return 0;
      if (action !== null) action.value = raReject;
      return 0;
    });
    const answerFor = async (provider: "forward" | "local") => {
      const harness = createHarness({
        authentication: [extension(localOnly)],
        connectionRequestPolicies: [{ name: "p", conditions: [], authentication: { provider, group: "g" } }],
        remoteServers: { forward: async () => ({ code: 2, attributes: [] }) },
      });
      return (await harness.access()).answer;
    };
    expect(await answerFor("forward")).toBe("accept");
    expect(await answerFor("local")).toBe("reject");
  });

  it("NPS-25 modules that look only at their own attribute give the same outcome in any order", async () => {
    const { extension } = callLog();
    const needsPort = form((attributes, action) =>
      rejectUnless(action, findAttribute(attributes, 5)?.value !== 9),
    );
    const needsGroup = form((attributes, action) =>
      rejectUnless(action, text(attributes, ratUserName) !== "mallory"),
    );
    for (const [first, second] of [
      [needsPort, needsGroup],
      [needsGroup, needsPort],
    ] as const) {
      const harness = createHarness({ authentication: [extension(first), extension(second)] });
      expect((await harness.access({ "NAS-Port": 1 })).answer).toBe("accept");
      expect((await harness.access({ "NAS-Port": 9 })).answer).toBe("reject");
      expect((await harness.access({ "User-Name": "mallory" })).answer).toBe("reject");
    }
  });

  it("NPS-26 a password module continues for a request without User-Password, so that others may process it", async () => {
    const { calls, extension } = callLog();
    const passwordModule = form((attributes, action) => {
      const password = findAttribute(attributes, ratUserPassword);
      if (password === undefined) return 0;
      return rejectUnless(action, attributeText(password) === "wonderland");
    });
    const accepting = form(decides(raAccept));
    const harness = createHarness({
      authentication: [extension(passwordModule, "password"), extension(accepting, "other")],
    });
    const chap = await harness.bare({ "User-Name": "alice", "CHAP-Password": new Uint8Array(17) });
    expect(chap.answer).toBe("accept");
    expect(calls).toEqual(["password", "other"]);
  });
});

it("X-18 a request that no connection request policy matches is rejected with reason 49, before any module", async () => {
  const { calls, extension } = callLog();
  const harness = createHarness({
    authentication: [extension({ RadiusExtensionProcess2: () => 0 })],
    connectionRequestPolicies: [],
  });
  expect(await harness.access()).toMatchObject({ answer: "reject", reason: 49 });
  expect(calls).toEqual([]);
});

describe("a rejection's reason", () => {
  it("NPS-19 ratRejectReasonCode on the reject chooses the reason", async () => {
    const { extension } = callLog();
    const module: NpsExtensionModule = {
      RadiusExtensionProcessEx(_, outAttributes, action) {
        if (action !== null) action.value = raReject;
        outAttributes.value = [
          { attrType: ratRejectReasonCode, dataType: 3, value: rrrcAccountDisabled },
          { attrType: ratFilterId, dataType: 1, value: "on the reject" },
        ];
        return 0;
      },
    };
    const { answer, reason, attributes } = await createHarness({
      authentication: [extension(module)],
    }).access();
    expect({ answer, reason, attributes }).toEqual({
      answer: "reject",
      reason: 34,
      attributes: ["Filter-Id=on the reject"],
    });
  });
});

function decides(value: typeof raAccept | typeof raReject): Decide {
  return (_, action) => {
    if (action !== null) action.value = value;
    return 0;
  };
}

function rejectUnless(action: { value: 0 | 1 | 2 } | null, allowed: boolean): number {
  if (action !== null && !allowed) action.value = raReject;
  return 0;
}

function text(attributes: RadiusAttributes, attrType: number): string | undefined {
  const attribute = findAttribute(attributes, attrType);
  return attribute && attributeText(attribute);
}
