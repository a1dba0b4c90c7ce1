import { settingsAccounts } from "@sallyport/accounts";
import { describe, expect, it } from "vitest";
import { type ExtensionScope, npsExtension } from "../src/index.ts";
import { createHarness } from "./harness.ts";

/** What an extension with a scope sees of one request, and why it was left out where it was. */
async function calledFor(
  scope: ExtensionScope,
  input = {},
  point: "authentication" | "authorization" = "authentication",
  options = {},
) {
  let calls = 0;
  const extension = npsExtension({ RadiusExtensionProcess2: () => (calls++, 0) }, { name: "scoped", scope });
  const server = createHarness({
    [point]: [extension],
    accounts: [{ name: "alice", password: "wonderland", groups: ["Staff"] }],
    ...options,
  });
  const { trace } = await server.access(input);
  const skipped = trace.steps.find(
    ({ detail, outcome }) => detail?.["extension"] === "scoped" && outcome.startsWith("skipped"),
  );
  return calls > 0 ? "called" : (skipped?.outcome ?? "nothing");
}

describe("the scope of an extension", () => {
  it.each([
    [{}, "called"],
    [{ clients: ["lab"] }, "called"],
    [{ clients: ["vpn"] }, "skipped: out of scope: client is lab"],
    [{ groups: ["staff"] }, "called"],
    [{ groups: ["admins"] }, "skipped: out of scope: the account is in none of the groups"],
    [{ connectionRequestPolicies: ["Use local authentication for all users"] }, "called"],
    [
      { connectionRequestPolicies: ["x"] },
      "skipped: out of scope: connection request policy is Use local authentication for all users",
    ],
    [{ networkPolicies: ["x"] }, "skipped: out of scope: network policy is not known"],
    [{ providers: ["local", "none"] }, "called"],
    [{ providers: ["forward"] }, "skipped: out of scope: provider is 3"],
    [{ addresses: ["192.0.2.0/24"] }, "called"],
    [{ addresses: ["198.51.100.0/24", "2001:db8::/32"] }, "skipped: out of scope: address is 192.0.2.7"],
    [{ attributes: { "NAS-Port-Type": "virtual" } }, "called"],
    [{ attributes: { "NAS-Port-Type": ["Async", "Virtual"], "NAS-Port": "7" } }, "called"],
    [
      { attributes: { "NAS-Port-Type": "Async" } },
      "skipped: out of scope: NAS-Port-Type is another or missing",
    ],
    [
      { clients: ["lab"], attributes: { "Called-Station-Id": "x" } },
      "skipped: out of scope: Called-Station-Id is another or missing",
    ],
  ] as const)("%j: %s", async (scope, expected) => {
    expect(await calledFor(scope, { "NAS-Port-Type": "Virtual", "NAS-Port": 7 })).toBe(expected);
  });

  it("the network policy is known at the authorization point", async () => {
    const scope = { networkPolicies: ["Admit every account that may dial in"] };
    expect(await calledFor(scope, {}, "authorization")).toBe("called");
  });

  it("groups wait for an account source that has to be asked", async () => {
    const source = settingsAccounts([{ name: "alice", password: "wonderland", groups: ["staff"] }]);
    const accounts = { find: async (identity: { domain: string; name: string }) => source.find(identity) };
    expect(await calledFor({ groups: ["staff"] }, {}, "authentication", { accounts })).toBe("called");
    expect(await calledFor({ groups: ["admins"] }, {}, "authentication", { accounts })).toContain(
      "none of the groups",
    );
  });

  it.each([
    [{ addresses: ["10.0.0"] }, /scope is wrong: addresses\[0\]/],
    [{ attributes: { "NAS-Prt": "1" } }, /no attribute is called "NAS-Prt"/],
    [{ attributes: { "User-Password": "x" } }, /User-Password is a secret/],
    [{ providers: ["windows"] }, /"windows" is none/],
  ])("a scope that cannot be is refused: %j", (scope, message) => {
    expect(() =>
      npsExtension({ RadiusExtensionProcess2: () => 0 }, { name: "a", scope: scope as ExtensionScope }),
    ).toThrowError(message);
  });
});
