import { AsyncLocalStorage } from "node:async_hooks";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import {
  bufferBytes,
  type CtxtHandle,
  createSecHandle,
  createSspiProvider,
  SEC_E_INVALID_HANDLE,
  SEC_E_OK,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_TOKEN,
  type SecBuffer,
  type SspiAsyncContext,
  secBuffer,
  secBufferDesc,
} from "../src/index.ts";
import { deferred, harness, pending, settle, stub } from "./harness.ts";
import { threefold } from "./threefold.ts";

describe("the callback", () => {
  it("SSPI-46 E-11 comes once, never in the queueing call, with the status final and the outputs written", async () => {
    const sspi = harness({ step: () => ({ status: SEC_E_OK, token: Uint8Array.of(7) }) });
    const credential = await sspi.acquire();
    const async = sspi.context();
    let hasReturned = false;
    const told: unknown[] = [];
    sspi.SspiSetAsyncNotifyCallback(
      async,
      (handle, data) =>
        told.push([hasReturned, data, sspi.SspiGetAsyncCallStatus(handle), [...step.token()]]),
      "data",
    );
    const step = sspi.accept({ credential, async });
    hasReturned = true;
    expect(step.status()).toBe(pending);
    await settle();
    await settle();
    expect(told).toEqual([[true, "data", SEC_E_OK, [7]]]);
    sspi.end();
  });

  it("SSPI-46 never in the same synchronous run: also when a callback queues the next call", async () => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const async = sspi.context();
    const order: string[] = [];
    let left = 3;
    sspi.SspiSetAsyncNotifyCallback(
      async,
      () => {
        order.push("callback begins");
        left -= 1;
        if (left > 0) {
          sspi.SspiReinitAsyncContext(async);
          sspi.accept({ credential, async });
        }
        order.push("callback ends");
      },
      null,
    );
    sspi.accept({ credential, async });
    await settle();
    expect(order).toEqual(Array.from({ length: 3 }, () => ["callback begins", "callback ends"]).flat());
    sspi.end();
  });

  it("SSPI-47 drives a three-leg handshake, changes itself, frees its context and deletes handles", async () => {
    const sspi = createSspiProvider({ packages: [threefold()] });
    const both = createSecHandle();
    const client = createSecHandle();
    const server = createSecHandle();
    const done = deferred<string>();
    const log: string[] = [];
    const token = () => secBufferDesc(secBuffer(SECBUFFER_TOKEN, 64));
    const toServer = token();
    const toClient = token();
    const reading = ({ buffers }: typeof toServer) =>
      secBufferDesc(secBuffer(SECBUFFER_TOKEN, bufferBytes(buffers[0] as SecBuffer).slice()));
    let isFirst = true;

    const initialize = (async: SspiAsyncContext): void => {
      expect(sspi.SspiReinitAsyncContext(async)).toBe(0);
      expect(sspi.SspiSetAsyncNotifyCallback(async, initialized, null)).toBe(SEC_E_OK);
      const input = isFirst ? null : reading(toClient);
      Object.assign(toServer, token());
      sspi.SspiInitializeSecurityContextAsyncW(
        async,
        both,
        isFirst ? null : client,
        "host/server",
        0,
        0,
        0x10,
        input,
        0,
        client,
        toServer,
        null,
        null,
      );
    };
    const initialized = (async: SspiAsyncContext): void => {
      const status = sspi.SspiGetAsyncCallStatus(async);
      log.push(`client ${status.toString(16)}`);
      if (status === SEC_E_OK) {
        sspi.DeleteSecurityContext(client);
        sspi.DeleteSecurityContext(server);
        sspi.FreeCredentialsHandle(both);
        sspi.SspiFreeAsyncContext(async);
        done.resolve("freed");
        return;
      }
      sspi.SspiReinitAsyncContext(async);
      sspi.SspiSetAsyncNotifyCallback(async, accepted, null);
      const input = reading(toServer);
      Object.assign(toClient, token());
      sspi.SspiAcceptSecurityContextAsync(
        async,
        both,
        isFirst ? null : server,
        input,
        0,
        0x10,
        server,
        toClient,
        null,
        null,
      );
      isFirst = false;
    };
    const accepted = (async: SspiAsyncContext): void => {
      log.push(`server ${sspi.SspiGetAsyncCallStatus(async).toString(16)}`);
      initialize(async);
    };

    const async = sspi.SspiCreateAsyncContext();
    if (async === null) throw new Error("no async context");
    sspi.SspiSetAsyncNotifyCallback(async, initialize, null);
    sspi.SspiAcquireCredentialsHandleAsyncW(
      async,
      null,
      "Threefold",
      3,
      null,
      "secret",
      null,
      null,
      both,
      null,
    );
    expect(await done.promise).toBe("freed");
    expect(log).toEqual(["client 90312", "server 90312", "client 90312", "server 0", "client 0"]);
    expect(sspi.objects()).toEqual({ asyncContexts: 0, pendingCalls: 0, contexts: 0, credentials: 0 });
    expect(sspi.SspiGetAsyncCallStatus(async)).toBe(SEC_E_INVALID_HANDLE);
  });

  it("SSPI-48 what it throws is an uncaught exception in a turn of its own; the context does not change", async () => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const async = sspi.context();
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    try {
      const uncaught = new Promise((resolve) => process.once("uncaughtException", resolve));
      sspi.SspiSetAsyncNotifyCallback(
        async,
        () => {
          throw new Error("in the callback");
        },
        null,
      );
      const step = sspi.accept({ credential, async });
      expect(await uncaught).toEqual(new Error("in the callback"));
      expect(step.status()).toBe(SEC_E_OK);
      expect(sspi.SspiReinitAsyncContext(async)).toBe(0);
    } finally {
      for (const listener of listeners) process.on("uncaughtException", listener);
    }
    sspi.end();
  });

  it("SSPI-49 comes in the order of completion, for one context in the order of queueing", async () => {
    const answers = new Map<string, (status: number) => void>();
    const sspi = harness({
      step: ({ token }) =>
        token.length === 4
          ? SEC_I_CONTINUE_NEEDED
          : new Promise<number>((resolve) => answers.set(new TextDecoder().decode(token), resolve)),
    });
    const credential = await sspi.acquire();
    const one = sspi.accept({ credential, token: "open" });
    const two = sspi.accept({ credential, token: "open" });
    await settle();
    const order: string[] = [];
    const controller = new AbortController();
    const queue = (name: string, context: typeof one.context, signal?: AbortSignal): void => {
      const async = sspi.context();
      sspi.SspiSetAsyncNotifyCallback(async, () => order.push(name), null);
      sspi.accept({ async, context, token: name, extension: { signal } });
    };
    queue("one: first", one.context);
    queue("one: aborted", one.context, controller.signal);
    queue("one: third", one.context);
    queue("two: first", two.context);
    await settle();
    controller.abort();
    answers.get("two: first")?.(SEC_E_OK);
    await settle();
    expect(order).toEqual(["two: first"]);
    answers.get("one: first")?.(SEC_I_CONTINUE_NEEDED);
    await settle();
    answers.get("one: third")?.(SEC_E_OK);
    await settle();
    expect(order).toEqual(["two: first", "one: first", "one: aborted", "one: third"]);
    expect(answers.has("one: aborted")).toBe(false);
    sspi.end();
  });
});

it("a call begins, and its callback runs, in the flow of the program that queued it, whoever ended it or the one before", async () => {
  const flow = new AsyncLocalStorage<string>();
  const answers: ((status: number) => void)[] = [];
  const seen: unknown[] = [];
  const sspi = harness({
    step: ({ token }) => {
      if (token.length === 4) return SEC_I_CONTINUE_NEEDED;
      seen.push(["begins", flow.getStore()]);
      return new Promise<number>((resolve) => answers.push(resolve));
    },
  });
  const credential = await sspi.acquire();
  const { context } = sspi.accept({ credential, token: "open" });
  await settle();
  const controller = new AbortController();
  for (const name of ["alice", "bob", "carol"]) {
    flow.run(name, () => {
      const async = sspi.context();
      sspi.SspiSetAsyncNotifyCallback(async, () => seen.push(["told", flow.getStore()]), null);
      sspi.accept({
        context,
        async,
        extension: { signal: name === "carol" ? controller.signal : undefined },
      });
    });
  }
  await settle();
  flow.run("mallory", () => answers[0]?.(SEC_I_CONTINUE_NEEDED));
  await settle();
  flow.run("mallory", () => answers[1]?.(SEC_I_CONTINUE_NEEDED));
  await settle();
  flow.run("mallory", () => controller.abort());
  await settle();
  expect(seen).toEqual(
    ["alice", "bob", "carol"].flatMap((name) => [
      ["begins", name],
      ["told", name],
    ]),
  );
  sspi.end();
});

describe("freeing while pending", () => {
  it("SSPI-51 detaches: no callback, no output, what the call made is released, one warning", async () => {
    const answers: ((status: number) => void)[] = [];
    const released: string[] = [];
    const sspi = harness({
      packages: [
        stub(() => new Promise<number>((resolve) => answers.push(resolve)), {
          context: { delete: () => void released.push("context") },
        }),
      ],
    });
    const credential = await sspi.acquire();
    const told: string[] = [];
    const steps = [1, 2].map(() => {
      const async = sspi.context();
      sspi.SspiSetAsyncNotifyCallback(async, () => told.push("called"), null);
      return sspi.accept({ credential, async });
    });
    await settle();
    for (const { async } of steps) sspi.SspiFreeAsyncContext(async);
    expect(steps.map((step) => step.status())).toEqual([SEC_E_INVALID_HANDLE, SEC_E_INVALID_HANDLE]);
    expect(sspi.objects()).toMatchObject({ pendingCalls: 2, asyncContexts: 3 });
    for (const resolve of answers) resolve(SEC_E_OK);
    await settle();
    expect(told).toEqual([]);
    expect(steps[0]?.context).toEqual(createSecHandle());
    expect(released).toEqual(["context", "context"]);
    expect(sspi.warnings).toEqual(["SSPI_FREED_WHILE_PENDING"]);
    expect(sspi.objects()).toMatchObject({ pendingCalls: 0, contexts: 0, asyncContexts: 1 });
    sspi.end();
  });

  it("SSPI-51 a credential that nobody waits for is freed, too", async () => {
    const answer = deferred<{ free(): void }>();
    let freed = 0;
    const sspi = harness({ packages: [stub(() => 0, { acquireCredentials: () => answer.promise })] });
    const async = sspi.context();
    const handle = createSecHandle();
    sspi.SspiAcquireCredentialsHandleAsyncW(async, null, "Stub", 1, null, null, null, null, handle, null);
    sspi.SspiFreeAsyncContext(async);
    answer.resolve({ free: () => void (freed += 1) });
    await settle();
    expect([freed, handle]).toEqual([1, createSecHandle()]);
    sspi.end();
  });

  it("SSPI-52 E-12 deleting and freeing without a callback may be left to themselves", async () => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const { context } = sspi.accept({ credential });
    await settle();
    const first = sspi.context();
    sspi.SspiDeleteSecurityContextAsync(first, context);
    sspi.SspiFreeAsyncContext(first);
    const second = sspi.context();
    sspi.SspiFreeCredentialsHandleAsync(second, credential);
    sspi.SspiFreeAsyncContext(second);
    await settle();
    expect(sspi.objects()).toMatchObject({ contexts: 0, credentials: 0, pendingCalls: 0 });
    expect(sspi.warnings).toEqual([]);
    const third = sspi.context();
    sspi.SspiSetAsyncNotifyCallback(third, () => {}, null);
    sspi.SspiDeleteSecurityContextAsync(third, context);
    sspi.SspiFreeAsyncContext(third);
    await settle();
    expect(sspi.warnings).toEqual(["SSPI_FREED_WHILE_PENDING"]);
    sspi.end();
  });

  it("SSPI-52 a delete left to itself writes nothing; no delete marks a handle that has got another value", async () => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const made = [1, 2, 3].map(() => sspi.accept({ credential }).context);
    await settle();
    const [left, replaced, alive] = made as [CtxtHandle, CtxtHandle, CtxtHandle];
    const words = { ...left };
    const detached = sspi.context();
    sspi.SspiDeleteSecurityContextAsync(detached, left);
    sspi.SspiFreeAsyncContext(detached);
    const async = sspi.context();
    sspi.SspiDeleteSecurityContextAsync(async, replaced);
    Object.assign(replaced, alive);
    await settle();
    expect(left).toEqual(words);
    expect(replaced).toEqual(alive);
    expect([sspi.SspiGetAsyncCallStatus(async), sspi.objects().contexts]).toEqual([SEC_E_OK, 1]);
    sspi.end();
  });
});

it("SSPI-55 a process with pending calls, idle and detached contexts and a deadline ends by itself", async () => {
  const program = `
    import { createSspiProvider, createSecHandle } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
    const info = { name: "Silent", comment: "", capabilities: 0, version: 1, rpcId: 0, maxToken: 1 };
    const sspi = createSspiProvider({ packages: [{ info, acquireCredentials: () => new Promise(() => {}) }] });
    sspi.SspiCreateAsyncContext();
    for (const free of [false, true]) {
      const call = sspi.SspiCreateAsyncContext();
      const queued = sspi.SspiAcquireCredentialsHandleAsyncW(call, null, "silent", 1, null, null, null, null, createSecHandle(), null, { timeoutMs: 60_000 });
      if (free) sspi.SspiFreeAsyncContext(call);
      console.log(queued);
    }
  `;
  const ended = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--disable-warning=SSPI_FREED_WHILE_PENDING", "--eval", program],
    {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      timeout: 20_000,
    },
  );
  expect(ended.stdout).toBe("0\n0\n");
});
