import { describe, expect, it } from "vitest";
import { type NtlmAuthData, SEC_E_BAD_BINDINGS, tlsChannelBindings } from "../../src/index.ts";
import { bench, failure, fromHex, shakeHands } from "./ntlm-harness.ts";
import { responseWithoutMic } from "./old-client.ts";

describe("NTLM-30 channel bindings", () => {
  const right = tlsChannelBindings("tls-server-end-point", new Uint8Array(32).fill(1));
  const wrong = tlsChannelBindings("tls-server-end-point", new Uint8Array(32).fill(2));

  it.each<
    [
      NonNullable<NtlmAuthData["channelBindings"]> | undefined,
      typeof right | undefined,
      typeof right | undefined,
      boolean,
    ]
  >([
    [undefined, right, right, true],
    [undefined, undefined, right, true],
    [undefined, right, undefined, true],
    [undefined, wrong, right, false],
    ["when-supported", wrong, right, false],
    ["when-supported", undefined, right, true],
    ["ignore", wrong, right, true],
    ["required", right, right, true],
    ["required", wrong, right, false],
    ["required", undefined, right, false],
    ["required", right, undefined, false],
  ])("NTLM-30 policy %s, client %j, server %j: %s", async (policy, ofClient, ofServer, isRight) => {
    const test = bench(policy === undefined ? {} : { channelBindings: policy });
    const sides = await test.open({
      initiate: ofClient === undefined ? {} : { channelBindings: ofClient },
      accept: ofServer === undefined ? {} : { channelBindings: ofServer },
    });
    if (isRight) expect((await shakeHands(sides)).server.established).toBe(true);
    else expect((await failure(shakeHands(sides))).code).toBe(SEC_E_BAD_BINDINGS);
  });

  it.each([
    ["when-supported", 0, "SEC_E_OK"],
    ["when-supported", 1, "SEC_E_BAD_BINDINGS"],
    ["required", 0, "SEC_E_BAD_BINDINGS"],
  ] as const)("NTLM-30 %s: a value of bytes that are all %d is %s", async (policy, byte, symbol) => {
    const test = bench({ channelBindings: policy });
    const { server } = await test.open({ accept: { channelBindings: right } });
    const { token } = await server.step(
      fromHex("4e544c4d53535000010000000582080000000000000000000000000000000000"),
    );
    const outcome = server.step(responseWithoutMic(token, { bindings: new Uint8Array(16).fill(byte) }));
    if (symbol === "SEC_E_OK") expect((await outcome).established).toBe(true);
    else await expect(outcome).rejects.toMatchObject({ symbol });
  });

  it.each<[NonNullable<NtlmAuthData["channelBindings"]> | undefined, typeof right | undefined, boolean]>([
    [undefined, undefined, false],
    ["when-supported", undefined, false],
    ["ignore", undefined, false],
    ["ignore", wrong, false],
    [undefined, right, true],
    ["ignore", right, true],
  ])("NTLM-30 required of a context: policy %s, client %j: %s", async (policy, ofClient, isRight) => {
    const test = bench(policy === undefined ? {} : { channelBindings: policy });
    const sides = await test.open({
      initiate: ofClient === undefined ? {} : { channelBindings: ofClient },
      accept: { channelBindings: right, requireChannelBindings: true },
    });
    if (isRight) expect((await shakeHands(sides)).server.established).toBe(true);
    else expect((await failure(shakeHands(sides))).code).toBe(SEC_E_BAD_BINDINGS);
  });

  it("NTLM-30 required of a context that knows no channel: nobody is accepted", async () => {
    const sides = await bench().open({
      initiate: { channelBindings: right },
      accept: { requireChannelBindings: true },
    });
    expect((await failure(shakeHands(sides))).code).toBe(SEC_E_BAD_BINDINGS);
  });

  it("NTLM-30 a policy that is left undefined does not undo that of the package", async () => {
    const sides = await bench({ channelBindings: "required" }).open({
      server: { channelBindings: undefined },
      accept: { channelBindings: right },
    });
    expect((await failure(shakeHands(sides))).code).toBe(SEC_E_BAD_BINDINGS);
  });

  it("NTLM-30 the policy of a credential counts before that of the package", async () => {
    const sides = await bench({ channelBindings: "required" }).open({
      server: { channelBindings: "ignore" },
    });
    expect((await shakeHands(sides)).server.established).toBe(true);
  });
});
