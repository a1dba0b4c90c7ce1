import { describe, expect, it } from "vitest";
import {
  ASC_REQ_ALLOCATE_MEMORY,
  ASC_REQ_CONFIDENTIALITY,
  ASC_REQ_EXTENDED_ERROR,
  ASC_RET_ALLOCATED_MEMORY,
  ASC_RET_CONFIDENTIALITY,
  ASC_RET_EXTENDED_ERROR,
  ASC_RET_INTEGRITY,
  ASC_RET_STREAM,
  bufferBytes,
  type ContextStep,
  createSecHandle,
  encodeChannelBindings,
  out,
  SEC_E_CONTEXT_EXPIRED,
  SEC_E_INCOMPLETE_MESSAGE,
  SEC_E_INSUFFICIENT_MEMORY,
  SEC_E_INVALID_HANDLE,
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_E_NO_AUTHENTICATING_AUTHORITY,
  SEC_E_NO_CREDENTIALS,
  SEC_E_OK,
  SEC_E_SECURITY_QOS_FAILED,
  SEC_E_TARGET_UNKNOWN,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_E_WRONG_CREDENTIAL_HANDLE,
  SEC_E_WRONG_PRINCIPAL,
  SEC_I_COMPLETE_AND_CONTINUE,
  SEC_I_COMPLETE_NEEDED,
  SEC_I_CONTINUE_NEEDED,
  SEC_I_INCOMPLETE_CREDENTIALS,
  SECBUFFER_ALERT,
  SECBUFFER_APPLICATION_PROTOCOLS,
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_EMPTY,
  SECBUFFER_MISSING,
  SECBUFFER_TOKEN,
  SECPKG_ATTR_SIZES,
  SECPKG_CRED_INBOUND,
  SECPKG_CRED_OUTBOUND,
  SECURITY_NATIVE_DREP,
  SECURITY_NETWORK_DREP,
  type SecBuffer,
  SecIsValidHandle,
  secBuffer,
  secBufferDesc,
  tlsChannelBindings,
} from "../src/index.ts";
import { harness, settle, stub } from "./harness.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("accept", () => {
  it("SSPI-10 E-02 an outbound credential is SEC_E_NO_CREDENTIALS, what is no credential SEC_E_INVALID_HANDLE", async () => {
    const sspi = harness();
    const outbound = await sspi.acquire({ use: SECPKG_CRED_OUTBOUND });
    const inbound = await sspi.acquire({ use: SECPKG_CRED_INBOUND });
    const { context } = sspi.accept({ credential: inbound });
    await settle();
    const outcomes = [
      sspi.accept({ credential: outbound }),
      sspi.initialize({ credential: inbound }),
      sspi.accept({ credential: context }),
      sspi.accept({ credential: createSecHandle() }),
    ];
    await settle();
    expect(outcomes.map((step) => step.status())).toEqual([
      SEC_E_NO_CREDENTIALS,
      SEC_E_NO_CREDENTIALS,
      SEC_E_INVALID_HANDLE,
      SEC_E_INVALID_HANDLE,
    ]);
    sspi.end();
  });

  it("SSPI-10 E-02 a package without an accepting side is SEC_E_NO_CREDENTIALS", async () => {
    const sspi = harness({
      packages: [stub(() => 0, { acquireCredentials: () => ({ initiate: () => ({ step: () => 0 }) }) })],
    });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential });
    await settle();
    expect(step.status()).toBe(SEC_E_NO_CREDENTIALS);
    sspi.end();
  });

  it("SSPI-11 SSPI-13 SSPI-66 one handle object throughout; a token comes with SEC_E_OK too", async () => {
    const sspi = harness();
    const credential = await sspi.acquire({ package: "Threefold" });
    const handle = createSecHandle();
    const hello = sspi.initialize({ credential });
    await settle();
    const first = sspi.accept({ credential, token: hello.token(), newContext: handle });
    await settle();
    const words = { ...handle };
    const proof = sspi.initialize({ context: hello.context, token: first.token() });
    await settle();
    const second = sspi.accept({ context: handle, newContext: handle, token: proof.token() });
    await settle();
    expect(second.status()).toBe(SEC_E_OK);
    expect(second.token()).toHaveLength(16);
    expect(handle).toEqual(words);
    const last = sspi.initialize({ context: hello.context, token: second.token() });
    await settle();
    expect([last.status(), last.token().length]).toEqual([SEC_E_OK, 0]);
    sspi.end();
  });

  describe("SSPI-12 the input buffers", () => {
    const token = () => secBuffer(SECBUFFER_TOKEN, bytes("token"));
    const empty = () => secBuffer(SECBUFFER_EMPTY);
    const others = () => [
      secBuffer(
        SECBUFFER_CHANNEL_BINDINGS,
        encodeChannelBindings(tlsChannelBindings("tls-unique", bytes("x"))),
      ),
      secBuffer(SECBUFFER_APPLICATION_PROTOCOLS, bytes("h2")),
      secBuffer(SECBUFFER_ALERT, bytes("alert")),
    ];
    it.each([
      ["token alone", () => [token()], SEC_E_OK],
      ["token, empty", () => [token(), empty()], SEC_E_OK],
      ["empty, token", () => [empty(), token()], SEC_E_OK],
      ["token and all others", () => [token(), empty(), ...others()], SEC_E_OK],
      ["all others, then the token", () => [...others().reverse(), token()], SEC_E_OK],
      ["no token", () => [empty(), ...others()], SEC_E_INVALID_TOKEN],
      ["nothing", () => [], SEC_E_INVALID_TOKEN],
    ] as [string, () => SecBuffer[], number][])("%s", async (_name, buffers, outcome) => {
      let seen = "";
      const sspi = harness({ step: (step) => ((seen = new TextDecoder().decode(step.token)), SEC_E_OK) });
      const credential = await sspi.acquire();
      const step = sspi.accept({ credential, input: secBufferDesc(...buffers()) });
      const none = sspi.accept({ credential, input: null });
      await settle();
      expect([step.status(), none.status()]).toEqual([outcome, SEC_E_INVALID_TOKEN]);
      if (outcome === SEC_E_OK) expect(seen).toBe("token");
      sspi.end();
    });
  });

  it("SSPI-14 an error may have a token, and other buffers", async () => {
    const sspi = harness({
      step: (step) => ({
        status: SEC_E_LOGON_DENIED,
        ...(step.asks(ASC_REQ_EXTENDED_ERROR) && { token: bytes("refused") }),
        buffers: [{ type: SECBUFFER_ALERT, data: bytes("a") }],
      }),
    });
    const credential = await sspi.acquire();
    const output = secBufferDesc(secBuffer(SECBUFFER_TOKEN, 20), secBuffer(SECBUFFER_ALERT, 2));
    const step = sspi.accept({ credential, output, flags: ASC_REQ_EXTENDED_ERROR });
    await settle();
    expect(step.status()).toBe(SEC_E_LOGON_DENIED);
    expect(step.token()).toEqual(bytes("refused"));
    expect(bufferBytes(output.buffers[1] as SecBuffer)).toEqual(bytes("a"));
    expect(SecIsValidHandle(step.context)).toBe(false);
    sspi.end();
  });

  it("SSPI-14 a token that does not fit is not sent in part; the error stays what it is", async () => {
    const sspi = harness({
      step: () => ({
        status: SEC_E_LOGON_DENIED,
        token: bytes("refused"),
        buffers: [{ type: SECBUFFER_ALERT, data: bytes("alert") }],
      }),
    });
    const credential = await sspi.acquire();
    const output = secBufferDesc(secBuffer(SECBUFFER_TOKEN, 6), secBuffer(SECBUFFER_ALERT, 4));
    const step = sspi.accept({ credential, output });
    await settle();
    expect([step.status(), ...output.buffers.map(({ size }) => size)]).toEqual([SEC_E_LOGON_DENIED, 0, 0]);
    sspi.end();
  });

  it("SSPI-15 both data representations give the same tokens", async () => {
    const tokens = await Promise.all(
      [SECURITY_NATIVE_DREP, SECURITY_NETWORK_DREP].map(async (drep) => {
        const sspi = harness();
        const credential = await sspi.acquire({ package: "Threefold" });
        const step = sspi.accept({ credential, token: "hello alice", drep });
        await settle();
        sspi.end();
        return step.token();
      }),
    );
    expect(tokens[0]).toHaveLength(8);
    expect(tokens[0]).toEqual(tokens[1]);
  });

  it.each([
    SEC_E_OK,
    SEC_I_CONTINUE_NEEDED,
    SEC_I_COMPLETE_NEEDED,
    SEC_I_COMPLETE_AND_CONTINUE,
    SEC_E_INCOMPLETE_MESSAGE,
  ])("SSPI-16 E-05 E-07 %i is no failure: there is a context", async (status) => {
    const sspi = harness({ step: () => status });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential });
    await settle();
    expect([step.status(), sspi.objects().contexts]).toEqual([status, 1]);
    expect(SecIsValidHandle(step.context)).toBe(true);
    sspi.end();
  });

  it("SSPI-16 SEC_E_INCOMPLETE_MESSAGE leaves the context as it was: the next call brings all the bytes", async () => {
    const sspi = harness({
      step: ({ token }) =>
        token.length < 10 ? { status: SEC_E_INCOMPLETE_MESSAGE, missing: 10 - token.length } : SEC_E_OK,
    });
    const credential = await sspi.acquire();
    const input = secBufferDesc(secBuffer(SECBUFFER_TOKEN, bytes("only 7b")), secBuffer(SECBUFFER_EMPTY));
    const step = sspi.accept({ credential, input });
    await settle();
    expect([step.status(), input.buffers[1]]).toEqual([
      SEC_E_INCOMPLETE_MESSAGE,
      { size: 3, type: SECBUFFER_MISSING, data: null },
    ]);
    const whole = sspi.accept({ context: step.context, token: "now ten by" });
    await settle();
    expect(whole.status()).toBe(SEC_E_OK);
    sspi.end();
  });

  it.each([
    SEC_E_INSUFFICIENT_MEMORY,
    SEC_E_INVALID_HANDLE,
    SEC_E_INVALID_TOKEN,
    SEC_E_LOGON_DENIED,
    SEC_E_NO_AUTHENTICATING_AUTHORITY,
    SEC_E_NO_CREDENTIALS,
    SEC_E_UNSUPPORTED_FUNCTION,
    SEC_E_WRONG_PRINCIPAL,
    SEC_E_TARGET_UNKNOWN,
  ])("SSPI-17 SSPI-29 what a package answers or throws is the status: %i", async (code) => {
    const { WindowsError } = await import("@sallyport/errors");
    const sspi = harness({
      step: ({ token }) => {
        if (token.length === 5) return { status: code - 2 ** 32 }; // signed, as an HRESULT may be
        throw new WindowsError(code, { space: "hresult" });
      },
    });
    const credential = await sspi.acquire();
    const answered = sspi.accept({ credential });
    const thrown = sspi.accept({ credential, token: "throw!" });
    await settle();
    expect([answered.status(), thrown.status()]).toEqual([code, code]);
    expect(sspi.log.events).toEqual([]);
    sspi.end();
  });

  it("SSPI-17 a limit that is exceeded is SEC_E_INSUFFICIENT_MEMORY", async () => {
    const sspi = harness({ limits: { contexts: 1, credentials: 1 } });
    const credential = await sspi.acquire();
    sspi.accept({ credential });
    const second = sspi.accept({ credential });
    const async = sspi.context();
    sspi.SspiAcquireCredentialsHandleAsyncW(
      async,
      null,
      "Stub",
      3,
      null,
      null,
      null,
      null,
      createSecHandle(),
      null,
    );
    await settle();
    expect(second.status()).toBe(SEC_E_INSUFFICIENT_MEMORY);
    expect(sspi.SspiGetAsyncCallStatus(async)).toBe(SEC_E_INSUFFICIENT_MEMORY);
    sspi.end();
  });

  it("SSPI-18 an attribute that is missing is no failure", async () => {
    const sspi = harness({ step: () => ({ status: SEC_E_OK, attributes: ASC_RET_INTEGRITY }) });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential, flags: ASC_REQ_CONFIDENTIALITY });
    await settle();
    expect([step.status(), step.attributes.value]).toEqual([SEC_E_OK, ASC_RET_INTEGRITY]);
    sspi.end();
  });

  it("SSPI-19 what the credential requires, or the call, is SEC_E_SECURITY_QOS_FAILED where it is missing; no token leaves", async () => {
    const sspi = harness({
      step: () => ({ status: SEC_E_OK, attributes: ASC_RET_INTEGRITY, token: bytes("welcome") }),
    });
    const strict = await sspi.acquire({ extension: { require: ["confidentiality"] } });
    const plain = await sspi.acquire();
    const steps = [
      sspi.accept({ credential: strict }),
      sspi.accept({ credential: plain, extension: { require: ["integrity", "confidentiality"] } }),
      sspi.accept({ credential: plain, extension: { require: ["integrity"] } }),
    ];
    await settle();
    expect(steps.map((step) => step.status())).toEqual([
      SEC_E_SECURITY_QOS_FAILED,
      SEC_E_SECURITY_QOS_FAILED,
      SEC_E_OK,
    ]);
    expect(steps.map((step) => step.token().length)).toEqual([0, 0, 7]);
    sspi.end();
  });

  it("SSPI-20 before SEC_E_OK only what cannot be withdrawn is shown", async () => {
    const attributes = ASC_RET_INTEGRITY | ASC_RET_CONFIDENTIALITY | ASC_RET_STREAM | ASC_RET_EXTENDED_ERROR;
    const sspi = harness({
      step: ({ token }) => ({
        status: token.length === 5 ? SEC_I_CONTINUE_NEEDED : SEC_E_OK,
        attributes,
        token: bytes("t"),
      }),
    });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential, flags: ASC_REQ_ALLOCATE_MEMORY });
    await settle();
    expect(step.attributes.value).toBe(ASC_RET_STREAM | ASC_RET_EXTENDED_ERROR | ASC_RET_ALLOCATED_MEMORY);
    const last = sspi.accept({ context: step.context, token: "second" });
    await settle();
    expect(last.attributes.value).toBe(attributes);
    sspi.end();
  });

  it("SSPI-21 a first failure leaves no handle; a later one a dead context, which only deleting is left for", async () => {
    const sspi = harness({
      step: ({ token }) => (token.length === 4 ? SEC_E_LOGON_DENIED : SEC_I_CONTINUE_NEEDED),
    });
    const credential = await sspi.acquire();
    const first = sspi.accept({ credential, token: "fail" });
    await settle();
    expect([SecIsValidHandle(first.context), sspi.objects().contexts]).toEqual([false, 0]);

    const { context } = sspi.accept({ credential });
    await settle();
    const later = sspi.accept({ context, token: "fail" });
    await settle();
    expect([later.status(), sspi.objects().contexts]).toEqual([SEC_E_LOGON_DENIED, 1]);
    const again = sspi.accept({ context });
    await settle();
    expect(again.status()).toBe(SEC_E_INVALID_HANDLE);
    expect(sspi.QueryContextAttributes(context, SECPKG_ATTR_SIZES, out(undefined))).toBe(
      SEC_E_INVALID_HANDLE,
    );
    expect(sspi.EncryptMessage(context, 0, secBufferDesc(), 0)).toBe(SEC_E_CONTEXT_EXPIRED);
    expect(sspi.DeleteSecurityContext(context)).toBe(SEC_E_OK);
    expect(sspi.objects().contexts).toBe(0);
    sspi.end();
  });

  it("SSPI-22 an established context refuses further tokens unharmed, unless its package takes them", async () => {
    const sspi = harness();
    const { server, client } = await sspi.pair();
    const fifth = sspi.accept({ context: server, token: "again" });
    await settle();
    expect(fifth.status()).toBe(SEC_E_INVALID_HANDLE);
    const message = secBufferDesc(secBuffer(SECBUFFER_TOKEN, 16), secBuffer(1, bytes("still works")));
    expect(sspi.EncryptMessage(server, 0, message, 0)).toBe(SEC_E_OK);
    expect(sspi.DecryptMessage(client, message, 0, null)).toBe(SEC_E_OK);

    const tls = harness({ packages: [stub(() => SEC_E_OK, { stepsAfterEstablished: true })] });
    const credential = await tls.acquire();
    const { context } = tls.accept({ credential });
    await settle();
    const renegotiated = tls.accept({ context });
    await settle();
    expect(renegotiated.status()).toBe(SEC_E_OK);
    sspi.end();
    tls.end();
  });

  it("SSPI-23 the credential may be left out later, but not be another one, unless the client was told to", async () => {
    const seen: (object | undefined)[] = [];
    const step = (given: ContextStep): number => {
      seen.push(given.credential);
      return given.token.length === 4 ? SEC_I_INCOMPLETE_CREDENTIALS : SEC_I_CONTINUE_NEEDED;
    };
    const sspi = harness({ step });
    const credential = await sspi.acquire();
    const other = await sspi.acquire();
    const { context } = sspi.accept({ credential });
    await settle();
    const steps = [
      sspi.accept({ context }),
      sspi.accept({ context, credential }),
      sspi.accept({ context, credential: other }),
      sspi.accept({ context, credential: { lower: 1, upper: 1 } }),
    ];
    await settle();
    expect(steps.map((each) => each.status())).toEqual([
      SEC_I_CONTINUE_NEEDED,
      SEC_I_CONTINUE_NEEDED,
      SEC_E_WRONG_CREDENTIAL_HANDLE,
      SEC_E_INVALID_HANDLE,
    ]);
    const client = sspi.initialize({ credential });
    await settle();
    sspi.initialize({ context: client.context, token: "more" });
    await settle();
    const changed = sspi.initialize({ context: client.context, credential: other, token: "token" });
    await settle();
    expect(changed.status()).toBe(SEC_I_CONTINUE_NEEDED);
    expect(seen.at(-1)).toMatchObject({ initiate: expect.any(Function) });
    sspi.end();
  });

  it("SSPI-24 a credential that is freed lives as long as a context needs it", async () => {
    let freed = 0;
    const sspi = harness({
      packages: [stub(() => SEC_I_CONTINUE_NEEDED, { credential: { free: () => void (freed += 1) } })],
    });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential });
    await settle();
    expect(sspi.FreeCredentialsHandle(credential)).toBe(SEC_E_OK);
    const next = sspi.accept({ context: step.context });
    await settle();
    expect([next.status(), freed]).toEqual([SEC_I_CONTINUE_NEEDED, 0]);
    sspi.DeleteSecurityContext(step.context);
    expect(freed).toBe(1);
    sspi.end();
  });
});
