import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import data from "../data/error-codes.json" with { type: "json" };
import type { CodeSpace } from "../src/index.ts";
import { humanise } from "../src/lookup/humanise.ts";
import { loadLookup } from "../src/lookup.ts";
import { messageOf } from "../src/messages.ts";
import { npsReasons } from "../src/nps.ts";
import * as sspi from "../src/sspi.ts";

interface Text {
  readonly message: string;
  readonly check?: string;
}

const folder = new URL("../data/messages/", import.meta.url);
const texts = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) =>
      Object.entries(JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Record<string, Text>),
    ),
);
const symbols = data.groups.flatMap(({ header, space, codes }) =>
  Object.entries(codes).map(([name, code]) => ({
    name,
    header,
    space: space as CodeSpace,
    code: Number(code),
  })),
);

describe("texts", () => {
  it("are there for every code of RAS, MPR, SSPI, cryptography, certificates, EAPHost and NPS", () => {
    const wanted = symbols.filter(
      ({ name, header, space }) =>
        space === "ras" ||
        header === "eaphosterror.h" ||
        (space === "hresult" && header === "winerror.h" && name in sspi),
    );
    expect(wanted.length).toBe(328 + 33 + 311);
    expect(wanted.filter(({ code, space }) => messageOf(code, space) === undefined)).toEqual([]);
    expect(npsReasons.filter(({ code, text }) => messageOf(code, "nps")?.message !== text)).toEqual([]);
  });

  it("are there for the whole log-on table", async () => {
    const { rows } = JSON.parse(readFileSync(new URL("../logon-relations.json", folder), "utf8")) as {
      rows: string[][];
    };
    const { lookup } = await loadLookup();
    const all = rows.flat().filter((name) => name !== null);
    expect(all.filter((name) => !lookup(name).matches[0]?.hasOwnText)).toEqual([]);
  });

  it("reach whoever asks, with what to check", () => {
    for (const { name, code, space } of symbols) {
      const text = texts.get(name);
      if (text === undefined) continue;
      const found = messageOf(code, space);
      // Of two names for one number, the usual one speaks for both.
      const speakers = symbols
        .filter((other) => other.code === code && other.space === space)
        .map((other) => other.name);
      expect(speakers.map((speaker) => texts.get(speaker)?.message)).toContain(found?.message);
      if (speakers.length === 1) expect(found).toEqual({ message: text.message, check: text.check });
    }
    expect(messageOf(-2146893048, "hresult")).toEqual(messageOf(0x80090308, "hresult"));
  });

  it("an administrator's hundred say what to check next", () => {
    const checked = [...texts.values()].filter(({ check }) => check !== undefined);
    expect(checked.length).toBeGreaterThan(100);
    for (const name of [
      "ERROR_AUTHENTICATION_FAILURE",
      "SEC_E_LOGON_DENIED",
      "STATUS_ACCOUNT_LOCKED_OUT",
      "CERT_E_UNTRUSTEDROOT",
    ]) {
      expect(texts.get(name)?.check, name).toBeDefined();
    }
  });

  it("each is one of a kind in its header, a sentence, and without the placeholders of message tables", () => {
    const seen = new Map<string, number | undefined>();
    for (const [name, { message, check }] of texts) {
      const { header, code } = symbols.find((symbol) => symbol.name === name) ?? {};
      const key = `${header} ${message.toLowerCase()}`;
      // Names for one number may share their text.
      expect(seen.get(key) ?? code, `${name}: ${message}`).toBe(code);
      seen.set(key, code);
      for (const part of [message, ...(check === undefined ? [] : [check])]) {
        expect(part, name).toMatch(/^\S[^\n\r\t]*\S\.$/);
        expect(part, name).not.toMatch(/%\d|%[a-z]!|%hs|%s\b|\{[A-Z][^}]*\}/);
        expect(part.length, name).toBeLessThan(600);
      }
      expect(message.toLowerCase().replace(/\.$/, ""), name).not.toBe(humanise(name));
    }
  });

  it("no other number has one", () => {
    for (const space of ["win32", "hresult", "ntstatus", "ras", "nps", "tapi"] as const) {
      expect(messageOf(0x7fff_fff1, space)).toBeUndefined();
      expect(messageOf(Number.NaN, space)).toBeUndefined();
    }
    expect(messageOf(5, "toString" as CodeSpace)).toBeUndefined();
  });
});

describe("a name as words", () => {
  it.each([
    ["ERROR_SHARING_VIOLATION", "sharing violation"],
    ["STATUS_OBJECT_NAME_NOT_FOUND", "object name not found"],
    ["NERR_UseNotFound", "use not found"],
    ["STG_E_INVALIDNAME", "stg invalidname"],
    ["DNS_ERROR_ZONE_DOES_NOT_EXIST", "dns zone does not exist"],
    ["E_FAIL", "fail"],
    ["S_OK", "ok"],
    ["WAIT_TIMEOUT", "wait timeout"],
  ])("%s is %s", (symbol, words) => {
    expect(humanise(symbol)).toBe(words);
  });

  it("is never empty", () => {
    expect(symbols.filter(({ name }) => humanise(name).trim() === "")).toEqual([]);
  });
});
