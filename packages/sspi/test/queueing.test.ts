import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import {
  createSecHandle,
  out,
  SEC_E_BUFFER_TOO_SMALL,
  SEC_E_INSUFFICIENT_MEMORY,
  SEC_E_INTERNAL_ERROR,
  SEC_E_INVALID_HANDLE,
  SEC_E_INVALID_PARAMETER,
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_E_NO_AUTHENTICATING_AUTHORITY,
  SEC_E_OK,
  SEC_E_SHUTDOWN_IN_PROGRESS,
  SEC_E_UNFINISHED_CONTEXT_DELETED,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_EMPTY,
  SECBUFFER_TOKEN,
  SecIsValidHandle,
  type StepAnswer,
  secBuffer,
  secBufferDesc,
} from "../src/index.ts";
import { deferred, harness, pending, settle, stub } from "./harness.ts";

describe("queueing and outcome", () => {
  it("SSPI-01 a call returns SEC_E_OK when it was queued; the outcome comes later", async () => {
    const sspi = harness();
    const credential = await sspi.acquire({ package: "Threefold" });
    const step = sspi.accept({ credential, token: "garbage" });
    expect(step.queued).toBe(SEC_E_OK);
    await settle();
    expect(step.status()).toBe(SEC_E_INVALID_TOKEN);
    sspi.end();
  });

  it("SSPI-02 a call that cannot be queued does nothing: no callback, no output, the context as it was", async () => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const freed = sspi.context();
    const told: string[] = [];
    sspi.SspiSetAsyncNotifyCallback(freed, () => told.push("called"), null);
    sspi.SspiFreeAsyncContext(freed);
    const step = sspi.accept({ credential, async: freed });
    await settle();
    expect(step.queued).toBe(SEC_E_INVALID_HANDLE);
    expect(told).toEqual([]);
    expect(step.context).toEqual(createSecHandle());
    expect(step.output.buffers[0]?.size).toBe(100);
    expect(step.attributes.value).toBe(0);

    const complete = sspi.accept({ credential });
    await settle();
    expect(sspi.accept({ credential, async: complete.async }).queued).toBe(SEC_E_INVALID_PARAMETER);
    expect(complete.status()).toBe(SEC_E_OK);
    sspi.end();
  });

  it("SSPI-03 E-08 E-09 SEC_I_ASYNC_CALL_PENDING means not completed, then the final code stands", async () => {
    const answer = deferred<StepAnswer>();
    const sspi = harness({ step: () => answer.promise });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential });
    expect(step.status()).toBe(pending);
    await settle();
    expect(step.status()).toBe(pending);
    answer.resolve({ status: SEC_I_CONTINUE_NEEDED });
    await settle();
    expect(step.status()).toBe(SEC_I_CONTINUE_NEEDED);
    sspi.end();
  });

  describe("SSPI-04 only these are errors of queueing", () => {
    it("the limit of pending calls is SEC_E_INSUFFICIENT_MEMORY, until one has ended", async () => {
      const answer = deferred<number>();
      const sspi = harness({ step: () => answer.promise, limits: { pendingCalls: 2 } });
      const credential = await sspi.acquire();
      sspi.accept({ credential });
      sspi.accept({ credential });
      expect(sspi.accept({ credential }).queued).toBe(SEC_E_INSUFFICIENT_MEMORY);
      answer.resolve(SEC_E_LOGON_DENIED);
      await settle();
      expect(sspi.accept({ credential }).queued).toBe(SEC_E_OK);
      await settle();
      sspi.end();
    });

    it("after the shutdown SEC_E_SHUTDOWN_IN_PROGRESS, and everything is put away", async () => {
      const sspi = harness({
        step: ({ signal }) => new Promise<number>(() => signal.addEventListener("abort", () => {})),
      });
      const credential = await sspi.acquire();
      const waiting = sspi.accept({ credential });
      await settle();
      const queuedOnly = sspi.accept({ credential });
      const deleting = sspi.context();
      sspi.SspiDeleteSecurityContextAsync(deleting, createSecHandle());
      await sspi.shutdown();
      expect(sspi.SspiGetAsyncCallStatus(deleting)).toBe(SEC_E_INVALID_HANDLE);
      expect([waiting.status(), queuedOnly.status()]).toEqual([
        SEC_E_UNFINISHED_CONTEXT_DELETED,
        SEC_E_UNFINISHED_CONTEXT_DELETED,
      ]);
      expect(sspi.accept({ credential }).queued).toBe(SEC_E_SHUTDOWN_IN_PROGRESS);
      expect(sspi.objects()).toMatchObject({ credentials: 0, contexts: 0, pendingCalls: 0 });
      sspi.end();
    });

    it("a dead context, a busy one, one that was not made ready: see the table of states", async () => {
      const sspi = harness();
      const busy = sspi.context();
      expect(sspi.SspiFreeCredentialsHandleAsync(busy, createSecHandle())).toBe(SEC_E_OK);
      expect(sspi.SspiFreeCredentialsHandleAsync(busy, createSecHandle())).toBe(SEC_E_INVALID_PARAMETER);
      expect(sspi.SspiFreeCredentialsHandleAsync(null, createSecHandle())).toBe(SEC_E_INVALID_HANDLE);
      await settle();
      sspi.end();
    });
  });

  it.each([
    ["Reserved1", { reserved: 1 }, SEC_E_INVALID_PARAMETER],
    ["TargetDataRep", { drep: 1 }, SEC_E_INVALID_PARAMETER],
    ["flags above 32 bits", { flags: 2 ** 32 }, SEC_E_INVALID_PARAMETER],
    ["a deadline that is no time", { extension: { timeoutMs: Number.NaN } }, SEC_E_INVALID_PARAMETER],
    ["a deadline in the past of all", { extension: { timeoutMs: -1 } }, SEC_E_INVALID_PARAMETER],
    ["a signal that is none", { extension: { signal: "abort" as never } }, SEC_E_INVALID_PARAMETER],
    [
      "a wish for channel bindings that is none",
      { extension: { requireChannelBindings: "yes" as never } },
      SEC_E_INVALID_PARAMETER,
    ],
    ["a feature that is none", { extension: { require: ["speed" as never] } }, SEC_E_INVALID_PARAMETER],
    ["features that are no list", { extension: { require: 5 as never } }, SEC_E_INVALID_PARAMETER],
    ["a descriptor that is none", { input: 5 as never }, SEC_E_INVALID_PARAMETER],
    ["no place for the handle", { newContext: null }, SEC_E_INVALID_PARAMETER],
    ["another descriptor version", { input: { version: 1, buffers: [] } }, SEC_E_INVALID_PARAMETER],
    ["a credential that is none", { credential: { lower: 7, upper: 7 } }, SEC_E_INVALID_HANDLE],
    ["no credential", { credential: null }, SEC_E_INVALID_HANDLE],
    ["a context that is none", { context: { lower: 7, upper: 7 } }, SEC_E_INVALID_HANDLE],
  ])(
    "SSPI-05 SSPI-26 wrong arguments are an outcome, not an error of queueing: %s",
    async (_name, options, outcome) => {
      const sspi = harness();
      const credential = await sspi.acquire();
      const step = sspi.initialize({ credential, ...options });
      expect(step.queued).toBe(SEC_E_OK);
      expect(step.status()).toBe(pending);
      await settle();
      expect(step.status()).toBe(outcome);
      sspi.end();
    },
  );

  it("SSPI-06 outputs are not touched while pending, and written when the status is final", async () => {
    const answer = deferred<StepAnswer>();
    const sspi = harness({ step: () => answer.promise });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential });
    const outputs = () => JSON.stringify([step.context, step.output, step.attributes]);
    const before = outputs();
    for (let turn = 0; turn < 5; turn += 1) {
      await settle();
      expect(outputs()).toBe(before);
    }
    answer.resolve({ status: SEC_E_OK, token: Uint8Array.of(9), attributes: 0x20000, expiry: 0 });
    await settle();
    expect(step.status()).toBe(SEC_E_OK);
    expect(SecIsValidHandle(step.context)).toBe(true);
    expect(step.token()).toEqual(Uint8Array.of(9));
    expect(step.attributes.value).toBe(0x20000);
    expect(step.expiry.value).toBe(116_444_736_000_000_000n);
    sspi.end();
  });

  describe("SSPI-07 input is read when the call begins, never within the queueing call", () => {
    const seen: string[] = [];
    const step = ({ token }: { token: Uint8Array }): number => {
      seen.push(new TextDecoder().decode(token));
      return SEC_E_OK;
    };

    it("what the caller writes after queueing is what the package sees", async () => {
      const sspi = harness({ step });
      const credential = await sspi.acquire();
      const token = new TextEncoder().encode("before");
      sspi.accept({ credential, token });
      token.set(new TextEncoder().encode("after!"));
      await settle();
      expect(seen.pop()).toBe("after!");
      sspi.end();
    });

    it("in debug mode it is copied, and a change is told, also of a buffer that was detached", async () => {
      const sspi = harness({ step, debug: true });
      const credential = await sspi.acquire();
      const calm = sspi.accept({ credential, token: "calm" });
      await settle();
      expect([seen.pop(), sspi.warnings, calm.status()]).toEqual(["calm", [], SEC_E_OK]);
      const token = new TextEncoder().encode("before");
      const changed = sspi.accept({ credential, token });
      structuredClone(token, { transfer: [token.buffer] });
      await settle();
      expect([seen.pop(), sspi.warnings, changed.status()]).toEqual([
        "before",
        ["SSPI_INPUT_CHANGED"],
        SEC_E_OK,
      ]);
      sspi.end();
    });

    it("without debug mode a buffer that was detached is a wrong argument", async () => {
      const sspi = harness({ step });
      const credential = await sspi.acquire();
      const token = new TextEncoder().encode("before");
      const detached = sspi.accept({ credential, token });
      structuredClone(token, { transfer: [token.buffer] });
      await settle();
      expect(detached.status()).toBe(SEC_E_INVALID_PARAMETER);
      sspi.end();
    });

    it("in debug mode a change while the package works is told, too", async () => {
      const answer = deferred<number>();
      const sspi = harness({ step: () => answer.promise, debug: true });
      const credential = await sspi.acquire();
      const token = new TextEncoder().encode("before");
      const changed = sspi.accept({ credential, token });
      await settle();
      token[0] = 0;
      expect(sspi.warnings).toEqual([]);
      answer.resolve(SEC_E_OK);
      await settle();
      expect([sspi.warnings, changed.status()]).toEqual([["SSPI_INPUT_CHANGED"], SEC_E_OK]);
      sspi.end();
    });

    it.each([
      ["before the call begins is a wrong argument", false, SEC_E_INVALID_PARAMETER],
      ["while the package works is too small", true, SEC_E_BUFFER_TOO_SMALL],
    ])("an output buffer that is detached %s", async (_name, isLate, outcome) => {
      const answer = deferred<StepAnswer>();
      const sspi = harness({ step: () => answer.promise });
      const credential = await sspi.acquire();
      const output = secBufferDesc(secBuffer(SECBUFFER_TOKEN, 50));
      const detached = sspi.accept({ credential, output });
      if (isLate) await settle();
      const buffer = output.buffers[0]?.data?.buffer as ArrayBuffer;
      structuredClone(buffer, { transfer: [buffer] });
      answer.resolve({ status: SEC_I_CONTINUE_NEEDED, token: Uint8Array.of(1, 2, 3) });
      await settle();
      expect(detached.status()).toBe(outcome);
      sspi.end();
    });
  });

  it("SSPI-08 calls on one context run in the order queued, on different ones side by side", async () => {
    const answers: { name: string; settle: (status: number) => void }[] = [];
    const sspi = harness({
      step: ({ token }) => {
        const { promise, resolve } = deferred<number>();
        answers.push({ name: new TextDecoder().decode(token), settle: resolve });
        return promise;
      },
    });
    const credential = await sspi.acquire();
    const one = sspi.accept({ credential, token: "one" });
    const two = sspi.accept({ credential, token: "two" });
    await settle();
    expect(answers.map(({ name }) => name)).toEqual(["one", "two"]);
    for (const { settle: resolve } of answers.splice(0)) resolve(SEC_I_CONTINUE_NEEDED);
    await settle();
    const first = sspi.accept({ context: one.context, token: "first" });
    const second = sspi.accept({ context: one.context, token: "second" });
    const other = sspi.accept({ context: two.context, token: "other" });
    await settle();
    expect(answers.map(({ name }) => name)).toEqual(["first", "other"]);
    answers[0]?.settle(SEC_I_CONTINUE_NEEDED);
    await settle();
    expect(answers.map(({ name }) => name)).toEqual(["first", "other", "second"]);
    expect([first.status(), second.status()]).toEqual([SEC_I_CONTINUE_NEEDED, pending]);
    for (const { settle: resolve } of answers) resolve(SEC_E_OK);
    await settle();
    expect([second.status(), other.status()]).toEqual([SEC_E_OK, SEC_E_OK]);
    sspi.end();
  });
});

describe("SSPI-09 abort and deadline", () => {
  it("abortAsyncCall does what the signal does, and nothing when no call is pending", async () => {
    const sspi = harness({ step: () => new Promise<number>(() => {}) });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential });
    await settle();
    expect([sspi.abortAsyncCall(step.async), step.status()]).toEqual([SEC_E_OK, pending]);
    await settle();
    expect(step.status()).toBe(SEC_E_UNFINISHED_CONTEXT_DELETED);
    expect([sspi.abortAsyncCall(step.async), sspi.abortAsyncCall(null)]).toEqual([
      SEC_E_OK,
      SEC_E_INVALID_HANDLE,
    ]);
    sspi.end();
  });

  it("an abort completes the call with SEC_E_UNFINISHED_CONTEXT_DELETED and tells the package", async () => {
    const controller = new AbortController();
    let aborted = 0;
    const sspi = harness({
      step: ({ signal }) => {
        signal.addEventListener("abort", () => (aborted += 1));
        return new Promise<number>(() => {});
      },
    });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential, extension: { signal: controller.signal } });
    await settle();
    controller.abort();
    expect(step.status()).toBe(pending); // never within somebody's abort()
    await settle();
    expect([step.status(), aborted]).toEqual([SEC_E_UNFINISHED_CONTEXT_DELETED, 1]);
    expect(SecIsValidHandle(step.context)).toBe(false);
    sspi.end();
  });

  it("a signal that fired before keeps the package from being called", async () => {
    let calls = 0;
    const sspi = harness({ step: () => ((calls += 1), SEC_E_OK) });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential, extension: { signal: AbortSignal.abort() } });
    await settle();
    expect([step.status(), calls]).toEqual([SEC_E_UNFINISHED_CONTEXT_DELETED, 0]);
    sspi.end();
  });

  it("a deadline that cuts an exchange is SEC_E_NO_AUTHENTICATING_AUTHORITY; a call in time leaves no timer and no listener behind", async () => {
    const sspi = harness({
      step: ({ token }) => (token.length === 4 ? SEC_I_CONTINUE_NEEDED : new Promise<number>(() => {})),
    });
    const credential = await sspi.acquire();
    const quick = sspi.accept({ credential, token: "fast", extension: { timeoutMs: 5_000 } });
    await settle();
    expect([quick.status(), sspi.clock.pending]).toEqual([SEC_I_CONTINUE_NEEDED, 0]);
    const { signal } = new AbortController();
    sspi.accept({ credential, token: "fast", extension: { signal } });
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await settle();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    const slow = sspi.accept({ context: quick.context, extension: { timeoutMs: 5_000 } });
    await settle();
    sspi.clock.advance(4_999);
    expect(slow.status()).toBe(pending);
    sspi.clock.advance(1);
    expect(slow.status()).toBe(SEC_E_NO_AUTHENTICATING_AUTHORITY);
    const after = sspi.accept({ context: quick.context });
    await settle();
    expect(after.status()).toBe(SEC_E_INVALID_HANDLE);
    sspi.end();
  });

  it("a package that never answers is given up after operationTimeoutMs, also when it makes a credential", async () => {
    const sspi = harness({
      packages: [
        stub(() => new Promise<number>(() => {}), {
          acquireCredentials: () => new Promise<number>(() => {}),
        }),
      ],
      operationTimeoutMs: 1_000,
    });
    const async = sspi.context();
    const handle = createSecHandle();
    sspi.SspiAcquireCredentialsHandleAsyncW(async, null, "stub", 3, null, null, null, null, handle, null);
    await settle();
    sspi.clock.advance(1_000);
    expect(sspi.SspiGetAsyncCallStatus(async)).toBe(SEC_E_NO_AUTHENTICATING_AUTHORITY);
    expect(SecIsValidHandle(handle)).toBe(false);
    sspi.end();
  });

  it("a late answer changes nothing, and what it made is released", async () => {
    const answer = deferred<number>();
    const credentialAnswer = deferred<{ free(): void }>();
    const freed: string[] = [];
    const controller = new AbortController();
    const sspi = harness({
      packages: [
        stub(() => answer.promise, { context: { delete: () => void freed.push("context") } }),
        {
          ...stub(() => 0),
          info: { ...stub(() => 0).info, name: "Slow" },
          acquireCredentials: () => credentialAnswer.promise,
        },
      ],
    });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential, extension: { signal: controller.signal } });
    const async = sspi.context();
    const handle = createSecHandle();
    sspi.SspiAcquireCredentialsHandleAsyncW(async, null, "slow", 3, null, null, null, null, handle, out(0n), {
      signal: controller.signal,
    });
    await settle();
    controller.abort();
    await settle();
    expect(freed).toEqual([]); // the package is still at work on it
    answer.resolve(SEC_E_OK);
    credentialAnswer.resolve({ free: () => void freed.push("credential") });
    await settle();
    expect(freed).toEqual(["context", "credential"]);
    expect(step.status()).toBe(SEC_E_UNFINISHED_CONTEXT_DELETED);
    expect(SecIsValidHandle(step.context) || SecIsValidHandle(handle)).toBe(false);
    sspi.end();
  });
});

describe("packages that misbehave", () => {
  it.each([
    [
      "throws",
      () => {
        throw new Error("bug");
      },
    ],
    ["rejects", () => Promise.reject(new Error("bug"))],
    ["answers with a text", () => "yes" as never],
    ["answers with nothing", () => undefined as never],
    ["answers with null", () => null as never],
    ["answers that the call is pending", () => pending],
    ["answers with a fraction", () => ({ status: 0.5 })],
    [
      "answers with a token that is no bytes",
      () => ({
        status: 0,
        token: 5 as never,
        get tokenLength() {
          return 1;
        },
      }),
    ],
    [
      "has a then that throws",
      () =>
        ({
          // biome-ignore lint/suspicious/noThenProperty: that is the point
          get then() {
            throw new Error("bug");
          },
        }) as never,
    ],
  ])("SSPI-17 one that %s is SEC_E_INTERNAL_ERROR, and the provider lives", async (name, step) => {
    const sspi = harness({ step });
    const credential = await sspi.acquire();
    const result = sspi.accept({ credential });
    await settle();
    expect(result.status()).toBe(SEC_E_INTERNAL_ERROR);
    expect(SecIsValidHandle(result.context)).toBe(false);
    if (/throws|rejects/.test(name)) expect(sspi.asyncCallCause(result.async)).toEqual(new Error("bug"));
    sspi.end();
  });

  it("one that answers twice is heard once", async () => {
    const told: number[] = [];
    const sspi = harness({
      step: () =>
        ({
          // biome-ignore lint/suspicious/noThenProperty: a promise that breaks its promises
          then(resolve: (value: number) => void, reject: (error: unknown) => void) {
            queueMicrotask(() => {
              resolve(SEC_I_CONTINUE_NEEDED);
              resolve(SEC_E_OK);
              reject(new Error("and a third time"));
            });
          },
        }) as PromiseLike<number>,
    });
    const credential = await sspi.acquire();
    const async = sspi.context();
    sspi.SspiSetAsyncNotifyCallback(async, (handle) => told.push(sspi.SspiGetAsyncCallStatus(handle)), null);
    sspi.accept({ credential, async });
    await settle();
    expect(told).toEqual([SEC_I_CONTINUE_NEEDED]);
    sspi.end();
  });

  it("one that writes too much: nothing is written, and the size that is needed is told", async () => {
    const sspi = harness({ step: () => ({ status: SEC_E_OK, token: new Uint8Array(101).fill(1) }) });
    const credential = await sspi.acquire();
    const output = secBufferDesc(secBuffer(SECBUFFER_EMPTY), secBuffer(SECBUFFER_TOKEN, 100));
    const step = sspi.accept({ credential, output });
    await settle();
    expect(step.status()).toBe(SEC_E_BUFFER_TOO_SMALL);
    expect(output.buffers[1]).toEqual({ size: 101, type: SECBUFFER_TOKEN, data: new Uint8Array(100) });
    sspi.end();
  });

  it("a handle that cannot be written to is the caller's mistake, and nothing leaks", async () => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential, newContext: Object.freeze(createSecHandle()) });
    await settle();
    expect(step.status()).toBe(SEC_E_INTERNAL_ERROR);
    expect(sspi.objects().contexts).toBe(0);
    sspi.end();
  });

  it("one whose delete and free throw: told to the log, deleted all the same", async () => {
    const sspi = harness({
      packages: [
        stub(() => SEC_E_OK, {
          context: {
            delete: () => {
              throw new Error("no");
            },
          },
          credential: {
            free: () => {
              throw new Error("no");
            },
          },
        }),
      ],
    });
    const credential = await sspi.acquire();
    sspi.accept({ credential });
    await settle();
    sspi.end();
    expect(sspi.log.events.map(({ message }) => message)).toEqual([
      "security package Stub failed to delete a context: no",
      "security package Stub failed to free a credential: no",
    ]);
  });
});
