import { expectTypeOf, test } from "vitest";
import type { E_ACCESSDENIED } from "../src/hresult.ts";
import { WindowsError } from "../src/index.ts";
import type { IAS_NO_POLICY_MATCH } from "../src/nps.ts";
import type { ERROR_ACCESS_DENIED } from "../src/win32.ts";

test("constants have literal types, so that a switch over them is checked", () => {
  expectTypeOf<typeof ERROR_ACCESS_DENIED>().toEqualTypeOf<5>();
  expectTypeOf<typeof E_ACCESSDENIED>().toEqualTypeOf<0x80070005>();
  expectTypeOf<typeof IAS_NO_POLICY_MATCH>().toEqualTypeOf<48>();
});

test("WindowsError.is narrows what was caught", () => {
  const caught: unknown = undefined;
  if (WindowsError.is(caught)) expectTypeOf(caught).toEqualTypeOf<WindowsError>();
});
