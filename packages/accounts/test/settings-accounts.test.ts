import { inspect } from "node:util";
import { Secret } from "@sallyport/crypto";
import { describe, expect, it } from "vitest";
import { type AccountSettings, accountIdentity, accountRestriction, settingsAccounts } from "../src/index.ts";

const alice: AccountSettings = { name: "alice", password: "wonderland" };

describe("settingsAccounts", () => {
  it("fills in what settings leave out", () => {
    const account = settingsAccounts([alice]).find({ domain: "", name: "alice" });
    expect(account).toMatchObject({ name: "alice", groups: [], enabled: true, dialIn: "policy" });
    expect(account).not.toHaveProperty("domain");
    expect(account).not.toHaveProperty("expires");
    expect(account?.password.equals(new TextEncoder().encode("wonderland"))).toBe(true);
  });

  it("takes what settings say, and treats undefined as left out", () => {
    const expires = new Date(Date.UTC(2027, 11, 31));
    const said = {
      domain: "CORP",
      groups: ["staff", "vpn"],
      enabled: false,
      expires,
      dialIn: "deny",
    } as const;
    const unsaid = {
      domain: undefined,
      groups: undefined,
      enabled: undefined,
      expires: undefined,
      dialIn: undefined,
    };
    const accounts = settingsAccounts([
      { ...alice, ...said },
      { name: "bob", password: "builder", ...unsaid },
    ]);
    expect(accounts.find({ domain: "corp", name: "ALICE" })).toMatchObject(said);
    expect(accounts.find({ domain: "", name: "bob" })).toMatchObject({
      enabled: true,
      dialIn: "policy",
      groups: [],
    });
  });

  it("takes a password as string, bytes or Secret", () => {
    const bytes = new TextEncoder().encode("wonderland");
    for (const password of ["wonderland", bytes, new Secret("wonderland")]) {
      const account = settingsAccounts([{ name: "alice", password }]).find({ domain: "", name: "alice" });
      expect(account?.password.equals(bytes)).toBe(true);
    }
  });

  it("does not change when the settings do, and lets nobody change an account", () => {
    const groups = ["staff"];
    const expires = new Date(0);
    const account = settingsAccounts([{ ...alice, groups, expires }]).find({ domain: "", name: "alice" });
    groups.push("admins");
    expires.setFullYear(2100);
    expect(account).toMatchObject({ groups: ["staff"], expires: new Date(0) });
    expect(() => Object.assign(account ?? {}, { enabled: false })).toThrow(TypeError);
    expect(() => Object.assign(account?.groups ?? [], ["admins"])).toThrow(TypeError);
  });

  it("finds accounts by domain and name; without a domain both mean the default domain", () => {
    const accounts = settingsAccounts(
      [
        alice,
        { name: "alice", domain: "OTHER", password: "elsewhere" },
        { name: "carol", domain: "Corp", password: "x" },
      ],
      { defaultDomain: "CORP" },
    );
    const domainOf = (userName: string) => accounts.find(accountIdentity(userName))?.domain;
    expect(["alice", "corp\\alice", "other\\ALICE", "carol"].map(domainOf)).toEqual([
      "CORP",
      "CORP",
      "OTHER",
      "Corp",
    ]);
    expect(["bob", "third\\alice", "other\\carol", "", "corp\\", "corp"].map(domainOf)).toEqual(
      Array(6).fill(undefined),
    );
  });

  it("without a default domain keeps accounts that have a domain apart from those that have none", () => {
    const accounts = settingsAccounts([alice, { name: "bob", domain: "CORP", password: "builder" }]);
    expect(accounts.find({ domain: "", name: "alice" })?.name).toBe("alice");
    expect(accounts.find({ domain: "CORP", name: "alice" })).toBeUndefined();
    expect(accounts.find({ domain: "", name: "bob" })).toBeUndefined();
  });

  it("is not led astray by a backslash inside the parts of an identity", () => {
    const accounts = settingsAccounts([{ name: "alice", domain: "CORP", password: "x" }]);
    expect(accounts.find({ domain: "", name: "CORP\\alice" })).toBeUndefined();
    expect(accounts.find({ domain: "CORP\\alice", name: "" })).toBeUndefined();
  });

  it.each<[string, readonly AccountSettings[], string | undefined, string]>([
    [
      "two of the same name",
      [alice, { name: "ALICE", password: "x" }],
      undefined,
      'account "ALICE" is there twice',
    ],
    ["two of the same name by the default domain", [alice, { ...alice, domain: "corp" }], "CORP", "twice"],
    ["an empty name", [{ name: "", password: "x" }], undefined, "empty name"],
    ["a name with its domain", [{ name: "CORP\\alice", password: "x" }], undefined, "backslash in its name"],
    ["a domain with a backslash", [{ ...alice, domain: "A\\B" }], undefined, "backslash in its domain"],
    [
      "an empty password",
      [{ name: "alice", password: "" }],
      undefined,
      'account "alice" has an empty password',
    ],
    ["an invalid date", [{ ...alice, expires: new Date("never") }], undefined, "expires on an invalid date"],
  ])("refuses %s, without telling a password", (_, accounts, defaultDomain, message) => {
    const make = () => settingsAccounts(accounts, { defaultDomain });
    expect(make).toThrow(RangeError);
    expect(make).toThrow(message);
    expect(make).not.toThrow("wonderland");
  });

  it("shows no password when a source or an account is printed", () => {
    const accounts = settingsAccounts([alice]);
    const account = accounts.find({ domain: "", name: "alice" });
    const printed =
      inspect([accounts, account], { showHidden: true, depth: 9 }) + JSON.stringify([accounts, account]);
    expect(printed).toContain("***");
    expect(printed).not.toContain("wonderland");
    expect(printed).not.toContain("119, 111, 110");
  });
});

describe("accountRestriction", () => {
  const state = (settings: Partial<AccountSettings>, now: number) => {
    const account = settingsAccounts([{ ...alice, ...settings }]).find({ domain: "", name: "alice" });
    if (account === undefined) throw new Error("the account is missing");
    return accountRestriction(account, now);
  };

  it("tells disabled before expired, and expired from the very moment on", () => {
    const expires = new Date(1_000);
    expect(state({}, Number.MAX_SAFE_INTEGER)).toBeUndefined();
    expect(state({ expires }, 999)).toBeUndefined();
    expect(state({ expires }, 1_000)).toBe("expired");
    expect(state({ enabled: false }, 0)).toBe("disabled");
    expect(state({ enabled: false, expires }, 1_000)).toBe("disabled");
  });

  it("leaves dial-in to the policies", () => {
    expect(state({ dialIn: "deny" }, 0)).toBeUndefined();
  });
});
