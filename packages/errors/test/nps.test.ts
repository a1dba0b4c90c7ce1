import { describe, expect, it } from "vitest";
import data from "../data/nps-reason-codes.json" with { type: "json" };
import * as nps from "../src/nps.ts";

describe("NPS reason codes", () => {
  it("are 94, each once, ascending, each with a text of its own", () => {
    expect(nps.npsReasons).toHaveLength(94);
    const codes = nps.npsReasons.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].sort((a, b) => a - b));
    expect(new Set(nps.npsReasons.map(({ text }) => text)).size).toBe(94);
    for (const { text } of nps.npsReasons) expect(text).toMatch(/^\S.*\.$/);
  });

  it("are those of the data file", () => {
    const expected = data.reasons.map(({ name, ...rest }) => ({ ...rest, name: name ?? undefined }));
    expect(nps.npsReasons).toEqual(expected);
  });

  it("have a constant for each documented name and no other", () => {
    const constants = Object.entries(nps).filter(([name]) => name.startsWith("IAS_"));
    const named = data.reasons.filter(({ name }) => name !== null);
    expect(Object.fromEntries(constants)).toEqual(
      Object.fromEntries(named.map(({ name, code }) => [name, code])),
    );
  });

  it.each([
    [0, "IAS_SUCCESS", nps.IAS_SUCCESS],
    [8, "IAS_NO_SUCH_USER", nps.IAS_NO_SUCH_USER],
    [16, "IAS_AUTH_FAILURE", nps.IAS_AUTH_FAILURE],
    [34, "IAS_ACCOUNT_DISABLED", nps.IAS_ACCOUNT_DISABLED],
    [35, "IAS_ACCOUNT_EXPIRED", nps.IAS_ACCOUNT_EXPIRED],
    [48, "IAS_NO_POLICY_MATCH", nps.IAS_NO_POLICY_MATCH],
    [65, "IAS_DIALIN_DISABLED", nps.IAS_DIALIN_DISABLED],
    [66, "IAS_INVALID_AUTH_TYPE", nps.IAS_INVALID_AUTH_TYPE],
    [80, "IAS_NO_RECORD", nps.IAS_NO_RECORD],
  ])("%i is %s", (code, name, constant) => {
    expect(constant).toBe(code);
    expect(nps.reasonName(code)).toBe(name);
  });

  it("tell what an extension did, though these codes have no name (NPS-90)", () => {
    expect([9, 10, 21].map(nps.reasonName)).toEqual([undefined, undefined, undefined]);
    expect(nps.reasonText(9)).toBe("An extension DLL on the server discarded the request.");
    expect(nps.reasonText(10)).toBe("An extension DLL on the server failed.");
    expect(nps.reasonText(21)).toBe("An extension DLL on the server rejected the request.");
  });

  it("say of an unknown code that it is unknown", () => {
    expect(nps.reasonText(11)).toBe("Reason code 11 is not documented.");
    expect(nps.reasonName(11)).toBeUndefined();
  });
});
