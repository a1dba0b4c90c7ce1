import { describe, expect, it } from "vitest";
import {
  type CtxtHandle,
  createSecHandle,
  createSspiProvider,
  out,
  SEC_DELETED_HANDLE,
  SEC_E_INVALID_HANDLE,
  SEC_E_LOGON_DENIED,
  SEC_E_OK,
  SEC_E_UNFINISHED_CONTEXT_DELETED,
  SEC_I_CONTINUE_NEEDED,
  SECPKG_ATTR_PACKAGE_INFO,
  SecInvalidateHandle,
  SecIsValidHandle,
  secBufferDesc,
  statusName,
} from "../src/index.ts";
import { deferred, type Harness, harness, pending, settle, stub } from "./harness.ts";

it("SSPI-60 a handle is two words; all ones in either make it invalid, -2 marks it deleted", async () => {
  const handle = createSecHandle();
  expect(handle).toEqual({ lower: -1, upper: -1 });
  expect(
    [handle, { lower: -1, upper: 5 }, { lower: 5, upper: -1 }, { lower: 5, upper: 6 }, null].map(
      SecIsValidHandle,
    ),
  ).toEqual([false, false, false, true, false]);
  const sspi = harness();
  const credential = await sspi.acquire();
  const { context } = sspi.accept({ credential });
  await settle();
  expect(SecIsValidHandle(context)).toBe(true);
  sspi.DeleteSecurityContext(context);
  expect(context).toEqual({ lower: SEC_DELETED_HANDLE, upper: SEC_DELETED_HANDLE });
  SecInvalidateHandle(context);
  expect(context).toEqual(createSecHandle());
  sspi.end();
});

describe("SSPI-61 a value is never used twice, nor for another kind", () => {
  it("delete one, make 10 000 more: the old one is still nobody's", async () => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const { context } = sspi.accept({ credential });
    await settle();
    const old = { ...context };
    sspi.DeleteSecurityContext(context);
    const values = new Set([`${old.lower},${old.upper}`]);
    for (let round = 0; round < 10; round += 1) {
      const steps = Array.from({ length: 1_000 }, () => sspi.accept({ credential }));
      await settle();
      for (const step of steps) {
        values.add(`${step.context.lower},${step.context.upper}`);
        expect(sspi.DeleteSecurityContext(step.context)).toBe(SEC_E_OK);
      }
    }
    expect(values.size).toBe(10_001);
    const { context: alive } = sspi.accept({ credential });
    await settle();
    expect(SecIsValidHandle(alive)).toBe(true);
    expect(sspi.QueryContextAttributes(old, SECPKG_ATTR_PACKAGE_INFO, out(undefined))).toBe(
      SEC_E_INVALID_HANDLE,
    );
    sspi.end();
  });

  it("a credential is no context, a context no credential, another provider's is neither", async () => {
    const sspi = harness();
    const other = harness();
    const credential = await sspi.acquire();
    const foreign = await other.acquire();
    const { context } = sspi.accept({ credential });
    await settle();
    for (const handle of [credential, foreign]) {
      expect(sspi.QueryContextAttributes(handle, SECPKG_ATTR_PACKAGE_INFO, out(undefined))).toBe(
        SEC_E_INVALID_HANDLE,
      );
      expect(sspi.DeleteSecurityContext(handle)).toBe(SEC_E_INVALID_HANDLE);
    }
    for (const handle of [context, foreign])
      expect(sspi.FreeCredentialsHandle(handle)).toBe(SEC_E_INVALID_HANDLE);
    sspi.end();
    other.end();
  });

  it.each([
    [0, 0],
    [1, 1],
    [-1, -1],
    [-3, 1],
    [Number.NaN, 1],
    [Infinity, 1],
    [2 ** 53, 1],
    [0.5, 0.5],
    ["16777216", 1],
    [1n, 1n],
    [null, null],
    [undefined, undefined],
    [{}, []],
  ])("a forged handle of %s, %s", (lower, upper) => {
    const sspi = harness();
    const forged = { lower, upper } as CtxtHandle;
    expect(sspi.DeleteSecurityContext(forged)).toBe(SEC_E_INVALID_HANDLE);
    expect(sspi.FreeCredentialsHandle(forged)).toBe(SEC_E_INVALID_HANDLE);
    expect(sspi.EncryptMessage(forged, 0, secBufferDesc(), 0)).toBe(SEC_E_INVALID_HANDLE);
    sspi.end();
  });

  it("a forged generation of a place that exists", async () => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const { context } = sspi.accept({ credential });
    await settle();
    for (const upper of [context.upper + 1, 0, -1, 0.5, Number.NaN]) {
      expect(sspi.DeleteSecurityContext({ lower: context.lower, upper })).toBe(SEC_E_INVALID_HANDLE);
    }
    sspi.end();
  });
});

it("SSPI-62 E-13 deleting twice is SEC_E_OK, freeing twice SEC_E_INVALID_HANDLE, also by copies, also asynchronously", async () => {
  const sspi = harness();
  const credential = await sspi.acquire();
  const { context } = sspi.accept({ credential });
  await settle();
  const contextCopy = { ...context };
  const credentialCopy = { ...credential };
  expect(sspi.DeleteSecurityContext(context)).toBe(SEC_E_OK);
  expect(sspi.DeleteSecurityContext(context)).toBe(SEC_E_OK);
  expect(sspi.DeleteSecurityContext(contextCopy)).toBe(SEC_E_OK);
  expect(sspi.DeleteSecurityContext(createSecHandle())).toBe(SEC_E_INVALID_HANDLE);
  expect(sspi.FreeCredentialsHandle(credential)).toBe(SEC_E_OK);
  expect(sspi.FreeCredentialsHandle(credential)).toBe(SEC_E_INVALID_HANDLE);
  expect(sspi.FreeCredentialsHandle(credentialCopy)).toBe(SEC_E_INVALID_HANDLE);
  const asyncs = [1, 2, 3, 4].map(() => sspi.context());
  const again = await sspi.acquire();
  const [first, second, third, fourth] = asyncs as [
    (typeof asyncs)[0],
    (typeof asyncs)[0],
    (typeof asyncs)[0],
    (typeof asyncs)[0],
  ];
  sspi.SspiDeleteSecurityContextAsync(first, contextCopy);
  sspi.SspiDeleteSecurityContextAsync(second, credential);
  sspi.SspiFreeCredentialsHandleAsync(third, { ...again });
  sspi.SspiFreeCredentialsHandleAsync(fourth, again);
  await settle();
  expect(asyncs.map((async) => sspi.SspiGetAsyncCallStatus(async))).toEqual([
    SEC_E_OK, // the words of a deleted context
    SEC_E_OK, // the mark of a deleted handle tells no kind
    SEC_E_OK,
    SEC_E_INVALID_HANDLE,
  ]);
  sspi.end();
});

it("SSPI-62 two deletes in the line both end well, and the package deletes once", async () => {
  let deleted = 0;
  const sspi = harness({
    packages: [stub(() => SEC_I_CONTINUE_NEEDED, { context: { delete: () => void (deleted += 1) } })],
  });
  const credential = await sspi.acquire();
  const { context } = sspi.accept({ credential });
  await settle();
  const asyncs = [sspi.context(), sspi.context()];
  for (const async of asyncs) sspi.SspiDeleteSecurityContextAsync(async, context);
  await settle();
  expect(asyncs.map((async) => sspi.SspiGetAsyncCallStatus(async))).toEqual([SEC_E_OK, SEC_E_OK]);
  expect(deleted).toBe(1);
  sspi.end();
});

it("SSPI-63 every other use of a deleted handle is SEC_E_INVALID_HANDLE", async () => {
  const sspi = harness();
  const { server } = await sspi.pair();
  const old = { ...server };
  sspi.DeleteSecurityContext(server);
  const message = secBufferDesc();
  const step = sspi.accept({ context: { ...old } });
  await settle();
  const outcomes = [
    step.status(),
    sspi.QueryContextAttributes(old, 0, out(undefined)),
    sspi.SetContextAttributes(old, 0, null, 0),
    sspi.EncryptMessage(old, 0, message, 0),
    sspi.DecryptMessage(old, message, 0, null),
    sspi.MakeSignature(old, 0, message, 0),
    sspi.VerifySignature(old, message, 0, null),
    sspi.CompleteAuthToken(old, message),
    sspi.ApplyControlToken(old, message),
    sspi.ImpersonateSecurityContext(old),
    sspi.RevertSecurityContext(old),
    sspi.QuerySecurityContextToken(old, out(undefined)),
    sspi.ExportSecurityContext(old, 0, { size: 0, type: 0, data: null }, null),
  ];
  expect(outcomes.map(statusName)).toEqual(outcomes.map(() => "SEC_E_INVALID_HANDLE"));
  sspi.end();
});

describe("SSPI-64 a delete while another call is pending", () => {
  async function started(
    step: Parameters<typeof stub>[0],
  ): Promise<{ sspi: Harness; context: CtxtHandle; deleted: () => number }> {
    let count = 0;
    const sspi = harness({
      packages: [
        stub((given) => (given.token.length === 5 ? SEC_I_CONTINUE_NEEDED : step(given)), {
          context: { delete: () => void (count += 1) },
        }),
      ],
    });
    const credential = await sspi.acquire();
    const { context } = sspi.accept({ credential });
    await settle();
    return { sspi, context, deleted: () => count };
  }

  it("cuts off a call that waits for the network, even one that takes the signal late, and runs then", async () => {
    for (const takesItLate of [false, true]) {
      const kdc = deferred<number>();
      const begun = deferred<void>();
      const { sspi, context, deleted } = await started(async (step) => {
        if (takesItLate) await begun.promise;
        step.signal.throwIfAborted();
        return kdc.promise;
      });
      const order: string[] = [];
      const waiting = sspi.accept({ context, token: "to the KDC" });
      await settle();
      const async = sspi.context();
      sspi.SspiSetAsyncNotifyCallback(async, () => order.push("deleted"), null);
      sspi.SspiDeleteSecurityContextAsync(async, context);
      const behind = sspi.accept({ context, token: "too late" });
      await settle();
      begun.resolve();
      await settle();
      expect(waiting.status()).toBe(SEC_E_UNFINISHED_CONTEXT_DELETED);
      expect([sspi.SspiGetAsyncCallStatus(async), behind.status(), order]).toEqual([
        SEC_E_OK,
        SEC_E_INVALID_HANDLE,
        ["deleted"],
      ]);
      kdc.resolve(SEC_E_OK);
      await settle();
      expect(deleted()).toBe(1);
      sspi.end();
    }
  });

  it("waits for a call that computes", async () => {
    const computed = deferred<number>();
    const { sspi, context, deleted } = await started(() => computed.promise);
    const computing = sspi.accept({ context, token: "computing" });
    await settle();
    const async = sspi.context();
    sspi.SspiDeleteSecurityContextAsync(async, context);
    const behind = sspi.accept({ context, token: "too late" });
    await settle();
    expect([computing.status(), sspi.SspiGetAsyncCallStatus(async), deleted()]).toEqual([
      pending,
      pending,
      0,
    ]);
    computed.resolve(SEC_E_OK);
    await settle();
    expect([computing.status(), sspi.SspiGetAsyncCallStatus(async), behind.status()]).toEqual([
      SEC_E_OK,
      SEC_E_OK,
      SEC_E_INVALID_HANDLE,
    ]);
    expect(deleted()).toBe(1);
    sspi.end();
  });

  it("DeleteSecurityContext takes the handle at once; a computing package keeps its context until it is done", async () => {
    const computed = deferred<number>();
    const { sspi, context, deleted } = await started(() => computed.promise);
    const computing = sspi.accept({ context: { ...context }, newContext: null, token: "computing" });
    await settle();
    expect(sspi.DeleteSecurityContext(context)).toBe(SEC_E_OK);
    expect([sspi.objects().contexts, deleted()]).toEqual([0, 0]);
    computed.resolve(SEC_E_OK);
    await settle();
    expect([computing.status(), deleted()]).toEqual([SEC_E_UNFINISHED_CONTEXT_DELETED, 1]);
    sspi.end();
  });
});

it("SSPI-65 partial, incomplete, rejected, failed: when all are deleted nothing is left", async () => {
  const released: number[] = [];
  const statuses = [SEC_I_CONTINUE_NEEDED, 0x80090318, SEC_E_LOGON_DENIED, SEC_E_OK];
  const sspi = createSspiProvider({
    packages: [
      stub(({ token }) => statuses[token[0] ?? 0] ?? SEC_E_OK, {
        context: { delete: () => void released.push(1) },
      }),
    ],
  });
  const handle = createSecHandle();
  const async = sspi.SspiCreateAsyncContext();
  sspi.SspiAcquireCredentialsHandleAsyncW(async, null, "Stub", 3, null, null, null, null, handle, null);
  await settle();
  const made: CtxtHandle[] = [];
  for (const first of statuses.keys()) {
    for (const second of statuses.keys()) {
      const context = createSecHandle();
      made.push(context);
      for (const [index, kind] of [first, second].entries()) {
        sspi.SspiReinitAsyncContext(async);
        const input = secBufferDesc({ size: 1, type: 2, data: Uint8Array.of(kind) });
        sspi.SspiAcceptSecurityContextAsync(
          async,
          handle,
          index === 0 ? null : context,
          input,
          0,
          0,
          context,
          null,
          null,
          null,
        );
        await settle();
      }
    }
  }
  for (const context of made) sspi.DeleteSecurityContext(context);
  sspi.FreeCredentialsHandle(handle);
  sspi.SspiFreeAsyncContext(async);
  expect(sspi.objects()).toEqual({ asyncContexts: 0, pendingCalls: 0, contexts: 0, credentials: 0 });
  expect(released).toHaveLength(16);
});
