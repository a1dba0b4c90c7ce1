import { describe, expect, it } from "vitest";
import {
  connectionRequestPolicy,
  type NetworkPolicySettings,
  networkPolicy,
  TraceMemory,
  traceExplanation,
} from "../src/index.ts";
import { createHarness } from "./harness.ts";

const network: readonly NetworkPolicySettings[] = [
  {
    name: "VPN for staff",
    access: "grant",
    conditions: { groups: ["staff"], attributes: { "NAS-Port-Type": "Virtual" } },
  },
  {
    name: "Wi-Fi",
    access: "grant",
    conditions: { attributes: { "NAS-Port-Type": "Wireless-802.11" } },
    constraints: { authenticationMethods: ["EAP"] },
    settings: { vlan: 20 },
  },
];

describe("the explanation of a request", () => {
  const harness = createHarness({
    connectionRequestPolicies: [
      connectionRequestPolicy({ name: "Wi-Fi", conditions: { clients: ["access point"] } }),
      connectionRequestPolicy({ name: "rest", realmRules: [{ find: "@old\\.example$", replace: "" }] }),
    ],
    networkPolicies: network.map((policy) => networkPolicy(policy)),
  });

  it("tells the reason, what to look at, the identities before and after realm rules, and every policy tried", async () => {
    const { trace } = await harness.access({
      "User-Name": "alice@old.example",
      "NAS-Port-Type": "Virtual",
    });
    expect(traceExplanation(trace)).toMatchInlineSnapshot(`
      "Request #1 was rejected, reason 48: No network policy matched the request.
        Look at  Compare the conditions of every network policy, in their order, with the attributes of the request: group, NAS port type, day and time.
        User     alice@old.example, looked up as SALLYPORT\\alice
        From     client lab, 192.0.2.7:4001
        At       2026-01-02T03:04:05.000Z

      Access-Request asked with
          User-Name = alice@old.example
          User-Password = ***
          NAS-Port-Type = Virtual

      What happened
        1. Connection request policies: matched (policy "rest", provider "authenticate here")
             "Wi-Fi" did not match: it asks that client is access point, but client is lab
             "rest" matched: all its conditions hold
        2. Realm rules: applied (attribute "User-Name", before "alice@old.example", after "alice", rules "/@old\\\\.example$/ -> (nothing)")
        3. Authentication: password right (method "PAP")
        4. Network policies: none matched
             "VPN for staff" did not match: it asks that groups include staff, but groups are none
             "Wi-Fi" did not match: it asks that NAS-Port-Type is Wireless-802.11, but NAS-Port-Type is Virtual
        5. Accounting log: recorded"
    `);
  });

  it("tells which constraint failed", async () => {
    const { trace } = await harness.access({ "NAS-Port-Type": "Wireless-802.11" });
    expect(traceExplanation(trace)).toContain(
      'matched, a constraint failed (policy "Wi-Fi", constraint "authentication type is EAP", seen "authentication type is PAP")',
    );
  });

  it("NPS-88 shows no password", async () => {
    const { trace } = await harness.access({ "User-Password": "wonderland" });
    expect(traceExplanation(trace)).not.toContain("wonderland");
  });

  it("a trace that was kept explains the same", async () => {
    const kept = new TraceMemory(2);
    const server = createHarness({
      networkPolicies: network.map((policy) => networkPolicy(policy)),
      onTrace: (trace) => kept.add(trace),
    });
    await server.nps.handle(server.received(1, { "User-Name": "alice", "User-Password": "wonderland" }));
    const [trace] = kept.last(1);
    expect(trace && traceExplanation(trace)).toContain(
      '"VPN for staff" did not match: it asks that groups include staff, but groups are none',
    );
    expect(JSON.parse(JSON.stringify(trace)).account).toBe("SALLYPORT\\alice");
  });
});
