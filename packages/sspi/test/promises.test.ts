import { inspect } from "node:util";
import { WindowsError } from "@sallyport/errors";
import { createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import {
  acceptSecurityContext,
  acquireCredentials,
  type ContextOptions,
  createSspiProvider,
  importSecurityContext,
  initializeSecurityContext,
  type PackageContext,
  SEC_E_INCOMPLETE_MESSAGE,
  SEC_E_INSUFFICIENT_MEMORY,
  SEC_E_INVALID_HANDLE,
  SEC_E_LOGON_DENIED,
  SEC_E_MESSAGE_ALTERED,
  SEC_E_NO_IMPERSONATION,
  SEC_E_OK,
  SEC_E_SECPKG_NOT_FOUND,
  SEC_E_SHUTDOWN_IN_PROGRESS,
  SEC_E_UNFINISHED_CONTEXT_DELETED,
  SEC_I_COMPLETE_AND_CONTINUE,
  SEC_I_COMPLETE_NEEDED,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_DATA,
  SECBUFFER_EXTRA,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECPKG_ATTR_NAMES,
  SECPKG_FLAG_STREAM,
  type SecurityContext,
  SspiError,
  type SspiProviderOptions,
  tlsChannelBindings,
} from "../src/index.ts";
import { deferred, settle, stub } from "./harness.ts";
import { threefold } from "./threefold.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const rejection = async (promise: Promise<unknown>): Promise<SspiError> => {
  try {
    await promise;
  } catch (error) {
    expect(error).toBeInstanceOf(SspiError);
    return error as SspiError;
  }
  throw new Error("it was not rejected");
};

async function shaken(options: ContextOptions = {}, more: Partial<SspiProviderOptions> = {}) {
  const provider = createSspiProvider({ packages: [threefold()], ...more });
  const credentials = await acquireCredentials({
    provider,
    package: "threefold",
    use: "both",
    authData: "secret",
  });
  const client = initializeSecurityContext(credentials, { ...options, target: "host/server" });
  const server = acceptSecurityContext(credentials, options);
  const sides: [SecurityContext, SecurityContext] = [client, server];
  let token: Uint8Array | undefined;
  for (let leg = 0; leg < 5; leg += 1) ({ token } = await (sides[leg % 2] as SecurityContext).step(token));
  expect([client.established, server.established]).toEqual([true, true]);
  const end = async (): Promise<void> => {
    await Promise.all([client.close(), server.close(), credentials.close()]);
    expect(provider.objects()).toEqual({ asyncContexts: 0, pendingCalls: 0, contexts: 0, credentials: 0 });
  };
  return { provider, credentials, client, server, end };
}

describe("contexts as promises", () => {
  it("shake hands, protect messages, tell what they are, and are disposed of", async () => {
    const provider = createSspiProvider({ packages: [threefold()] });
    {
      await using credentials = await acquireCredentials({
        provider,
        package: "Threefold",
        use: "both",
        authData: "secret",
      });
      await using client = initializeSecurityContext(credentials, { request: ["confidentiality"] });
      await using server = acceptSecurityContext(credentials, { require: ["integrity", "confidentiality"] });
      expect(credentials.expiry).toBe(undefined);
      const hello = await client.step();
      expect(hello).toMatchObject({
        status: SEC_I_CONTINUE_NEEDED,
        symbol: "SEC_I_CONTINUE_NEEDED",
        established: false,
        extra: 0,
        missing: 0,
      });
      const challenge = await server.step(hello.token);
      const proof = await client.step(challenge.token);
      const last = await server.step(proof.token);
      expect(last).toMatchObject({ status: SEC_E_OK, established: true });
      expect(await client.step(last.token)).toMatchObject({
        status: SEC_E_OK,
        token: new Uint8Array(0),
        established: true,
      });

      const sealed = client.wrap(bytes("secret message"));
      expect(text(sealed)).not.toContain("secret");
      expect(server.unwrap(sealed)).toEqual({ data: bytes("secret message"), encrypted: true, extra: 0 });
      const clear = server.wrap(bytes("clear"), { encrypt: false });
      expect(text(clear)).toContain("clear");
      expect(client.unwrap(clear)).toMatchObject({ encrypted: false });
      const signature = client.sign(bytes("one"), bytes("two"));
      expect(() => server.verify(signature, bytes("one"), bytes("three"))).toThrow("SEC_E_MESSAGE_ALTERED");
      server.verify(signature, bytes("onetwo"));

      expect(server.features).toEqual([
        "mutualAuthentication",
        "sequenceDetection",
        "confidentiality",
        "integrity",
      ]);
      expect(client.features).toEqual(server.features);
      expect([client.attributes, server.attributes]).toEqual([0x1011a, 0x2011a]);
      expect(server.query(SECPKG_ATTR_NAMES)).toEqual({ userName: "alice" });
      expect(server.identity()).toEqual({ name: "alice", groups: ["staff"] });
      expect(server.expiry).toBe(undefined);
      expect(provider.objects()).toEqual({ asyncContexts: 0, pendingCalls: 0, contexts: 2, credentials: 1 });
    }
    expect(provider.objects()).toEqual({ asyncContexts: 0, pendingCalls: 0, contexts: 0, credentials: 0 });
  });

  it.each([
    SEC_E_OK,
    SEC_I_CONTINUE_NEEDED,
    SEC_I_COMPLETE_NEEDED,
    SEC_I_COMPLETE_AND_CONTINUE,
    SEC_E_INCOMPLETE_MESSAGE,
  ])("SSPI-54 the status %i resolves", async (status) => {
    const provider = createSspiProvider({
      packages: [stub(() => ({ status, token: bytes("t"), missing: 3 }))],
    });
    await using credentials = await acquireCredentials({ provider, package: "Stub", use: "inbound" });
    await using context = acceptSecurityContext(credentials);
    expect(await context.step(bytes("x"))).toMatchObject({
      status,
      token: bytes("t"),
      established: status === SEC_E_OK,
      missing: 3,
    });
    expect(
      (await context.step(bytes("y")).catch((error: SspiError) => ({ status: error.code }))).status,
    ).toBe(status === SEC_E_OK ? SEC_E_INVALID_HANDLE : status);
  });

  it("SSPI-54 E-01 a fatal code rejects with code, name, cause and the token for the peer, which does not show", async () => {
    const cause = new Error("the KDC said no");
    const provider = createSspiProvider({
      packages: [stub(() => ({ status: SEC_E_LOGON_DENIED, token: bytes("alert"), cause }))],
    });
    await using credentials = await acquireCredentials({ provider, package: "Stub", use: "inbound" });
    const context = acceptSecurityContext(credentials);
    const error = await rejection(context.step(bytes("x")));
    expect(error).toMatchObject({
      code: SEC_E_LOGON_DENIED,
      symbol: "SEC_E_LOGON_DENIED",
      space: "hresult",
      message: "SEC_E_LOGON_DENIED (0x8009030C)",
      cause,
      help: "",
    });
    expect(WindowsError.is(error, SEC_E_LOGON_DENIED)).toBe(true);
    expect(error.token).toEqual(bytes("alert"));
    expect(inspect(error, { showHidden: true })).not.toMatch(/97, 108|alert/);
    expect(JSON.stringify(error)).not.toContain("token");
    const again = await rejection(context.step(bytes("x")));
    expect(again.code).toBe(SEC_E_INVALID_HANDLE);
    expect(again.help).toContain("0x80100003");
  });

  it("SSPI-54 the promise settles in the turn of the callback, and steps run one after the other", async () => {
    const answers: ((status: number) => void)[] = [];
    const provider = createSspiProvider({
      packages: [stub(() => new Promise<number>((resolve) => answers.push(resolve)))],
    });
    await using credentials = await acquireCredentials({ provider, package: "Stub", use: "inbound" });
    await using context = acceptSecurityContext(credentials);
    const order: string[] = [];
    const first = context.step(bytes("1")).then(() => order.push("first"));
    const second = context.step(bytes("2")).then(() => order.push("second"));
    await settle();
    expect(answers).toHaveLength(1);
    answers.shift()?.(SEC_I_CONTINUE_NEEDED);
    await settle();
    expect([order, answers.length, provider.objects().contexts]).toEqual([["first"], 1, 1]);
    answers.shift()?.(SEC_E_OK);
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
  });

  it("abort and deadline reject; closing cuts off a step that waits, and is harmless twice", async () => {
    const clock = createVirtualClock();
    const provider = createSspiProvider({
      packages: [stub(({ signal }) => new Promise<number>(() => signal.throwIfAborted()))],
      clock,
    });
    const credentials = await acquireCredentials({ provider, package: "Stub", use: "inbound" });
    const aborted = acceptSecurityContext(credentials);
    const controller = new AbortController();
    const waiting = rejection(aborted.step(bytes("x"), { signal: controller.signal }));
    await settle();
    controller.abort();
    expect((await waiting).code).toBe(SEC_E_UNFINISHED_CONTEXT_DELETED);
    const late = acceptSecurityContext(credentials);
    const overdue = rejection(late.step(bytes("x"), { timeoutMs: 1_000 }));
    await clock.advanceAsync(1_000);
    expect((await overdue).symbol).toBe("SEC_E_NO_AUTHENTICATING_AUTHORITY");
    const closed = acceptSecurityContext(credentials);
    const cut = rejection(closed.step(bytes("x")));
    await settle();
    await closed.close();
    await closed.close();
    expect((await cut).code).toBe(SEC_E_UNFINISHED_CONTEXT_DELETED);
    await credentials.close();
    await credentials.close();
    await settle();
    expect(provider.objects()).toEqual({ asyncContexts: 0, pendingCalls: 0, contexts: 0, credentials: 0 });
  });

  it("what cannot be queued rejects, too", async () => {
    const provider = createSspiProvider({ packages: [threefold()], limits: { asyncContexts: 1 } });
    const wish = { provider, package: "Threefold", use: "both", authData: "secret" } as const;
    const credentials = await acquireCredentials(wish);
    const held = provider.SspiCreateAsyncContext();
    expect((await rejection(acquireCredentials(wish))).code).toBe(SEC_E_INSUFFICIENT_MEMORY);
    provider.SspiFreeAsyncContext(held);
    expect((await rejection(acquireCredentials({ ...wish, package: "Kerberos" }))).code).toBe(
      SEC_E_SECPKG_NOT_FOUND,
    );
    await expect(acquireCredentials({ ...wish, use: "sideways" as never })).rejects.toThrow(TypeError);
    await provider.shutdown();
    expect((await rejection(initializeSecurityContext(credentials).step())).code).toBe(
      SEC_E_SHUTDOWN_IN_PROGRESS,
    );
  });

  it("bytes left over are counted, channel bindings and flags reach the package", async () => {
    const seen: unknown[] = [];
    const step: PackageContext["step"] = ({ channelBindings, contextReq, targetName }) => {
      seen.push([text(channelBindings?.applicationData ?? new Uint8Array(0)), contextReq, targetName]);
      return { status: SEC_E_OK, extra: 4 };
    };
    const provider = createSspiProvider({ packages: [stub(step)] });
    await using credentials = await acquireCredentials({ provider, package: "Stub", use: "outbound" });
    await using context = initializeSecurityContext(credentials, {
      target: "HTTP/web",
      flags: 0x4000,
      channelBindings: tlsChannelBindings("tls-unique", bytes("x")),
    });
    expect((await context.step()).extra).toBe(4);
    expect(seen).toEqual([["tls-unique:x", 0x4100, "HTTP/web"]]);
  });

  it("a context travels to another provider with the same key", async () => {
    const exportKey = new Uint8Array(32).fill(3);
    const { server, client, end } = await shaken({}, { exportKey });
    const packed = server.export({ deleteOld: true });
    const other = createSspiProvider({ packages: [threefold()], exportKey });
    await using imported = importSecurityContext(other, { package: "threefold", role: "accept" }, packed);
    expect(imported.unwrap(client.wrap(bytes("on the other side"))).data).toEqual(bytes("on the other side"));
    expect([imported.established, imported.features.includes("integrity"), imported.expiry]).toEqual([
      true,
      true,
      undefined,
    ]);
    expect((await rejection(imported.step(bytes("x")))).code).toBe(SEC_E_INVALID_HANDLE);
    expect(() =>
      importSecurityContext(other, { package: "threefold", role: "accept" }, packed.subarray(1)),
    ).toThrow("SEC_E_INVALID_TOKEN");
    await end();
  });

  it("SSPI-100 impersonation that fails throws, and nothing runs; one that is awaited ends with its promise", async () => {
    const calls: string[] = [];
    const { server, client, provider, end } = await shaken(
      {},
      {
        impersonate: ({ name }) => (calls.push(`as ${name}`), () => void calls.push("end")),
      },
    );
    const gate = deferred<void>();
    const running = server.impersonate(async () => {
      await gate.promise;
      return provider.impersonatedIdentity()?.name;
    });
    expect(calls).toEqual(["as alice"]);
    gate.resolve();
    expect(await running).toBe("alice");
    await settle();
    expect(calls).toEqual(["as alice", "end"]);
    expect(() => client.impersonate(() => calls.push("never"))).toThrow(
      new SspiError(SEC_E_NO_IMPERSONATION),
    );
    expect(calls).toHaveLength(2);
    await end();
  });

  it("a message that was altered throws", async () => {
    const { client, server, end } = await shaken();
    const wrapped = client.wrap(bytes("text"));
    const copy = wrapped.slice();
    wrapped[17] = (wrapped[17] ?? 0) ^ 1;
    expect(() => server.unwrap(wrapped)).toThrow(new SspiError(SEC_E_MESSAGE_ALTERED));
    expect(text(server.unwrap(copy).data)).toBe("text");
    await end();
  });

  it("a package of streams: header and trailer around, bytes of the next message counted", async () => {
    const { info } = stub(() => 0);
    const provider = createSspiProvider({
      packages: [
        stub(() => ({ status: SEC_E_OK, attributes: 0x20010 }), {
          info: { ...info, capabilities: SECPKG_FLAG_STREAM },
          context: {
            query: (attribute) =>
              attribute === 4
                ? { header: 2, trailer: 1, maximumMessage: 9, buffers: 4, blockSize: 1 }
                : undefined,
            seal({ buffers }) {
              const of = (type: number) => buffers.find((buffer) => buffer.type === type)?.data;
              of(SECBUFFER_STREAM_HEADER)?.set([0x17, of(SECBUFFER_DATA)?.length ?? 0]);
              of(SECBUFFER_STREAM_TRAILER)?.set([0xff]);
              return SEC_E_OK;
            },
            unseal({ buffers: [first, second, third] }) {
              const data = first?.data;
              if (!first || !second || !third || !data) return SEC_E_INCOMPLETE_MESSAGE;
              const length = data[1] ?? 0;
              if (data.length < 3 + length) return SEC_E_INCOMPLETE_MESSAGE;
              Object.assign(first, { type: SECBUFFER_STREAM_HEADER, size: 2 });
              Object.assign(second, {
                type: SECBUFFER_DATA,
                data: data.subarray(2, 2 + length),
                size: length,
              });
              Object.assign(third, { type: SECBUFFER_EXTRA, size: data.length - 3 - length });
              return SEC_E_OK;
            },
          },
        }),
      ],
    });
    await using credentials = await acquireCredentials({ provider, package: "Stub", use: "inbound" });
    await using context = acceptSecurityContext(credentials);
    await context.step(bytes("x"));
    const wrapped = context.wrap(bytes("hi"));
    expect([...wrapped]).toEqual([0x17, 2, 0x68, 0x69, 0xff]);
    expect(context.unwrap(Uint8Array.of(...wrapped, 1, 2))).toEqual({
      data: bytes("hi"),
      encrypted: true,
      extra: 2,
    });
    expect(() => context.unwrap(wrapped.subarray(0, 4))).toThrow("SEC_E_INCOMPLETE_MESSAGE");
    expect(() => context.wrap(new Uint8Array(10))).toThrow(
      "a message of this stream may have 9 bytes, not 10",
    );
  });
});
