import { expectTypeOf, it } from "vitest";
import {
  type CtxtHandle,
  type Out,
  type PeerIdentity,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_SIZES,
  type SecPkgContextSizes,
  type SecurityContext,
  type SspiAsyncContext,
  type SspiProvider,
  type StepResult,
} from "../src/index.ts";

declare const sspi: SspiProvider;
declare const context: SecurityContext;
declare const async: SspiAsyncContext;
declare const handle: CtxtHandle;

it("an attribute's number tells its type", () => {
  expectTypeOf(context.query(SECPKG_ATTR_SIZES)).toEqualTypeOf<SecPkgContextSizes | undefined>();
  expectTypeOf(context.query(SECPKG_ATTR_NAMES)?.userName).toEqualTypeOf<string | undefined>();
  expectTypeOf(context.query(0x7777)).toBeUnknown();
  const sizes: Out<SecPkgContextSizes | undefined> = { value: undefined };
  sspi.QueryContextAttributes(handle, SECPKG_ATTR_SIZES, sizes);
  // @ts-expect-error names are no sizes
  sspi.QueryContextAttributes(handle, SECPKG_ATTR_NAMES, sizes);
});

it("the callback gets the type of its data", () => {
  sspi.SspiSetAsyncNotifyCallback(
    async,
    (given, data) => {
      expectTypeOf(given).toEqualTypeOf<SspiAsyncContext>();
      expectTypeOf(data).toEqualTypeOf<{ leg: number }>();
    },
    { leg: 1 },
  );
  // @ts-expect-error an async context is made by SspiCreateAsyncContext only
  sspi.SspiGetAsyncCallStatus({});
});

it("bytes that come out are of an ArrayBuffer", () => {
  expectTypeOf<StepResult["token"]>().toEqualTypeOf<Uint8Array<ArrayBuffer>>();
  expectTypeOf(context.wrap).returns.toEqualTypeOf<Uint8Array<ArrayBuffer>>();
  expectTypeOf(context.identity).returns.toEqualTypeOf<PeerIdentity | undefined>();
});
