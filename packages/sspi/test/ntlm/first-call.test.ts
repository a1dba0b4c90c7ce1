import { describe, expect, it } from "vitest";
import {
  acquireCredentials,
  bufferBytes,
  createSecHandle,
  encodeChannelBindings,
  ISC_REQ_NULL_SESSION,
  ISC_REQ_UNVERIFIED_TARGET_NAME,
  SEC_E_BAD_BINDINGS,
  SEC_E_OK,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_EMPTY,
  SECBUFFER_TOKEN,
  type SecurityCredentials,
  secBuffer,
  secBufferDesc,
  tlsChannelBindings,
} from "../../src/index.ts";
import { decodeAuthenticateMessage } from "../../src/packages/ntlm/wire/authenticate-message.ts";
import { avFlags, findAvPair } from "../../src/packages/ntlm/wire/av-pairs.ts";
import { decodeNtlmv2Response } from "../../src/packages/ntlm/wire/ntlmv2-response.ts";
import { decodeUtf16 } from "../../src/packages/ntlm/wire/text.ts";
import { bench, type NtlmBench } from "./ntlm-harness.ts";

interface Call {
  readonly token?: Uint8Array;
  readonly bindings?: Uint8Array;
  readonly target?: string;
  readonly flags?: number;
}

/** One side, call by call under the Windows names, so that each call may say something else. */
async function side(test: NtlmBench, use: "inbound" | "outbound") {
  const { provider } = test;
  const authData = use === "outbound" ? { user: "alice", password: "alicepw" } : undefined;
  const credentials: SecurityCredentials = await acquireCredentials({
    provider,
    package: "NTLM",
    use,
    authData,
  });
  const context = createSecHandle();
  let isFirst = true;
  return async ({ token, bindings, target = "", flags = 0 }: Call) => {
    const async = provider.SspiCreateAsyncContext();
    if (async === null) throw new Error("no async context");
    const input = secBufferDesc(
      ...(token === undefined ? [] : [secBuffer(SECBUFFER_TOKEN, token)]),
      secBuffer(SECBUFFER_EMPTY),
      ...(bindings === undefined ? [] : [secBuffer(SECBUFFER_CHANNEL_BINDINGS, bindings)]),
    );
    const output = secBuffer(SECBUFFER_TOKEN, 2888);
    const before = isFirst ? null : context;
    const given = secBufferDesc(output);
    const queued =
      use === "inbound"
        ? provider.SspiAcceptSecurityContextAsync(
            async,
            credentials.handle,
            before,
            input,
            flags,
            0,
            context,
            given,
            null,
            null,
          )
        : provider.SspiInitializeSecurityContextAsyncW(
            async,
            credentials.handle,
            before,
            target,
            flags,
            0,
            0,
            input,
            0,
            context,
            given,
            null,
            null,
          );
    expect(queued).toBe(SEC_E_OK);
    isFirst = false;
    await new Promise((resolve) => setImmediate(resolve));
    const status = provider.SspiGetAsyncCallStatus(async);
    provider.SspiFreeAsyncContext(async);
    return { status, token: bufferBytes(output) };
  };
}

const bindings = encodeChannelBindings(
  tlsChannelBindings("tls-server-end-point", new Uint8Array(32).fill(1)),
);
const others = encodeChannelBindings(tlsChannelBindings("tls-server-end-point", new Uint8Array(32).fill(2)));

describe("SSPI-25 what the first call says counts when the second one leaves it out", () => {
  it("NTLM-23 NTLM-30 the client: target, its source, channel bindings", async () => {
    const test = bench();
    const [client, server] = [await side(test, "outbound"), await side(test, "inbound")];
    const first = await client({
      target: "HTTP/web.example",
      bindings,
      flags: ISC_REQ_UNVERIFIED_TARGET_NAME,
    });
    const challenge = await server({ token: first.token });
    const last = await client({ token: challenge.token });
    expect([first.status, challenge.status, last.status]).toEqual([
      SEC_I_CONTINUE_NEEDED,
      SEC_I_CONTINUE_NEEDED,
      SEC_E_OK,
    ]);
    const { pairs } = decodeNtlmv2Response(decodeAuthenticateMessage(last.token).ntResponse);
    expect(decodeUtf16(findAvPair(pairs, 9) ?? new Uint8Array(1))).toBe("HTTP/web.example");
    expect(findAvPair(pairs, 10)).toHaveLength(16);
    expect(avFlags(pairs) & 0x4).toBe(0x4);
  });

  it("NTLM-33 the client: a null session stays one, and the user is not named", async () => {
    const test = bench();
    const [client, server] = [await side(test, "outbound"), await side(test, "inbound")];
    const { token } = await server({ token: (await client({ flags: ISC_REQ_NULL_SESSION })).token });
    const last = await client({ token });
    expect(decodeAuthenticateMessage(last.token)).toMatchObject({ user: "", ntResponse: new Uint8Array(0) });
  });

  it.each([
    ["the right ones", bindings, undefined, SEC_E_OK],
    ["wrong ones", others, undefined, SEC_E_BAD_BINDINGS],
    ["wrong ones, corrected", others, bindings, SEC_E_OK],
  ])("NTLM-30 the server: %s", async (_title, first, second, status) => {
    const test = bench();
    const [client, server] = [await side(test, "outbound"), await side(test, "inbound")];
    const { token } = await server({ token: (await client({ bindings })).token, bindings: first });
    const last = await client({ token });
    const verdict = await server({ token: last.token, ...(second !== undefined && { bindings: second }) });
    expect(verdict.status).toBe(status);
  });
});
