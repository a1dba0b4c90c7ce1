import { WindowsError } from "@sallyport/errors";
import {
  acceptSecurityContext,
  acquireCredentials,
  createSecHandle,
  initializeSecurityContext,
  SEC_E_BUFFER_TOO_SMALL,
  SEC_E_INTERNAL_ERROR,
  SEC_E_LOGON_DENIED,
  SEC_E_MESSAGE_ALTERED,
  SEC_E_NO_AUTHENTICATING_AUTHORITY,
  SEC_E_NO_CREDENTIALS,
  SEC_E_OK,
  SEC_E_OUT_OF_SEQUENCE,
  SEC_E_UNFINISHED_CONTEXT_DELETED,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_ALERT,
  SECBUFFER_TOKEN,
  type SspiError,
  secBuffer,
  secBufferDesc,
} from "@sallyport/sspi";
import { describe, expect, it } from "vitest";
import {
  createSspiBench,
  never,
  type PackageScript,
  type ScriptedStep,
  scriptedPackage,
  throws,
  twice,
  waits,
} from "../src/index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const integrity = 0x20010; // integrity and confidentiality, accepting side
const integrityOfClient = 0x10010;

async function bench(script: PackageScript) {
  const scripted = scriptedPackage(script);
  const made = createSspiBench({ packages: [scripted] });
  const credentials = await acquireCredentials({ provider: made.provider, package: "scripted", use: "both" });
  return { ...made, scripted, credentials };
}

/** How the first step of an accepting context ends, after this much time. */
async function outcome(step: ScriptedStep, milliseconds = 0): Promise<SspiError | number> {
  const { credentials, clock } = await bench({ accept: [step] });
  const ended = acceptSecurityContext(credentials)
    .step(bytes("token"))
    .then(
      ({ status }) => status,
      (error: SspiError) => error,
    );
  await clock.advanceAsync(milliseconds);
  return ended;
}

describe("a scripted package", () => {
  it("plays both sides of a handshake, and tells what it was asked", async () => {
    const { provider, scripted, credentials } = await bench({
      initiate: [
        { status: SEC_I_CONTINUE_NEEDED, token: bytes("hello") },
        { status: SEC_E_OK, attributes: integrityOfClient },
      ],
      accept: [
        ({ token }) => ({ status: SEC_E_OK, token: Uint8Array.from(token).reverse(), attributes: integrity }),
      ],
      identity: { name: "alice" },
      attributes: { 1: { userName: "alice" } },
    });
    await using client = initializeSecurityContext(credentials, { target: "HTTP/web" });
    await using server = acceptSecurityContext(credentials, { require: ["integrity"] });
    const hello = await client.step();
    const welcome = await server.step(hello.token);
    expect(welcome.token).toEqual(bytes("olleh"));
    await client.step(welcome.token);
    expect([server.identity()?.name, server.query(1), client.established]).toEqual([
      "alice",
      { userName: "alice" },
      true,
    ]);
    expect(scripted.calls.map(({ what, step, targetName }) => [what, step, targetName])).toEqual([
      ["acquire", undefined, undefined],
      ["initiate", 0, "HTTP/web"],
      ["accept", 0, ""],
      ["initiate", 1, "HTTP/web"],
    ]);
    expect(scripted.calls[2]?.token).toEqual(bytes("hello"));
    await server.close();
    await client.close();
    await credentials.close();
    expect(scripted.calls.slice(4).map(({ what }) => what)).toEqual(["delete", "delete", "free"]);
    expect(provider.objects().contexts).toBe(0);
  });

  it.each([
    ["any status", SEC_E_LOGON_DENIED, 0, SEC_E_LOGON_DENIED],
    ["what a function says", () => SEC_E_LOGON_DENIED, 0, SEC_E_LOGON_DENIED],
    ["what a function's promise says", async () => SEC_E_LOGON_DENIED, 0, SEC_E_LOGON_DENIED],
    [
      "a WindowsError",
      throws(new WindowsError(SEC_E_LOGON_DENIED, { space: "hresult" })),
      0,
      SEC_E_LOGON_DENIED,
    ],
    ["a bug", throws(new Error("bug")), 0, SEC_E_INTERNAL_ERROR],
    ["a bug, later", throws(new Error("bug"), { later: true }), 0, SEC_E_INTERNAL_ERROR],
    ["after a while", waits(5_000, SEC_E_LOGON_DENIED), 5_000, SEC_E_LOGON_DENIED],
    ["never", never(), 120_000, SEC_E_NO_AUTHENTICATING_AUTHORITY],
    ["one failure, then success", twice(SEC_E_LOGON_DENIED, SEC_E_OK), 0, SEC_E_LOGON_DENIED],
  ] as [string, ScriptedStep, number, number][])("answers %s", async (_name, step, milliseconds, code) => {
    expect(await outcome(step, milliseconds)).toMatchObject({ code });
  });

  it("waits until its time has come, not a moment less", async () => {
    const { credentials, clock } = await bench({ accept: [waits(5_000, SEC_I_CONTINUE_NEEDED)] });
    let status: number | undefined;
    const step = acceptSecurityContext(credentials)
      .step(bytes("x"))
      .then((result) => (status = result.status));
    await clock.advanceAsync(4_999);
    expect(status).toBe(undefined);
    await clock.advanceAsync(1);
    expect(await step).toBe(SEC_I_CONTINUE_NEEDED);
  });

  it("is cut off by a delete when it is interruptible", async () => {
    const { credentials, clock } = await bench({
      accept: [SEC_I_CONTINUE_NEEDED, never({ interruptible: true })],
    });
    const context = acceptSecurityContext(credentials);
    await context.step(bytes("1"));
    const second = context.step(bytes("2")).catch((error: SspiError) => error.code);
    await clock.advanceAsync(0);
    await context.close();
    expect(await second).toBe(SEC_E_UNFINISHED_CONTEXT_DELETED);
  });

  it("writes any buffer, and too much of it", async () => {
    const { provider, credentials, clock } = await bench({
      accept: [
        {
          status: SEC_I_CONTINUE_NEEDED,
          token: new Uint8Array(11),
          buffers: [{ type: SECBUFFER_ALERT, data: bytes("!") }],
        },
      ],
    });
    const statusWith = async (room: number) => {
      const call = provider.SspiCreateAsyncContext();
      const output = secBufferDesc(secBuffer(SECBUFFER_TOKEN, room), secBuffer(SECBUFFER_ALERT, 4));
      const input = secBufferDesc(secBuffer(SECBUFFER_TOKEN, bytes("x")));
      provider.SspiAcceptSecurityContextAsync(
        call,
        credentials.handle,
        null,
        input,
        0,
        0,
        createSecHandle(),
        output,
        null,
        null,
      );
      await clock.advanceAsync(0);
      return [provider.SspiGetAsyncCallStatus(call), ...output.buffers.map(({ size }) => size)];
    };
    expect(await statusWith(10)).toEqual([SEC_E_BUFFER_TOO_SMALL, 11, 4]);
    expect(await statusWith(11)).toEqual([SEC_I_CONTINUE_NEEDED, 11, 1]);
  });

  it("has no step that the script has not", async () => {
    const { credentials } = await bench({ accept: [SEC_I_CONTINUE_NEEDED] });
    const context = acceptSecurityContext(credentials);
    await context.step(bytes("1"));
    await expect(context.step(bytes("2"))).rejects.toMatchObject({
      code: SEC_E_INTERNAL_ERROR,
      cause: new Error("the script has no step 1 for the side that should accept"),
    });
  });

  it("lets acquiring fail, wait, and succeed after all", async () => {
    const scripted = scriptedPackage({ acquire: [SEC_E_NO_CREDENTIALS, throws(new Error("bug")), SEC_E_OK] });
    const { provider, log } = createSspiBench({ packages: [scripted], seed: 2, now: 0 });
    const acquire = () => acquireCredentials({ provider, package: "Scripted", use: "both" });
    await expect(acquire()).rejects.toMatchObject({ code: SEC_E_NO_CREDENTIALS });
    await expect(acquire()).rejects.toMatchObject({ code: SEC_E_INTERNAL_ERROR });
    expect(log.events).toHaveLength(1);
    await (await acquire()).close();
    await (await acquire()).close();
    expect(provider.objects().credentials).toBe(0);
  });

  it("protects messages well enough to find a changed byte and a wrong order, or says what it is told", async () => {
    const made = await bench({
      initiate: [{ status: SEC_E_OK, token: bytes("hi"), attributes: integrityOfClient }],
      accept: [{ status: SEC_E_OK, attributes: integrity }],
      messages: { verify: [SEC_E_OUT_OF_SEQUENCE] },
    });
    const client = initializeSecurityContext(made.credentials);
    const server = acceptSecurityContext(made.credentials);
    await server.step((await client.step()).token);
    const [first, second] = [client.wrap(bytes("first")), client.wrap(bytes("second"), { encrypt: false })];
    expect(() => server.unwrap(second)).toThrow("SEC_E_OUT_OF_SEQUENCE");
    const changed = first.slice();
    changed[20] = 0;
    expect(() => server.unwrap(changed)).toThrow("SEC_E_MESSAGE_ALTERED");
    expect(server.unwrap(first)).toEqual({ data: bytes("first"), encrypted: true, extra: 0 });
    expect(server.unwrap(second)).toEqual({ data: bytes("second"), encrypted: false, extra: 0 });
    const signature = client.sign(bytes("third"));
    expect(() => server.verify(signature, bytes("third"))).toThrow("SEC_E_OUT_OF_SEQUENCE");
    server.verify(signature, bytes("third"));
    expect(SEC_E_MESSAGE_ALTERED).toBe(0x8009030f);
  });

  it("the bench keeps warnings to itself", async () => {
    const { provider, warnings } = createSspiBench({ packages: [scriptedPackage({ acquire: [never()] })] });
    const call = provider.SspiCreateAsyncContext();
    provider.SspiAcquireCredentialsHandleAsyncW(
      call,
      null,
      "Scripted",
      1,
      null,
      null,
      null,
      null,
      createSecHandle(),
      null,
    );
    provider.SspiFreeAsyncContext(call);
    expect(warnings).toEqual(["SSPI_FREED_WHILE_PENDING"]);
  });
});
