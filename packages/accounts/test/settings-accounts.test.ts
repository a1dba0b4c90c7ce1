import { inspect } from "node:util";
import { Secret } from "@sallyport/crypto";
import { describe, expect, it } from "vitest";
import {
  type Account,
  type AccountSettings,
  accountIdentity,
  accountRestriction,
  clearPassword,
  mayLogOnAt,
  settingsAccounts,
} from "../src/index.ts";

const alice: AccountSettings = { name: "alice", password: "wonderland" };
const ntHashText = "nt:3e057cd123205aa168af5f121716b335";
const scryptText = "$scrypt$ln=4,r=1,p=1$7QtfcKRiKziinrC1Lkhbow$RMnYjhA2thz2LCMcieRxRWbL+JTEvr0A7wQHykLXOY8";

/** What is known of a password, which is all of it where it is kept in clear. */
function passwordOf(account: Account | undefined): string | undefined {
  const password = account?.password;
  return password?.form === "clear" ? new TextDecoder().decode(password.password.reveal()) : password?.form;
}

describe("settingsAccounts", () => {
  it("fills in what settings leave out", () => {
    const account = settingsAccounts([alice]).find({ domain: "", name: "alice" });
    expect(account).toMatchObject({ name: "alice", groups: [], enabled: true, dialIn: "policy" });
    expect(account).not.toHaveProperty("domain");
    expect(account).not.toHaveProperty("expires");
    expect(account).not.toHaveProperty("logonHours");
    expect(account).not.toHaveProperty("passwordExpires");
    expect(passwordOf(account)).toBe("wonderland");
  });

  it("takes what settings say, and treats undefined as left out", () => {
    const expires = new Date(Date.UTC(2027, 11, 31));
    const said = {
      domain: "CORP",
      groups: ["staff", "vpn"],
      enabled: false,
      expires,
      passwordExpires: expires,
      dialIn: "deny",
    } as const;
    const unsaid = {
      domain: undefined,
      groups: undefined,
      enabled: undefined,
      expires: undefined,
      passwordExpires: undefined,
      passwordHash: undefined,
      logonHours: undefined,
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

  it("takes a password as string, bytes, Secret or stored password", () => {
    const bytes = new TextEncoder().encode("wonderland");
    const stored = clearPassword("wonderland");
    for (const password of ["wonderland", bytes, new Secret("wonderland"), stored]) {
      const account = settingsAccounts([{ name: "alice", password }]).find({ domain: "", name: "alice" });
      expect(passwordOf(account)).toBe("wonderland");
    }
  });

  it("takes the text of a password that is not kept in clear only where it is said to be one", () => {
    const formOf = (settings: Partial<AccountSettings>) =>
      passwordOf(settingsAccounts([{ name: "alice", ...settings }]).find({ domain: "", name: "alice" }));
    expect(formOf({ passwordHash: ntHashText })).toBe("nt-hash");
    expect(formOf({ passwordHash: scryptText })).toBe("scrypt");
    expect(formOf({ password: ntHashText })).toBe(ntHashText);
    expect(formOf({ password: scryptText, passwordHash: undefined })).toBe(scryptText);
  });

  it("reads logon hours, in the time zone of all accounts unless they name one", () => {
    const hours = "Mo-Fr 08:00-18:00";
    const accounts = settingsAccounts(
      [
        { ...alice, logonHours: hours },
        { name: "bob", password: "x", logonHours: { hours, timeZone: "Asia/Tokyo" } },
        { name: "carol", password: "x", logonHours: { hours } },
      ],
      { timeZone: "America/New_York" },
    );
    const mondayNoonInTokyo = Date.UTC(2026, 10, 23, 3);
    const mondayNoonInNewYork = Date.UTC(2026, 10, 23, 17);
    const allowed = (name: string, now: number) => mayLogOnAt(accounts.find({ domain: "", name }) ?? {}, now);
    expect(["alice", "bob", "carol"].map((name) => allowed(name, mondayNoonInTokyo))).toEqual([
      false,
      true,
      false,
    ]);
    expect(["alice", "bob", "carol"].map((name) => allowed(name, mondayNoonInNewYork))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("offers a decoy of the costliest form among its passwords", () => {
    const decoyOf = (...accounts: Partial<AccountSettings>[]) =>
      settingsAccounts(accounts.map((account, index) => ({ name: `user${index}`, ...account }))).decoy.form;
    expect(decoyOf()).toBe("clear");
    expect(decoyOf({ password: "x" })).toBe("clear");
    expect(decoyOf({ password: "x" }, { passwordHash: ntHashText }, { password: "y" })).toBe("nt-hash");
    expect(decoyOf({ passwordHash: scryptText }, { passwordHash: ntHashText })).toBe("scrypt");
  });

  it("does not change when the settings do, and lets nobody change an account", () => {
    const groups = ["staff"];
    const expires = new Date(0);
    const passwordExpires = new Date(0);
    const account = settingsAccounts([{ ...alice, groups, expires, passwordExpires }]).find({
      domain: "",
      name: "alice",
    });
    groups.push("admins");
    expires.setFullYear(2100);
    passwordExpires.setFullYear(2100);
    expect(account).toMatchObject({
      groups: ["staff"],
      expires: new Date(0),
      passwordExpires: new Date(0),
    });
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
    [
      "an invalid date of the password",
      [{ ...alice, passwordExpires: new Date("never") }],
      undefined,
      "password that expires on an invalid date",
    ],
    ["no password", [{ name: "alice" }], undefined, 'account "alice" has no password'],
    [
      "two passwords",
      [{ ...alice, passwordHash: ntHashText }],
      undefined,
      'account "alice" has a password and a password hash',
    ],
    [
      "an unknown password hash",
      [{ name: "alice", passwordHash: "wonderland" }],
      undefined,
      'account "alice" has a password hash that cannot be used: a stored password begins with nt: or $scrypt$',
    ],
    [
      "a password hash that costs too much",
      [{ name: "alice", passwordHash: scryptText.replace("ln=4", "ln=21") }],
      undefined,
      "the scrypt parameter ln must be a whole number from 1 to 20, not 21",
    ],
    [
      "logon hours that are none",
      [{ ...alice, logonHours: "Mo-Fr 8-18" }],
      undefined,
      'account "alice" has logon hours that cannot be used: "8-18" is no span of time',
    ],
    [
      "a time zone that is none",
      [{ ...alice, logonHours: { hours: "Mo", timeZone: "Vienna" } }],
      undefined,
      '"Vienna" is no time zone',
    ],
  ])("refuses %s, without telling a password", (_, accounts, defaultDomain, message) => {
    const make = () => settingsAccounts(accounts, { defaultDomain });
    expect(make).toThrow(RangeError);
    expect(make).toThrow(message);
    expect(make).not.toThrow("wonderland");
  });

  it("shows no password when a source or an account is printed", () => {
    const accounts = settingsAccounts([
      alice,
      { name: "bob", passwordHash: ntHashText },
      { name: "carol", passwordHash: scryptText },
    ]);
    const all = ["alice", "bob", "carol"].map((name) => accounts.find({ domain: "", name }));
    const printed =
      inspect([accounts, all], { showHidden: true, depth: 9 }) + JSON.stringify([accounts, all]);
    expect(printed).toContain("***");
    for (const trace of ["wonderland", "119, 111, 110", "3e057c", "62, 5, 124", "RMnYjh", "68, 201, 216"]) {
      expect(printed).not.toContain(trace);
    }
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

  it("tells logon hours after expired, and an expired password last, from the very moment on", () => {
    const passwordExpires = new Date(1_000);
    const expires = new Date(2_000);
    // The Unix epoch was a Thursday.
    const logonHours = "Mo-We";
    expect(state({ passwordExpires }, 999)).toBeUndefined();
    expect(state({ passwordExpires }, 1_000)).toBe("password-expired");
    expect(state({ logonHours: "Th" }, 1_000)).toBeUndefined();
    expect(state({ logonHours, passwordExpires }, 1_000)).toBe("logon-hours");
    expect(state({ logonHours, passwordExpires, expires }, 2_000)).toBe("expired");
    expect(state({ logonHours, passwordExpires, expires, enabled: false }, 2_000)).toBe("disabled");
  });

  it("leaves dial-in to the policies", () => {
    expect(state({ dialIn: "deny" }, 0)).toBeUndefined();
  });
});
