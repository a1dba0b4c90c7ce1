import { describe, expect, it } from "vitest";
import {
  ASC_REQ_CONFIDENTIALITY,
  ASC_REQ_DELEGATE,
  ASC_REQ_MESSAGES,
  ASC_REQ_SESSION_TICKET,
  ASC_RET_EXTENDED_ERROR,
  ASC_RET_INTEGRITY,
  ASC_RET_STREAM,
  createSecHandle,
  ISC_REQ_CALL_LEVEL,
  ISC_REQ_PROMPT_FOR_CREDS,
  ISC_RET_CALL_LEVEL,
  ISC_RET_INTEGRITY,
  ISC_RET_INTERMEDIATE_RETURN,
  SEC_E_INVALID_HANDLE,
  SEC_E_INVALID_PARAMETER,
  SEC_E_INVALID_TOKEN,
  SEC_E_OK,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_FLAGS,
  SECBUFFER_TARGET_HOST,
  SECBUFFER_TOKEN,
  type StepAnswer,
  secBuffer,
  secBufferDesc,
} from "../src/index.ts";
import { harness, settle, stub } from "./harness.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("initialize", () => {
  it("SSPI-25 the first call takes auxiliary buffers but no token, except where the package takes a hint", async () => {
    const auxiliary = () =>
      secBufferDesc(secBuffer(SECBUFFER_TARGET_HOST, bytes("host")), secBuffer(SECBUFFER_EMPTY));
    const hinted = stub(() => SEC_E_OK, { acceptsInitialToken: true });
    const sspi = harness({
      packages: [stub(() => SEC_E_OK), { ...hinted, info: { ...hinted.info, name: "Hinted" } }],
    });
    const credential = await sspi.acquire();
    const steps = [
      sspi.initialize({ credential }),
      sspi.initialize({ credential, input: auxiliary() }),
      sspi.initialize({ credential, token: "token" }),
      sspi.initialize({ credential: await sspi.acquire({ package: "Hinted" }), token: "token" }),
    ];
    await settle();
    expect(steps.map((step) => step.status())).toEqual([SEC_E_OK, SEC_E_OK, SEC_E_INVALID_TOKEN, SEC_E_OK]);
    sspi.end();
  });

  it("SSPI-27 the target name reaches the package as it is", async () => {
    const seen: string[] = [];
    const sspi = harness({ step: ({ targetName }) => (seen.push(targetName), SEC_E_OK) });
    const credential = await sspi.acquire();
    for (const target of ["HTTP/web.example:8080/name@REALM", null]) sspi.initialize({ credential, target });
    await settle();
    expect(seen).toEqual(["HTTP/web.example:8080/name@REALM", ""]);
    sspi.end();
  });

  it("SSPI-28 SEC_E_OK with and without a token, SEC_I_CONTINUE_NEEDED with an empty one", async () => {
    const answers: StepAnswer[] = [
      { status: SEC_E_OK, token: bytes("last") },
      { status: SEC_E_OK },
      { status: SEC_I_CONTINUE_NEEDED, token: new Uint8Array(0) },
    ];
    const sspi = harness({ step: () => answers.shift() ?? SEC_E_OK });
    const credential = await sspi.acquire();
    const steps = [1, 2, 3].map(() => sspi.initialize({ credential }));
    await settle();
    expect(steps.map((step) => [step.status(), step.token().length])).toEqual([
      [SEC_E_OK, 4],
      [SEC_E_OK, 0],
      [SEC_I_CONTINUE_NEEDED, 0],
    ]);
    sspi.end();
  });

  it("SSPI-30 an established context is not initialized again", async () => {
    const sspi = harness();
    const { client } = await sspi.pair();
    const again = sspi.initialize({ context: client });
    const wrongSide = sspi.accept({ context: client });
    await settle();
    expect([again.status(), wrongSide.status()]).toEqual([SEC_E_UNSUPPORTED_FUNCTION, SEC_E_INVALID_HANDLE]);
    sspi.end();
  });

  it("SSPI-31 the A functions take UTF-8 bytes as well, and come to the same", async () => {
    const seen: unknown[] = [];
    const sspi = harness({
      packages: [
        stub((step) => (seen.push(step.targetName), SEC_E_OK), {
          acquireCredentials: ({ principal }) => (
            seen.push(principal),
            { initiate: () => ({ step: (step) => (seen.push(step.targetName), SEC_E_OK) }) }
          ),
        }),
      ],
    });
    const run = async (
      principal: string | Uint8Array,
      name: string | Uint8Array,
      target: string | Uint8Array,
    ) => {
      const credential = createSecHandle();
      const async = sspi.context();
      sspi.SspiAcquireCredentialsHandleAsyncA(
        async,
        principal,
        name,
        2,
        null,
        null,
        null,
        null,
        credential,
        null,
      );
      await settle();
      const first = sspi.SspiGetAsyncCallStatus(async);
      sspi.SspiReinitAsyncContext(async);
      const context = createSecHandle();
      sspi.SspiInitializeSecurityContextAsyncA(
        async,
        credential,
        null,
        target,
        0,
        0,
        0,
        null,
        0,
        context,
        null,
        null,
        null,
      );
      await settle();
      const second = sspi.SspiGetAsyncCallStatus(async);
      sspi.DeleteSecurityContext(context);
      sspi.FreeCredentialsHandle(credential);
      return [first, second];
    };
    expect(await run("jörg", "stub", "host/ä")).toEqual([SEC_E_OK, SEC_E_OK]);
    expect(await run(bytes("jörg"), bytes("STUB"), bytes("host/ä"))).toEqual([SEC_E_OK, SEC_E_OK]);
    expect(seen).toEqual(["jörg", "host/ä", "jörg", "host/ä"]);
    expect(await run(Uint8Array.of(0xff), "stub", "x")).toEqual([
      SEC_E_INVALID_PARAMETER,
      SEC_E_INVALID_HANDLE,
    ]);
    const wide = sspi.context();
    sspi.SspiAcquireCredentialsHandleAsyncW(
      wide,
      null,
      bytes("stub") as never,
      2,
      null,
      null,
      null,
      null,
      createSecHandle(),
      null,
    );
    await settle();
    expect(sspi.SspiGetAsyncCallStatus(wide)).toBe(SEC_E_INVALID_PARAMETER);
    sspi.end();
  });
});

describe("flags", () => {
  it("E-03 E-04 ASC_REQ_DELEGATE and 0x40 on accept are the package's to judge; nobody is prompted on initialize", async () => {
    const seen: number[] = [];
    const sspi = harness({ step: ({ contextReq }) => (seen.push(contextReq), SEC_E_OK) });
    const credential = await sspi.acquire();
    const steps = [
      sspi.accept({ credential, flags: ASC_REQ_DELEGATE }),
      sspi.accept({ credential, flags: ASC_REQ_SESSION_TICKET }),
      sspi.initialize({ credential, flags: ISC_REQ_PROMPT_FOR_CREDS }),
    ];
    await settle();
    expect(steps.map((step) => step.status())).toEqual([SEC_E_OK, SEC_E_OK, SEC_E_UNSUPPORTED_FUNCTION]);
    expect(seen).toEqual([1, 0x40]);
    expect(Object.keys(await import("../src/index.ts"))).not.toContain("ASC_REQ_PROMPT_FOR_CREDS");
    sspi.end();
  });

  it("E-16 what is asked and what is returned are different sets of numbers", async () => {
    expect([ISC_REQ_CALL_LEVEL, ISC_RET_INTERMEDIATE_RETURN, ISC_RET_CALL_LEVEL]).toEqual([
      0x1000, 0x1000, 0x2000,
    ]);
    expect([ASC_RET_EXTENDED_ERROR, ASC_RET_STREAM, ASC_RET_INTEGRITY, ISC_RET_INTEGRITY]).toEqual([
      0x8000, 0x10000, 0x20000, 0x10000,
    ]);
  });

  it("flags above 32 bits travel in a SECBUFFER_FLAGS buffer", async () => {
    const seen: boolean[] = [];
    const sspi = harness({
      step: (step) => (
        seen.push(
          step.asks(ASC_REQ_MESSAGES),
          step.asks(ASC_REQ_DELEGATE),
          step.asks(ASC_REQ_CONFIDENTIALITY),
        ),
        SEC_E_OK
      ),
    });
    const credential = await sspi.acquire();
    const flags = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0);
    const input = (data: Uint8Array) =>
      secBufferDesc(secBuffer(SECBUFFER_TOKEN, bytes("t")), secBuffer(SECBUFFER_FLAGS, data));
    sspi.accept({ credential, input: input(flags) });
    const short = sspi.accept({ credential, input: input(flags.subarray(0, 7)) });
    await settle();
    expect(seen).toEqual([true, true, false]);
    expect(short.status()).toBe(SEC_E_INVALID_PARAMETER);
    sspi.end();
  });

  it("E-06 bytes that are left over are counted in the input, and in a spare empty buffer of the output", async () => {
    const sspi = harness({ step: () => ({ status: SEC_E_OK, extra: 2 }) });
    const credential = await sspi.acquire();
    const input = secBufferDesc(secBuffer(SECBUFFER_TOKEN, bytes("token")), secBuffer(SECBUFFER_EMPTY));
    const output = secBufferDesc(secBuffer(SECBUFFER_TOKEN, 10), secBuffer(SECBUFFER_EMPTY));
    sspi.accept({ credential, input, output });
    sspi.accept({ credential, input: secBufferDesc(secBuffer(SECBUFFER_TOKEN, bytes("token"))) });
    await settle();
    const extra = { size: 2, type: SECBUFFER_EXTRA, data: null };
    expect([input.buffers[1], output.buffers[1]]).toEqual([extra, extra]);
    sspi.end();
  });

  it("E-18 the expiry is optional, and written with SEC_E_OK only", async () => {
    const sspi = harness({
      step: ({ token }) => ({ status: token.length === 5 ? SEC_I_CONTINUE_NEEDED : SEC_E_OK, expiry: 0 }),
    });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential });
    await settle();
    expect(step.expiry.value).toBe(0n);
    const async = sspi.context();
    const queued = sspi.SspiAcceptSecurityContextAsync(
      async,
      null,
      step.context,
      secBufferDesc(secBuffer(SECBUFFER_TOKEN, bytes("second"))),
      0,
      0,
      null,
      null,
      null,
      null,
    );
    await settle();
    expect([queued, sspi.SspiGetAsyncCallStatus(async)]).toEqual([SEC_E_OK, SEC_E_OK]);
    sspi.end();
  });
});
