import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { oneTimePassword } from "@sallyport/eap";
import { describe, expect, it, onTestFinished } from "vitest";
import { builtInMethod, ownMethod, plainMethodNames } from "../src/eap/eap-methods.ts";
import {
  formatOneTimePasswordState,
  oneTimePasswordStates,
  parseOneTimePasswordState,
} from "../src/eap/one-time-password-states.ts";
import { loadSettings } from "../src/settings/load-settings.ts";
import { Store } from "../src/store/store.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "sallyport-eap-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const passphrase = "A Valid Pass Phrase";
const at = (sequence: number, seed = "dog2") => ({
  algorithm: "md5" as const,
  seed,
  sequence,
  password: oneTimePassword({ algorithm: "md5", seed, sequence, passphrase }),
});

describe("one-time passwords of accounts", () => {
  function statesIn(path: string, line: string) {
    const store = Store.open(path, { fsync: false });
    onTestFinished(() => store.close());
    const settings = [{ name: "Alice", oneTimePassword: line }, { name: "bob" }];
    return oneTimePasswordStates(settings, "CORP", store.oneTimePasswords);
  }

  it("begin as the settings say, and are found however the user writes the name", () => {
    const states = statesIn(folder(), formatOneTimePasswordState(at(500)));
    for (const name of ["alice", "CORP\\alice", "ALICE@corp.example"])
      expect(states.find(name)).toEqual(at(500));
    expect(states.find("bob")).toBeUndefined();
    expect(states.find("OTHER\\alice")).toBeUndefined();
  });

  it("go on as the store remembers, once for each password", () => {
    const path = folder();
    const states = statesIn(path, formatOneTimePasswordState(at(500)));
    expect(states.advance("alice", at(500), at(499))).toBe(true);
    expect(states.advance("alice", at(500), at(499))).toBe(false);
    expect(states.advance("alice", at(499), at(498))).toBe(true);
    const later = statesIn(path, formatOneTimePasswordState(at(500)));
    expect(later.find("alice")).toEqual(at(498));
  });

  it("begin anew with another seed", () => {
    const path = folder();
    expect(statesIn(path, formatOneTimePasswordState(at(500))).advance("alice", at(500), at(499))).toBe(true);
    const anew = statesIn(path, formatOneTimePasswordState(at(90, "cat7")));
    expect(anew.find("alice")).toEqual(at(90, "cat7"));
    expect(anew.advance("alice", at(90, "cat7"), at(89, "cat7"))).toBe(true);
    expect(anew.find("alice")).toEqual(at(89, "cat7"));
  });

  it("nobody without a state can be advanced", () => {
    expect(statesIn(folder(), formatOneTimePasswordState(at(5))).advance("bob", at(5), at(4))).toBe(false);
  });

  it.each([
    "",
    "otp-md5 500 dog2",
    "otp-md5 500 dog2 123",
    "otp-sha9 1 a 0123456789ABCDEF",
    "500 dog2 0123456789ABCDEF",
  ])("%j is none", (line) => {
    expect(parseOneTimePasswordState(line)).toBeUndefined();
  });
});

describe("methods of one's own", () => {
  const module = { RasEapGetInfo: () => 0 };

  it("are taken as a default export or as named ones; settings say what the module does not", () => {
    expect(ownMethod({ default: { ...module, type: 99, friendlyName: "Own" } }, {})).toMatchObject({
      type: 99,
      friendlyName: "Own",
    });
    expect(ownMethod(module, { type: 77, friendlyName: "Ported" })).toEqual({
      ...module,
      type: 77,
      friendlyName: "Ported",
      module,
    });
  });

  it("need an entry point and a type", () => {
    expect(() => ownMethod({}, { type: 9 })).toThrow("RasEapGetInfo");
    expect(() => ownMethod(module, {})).toThrow("which EAP type");
    expect(() => ownMethod(null, { type: 9 })).toThrow("RasEapGetInfo");
  });

  it("every built-in method has its own type", () => {
    expect(plainMethodNames.map((name) => builtInMethod(name).type)).toEqual([26, 4, 6, 5]);
  });
});

describe("settings", () => {
  async function load(settings: object) {
    const path = folder();
    writeFileSync(join(path, "method.mjs"), "");
    const file = join(path, "sallyport.config.json");
    const clients = [{ name: "lab", address: "127.0.0.1", secret: "testing123" }];
    writeFileSync(file, JSON.stringify({ radius: { clients }, ...settings }));
    return loadSettings(file);
  }

  it("the default policy offers what proves the password without showing it", async () => {
    expect((await load({})).eap).toEqual({
      methods: [
        { name: "mschapv2", method: { builtIn: "mschapv2" } },
        { name: "md5", method: { builtIn: "md5" } },
      ],
      conversations: 10_000,
    });
  });

  it("a list is taken in its order, with modules in it; an empty one refuses EAP", async () => {
    const { eap } = await load({
      eap: { methods: ["gtc", { module: "./method.mjs", type: 99 }], conversations: 7 },
    });
    expect(eap.conversations).toBe(7);
    expect(eap.methods).toMatchObject([
      { name: "gtc", method: { builtIn: "gtc" } },
      { name: "./method.mjs", method: { type: 99 } },
    ]);
    expect((await load({ eap: { methods: [] } })).eap.methods).toEqual([]);
  });

  it.each([
    [{ eap: { methods: ["mschap2"] } }, 'did you mean "mschapv2"?'],
    [{ eap: { methods: ["md5", "md5"] } }, "stands in the list already"],
    [{ eap: { methods: ["./missing.ts"] } }, "does not exist"],
    [{ eap: { methods: [{ module: "./method.mjs", type: 3 }] } }, "is no type of a method"],
    [{ eap: { methods: [{ module: "./method.mjs", type: 254 }] } }, "is the sign of expanded types"],
    [{ eap: { conversations: 0 } }, "is less than 1"],
    [{ eap: { method: ["md5"] } }, "unknown key"],
    [{ accounts: [{ name: "a", password: "b", oneTimePassword: "123456" }] }, "is no one-time password"],
  ])("%j is a mistake that says so", async (settings, words) => {
    await expect(load(settings)).rejects.toThrow(words);
  });
});
