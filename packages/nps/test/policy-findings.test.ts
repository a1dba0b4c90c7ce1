import { describe, expect, it } from "vitest";
import {
  type ConnectionRequestPolicySettings,
  connectionRequestPolicy,
  type NetworkPolicySettings,
  type PolicySurroundings,
  policyFindings,
} from "../src/index.ts";

const network = (...policies: readonly Partial<NetworkPolicySettings>[]): readonly NetworkPolicySettings[] =>
  policies.map((policy, index) => ({ name: `p${index}`, access: "grant", ...policy }));
const found = (
  policies: Parameters<typeof policyFindings>[0],
  surroundings?: PolicySurroundings,
): readonly string[] =>
  policyFindings(policies, surroundings).map(
    ({ severity, keys, problem, remedy }) => `${severity} ${keys.join(".")}: ${problem}; ${remedy}`,
  );
const foundIn = (policy: Partial<NetworkPolicySettings>, surroundings?: PolicySurroundings) =>
  found({ network: network(policy) }, surroundings);

describe("what cannot be used", () => {
  it.each<[Partial<NetworkPolicySettings>, RegExp]>([
    [
      { conditions: { attributes: { "NAS-Prt-Type": "Virtual" } } },
      /conditions\.attributes\.NAS-Prt-Type: no attribute is called "NAS-Prt-Type"; do you mean NAS-Port-Type\?/,
    ],
    [
      { conditions: { attributes: { "NAS-Port-Type": ["Ethernet", "Virtul"] } } },
      /"Virtul" is no value of type integer; do you mean Virtual\?/,
    ],
    [{ conditions: { attributes: { "User-Password": "x" } } }, /is a secret and cannot be compared/],
    [{ conditions: { attributes: { "EAP-Message": "x" } } }, /cannot be compared/],
    [{ conditions: { attributes: { "NAS-Identifier": { network: "10.0.0.0/8" } } } }, /is no address/],
    [{ conditions: { attributes: { "NAS-Identifier": { pattern: "(" } } } }, /is no regular expression/],
    [{ conditions: { attributes: { "NAS-Identifier": [] } } }, /an empty list never holds/],
    [
      { conditions: { addresses: ["10.0.0.0/8", "10.0.0/8"] } },
      /conditions\.addresses\.1: .* is no IPv4 or IPv6 address/,
    ],
    [
      { conditions: { dayAndTime: "Mo 08:00-08:00" } },
      /conditions\.dayAndTime: .*is an empty span of time; write for example/,
    ],
    [{ conditions: { groups: [] } }, /conditions\.groups: an empty list never holds/],
    [
      { constraints: { nasPortTypes: ["Ethernet", "Wifi"] } },
      /constraints\.nasPortTypes\.1: NAS-Port-Type: "Wifi" is no value/,
    ],
    [{ constraints: { dayAndTime: "Mx" } }, /constraints\.dayAndTime: "Mx" is no day/],
    [{ constraints: { authenticationMethods: [] } }, /refuses everybody/],
    [
      { constraints: { authenticationMethods: ["PAP", "MS-CHAP"] } },
      /authenticationMethods\.1: MS-CHAP, version 1, is refused before/,
    ],
    [
      { settings: { attributes: { State: "x" } } },
      /settings\.attributes\.State: State is made by the server itself/,
    ],
    [{ settings: { attributes: { "MS-MPPE-Send-Key": "x" } } }, /is made by the server itself/],
    [{ settings: { attributes: { "Filter-Idd": "x" } } }, /do you mean Filter-Id\?/],
    [
      { settings: { vlan: 5, attributes: { "Tunnel-Type:1": "VLAN" } } },
      /settings\.vlan makes this attribute, too/,
    ],
    [
      { settings: { attributes: { "Session-Timeout": 5 } }, constraints: { sessionTimeout: 5 } },
      /constraints\.sessionTimeout makes this attribute, too/,
    ],
  ])("%j", (policy, expected) => {
    const findings = foundIn(policy);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(expected);
    expect(findings[0]).toMatch(/^mistake network\.0\./);
  });

  it("names that exist nowhere: a client is a mistake, a group a warning, each with what was meant", () => {
    const surroundings = { clients: ["lab", "vpn"], groups: ["Staff"] };
    expect(foundIn({ conditions: { clients: ["lap"], groups: ["stuff", "STAFF"] } }, surroundings)).toEqual([
      'mistake network.0.conditions.clients.0: there is no client called "lap"; did you mean "lab"?',
      'warning network.0.conditions.groups.0: no account is in a group called "stuff"; did you mean "Staff"?',
    ]);
  });

  it("two policies of one name", () => {
    expect(found({ network: network({ name: "Staff" }, { name: "staff" }) })[0]).toMatch(
      /^mistake network\.1\.name: the name "staff" is used by entry 0 already/,
    );
  });

  it("forwarding is refused clearly while nothing can be forwarded, and to groups that do not exist", () => {
    const connectionRequest = [{ name: "p", authentication: { forward: "headquarters" } }];
    expect(found({ connectionRequest })[0]).toMatch(
      /connectionRequest\.0\.authentication\.forward: this server cannot forward/,
    );
    expect(found({ connectionRequest }, { remoteServerGroups: ["headquarter"] })[0]).toMatch(
      /did you mean "headquarter"/,
    );
    expect(found({ connectionRequest }, { remoteServerGroups: ["headquarters"] })).toEqual([]);
  });

  it("all mistakes are told, not the first", () => {
    const policies = network(
      { conditions: { addresses: ["x", "y"], attributes: { a: "1", b: "2" } } },
      { settings: { attributes: { State: "x", c: "3" } } },
    );
    expect(found({ network: policies })).toHaveLength(6);
  });

  it("a policy made of unusable settings throws what the finding says", () => {
    const settings = { name: "p", conditions: { attributes: { "NAS-Prt-Type": "x" } } };
    expect(() => connectionRequestPolicy(settings)).toThrow(/do you mean NAS-Port-Type\?/);
  });
});

describe("patterns that a name could keep busy for ever", () => {
  it.each(["(a+)+$", "(a|aa)*b", "((ab)*c)+", "([a-z]+\\.)*corp", "(a|b){20}", "(?:x+y)+"])(
    "%s",
    (pattern) => {
      expect(foundIn({ conditions: { attributes: { "User-Name": { pattern } } } })[0]).toMatch(
        /busy for hours/,
      );
    },
  );

  it.each(["^(host|user)/", "^[a-z.]+@corp$", "(ab)+", "\\(a+\\)+", "[(a+)]+", "^(.*)@x$", "a{2,3}"])(
    "%s is none of them",
    (pattern) => {
      expect(foundIn({ conditions: { attributes: { "User-Name": { pattern } } } })).toEqual([]);
    },
  );
});

describe("policies that contradict themselves", () => {
  it.each<[Partial<NetworkPolicySettings>, RegExp]>([
    [
      { conditions: { dayAndTime: "Mo 08:00-12:00" }, constraints: { dayAndTime: "Tu 08:00-12:00" } },
      /admits nobody: .*"time is Mo 08:00-12:00 \(UTC\)"/,
    ],
    [
      {
        conditions: { attributes: { "NAS-Port-Type": "Virtual" } },
        constraints: { nasPortTypes: ["Ethernet"] },
      },
      /admits nobody/,
    ],
    [
      { conditions: { authenticationTypes: ["PAP"] }, constraints: { authenticationMethods: ["EAP"] } },
      /admits nobody/,
    ],
    [
      { conditions: { attributes: { "NAS-Port-Type": "Virtual", "nas-port-type": "Ethernet" } } },
      /never matches: .* cannot both hold/,
    ],
    [{ conditions: { authenticationTypes: ["PAP"], eapTypes: [4] } }, /it never matches/],
    [
      { constraints: { authenticationMethods: ["PAP"], eapTypes: [4] } },
      /EAP is not among its authentication methods/,
    ],
    [{ conditions: { eapTypes: [4] }, constraints: { eapTypes: [26] } }, /admits nobody/],
  ])("%j", (policy, expected) => {
    const findings = foundIn(policy);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(expected);
  });

  it.each<[Partial<NetworkPolicySettings>]>([
    [{ conditions: { dayAndTime: "Mo 08:00-12:00" }, constraints: { dayAndTime: "Mo 11:30-13:00" } }],
    [
      {
        conditions: { attributes: { "NAS-Port-Type": ["Virtual", "Ethernet"] } },
        constraints: { nasPortTypes: ["Ethernet"] },
      },
    ],
    // A request may have two.
    [{ conditions: { attributes: { "Filter-Id": "a", "filter-id": "b" } } }],
    [
      {
        conditions: { attributes: { "NAS-Port-Type": "Virtual" } },
        constraints: { nasPortTypes: ["Ethernet"] },
        access: "deny",
      },
    ],
  ])("%j does not", (policy) => {
    expect(foundIn(policy)).toEqual([]);
  });

  it("a policy that denies has no use for settings", () => {
    expect(foundIn({ access: "deny", settings: { vlan: 5 } })[0]).toMatch(/^warning network\.0\.settings: /);
  });
});

describe("policies that no request can reach", () => {
  type Conditions = NetworkPolicySettings["conditions"];
  const hidden = (earlier: Conditions, later: Conditions) =>
    found({
      network: network({ name: "first", conditions: earlier }, { name: "second", conditions: later }),
    });

  it.each<[Conditions, Conditions]>([
    [{}, {}],
    [{}, { groups: ["staff"] }],
    [{ groups: ["staff", "guests"] }, { groups: ["Staff"], clients: ["lab"] }],
    [{ clients: ["lab", "vpn"] }, { clients: ["vpn"] }],
    [{ dayAndTime: "Mo-Fr 08:00-18:00" }, { dayAndTime: "Tu 09:00-10:00" }],
    [{ addresses: ["10.0.0.0/8"] }, { addresses: ["10.1.2.3"] }],
    [
      { attributes: { "NAS-Identifier": { pattern: "^ap-" } } },
      { attributes: { "NAS-Identifier": ["ap-1", "AP-2"] } },
    ],
    [{ attributes: { "NAS-Port": { present: true } } }, { attributes: { "NAS-Port": "1" } }],
    [
      { attributes: { "NAS-Identifier": { present: true } } },
      { attributes: { "NAS-Identifier": { pattern: "x" } } },
    ],
    [{ authenticationTypes: ["EAP", "PAP"] }, { authenticationTypes: ["EAP"] }],
    [{ eapTypes: [4, 26] }, { eapTypes: [26] }],
  ])("%j hides %j", (earlier, later) => {
    expect(hidden(earlier, later)).toEqual([
      'warning network.1: is never reached: "first" takes every request that it would match; move it before "first", or take it out',
    ]);
  });

  it.each<[Conditions, Conditions]>([
    [{ groups: ["staff"] }, {}],
    [{ groups: ["staff"] }, { groups: ["staff", "guests"] }],
    [{ groups: ["staff"], clients: ["lab"] }, { groups: ["staff"] }],
    [{ dayAndTime: "Mo 08:00-10:00" }, { dayAndTime: "Mo 09:30-10:30" }],
    [{ addresses: ["10.1.0.0/16"] }, { addresses: ["10.0.0.0/8"] }],
    [
      { attributes: { "NAS-Identifier": { pattern: "^ap-" } } },
      { attributes: { "NAS-Identifier": "xap-1" } },
    ],
    [{ attributes: { "NAS-Port": { present: true } } }, { attributes: { "NAS-Port": { present: false } } }],
    [{ attributes: { "NAS-Port": "1" } }, { attributes: { "NAS-Port-Id": "1" } }],
  ])("%j does not hide %j", (earlier, later) => {
    expect(hidden(earlier, later)).toEqual([]);
  });

  it("a policy that is not enabled hides nothing, and is not told to be hidden", () => {
    const off = { name: "off", enabled: false };
    expect(found({ network: network(off, { name: "on" }) })).toEqual([]);
    expect(found({ network: network({ name: "on" }, off) })).toEqual([]);
  });

  it("a list of which no policy is enabled rejects everything", () => {
    expect(found({ network: network({ enabled: false }) })).toEqual([
      "warning network: no policy is enabled: everything is rejected with reason 48; enable one, or leave the list out",
    ]);
  });

  it("connection request policies can hide one another, too", () => {
    expect(
      found({ connectionRequest: [{ name: "a" }, { name: "b", conditions: { clients: ["lab"] } }] })[0],
    ).toMatch(/^warning connectionRequest\.1: is never reached: "a"/);
  });
});

describe("realm rules", () => {
  type Rules = NonNullable<ConnectionRequestPolicySettings["realmRules"]>;
  const rules = (...realmRules: Rules) => found({ connectionRequest: [{ name: "p", realmRules }] });

  it.each<[string, Rules]>([
    [
      "realms",
      [
        { find: "@old\\.example$", replace: "@new.example" },
        { find: "@new\\.example$", replace: "@old.example" },
      ],
    ],
    [
      "prefixes",
      [
        { find: "^CORP\\\\", replace: "OLD\\" },
        { find: "^OLD\\\\", replace: "CORP\\" },
      ],
    ],
    [
      "moved parts",
      [
        { find: "^(.+)@corp$", replace: "CORP/$1" },
        { find: "^CORP/(.+)$", replace: "$1@corp" },
      ],
    ],
  ])("circular ones are a mistake that shows the circle: %s", (_, list) => {
    expect(rules(...list)[0]).toMatch(
      /^mistake connectionRequest\.0\.realmRules\.1: is circular with rule 0: ".*" becomes ".*" becomes ".*"/,
    );
  });

  it.each<[Rules]>([
    [
      [
        { find: "@old$", replace: "@new" },
        { find: "@new$", replace: "@newest" },
      ],
    ],
    [[{ find: "^", replace: "CORP\\" }]],
    [
      [
        { find: "-", replace: "" },
        { find: ":", replace: "" },
      ],
    ],
    [
      [
        { find: "@old$", replace: "@new" },
        { find: "@new$", replace: "@old", attribute: "Calling-Station-Id" },
      ],
    ],
  ])("%j are not circular", (list) => {
    expect(rules(...list)).toEqual([]);
  });

  it("a group that the pattern does not have, and a pattern that is none", () => {
    expect(rules({ find: "(.*)@old", replace: "$1-$2" })[0]).toMatch(
      /realmRules\.0\.replace: refers to group 2, and .* has 1/,
    );
    expect(rules({ find: "@old", replace: "$1" })[0]).toMatch(/has none/);
    expect(rules({ find: "@old", replace: "$$1" })).toEqual([]);
    expect(rules({ find: "(", replace: "" })[0]).toMatch(/realmRules\.0\.find: .* is no regular expression/);
    expect(rules({ find: "(a+)+", replace: "" })[0]).toMatch(/busy for hours/);
  });
});
