import { RadiusCode } from "@sallyport/radius";
import { describe, expect, it } from "vitest";
import {
  type ConnectionRequestPolicySettings,
  connectionRequestPolicy,
  defaultConnectionRequestPolicy,
  type NetworkPolicySettings,
  type NpsRequest,
  networkPolicy,
  type RemoteServers,
  raAccept,
  radiusAttribute,
  rapNone,
  rapProxy,
  rapWindowsNT,
  ratFilterId,
  ratProvider,
  ratReplyMessage,
  ratSessionTimeout,
} from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";
import { policyServer as server } from "./policy-server.ts";

const tag = (name: string): Pick<NetworkPolicySettings, "settings"> => ({
  settings: { attributes: { "Filter-Id": name } },
});
const everybody: NetworkPolicySettings = { name: "everybody", access: "grant", ...tag("everybody") };

describe("connection request policies", () => {
  const ports = (name: string, port: string): ConnectionRequestPolicySettings => ({
    name,
    conditions: { attributes: { "NAS-Port-Type": port } },
  });
  const used = async (harness: ReturnType<typeof server>, input: Parameters<typeof harness.access>[0]) =>
    (await harness.access(input)).trace.steps.find(({ stage }) => stage === "Connection request policies")
      ?.detail?.["policy"];

  it("NPS-76 they are tried in ascending order; the first whose conditions all match is used", async () => {
    const harness = server({
      connectionRequest: [
        ports("virtual", "Virtual"),
        {
          name: "lab and virtual",
          conditions: { clients: ["lab"], attributes: { "NAS-Port-Type": "Virtual" } },
        },
        { name: "lab", conditions: { clients: ["lab"] } },
      ],
    });
    expect(await used(harness, { "NAS-Port-Type": "Virtual" })).toBe("virtual");
    expect(await used(harness, { "NAS-Port-Type": "Ethernet" })).toBe("lab");
    expect(await used(harness, {})).toBe("lab");
  });

  it("NPS-76 all conditions have to hold, not some", async () => {
    const harness = server({
      connectionRequest: [
        { name: "both", conditions: { clients: ["vpn"], attributes: { "NAS-Port-Type": "Virtual" } } },
        defaultConnectionRequestSettings,
      ],
    });
    expect(await used(harness, { "NAS-Port-Type": "Virtual" })).toBe("default");
  });

  it("NPS-76 no match rejects with reason 49, and nobody else sees the request", async () => {
    const { calls, extension } = callLog();
    const harness = server(
      { connectionRequest: [ports("virtual", "Virtual")] },
      { authentication: [extension({ RadiusExtensionProcess2: () => 0 })] },
    );
    const { answer, reason, trace } = await harness.access({ "NAS-Port-Type": "Ethernet" });
    expect({ answer, reason, calls }).toEqual({ answer: "reject", reason: 49, calls: [] });
    expect(trace.steps.at(-1)).toMatchObject({
      outcome: "none matched",
      tried: [
        {
          policy: "virtual",
          matched: false,
          condition: "NAS-Port-Type is Virtual",
          seen: "NAS-Port-Type is Ethernet",
        },
      ],
    });
  });

  it("NPS-76 the default one, last, authenticates here", async () => {
    const harness = createHarness({
      connectionRequestPolicies: [
        connectionRequestPolicy(ports("virtual", "Virtual")),
        defaultConnectionRequestPolicy,
      ],
    });
    expect((await harness.access()).answer).toBe("accept");
    expect((await harness.access({ "User-Password": "wrong" })).reason).toBe(16);
  });

  it.each([
    ["local", rapWindowsNT, "reject", 16],
    ["none", rapNone, "accept", 0],
    [{ forward: "hq" }, rapProxy, "accept", 0],
  ] as const)(
    "NPS-77 authentication %j gives modules the provider %d",
    async (authentication, provider, answer, reason) => {
      let seen: unknown;
      const { extension } = callLog();
      const looking = extension({
        RadiusExtensionProcess2: (ecb) => ((seen = ecb.getRequest().find(ratProvider)?.value), 0),
      });
      const remoteServers: RemoteServers = {
        forward: async () => ({ code: RadiusCode.AccessAccept, attributes: [] }),
      };
      const harness = server(
        { connectionRequest: [{ name: "p", authentication }] },
        { authentication: [looking], remoteServers },
      );
      expect(await harness.access({ "User-Password": "wrong" })).toMatchObject({ answer, reason });
      expect(seen).toBe(provider);
    },
  );

  it("NPS-77 what is to be forwarded is refused with reason 113 while there are no remote servers", async () => {
    const harness = server({ connectionRequest: [{ name: "p", authentication: { forward: "hq" } }] });
    expect(await harness.access()).toMatchObject({ answer: "reject", reason: 113 });
  });

  it("NPS-77 accounting is recorded here whoever authenticates", async () => {
    const harness = server({ connectionRequest: [{ name: "p", authentication: { forward: "hq" } }] });
    expect((await harness.accounting()).answer).toBe("accounting-response");
    expect(harness.records).toHaveLength(1);
  });
});

const defaultConnectionRequestSettings: ConnectionRequestPolicySettings = { name: "default" };

describe("realm rules", () => {
  const rules: ConnectionRequestPolicySettings["realmRules"] = [
    { find: "@OLD\\.example$", replace: "@new.example" },
    { find: "^(.*)@new\\.example$", replace: "CORP\\$1" },
  ];
  const corp = { accounts: [{ name: "alice", domain: "CORP", password: "wonderland" }] };

  it("NPS-78 two rules are applied one behind the other, before authentication", async () => {
    const harness = server({ connectionRequest: [{ name: "p", realmRules: rules }] }, corp);
    const { answer, trace } = await harness.access({ "User-Name": "alice@old.example" });
    expect(answer).toBe("accept");
    expect(trace.account).toBe("CORP\\alice");
    expect(trace.steps.find(({ stage }) => stage === "Realm rules")?.detail).toMatchObject({
      before: "alice@old.example",
      after: "CORP\\alice",
    });
  });

  it("NPS-78 a rule whose place is wrong finds nothing to replace", async () => {
    const harness = server({ connectionRequest: [{ name: "p", realmRules: rules.toReversed() }] }, corp);
    expect(await harness.access({ "User-Name": "alice@old.example" })).toMatchObject({
      reason: 8,
      trace: { account: "NEW\\alice" },
    });
  });

  it("NPS-78, NPS-69 ratUserName stays what the wire carried; ratStrippedUserName is what the rules made", async () => {
    const seen: string[] = [];
    const { extension } = callLog();
    const looking = extension({
      RadiusExtensionProcess2(ecb) {
        for (const { attrType, value } of ecb.getRequest()) {
          if ((attrType === 1 || attrType === 268) && typeof value !== "number")
            seen.push(new TextDecoder().decode(value));
        }
        return 0;
      },
    });
    const harness = server(
      { connectionRequest: [{ name: "p", realmRules: rules }] },
      { ...corp, authentication: [looking] },
    );
    await harness.access({ "User-Name": "alice@old.example" });
    expect(seen).toEqual(["alice@old.example", "CORP\\alice"]);
  });

  it.each(["Called-Station-Id", "Calling-Station-Id"] as const)(
    "NPS-78 rules for %s change what network policies see",
    async (attribute) => {
      const realmRules = [{ attribute, find: "[-:.]", replace: "" }];
      const conditions = { attributes: { [attribute]: "001122334455" } };
      const harness = server({
        connectionRequest: [{ name: "p", realmRules }],
        network: [{ name: "known", access: "grant", conditions }],
      });
      expect((await harness.access({ [attribute]: "00-11-22:33.44-55" })).answer).toBe("accept");
      expect((await harness.access({ [attribute]: "00-11-22-33-44-56" })).reason).toBe(48);
    },
  );

  it("NPS-78 the policy's conditions see the name as it came", async () => {
    const harness = server({
      connectionRequest: [
        {
          name: "new",
          conditions: { attributes: { "User-Name": { pattern: "@new" } } },
          authentication: "none",
        },
        { name: "old", realmRules: rules },
      ],
    });
    expect((await harness.access({ "User-Name": "alice@old.example", "User-Password": "x" })).answer).toBe(
      "reject",
    );
  });

  it("a rule whose result would not fit into an attribute is left out, and the trace says so", async () => {
    const doubling = Array.from({ length: 40 }, () => ({ find: "^(.*)$", replace: "$1$1" }));
    const { trace } = await server({ connectionRequest: [{ name: "p", realmRules: doubling }] }).access();
    expect(trace.account?.length).toBeLessThan(270);
    expect(trace.steps.some(({ outcome }) => outcome.startsWith("not applied"))).toBe(true);
  });
});

describe("forwarded requests", () => {
  const remote = (name: string): RemoteServers => ({
    forward: async (_: NpsRequest, group) => ({
      code: RadiusCode.AccessAccept,
      attributes: [
        { type: ratFilterId, value: new TextEncoder().encode(`${name} of ${group}`) },
        { type: ratReplyMessage, value: new TextEncoder().encode("hello") },
      ],
    }),
  });

  it("NPS-80 they are not validated here; attributes of the connection request policy replace those of the same type", async () => {
    const harness = server(
      {
        connectionRequest: [
          {
            name: "p",
            authentication: { forward: "hq" },
            attributes: { "Filter-Id": "mine", "Session-Timeout": 60 },
          },
        ],
        network: [{ name: "nobody", access: "deny" }],
      },
      { remoteServers: remote("theirs") },
    );
    const { answer, attributes } = await harness.access({ "User-Password": "wrong" });
    expect({ answer, attributes }).toEqual({
      answer: "accept",
      attributes: ["Reply-Message=hello", "Filter-Id=mine", "Session-Timeout=60"],
    });
  });

  it("NPS-80 without attributes in the policy the remote server's stay", async () => {
    const harness = server(
      { connectionRequest: [{ name: "p", authentication: { forward: "hq" } }] },
      { remoteServers: remote("theirs") },
    );
    expect((await harness.access()).attributes).toEqual(["Filter-Id=theirs of hq", "Reply-Message=hello"]);
  });
});

describe("network policies", () => {
  it("NPS-79 a policy whose conditions do not match is passed over; none matching rejects with reason 48", async () => {
    const network: NetworkPolicySettings[] = [
      { name: "staff", access: "grant", conditions: { groups: ["Staff"] }, ...tag("staff") },
      { name: "guests", access: "grant", conditions: { groups: ["guests"] }, ...tag("guests") },
    ];
    const accounts = [
      { name: "alice", password: "wonderland", groups: ["guests"] },
      { name: "bob", password: "wonderland", groups: ["STAFF", "guests"] },
      { name: "eve", password: "wonderland" },
    ];
    const harness = server({ network }, { accounts });
    expect((await harness.access()).attributes).toEqual(["Filter-Id=guests"]);
    expect((await harness.access({ "User-Name": "bob" })).attributes).toEqual(["Filter-Id=staff"]);
    const refused = await harness.access({ "User-Name": "eve" });
    expect(refused.reason).toBe(48);
    expect(refused.trace.steps.find(({ stage }) => stage === "Network policies")?.tried).toEqual([
      { policy: "staff", matched: false, condition: "groups include Staff", seen: "groups are none" },
      { policy: "guests", matched: false, condition: "groups include guests", seen: "groups are none" },
    ]);
  });

  /** access, dial-in permission of the account, whether the policy ignores it -> reason. */
  it.each([
    ["grant", "policy", false, 0],
    ["grant", "allow", false, 0],
    ["grant", "deny", false, 65],
    ["grant", "deny", true, 0],
    ["deny", "policy", false, 65],
    ["deny", "allow", false, 0],
    ["deny", "allow", true, 65],
    ["deny", "deny", false, 65],
    ["deny", "deny", true, 65],
  ] as const)(
    "NPS-79 access %s, dial-in permission %s, ignored %s: reason %d; the first match is final",
    async (access, dialIn, ignoreDialInPermission, reason) => {
      const harness = server(
        { network: [{ name: "first", access, ignoreDialInPermission }, everybody] },
        { accounts: [{ name: "alice", password: "wonderland", dialIn }] },
      );
      expect(await harness.access()).toMatchObject({ reason, attributes: [] });
    },
  );

  // The clock stands at Friday, 2026-01-02 03:04:05 UTC.
  it.each([
    ["dayAndTime", { dayAndTime: "Fr 04:00-05:00" }, 68, "time is Fr 03:04"],
    ["nasPortTypes", { nasPortTypes: ["Ethernet"] }, 70, "NAS-Port-Type is Virtual"],
    ["calledStationId", { calledStationId: { pattern: "^42" } }, 69, "Called-Station-Id is 5551212"],
    ["authenticationMethods", { authenticationMethods: ["EAP"] }, 66, "authentication type is PAP"],
  ] as const)(
    "NPS-79 a constraint that fails (%s) rejects with its reason, and no further policy is tried",
    async (_, constraints, reason, seen) => {
      const harness = server({ network: [{ name: "first", access: "grant", constraints }, everybody] });
      const input = { "NAS-Port-Type": "Virtual", "Called-Station-Id": "5551212" };
      const observed = await harness.access(input);
      expect(observed).toMatchObject({ answer: "reject", reason });
      expect(observed.trace.steps.find(({ stage }) => stage === "Network policies")).toMatchObject({
        outcome: "matched, a constraint failed",
        detail: { policy: "first", seen },
      });
    },
  );

  it("NPS-79 the EAP types of a policy are asked of EAP alone", async () => {
    const harness = server({ network: [{ name: "p", access: "grant", constraints: { eapTypes: [4] } }] });
    expect((await harness.access()).answer).toBe("accept");
  });

  it("NPS-79 constraints that hold admit", async () => {
    const constraints = {
      dayAndTime: "Fr 03:00-03:30",
      nasPortTypes: ["Virtual", "Ethernet"],
      calledStationId: "5551212",
      authenticationMethods: ["PAP"],
      sessionTimeout: 3600,
      idleTimeout: 600,
    } as const;
    const harness = server({ network: [{ name: "first", access: "grant", constraints }] });
    const { attributes } = await harness.access({
      "NAS-Port-Type": "Virtual",
      "Called-Station-Id": "5551212",
    });
    expect(attributes).toEqual(["Session-Timeout=3600", "Idle-Timeout=600"]);
  });

  it("NPS-79 an account whose permission is allow still has to meet the constraints", async () => {
    const harness = server(
      { network: [{ name: "first", access: "deny", constraints: { nasPortTypes: ["Ethernet"] } }] },
      { accounts: [{ name: "alice", password: "wonderland", dialIn: "allow" }] },
    );
    expect((await harness.access({ "NAS-Port-Type": "Virtual" })).reason).toBe(70);
  });

  it("NPS-79, NPS-18 what an extension accepted is not asked for its authentication method, but for everything else", async () => {
    const { extension } = callLog();
    const accepting = extension({
      RadiusExtensionProcess: (_, action) => (action && (action.value = raAccept), 0),
    });
    const policy = (constraints: NetworkPolicySettings["constraints"]) =>
      server({ network: [{ name: "p", access: "grant", constraints }] }, { authentication: [accepting] });
    expect((await policy({ authenticationMethods: ["EAP"] }).access()).answer).toBe("accept");
    expect((await policy({ nasPortTypes: ["Ethernet"] }).access()).reason).toBe(70);
  });

  it.each([
    [{ vlan: 20 }, ["Tunnel-Type=VLAN", "Tunnel-Medium-Type=IEEE-802", "Tunnel-Private-Group-ID=20"]],
    [
      { encryption: ["strongest"] },
      ["MS-MPPE-Encryption-Policy=Encryption-Required", "MS-MPPE-Encryption-Types=4"],
    ],
    [
      { encryption: ["none", "basic", "strong"] },
      ["MS-MPPE-Encryption-Policy=Encryption-Allowed", "MS-MPPE-Encryption-Types=10"],
    ],
    [{ attributes: { "Cisco-AVPair": ["a=1", "b=2"] } }, ["Cisco-AVPair=a=1", "Cisco-AVPair=b=2"]],
  ] as const)("the settings %j become attributes of the Access-Accept", async (settings, expected) => {
    const harness = server({ network: [{ name: "p", access: "grant", settings }] });
    expect((await harness.access()).attributes).toEqual(expected);
    expect((await harness.access({ "User-Password": "wrong" })).attributes).toEqual([]);
  });

  it("attributes of both policies are sent; the network policy's count where the two have the same", async () => {
    const harness = server({
      connectionRequest: [{ name: "p", attributes: { "Filter-Id": "request", "Idle-Timeout": 5 } }],
      network: [{ name: "n", access: "grant", ...tag("network") }],
    });
    expect((await harness.access()).attributes).toEqual(["Filter-Id=network", "Idle-Timeout=5"]);
  });
});

describe("a state server module", () => {
  it("NPS-86 it asks at authentication, decides in that turn, and notes the session where more is known: at authorization and on accounting", async () => {
    const sessions = new Map<string, string>();
    const { extension } = callLog();
    const limit = extension({
      RadiusExtensionProcess2(ecb) {
        const text = (type: number) => {
          const value = ecb.getRequest().find(type)?.value;
          return typeof value === "object" ? new TextDecoder().decode(value) : String(value);
        };
        const user = text(268);
        if (ecb.requestType === 4) {
          if (text(40) === "2") sessions.delete(user);
        } else if (ecb.point === 0) {
          if (sessions.has(user)) ecb.setResponseType(3);
        } else if (ecb.responseType === 2) {
          sessions.set(user, text(270));
        }
        return 0;
      },
    });
    const harness = server(
      { network: [{ name: "one session each", access: "grant" }] },
      { authentication: [limit], authorization: [limit] },
    );
    expect((await harness.access({ "User-Password": "wrong" })).reason).toBe(16);
    expect((await harness.access()).answer).toBe("accept");
    expect([...sessions]).toEqual([["SALLYPORT\\alice", "one session each"]]);
    expect((await harness.access()).reason).toBe(21);
    await harness.accounting({ "Acct-Status-Type": "Stop" });
    expect((await harness.access()).answer).toBe("accept");
  });
});

it("a programmatic attribute of a policy is sent as it was given", async () => {
  const networkPolicies = [
    { ...networkPolicy(everybody), attributes: [radiusAttribute(ratSessionTimeout, 5)] },
  ];
  expect((await createHarness({ networkPolicies }).access()).attributes).toEqual(["Session-Timeout=5"]);
});
