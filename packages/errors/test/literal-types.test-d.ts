import { expectTypeOf, test } from "vitest";
import type { EapStatus, EapStatusName } from "../src/eap.ts";
import type { E_ACCESSDENIED } from "../src/hresult.ts";
import { WindowsError } from "../src/index.ts";
import type { IAS_NO_POLICY_MATCH, NpsReasonCode, NpsReasonName } from "../src/nps.ts";
import { isRasError, type RasErrorCode, type RasErrorName } from "../src/ras.ts";
import type { SspiStatus, SspiStatusName } from "../src/sspi.ts";
import type { ERROR_ACCESS_DENIED, Win32Name } from "../src/win32.ts";

test("constants have literal types, so that a switch over them is checked", () => {
  expectTypeOf<typeof ERROR_ACCESS_DENIED>().toEqualTypeOf<5>();
  expectTypeOf<typeof E_ACCESSDENIED>().toEqualTypeOf<0x80070005>();
  expectTypeOf<typeof IAS_NO_POLICY_MATCH>().toEqualTypeOf<48>();
});

test("the small sets have unions of names and of numbers", () => {
  expectTypeOf<"ERROR_AUTHENTICATION_FAILURE">().toExtend<RasErrorName>();
  expectTypeOf<691>().toExtend<RasErrorCode>();
  expectTypeOf<5>().not.toExtend<RasErrorCode>();
  expectTypeOf<"SEC_E_INVALID_TOKEN">().toExtend<SspiStatusName>();
  expectTypeOf<"ISC_REQ_DELEGATE">().not.toExtend<SspiStatusName>();
  expectTypeOf<0x80090308>().toExtend<SspiStatus>();
  expectTypeOf<"EAP_E_CERT_STORE_INACCESSIBLE">().toExtend<EapStatusName>();
  expectTypeOf<0x80420010>().toExtend<EapStatus>();
  expectTypeOf<65>().toExtend<NpsReasonCode>();
  expectTypeOf<11>().not.toExtend<NpsReasonCode>();
  expectTypeOf<"IAS_DIALIN_DISABLED">().toExtend<NpsReasonName>();
  expectTypeOf<"npsReasons">().not.toExtend<NpsReasonName>();
  expectTypeOf<"ERROR_ACCESS_DENIED">().toExtend<Win32Name>();
});

test("guards narrow", () => {
  const code: number = 691;
  if (isRasError(code)) expectTypeOf<typeof code>().toEqualTypeOf<RasErrorCode>();
});

test("WindowsError.is narrows what was caught", () => {
  const caught: unknown = undefined;
  if (WindowsError.is(caught)) expectTypeOf(caught).toEqualTypeOf<WindowsError>();
});
