import { ntHash, Secret } from "@sallyport/crypto";
import { expect, it, vi } from "vitest";
import { type NtlmAccount, type NtlmLogon, ntlmAuthority } from "../../src/index.ts";
import { accountsOf, alice } from "./ntlm-harness.ts";

/** Every call of a primitive, with the bytes that it takes. */
const calls = vi.hoisted((): string[] => []);

// The primitives stay as they are; only that they were called is written down.
vi.mock("@sallyport/crypto", async (importOriginal) => {
  const actual = await importOriginal<typeof import("@sallyport/crypto")>();
  return {
    ...actual,
    hmacMd5: (key: Uint8Array, ...parts: Uint8Array[]) => {
      calls.push(`hmacMd5 ${key.length} ${parts.map(({ length }) => length)}`);
      return actual.hmacMd5(key, ...parts);
    },
    constantTimeEqual: (a: Uint8Array, b: Uint8Array) => {
      calls.push(`constantTimeEqual ${a.length} ${b.length}`);
      return actual.constantTimeEqual(a, b);
    },
  };
});

const logon: NtlmLogon = {
  domain: "TESTDOM",
  user: "alice",
  workstation: "",
  serverChallenge: new Uint8Array(8),
  ntResponse: new Uint8Array(200).fill(1),
  lmResponse: new Uint8Array(24),
  now: 0,
  get signal(): NtlmLogon["signal"] {
    throw new Error("nobody waits");
  },
};

function work(account: NtlmAccount | undefined): {
  readonly reason: string;
  readonly calls: readonly string[];
} {
  calls.length = 0;
  const result = ntlmAuthority(account === undefined ? accountsOf() : accountsOf(account)).logon(logon);
  if (!("kind" in result) || result.kind !== "refused") throw new Error("it was not refused");
  return { reason: result.reason, calls: [...calls] };
}

it("NTLM-34 NTLM-32 unknown, wrong, unusable and empty take the work of one another", () => {
  const unknown = work(undefined);
  expect(unknown).toEqual({
    reason: "unknown-account",
    calls: [
      "hmacMd5 16 24",
      "hmacMd5 16 8,184",
      "hmacMd5 16 16",
      "constantTimeEqual 16 16",
      "constantTimeEqual 16 16",
    ],
  });
  const others: Record<string, NtlmAccount> = {
    "wrong-password": alice,
    "no-nt-hash": { ...alice, password: { form: "scrypt" } },
  };
  for (const [reason, account] of Object.entries(others)) {
    expect(work(account)).toEqual({ reason, calls: unknown.calls });
  }
  const empty = { ...alice, password: { ntHash: new Secret(ntHash("")) } };
  expect(work(empty).calls).toEqual(unknown.calls);
  expect(work({ ...alice, enabled: false }).calls).toEqual(unknown.calls);
});
