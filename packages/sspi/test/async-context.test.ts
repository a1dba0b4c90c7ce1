import { describe, expect, it } from "vitest";
import {
  SEC_E_INVALID_HANDLE,
  SEC_E_INVALID_PARAMETER,
  SEC_E_OK,
  type SspiAsyncContext,
} from "../src/index.ts";
import { deferred, type Harness, harness, pending, settle } from "./harness.ts";

const denied = 0x8009030c;

/** Brings a new async context into a state. */
type Bring = (
  sspi: Harness,
  credential: Parameters<Harness["SspiFreeCredentialsHandleAsync"]>[1],
) => Promise<unknown>;

const states: Readonly<Record<string, Bring>> = {
  IDLE: async (sspi) => sspi.context(),
  QUEUED: async (sspi, credential) => sspi.accept({ credential }).async,
  RUNNING: async (sspi, credential) => {
    const { async } = sspi.accept({ credential });
    await settle();
    return async;
  },
  COMPLETE: async (sspi, credential) => {
    const { async } = sspi.accept({ credential, token: "done" });
    await settle();
    return async;
  },
  FREED: async (sspi) => {
    const async = sspi.context();
    sspi.SspiFreeAsyncContext(async);
    return async;
  },
  DETACHED: async (sspi, credential) => {
    const { async } = sspi.accept({ credential });
    await settle();
    sspi.SspiFreeAsyncContext(async);
    return async;
  },
  "not a context": async () => ({}),
  "another provider's": async () => harness().context(),
  null: async () => null,
  "a number": async () => 1,
  "an object of the same class without its inside": async (sspi) =>
    Object.create(Object.getPrototypeOf(sspi.context())),
};

/** The table of section 5: state, queue, status, reinit, set callback, requires notify (after that), status after free. */
const table = [
  ["IDLE", SEC_E_OK, SEC_E_OK, 0, SEC_E_OK, true],
  ["QUEUED", SEC_E_INVALID_PARAMETER, pending, 0x80000011, SEC_E_INVALID_PARAMETER, false],
  ["RUNNING", SEC_E_INVALID_PARAMETER, pending, 0x80000011, SEC_E_INVALID_PARAMETER, false],
  ["COMPLETE", SEC_E_INVALID_PARAMETER, denied, 0, SEC_E_OK, true],
  ...[
    "FREED",
    "DETACHED",
    "not a context",
    "another provider's",
    "null",
    "a number",
    "an object of the same class without its inside",
  ].map(
    (state) =>
      [state, SEC_E_INVALID_HANDLE, SEC_E_INVALID_HANDLE, 0xc0000008, SEC_E_INVALID_HANDLE, false] as const,
  ),
] as const;

describe("SSPI-43, SSPI-44, SSPI-45, SSPI-50, SSPI-53: the table of the async context", () => {
  it.each(table)(
    "%s: queue %i, status %i, reinit %i, set callback %i, requires notify %s",
    async (state, queue, status, reinit, setCallback, notifies) => {
      const answer = deferred<number>();
      const sspi = harness({ step: ({ token }) => (token.length === 4 ? denied : answer.promise) });
      const credential = await sspi.acquire();
      const made = (): Promise<SspiAsyncContext | null> =>
        (states[state] as Bring)(sspi, credential) as Promise<SspiAsyncContext | null>;

      expect(sspi.SspiDeleteSecurityContextAsync(await made(), { lower: 1, upper: 1 })).toBe(queue);
      const asked = await made();
      expect([sspi.SspiGetAsyncCallStatus(asked), sspi.SspiGetAsyncCallStatus(asked)]).toEqual([
        status,
        status,
      ]);
      const reinitialized = await made();
      expect(sspi.SspiReinitAsyncContext(reinitialized)).toBe(reinit);
      if (reinit === 0) {
        expect(sspi.SspiGetAsyncCallStatus(reinitialized)).toBe(SEC_E_OK);
        expect(sspi.SspiDeleteSecurityContextAsync(reinitialized, null)).toBe(SEC_E_OK);
      }
      const notified = await made();
      expect(sspi.SspiAsyncContextRequiresNotify(notified)).toBe(false);
      expect(sspi.SspiSetAsyncNotifyCallback(notified, () => {}, null)).toBe(setCallback);
      expect(sspi.SspiAsyncContextRequiresNotify(notified)).toBe(notifies);
      const freed = await made();
      sspi.SspiFreeAsyncContext(freed);
      sspi.SspiFreeAsyncContext(freed);
      expect(sspi.SspiGetAsyncCallStatus(freed)).toBe(SEC_E_INVALID_HANDLE);
      expect(sspi.SspiDeleteSecurityContextAsync(freed, null)).toBe(SEC_E_INVALID_HANDLE);
      expect(sspi.SspiReinitAsyncContext(freed)).toBe(0xc0000008);
      expect(sspi.SspiAsyncContextRequiresNotify(freed)).toBe(false);
      answer.resolve(denied);
      await settle();
      sspi.end();
    },
  );
});

describe("an async context", () => {
  it("SSPI-40 begins idle, without callback, and is null at the limit", () => {
    const sspi = harness({ limits: { asyncContexts: 2 } });
    const first = sspi.context();
    expect(sspi.SspiGetAsyncCallStatus(first)).toBe(SEC_E_OK);
    expect(sspi.SspiAsyncContextRequiresNotify(first)).toBe(false);
    sspi.context();
    expect(sspi.SspiCreateAsyncContext()).toBe(null);
    sspi.SspiFreeAsyncContext(first);
    expect(sspi.context()).not.toBe(null);
    sspi.end();
  });

  it("SSPI-41 one context carries a whole handshake, made ready between the calls", async () => {
    const sspi = harness();
    const credential = await sspi.acquire({ package: "Threefold" });
    const async = sspi.context();
    const ready = async (): Promise<SspiAsyncContext> => {
      await settle();
      expect(sspi.SspiReinitAsyncContext(async)).toBe(0);
      return async;
    };
    const hello = sspi.initialize({ credential, async });
    const challenge = sspi.accept({ async: await ready(), credential, token: hello.token() });
    const proof = sspi.initialize({ async: await ready(), context: hello.context, token: challenge.token() });
    const server = sspi.accept({ async: await ready(), context: challenge.context, token: proof.token() });
    await settle();
    expect(server.status()).toBe(SEC_E_OK);
    const client = sspi.initialize({ async: await ready(), context: hello.context, token: server.token() });
    await settle();
    expect(client.status()).toBe(SEC_E_OK);
    sspi.end();
  });

  it("SSPI-42 E-10 reinit keeps callback and data", async () => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const async = sspi.context();
    const told: unknown[] = [];
    sspi.SspiSetAsyncNotifyCallback(
      async,
      (handle, data: string) => told.push([handle === async, data]),
      "data",
    );
    sspi.accept({ credential, async });
    await settle();
    sspi.SspiReinitAsyncContext(async);
    expect(sspi.SspiAsyncContextRequiresNotify(async)).toBe(true);
    sspi.accept({ credential, async });
    await settle();
    expect(told).toEqual([
      [true, "data"],
      [true, "data"],
    ]);
    sspi.end();
  });

  it("SSPI-44 a callback is replaced and removed; what is no function is refused", async () => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const async = sspi.context();
    const told: string[] = [];
    sspi.SspiSetAsyncNotifyCallback(async, () => told.push("first"), null);
    sspi.SspiSetAsyncNotifyCallback(async, () => told.push("second"), null);
    sspi.accept({ credential, async });
    await settle();
    expect(sspi.SspiSetAsyncNotifyCallback(async, null, null)).toBe(SEC_E_OK);
    expect(sspi.SspiSetAsyncNotifyCallback(async, "call me" as never, null)).toBe(SEC_E_INVALID_PARAMETER);
    sspi.SspiReinitAsyncContext(async);
    sspi.accept({ credential, async });
    await settle();
    expect(told).toEqual(["second"]);
    sspi.end();
  });
});
