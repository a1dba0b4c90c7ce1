import { describe, expect, it } from "vitest";
import {
  connectionRequestPolicy,
  type EapOutcome,
  type EapRound,
  type EapService,
  type NetworkPolicySettings,
  networkPolicy,
  traceExplanation,
  traceLine,
  traceNarrative,
} from "../src/index.ts";
import { createHarness, type HarnessOptions } from "./harness.ts";

const md5 = { type: 4, name: "MD5-Challenge" } as const;
const begins = (user: string) => ({
  "User-Name": user,
  "EAP-Message": Uint8Array.of(2, 1, 0, 5 + user.length, 1, ...new TextEncoder().encode(user)),
});

/** A server whose EAP service succeeds at once with MD5-Challenge, for the identity that it is told. */
function server(
  network: readonly NetworkPolicySettings[],
  options: HarnessOptions & { readonly identity?: string; readonly begins?: boolean } = {},
) {
  const { identity = "alice", begins = true, ...rest } = options;
  const offers: unknown[] = [];
  const names: unknown[] = [];
  const success: EapOutcome = { kind: "success", method: md5, identity, attributes: [] };
  const round: EapRound = {
    begins,
    proceed: ({ types, accountName }) => (offers.push(types), names.push(accountName), success),
    ending: () => [],
    settle: () => {},
  };
  const eap: EapService = { open: () => ({ kind: "round", round }) };
  const networkPolicies = network.map((policy) => networkPolicy(policy));
  return { ...createHarness({ eap, networkPolicies, ...rest }), offers, names };
}

describe("network policies and EAP", () => {
  it("NPS-79 the methods that are offered are those of the first policy that matches", async () => {
    const harness = server([
      { name: "other", access: "grant", conditions: { clients: ["vpn"] }, constraints: { eapTypes: [26] } },
      { name: "lab", access: "grant", constraints: { eapTypes: [4, 26] } },
    ]);
    expect((await harness.bare(begins("alice"))).answer).toBe("accept");
    expect(harness.offers).toEqual([[4, 26]]);
  });

  it("NPS-79 a policy without EAP among its methods refuses it at once with reason 66", async () => {
    const harness = server([
      { name: "p", access: "grant", constraints: { authenticationMethods: ["PAP", "MS-CHAPv2"] } },
    ]);
    expect(await harness.bare(begins("alice"))).toMatchObject({ answer: "reject", reason: 66 });
    expect(harness.offers).toEqual([]);
  });

  it("NPS-79 no policy at all says which methods to offer: reason 48, with every policy that was tried", async () => {
    const harness = server([{ name: "vpn", access: "grant", conditions: { clients: ["vpn"] } }]);
    const { reason, trace } = await harness.bare(begins("alice"));
    expect(reason).toBe(48);
    expect(trace.steps.find(({ stage }) => stage === "Authentication")?.tried).toEqual([
      { policy: "vpn", matched: false, condition: "client is vpn", seen: "client is lab" },
    ]);
  });

  it("NPS-79 the method that was used must be allowed by the policy that matches in the end", async () => {
    const harness = server(
      [
        {
          name: "staff",
          access: "grant",
          conditions: { groups: ["staff"] },
          constraints: { eapTypes: [26] },
        },
        { name: "rest", access: "grant", constraints: { eapTypes: [4] } },
      ],
      {
        identity: "bob",
        accounts: [
          { name: "alice", password: "wonderland" },
          { name: "bob", password: "builder", groups: ["staff"] },
        ],
      },
    );
    const { reason, trace } = await harness.bare(begins("alice"));
    expect(harness.offers).toEqual([[4]]);
    expect(reason).toBe(66);
    expect(trace.account).toBe("SALLYPORT\\bob");
    expect(trace.steps.find(({ stage }) => stage === "Network policies")?.detail).toMatchObject({
      policy: "staff",
      constraint: "EAP type is 26",
      seen: "EAP type is MD5-Challenge (4)",
    });
  });

  it("a condition on the EAP type holds while no method is chosen, and counts when one is", async () => {
    const harness = server([
      { name: "mschap", access: "grant", conditions: { eapTypes: [26] }, settings: { vlan: 26 } },
      { name: "md5", access: "grant", conditions: { eapTypes: [4] }, settings: { vlan: 4 } },
    ]);
    const { attributes, trace } = await harness.bare(begins("alice"));
    expect(attributes).toContain("Tunnel-Private-Group-ID=4");
    expect(trace.steps.find(({ stage }) => stage === "Network policies")?.tried).toEqual([
      {
        policy: "mschap",
        matched: false,
        condition: "EAP type is 26",
        seen: "EAP type is MD5-Challenge (4)",
      },
      { policy: "md5", matched: true },
    ]);
  });

  it("NPS-78 the method is told the name that realm rules made, and that user is admitted", async () => {
    const harness = server([{ name: "admins", access: "grant", conditions: { groups: ["admins"] } }], {
      identity: "alice",
      connectionRequestPolicies: [
        connectionRequestPolicy({ name: "p", realmRules: [{ find: "@old$", replace: "" }] }),
      ],
      accounts: [{ name: "alice", password: "wonderland", groups: ["admins"] }],
    });
    const { reason, trace } = await harness.bare(begins("alice@old"));
    expect({ reason, account: trace.account }).toEqual({ reason: 0, account: "SALLYPORT\\alice" });
    expect(harness.names).toEqual(["alice"]);
  });

  it("NPS-78 whom a method authenticated is admitted as that user, not as the one that realm rules made of the name", async () => {
    const harness = server([{ name: "admins", access: "grant", conditions: { groups: ["admins"] } }], {
      identity: "eve@old",
      begins: false,
      connectionRequestPolicies: [
        connectionRequestPolicy({ name: "p", realmRules: [{ find: "^eve@old$", replace: "alice" }] }),
      ],
      accounts: [
        { name: "alice", password: "wonderland", groups: ["admins"] },
        { name: "eve", domain: "OLD", password: "apple" },
      ],
    });
    const { reason, trace } = await harness.bare(begins("eve@old"));
    expect({ reason, account: trace.account }).toEqual({ reason: 48, account: "OLD\\eve" });
  });
});

describe("methods inside of others", () => {
  const peap = (inner?: string) =>
    ({
      kind: "success",
      method: {
        type: 25,
        name: "PEAP",
        ...(inner !== undefined && { inner }),
        details: { "TLS version": "TLSv1.3", resumed: "no" },
      },
      identity: "alice",
      attributes: [],
    }) as const satisfies EapOutcome;
  const inner = [{ type: 25, methods: ["mschapv2", "gtc"] }];
  const constraints = { eapTypes: [25], eapInnerMethods: inner };

  function carrying(outcome: EapOutcome, network: readonly NetworkPolicySettings[]) {
    const offers: unknown[] = [];
    const round: EapRound = {
      begins: true,
      proceed: ({ innerMethods }) => (offers.push(innerMethods), outcome),
      ending: () => [],
      settle: () => {},
    };
    const eap: EapService = { open: () => ({ kind: "round", round }) };
    return { ...createHarness({ eap, networkPolicies: network.map((one) => networkPolicy(one)) }), offers };
  }

  it("NPS-79 are offered as the policy says", async () => {
    const harness = carrying(peap("gtc"), [{ name: "lab", access: "grant", constraints }]);
    expect((await harness.bare(begins("alice"))).answer).toBe("accept");
    expect(harness.offers).toEqual([inner]);
  });

  it("NPS-79 that the policy of the user does not name are refused with reason 66", async () => {
    const harness = carrying(peap("md5"), [{ name: "lab", access: "grant", constraints }]);
    expect(await harness.bare(begins("alice"))).toMatchObject({ answer: "reject", reason: 66 });
  });

  it.each([
    ["another method outside", { ...peap("md5"), method: md5 }],
    ["nothing known of the inside", peap()],
  ])("NPS-79 do not matter with %s", async (_, outcome) => {
    const network = { name: "lab", access: "grant", constraints: { eapInnerMethods: inner } } as const;
    expect((await carrying(outcome, [network]).bare(begins("alice"))).answer).toBe("accept");
  });

  it("what a method told of its session is in the trace, the line and the explanation", async () => {
    const { trace } = await carrying(peap("gtc"), [{ name: "lab", access: "grant" }]).bare(begins("alice"));
    expect(trace.eap).toMatchObject({ inner: "gtc", details: { "TLS version": "TLSv1.3" } });
    expect(traceLine(trace)).toContain("EAP PEAP/gtc");
    const explanation = traceExplanation(trace);
    expect(explanation).toContain("PEAP, inside of it gtc");
    expect(explanation).toContain("TLS version: TLSv1.3");
    expect(traceNarrative(trace)).toContain('inner "gtc", TLS version "TLSv1.3", resumed "no"');
  });
});
