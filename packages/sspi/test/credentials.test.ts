import { inspect } from "node:util";
import { WindowsError } from "@sallyport/errors";
import { describe, expect, it } from "vitest";
import {
  createSecHandle,
  out,
  SEC_E_INTERNAL_ERROR,
  SEC_E_INVALID_PARAMETER,
  SEC_E_NO_CREDENTIALS,
  SEC_E_NOT_OWNER,
  SEC_E_OK,
  SEC_E_SECPKG_NOT_FOUND,
  SEC_E_UNKNOWN_CREDENTIALS,
  SECPKG_CRED_ATTR_NAMES,
  SECPKG_CRED_AUTOLOGON_RESTRICTED,
  SECPKG_CRED_BOTH,
  SECPKG_CRED_DEFAULT,
  SECPKG_CRED_INBOUND,
  SECPKG_CRED_OUTBOUND,
  SecIsValidHandle,
} from "../src/index.ts";
import { type Harness, harness, settle, stub } from "./harness.ts";

interface Wish {
  readonly name?: string;
  readonly use?: number;
  readonly logonId?: unknown;
  readonly authData?: unknown;
  readonly keyFunction?: unknown;
  readonly keyArgument?: unknown;
  readonly require?: unknown;
}

async function outcome(sspi: Harness, wish: Wish = {}): Promise<number> {
  const {
    name = "Stub",
    use = 3,
    logonId = null,
    authData = null,
    keyFunction = null,
    keyArgument = null,
  } = wish;
  const async = sspi.context();
  const handle = createSecHandle();
  const queued = sspi.SspiAcquireCredentialsHandleAsyncW(
    async,
    null,
    name,
    use,
    logonId,
    authData,
    keyFunction as null,
    keyArgument as null,
    handle,
    null,
    { require: (wish.require ?? []) as [] },
  );
  expect(queued).toBe(SEC_E_OK);
  await settle();
  const status = sspi.SspiGetAsyncCallStatus(async);
  expect(SecIsValidHandle(handle)).toBe(status === SEC_E_OK);
  if (status === SEC_E_OK) expect(sspi.FreeCredentialsHandle(handle)).toBe(SEC_E_OK);
  return status;
}

describe("acquiring", () => {
  it.each([
    ["Stub", SEC_E_OK],
    ["sTUB", SEC_E_OK],
    ["threefold", SEC_E_OK],
    ["3FOLD", SEC_E_OK],
    ["Negotiate", SEC_E_SECPKG_NOT_FOUND],
    ["", SEC_E_SECPKG_NOT_FOUND],
    ["__proto__", SEC_E_SECPKG_NOT_FOUND],
  ])("SSPI-32 the package %j", async (name, expected) => {
    const sspi = harness();
    expect(await outcome(sspi, { name, authData: "secret" })).toBe(expected);
    sspi.end();
  });

  it.each([
    [SECPKG_CRED_INBOUND, SEC_E_OK],
    [SECPKG_CRED_OUTBOUND, SEC_E_OK],
    [SECPKG_CRED_BOTH, SEC_E_OK],
    [SECPKG_CRED_DEFAULT, SEC_E_OK],
    [SECPKG_CRED_BOTH | SECPKG_CRED_AUTOLOGON_RESTRICTED, SEC_E_OK],
    [0, SEC_E_INVALID_PARAMETER],
    [5, SEC_E_INVALID_PARAMETER],
    [8, SEC_E_INVALID_PARAMETER],
    [SECPKG_CRED_AUTOLOGON_RESTRICTED, SEC_E_INVALID_PARAMETER],
    [0xf0000000, SEC_E_INVALID_PARAMETER],
    [-1, SEC_E_INVALID_PARAMETER],
    [1.5, SEC_E_INVALID_PARAMETER],
  ])("SSPI-32 E-14 the use %i", async (use, expected) => {
    const sspi = harness();
    expect(await outcome(sspi, { use })).toBe(expected);
    sspi.end();
  });

  it.each([
    ["answers", SEC_E_NO_CREDENTIALS],
    ["answers", SEC_E_UNKNOWN_CREDENTIALS],
    ["throws", SEC_E_NOT_OWNER],
    ["answers with success and no credential", SEC_E_INTERNAL_ERROR],
    ["throws a bug", SEC_E_INTERNAL_ERROR],
  ])("SSPI-33 what the package %s is the outcome: %i", async (how, code) => {
    const sspi = harness({
      packages: [
        stub(() => 0, {
          acquireCredentials() {
            if (how === "answers") return code;
            if (how === "throws") throw new WindowsError(code, { space: "hresult" });
            if (how === "throws a bug") throw new TypeError("bug");
            return SEC_E_OK;
          },
        }),
      ],
    });
    expect(await outcome(sspi)).toBe(code);
    sspi.end();
  });

  it("SSPI-33 principal, use and authentication data reach the package; nothing means the default", async () => {
    const seen: unknown[] = [];
    const sspi = harness({
      packages: [
        stub(() => 0, {
          acquireCredentials: ({ principal, use, authData }) => (
            seen.push([principal, use, authData]), SEC_E_NO_CREDENTIALS
          ),
        }),
      ],
    });
    await outcome(sspi, { use: 2 });
    const authData = { user: "alice" };
    const async = sspi.context();
    sspi.SspiAcquireCredentialsHandleAsyncW(
      async,
      "alice",
      "Stub",
      1,
      null,
      authData,
      null,
      null,
      createSecHandle(),
      null,
    );
    await settle();
    expect(seen).toEqual([
      [undefined, 2, null],
      ["alice", 1, authData],
    ]);
    sspi.end();
  });

  it("SSPI-34 acquiring ends in its turn when the package asks nobody", async () => {
    const sspi = harness();
    expect(await outcome(sspi, { name: "Threefold", authData: "secret" })).toBe(SEC_E_OK);
    expect(sspi.clock.pending).toBe(0);
    sspi.end();
  });

  it("SSPI-35 secrets show nowhere, and are overwritten when the credential goes", async () => {
    const kept: Uint8Array[] = [];
    let view: unknown;
    const sspi = harness({
      packages: [
        stub(() => 0, {
          acquireCredentials(request) {
            view = request;
            const secret = new TextEncoder().encode(String(request.authData));
            kept.push(secret);
            return { accept: () => ({ step: () => 0 }), free: () => secret.fill(0) };
          },
        }),
      ],
    });
    const async = sspi.context();
    const handle = createSecHandle();
    sspi.SspiAcquireCredentialsHandleAsyncW(
      async,
      null,
      "Stub",
      3,
      null,
      "hunter2",
      null,
      null,
      handle,
      null,
    );
    const while_ = inspect(async, { depth: 9, showHidden: true });
    await settle();
    const texts = [
      while_,
      ...[async, handle, sspi, view, sspi.objects()].flatMap((each) => [
        inspect(each, { depth: 9, showHidden: true }),
        JSON.stringify(each),
      ]),
    ];
    for (const text of texts) expect(text).not.toContain("hunter2");
    sspi.FreeCredentialsHandle(handle);
    expect(kept).toEqual([new Uint8Array(7)]);
    sspi.end();
  });

  it("SSPI-36 the key function must be null, a logon id is not ours to use", async () => {
    const sspi = harness();
    expect(await outcome(sspi, { keyFunction: () => 0 })).toBe(SEC_E_INVALID_PARAMETER);
    expect(await outcome(sspi, { keyArgument: 1 })).toBe(SEC_E_INVALID_PARAMETER);
    expect(await outcome(sspi, { logonId: { low: 1 } })).toBe(SEC_E_NOT_OWNER);
    expect(await outcome(sspi, { require: ["everything"] })).toBe(SEC_E_INVALID_PARAMETER);
    sspi.end();
  });

  it("QueryCredentialsAttributes asks the package", async () => {
    const sspi = harness();
    const credential = await sspi.acquire({ package: "Threefold", principal: "bob" });
    const names = out<unknown>(undefined);
    expect(sspi.QueryCredentialsAttributes(credential, SECPKG_CRED_ATTR_NAMES, names)).toBe(SEC_E_OK);
    expect(names.value).toEqual({ userName: "bob" });
    expect(sspi.QueryCredentialsAttributes(credential, 4, names)).toBe(0x80090302);
    expect(sspi.QueryCredentialsAttributes(createSecHandle(), 1, names)).toBe(0x80090301);
    sspi.end();
  });
});
