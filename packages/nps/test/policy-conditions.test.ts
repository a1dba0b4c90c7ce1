import { describe, expect, it } from "vitest";
import { type NetworkPolicySettings, networkPolicy, radiusAttribute } from "../src/index.ts";
import { callLog, createHarness, type HarnessOptions } from "./harness.ts";
import { policyServer as server } from "./policy-server.ts";

describe("conditions", () => {
  type Conditions = NetworkPolicySettings["conditions"];
  const matches = async (conditions: Conditions, input = {}, options: HarnessOptions = {}) => {
    const harness = server({ network: [{ name: "p", access: "grant", conditions }] }, options);
    return (await harness.access(input)).answer === "accept";
  };

  it.each<[string, Conditions, object, boolean]>([
    ["client", { clients: ["vpn", "lab"] }, {}, true],
    ["another client", { clients: ["vpn"] }, {}, false],
    ["network", { addresses: ["10.0.0.0/8", "192.0.2.0/24"] }, {}, true],
    ["another network", { addresses: ["10.0.0.0/8"] }, {}, false],
    ["time", { dayAndTime: "Fr 03:00-03:30" }, {}, true],
    ["another time", { dayAndTime: "Fr 03:30-04:00" }, {}, false],
    ["authentication type", { authenticationTypes: ["PAP"] }, {}, true],
    ["another authentication type", { authenticationTypes: ["CHAP", "EAP"] }, {}, false],
    ["an EAP type without EAP", { eapTypes: [4] }, {}, false],
    [
      "text in another case",
      { attributes: { "NAS-Identifier": "AP-1" } },
      { "NAS-Identifier": "ap-1" },
      true,
    ],
    [
      "one of several texts",
      { attributes: { "NAS-Identifier": ["a", "b"] } },
      { "NAS-Identifier": "b" },
      true,
    ],
    ["one of several attributes", { attributes: { "Filter-Id": "b" } }, { "Filter-Id": ["a", "b"] }, true],
    ["none of several attributes", { attributes: { "Filter-Id": "c" } }, { "Filter-Id": ["a", "b"] }, false],
    ["a named value", { attributes: { "Service-Type": "Framed" } }, { "Service-Type": 2 }, true],
    ["a number", { attributes: { "NAS-Port": "7" } }, { "NAS-Port": 7 }, true],
    ["another number", { attributes: { "NAS-Port": "7" } }, { "NAS-Port": 70 }, false],
    ["an address", { attributes: { "NAS-IP-Address": "10.0.0.1" } }, { "NAS-IP-Address": "10.0.0.1" }, true],
    [
      "an address in a network",
      { attributes: { "NAS-IP-Address": { network: "10.0.0.0/8" } } },
      { "NAS-IP-Address": "10.9.9.9" },
      true,
    ],
    [
      "an address in another",
      { attributes: { "NAS-IP-Address": { network: ["10.0.0.0/8"] } } },
      { "NAS-IP-Address": "11.0.0.1" },
      false,
    ],
    [
      "a pattern",
      { attributes: { "Calling-Station-Id": { pattern: "^00-11" } } },
      { "Calling-Station-Id": "00-11-22" },
      true,
    ],
    [
      "a pattern that is not found",
      { attributes: { "Calling-Station-Id": { pattern: "^11" } } },
      { "Calling-Station-Id": "00-11-22" },
      false,
    ],
    [
      "a pattern of a named value",
      { attributes: { "NAS-Port-Type": { pattern: "^Wireless" } } },
      { "NAS-Port-Type": 19 },
      true,
    ],
    ["present", { attributes: { "NAS-Port": { present: true } } }, { "NAS-Port": 0 }, true],
    ["not present", { attributes: { "NAS-Port": { present: true } } }, {}, false],
    ["missing", { attributes: { "NAS-Port": { present: false } } }, {}, true],
    ["not missing", { attributes: { "NAS-Port": { present: false } } }, { "NAS-Port": 1 }, false],
    ["a tagged value", { attributes: { "Tunnel-Type": "L2TP" } }, { "Tunnel-Type:1": "L2TP" }, true],
    ["a vendor's text", { attributes: { "Cisco-AVPair": "a=1" } }, { "Cisco-AVPair": ["b=2", "a=1"] }, true],
    ["a vendor's number", { attributes: { "MS-RAS-Vendor": "311" } }, { "MS-RAS-Vendor": 9 }, false],
    ["an attribute without a name", { attributes: { "Attr-250": "0x0102" } }, { "Attr-250": "0x0102" }, true],
    ["a missing attribute", { attributes: { "NAS-Identifier": "a" } }, {}, false],
  ])("%s", async (_, conditions, input, expected) => {
    expect(await matches(conditions, input)).toBe(expected);
  });

  it("more values than are remembered are told apart", async () => {
    const network = [
      {
        name: "even",
        access: "grant",
        conditions: { attributes: { "NAS-Identifier": { pattern: "[02468]$" } } },
      },
      { name: "five", access: "deny", conditions: { attributes: { "NAS-Identifier": { pattern: "5$" } } } },
    ] as const;
    const harness = server({ network });
    const reasons = new Set<string>();
    for (let index = 0; index < 2_500; index++) {
      const value = index % 1_200;
      const { reason } = await harness.access({ "NAS-Identifier": String(value) });
      const expected = value % 2 === 0 ? 0 : value % 10 === 5 ? 65 : 48;
      if (reason !== expected) reasons.add(`${value}: ${reason}`);
    }
    expect([...reasons]).toEqual([]);
  });

  it("days and times are those of the time zone, and shown so", async () => {
    const settings = { name: "p", access: "grant", conditions: { dayAndTime: "Th 22:00-22:30" } } as const;
    const networkPolicies = [networkPolicy(settings, { timeZone: "America/New_York" })];
    expect((await createHarness({ networkPolicies }).access()).answer).toBe("accept");
    const elsewhere = createHarness({
      networkPolicies: [networkPolicy(settings, { timeZone: "Asia/Kolkata" })],
    });
    const { trace } = await elsewhere.access();
    expect(trace.steps.find(({ stage }) => stage === "Network policies")?.tried).toEqual([
      {
        policy: "p",
        matched: false,
        condition: "time is Th 22:00-22:30 (Asia/Kolkata)",
        seen: "time is Fr 08:34",
      },
    ]);
  });

  it("a time is asked anew when the hour has changed", async () => {
    const network = [{ name: "p", access: "grant", conditions: { dayAndTime: "Fr 03:00-03:30" } }] as const;
    const harness = server({ network });
    expect((await harness.access()).answer).toBe("accept");
    harness.clock.advance(30 * 60_000);
    expect((await harness.access()).answer).toBe("reject");
  });

  it("the value that was seen is told for each policy, and secrets and control characters are not", async () => {
    const harness = server({
      network: [
        { name: "time", access: "grant", conditions: { dayAndTime: "Mo 08:00-09:00" } },
        {
          name: "two",
          access: "grant",
          conditions: { clients: ["lab"], attributes: { "NAS-Identifier": "x" } },
        },
        { name: "eap", access: "grant", conditions: { eapTypes: [4] } },
        { name: "absent", access: "grant", conditions: { attributes: { "NAS-Port": "1" } } },
      ],
    });
    const { trace } = await harness.access({ "NAS-Identifier": "a\nb" });
    const tried = trace.steps.find(({ stage }) => stage === "Network policies")?.tried;
    expect(tried?.map(({ condition, seen }) => `${condition} | ${seen}`)).toEqual([
      "time is Mo 08:00-09:00 (UTC) | time is Fr 03:04",
      'NAS-Identifier is x | NAS-Identifier is "a\\\\u{a}b"',
      "EAP type is 4 | EAP type is none: the request carries no EAP",
      "NAS-Port is 1 | NAS-Port is missing",
    ]);
  });

  it("what was seen is what counted, although a module changed the request afterwards", async () => {
    const { extension } = callLog();
    const changing = extension({
      RadiusExtensionProcess2: (ecb) => {
        const request = ecb.getRequest();
        request.setAt(2, radiusAttribute(32, "changed"));
        return 0;
      },
    });
    const harness = server(
      {
        connectionRequest: [
          { name: "x", conditions: { attributes: { "NAS-Identifier": "x" } } },
          { name: "rest" },
        ],
      },
      { authentication: [changing] },
    );
    const { trace } = await harness.access({ "NAS-Identifier": "original" });
    expect(trace.steps.find(({ stage }) => stage === "Connection request policies")?.tried?.[0]?.seen).toBe(
      "NAS-Identifier is original",
    );
  });
});
