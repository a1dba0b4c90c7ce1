import { ntHash, Secret } from "@sallyport/crypto";
import { createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import {
  type AcceptOptions,
  acceptSecurityContext,
  acquireCredentials,
  bufferType,
  initializeSecurityContext,
  type NegotiateMechanism,
  ntlmMechanism,
  ntlmPackage,
  type PackageContext,
  SEC_E_OK,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_EMPTY,
  SECBUFFER_TARGET_HOST,
  SECBUFFER_TOKEN,
  SECPKG_CRED_ATTR_NAMES,
  type SspiError,
  tlsChannelBindings,
} from "../../src/index.ts";
import { settle } from "../harness.ts";
import { credentials, provide } from "./conversation.ts";

const bytes = (words: string) => new TextEncoder().encode(words);

/** A mechanism whose steps are what a test says. */
function mechanism(step: PackageContext["step"], more: Partial<PackageContext> = {}): NegotiateMechanism {
  return {
    package: {
      info: { name: "Any", comment: "", capabilities: 0, version: 1, rpcId: 1, maxToken: 100 },
      acquireCredentials: () => ({ initiate: () => ({ ...more, step }), accept: () => ({ ...more, step }) }),
    },
    oids: ["2.999"],
  };
}

describe("what a mechanism is given of its surroundings", () => {
  it("SSPI-27, SSPI-75, SSPI-76 target, flags, channel bindings and other buffers reach it", async () => {
    const seen: unknown[] = [];
    const any = mechanism((step) => {
      const { targetName, channelBindings, dataRepresentation, input, contextReq } = step;
      seen.push(targetName, channelBindings?.applicationData, dataRepresentation, input.length);
      seen.push(step.find(SECBUFFER_TARGET_HOST), step.asks(0x10), step.asks(0x20), contextReq & 0x30);
      return { status: SEC_I_CONTINUE_NEEDED, token: bytes("a") };
    });
    const client = initializeSecurityContext(await credentials(provide([any])), {
      target: "HTTP/web",
      request: ["confidentiality"],
      channelBindings: tlsChannelBindings("tls-unique", bytes("12")),
    });
    await client.step();
    expect(seen).toEqual(["HTTP/web", bytes("tls-unique:12"), 0, 2, undefined, true, false, 0x10]);
  });

  it("SPN-04 the token among its buffers is its own, not SPNEGO's", async () => {
    const seen: unknown[] = [];
    const any = mechanism((step) => {
      seen.push(step.find(SECBUFFER_TOKEN), step.input.map(bufferType));
      return { status: SEC_I_CONTINUE_NEEDED, token: bytes("a") };
    });
    const server = acceptSecurityContext(await credentials(provide([any])));
    const client = initializeSecurityContext(await credentials(provide([any])));
    await server.step((await client.step()).token);
    expect(seen).toEqual([undefined, [SECBUFFER_EMPTY], bytes("a"), [SECBUFFER_TOKEN, SECBUFFER_EMPTY]]);
  });

  it("SSPI-105 the clock and the random numbers are those of the provider", async () => {
    const seen: unknown[] = [];
    const any = mechanism(({ clock, random, environment }) => {
      seen.push(clock.now(), random(2), environment["HOME"]);
      return { status: SEC_I_CONTINUE_NEEDED, token: bytes("a") };
    });
    const clock = createVirtualClock({ now: 42 });
    const random = (length: number) => new Uint8Array(length).fill(7);
    await initializeSecurityContext(await credentials(provide([any], { clock, random }))).step();
    expect(seen).toEqual([42, Uint8Array.of(7, 7), undefined]);
  });

  it("SSPI-64 a step is cut off if the mechanism took the signal, and is waited for if it did not", async () => {
    const late: string[] = [];
    const waiting = (takes: boolean) =>
      mechanism(
        (step) =>
          new Promise((resolve) => {
            if (takes) step.signal.addEventListener("abort", () => late.push("aborted"));
            else setImmediate(() => resolve({ status: SEC_I_CONTINUE_NEEDED, token: bytes("a") }));
          }),
        { delete: () => void late.push("deleted") },
      );
    const provider = provide([waiting(true)]);
    const client = initializeSecurityContext(await credentials(provider));
    const step = client.step().catch((error: SspiError) => error.symbol);
    await settle();
    await client.close();
    expect(await step).toBe("SEC_E_UNFINISHED_CONTEXT_DELETED");
    expect(late).toEqual(["aborted"]); // it has not come back: its part is not deleted under it
    const patient = initializeSecurityContext(await credentials(provide([waiting(false)])));
    expect((await patient.step()).symbol).toBe("SEC_I_CONTINUE_NEEDED");
    await patient.close();
    expect(late).toEqual(["aborted", "deleted"]);
  });

  it("SSPI-33 credentials that take their time, and what they say of their names", async () => {
    const slow: NegotiateMechanism = {
      package: {
        info: { name: "Slow", comment: "", capabilities: 0, version: 1, rpcId: 1, maxToken: 100 },
        acquireCredentials: ({ principal, use }) =>
          Promise.resolve({
            initiate: () => ({ step: () => SEC_E_OK }),
            expiry: Date.UTC(2030, 0, 1),
            query: (attribute) =>
              attribute === SECPKG_CRED_ATTR_NAMES ? { userName: `${principal} ${use}` } : undefined,
          }),
      },
      oids: ["2.999"],
    };
    const provider = provide([slow]);
    const credential = await acquireCredentials({
      provider,
      package: "Negotiate",
      use: "outbound",
      principal: "alice",
    });
    expect(credential.expiry).toEqual(new Date(Date.UTC(2030, 0, 1)));
    const value = { value: undefined as unknown };
    expect(provider.QueryCredentialsAttributes(credential.handle, SECPKG_CRED_ATTR_NAMES, value)).toBe(
      SEC_E_OK,
    );
    expect(value.value).toEqual({ userName: "alice 2" });
  });
});

it.each([
  ["outbound", {}],
  // One that also accepts lives with its policy and its accounts.
  ["both", { accounts: { find: () => undefined }, channelBindings: "required" }],
] as const)(
  "SSPI-35 a credential (%s) does not hold on to what it was acquired with, nor shows it",
  async (use, more) => {
    const { setFlagsFromString } = await import("node:v8");
    const { runInNewContext } = await import("node:vm");
    const { inspect } = await import("node:util");
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const provider = provide([ntlmMechanism(ntlmPackage())]);
    const acquire = async () => {
      const secret = { reveal: () => ntHash("wonderland") };
      const identity = { user: "alice", ntHash: secret, ...more };
      const authData = { mechanisms: { NTLM: identity }, allowNtlm: true };
      const credential = await acquireCredentials({ provider, package: "Negotiate", use, authData });
      return { credential, given: [new WeakRef(identity), new WeakRef(secret)] };
    };
    const { credential, given } = await acquire();
    const client = initializeSecurityContext(credential);
    const { token } = await client.step();
    const server = use === "both" ? acceptSecurityContext(credential) : undefined;
    await server?.step(token);
    const byPassword = await credentials(provider, { user: "alice", password: "wonderland", ...more });
    const shown = inspect([credential, byPassword, client, server], { depth: 10, showHidden: true });
    expect(shown).not.toMatch(/wonderland|ntHash/);
    await expect
      .poll(() => {
        collect();
        return given.every((one) => one.deref() === undefined);
      })
      .toBe(true);
    await client.close();
    await server?.close();
  },
);

describe("channel bindings inside Negotiate", () => {
  async function signOn(
    atClient: string | undefined,
    atServer: string,
    policy: "required" | "ignore" = "required",
    options: AcceptOptions = {},
  ): Promise<string> {
    const account = { name: "alice", password: { ntHash: new Secret(ntHash("wonderland")) } };
    const ntlm = ntlmPackage({ accounts: { find: () => account }, channelBindings: policy });
    const provider = provide([ntlmMechanism(ntlm)]);
    const credential = await credentials(provider, { user: "alice", password: "wonderland" });
    const bindings = (hash: string) => ({
      channelBindings: tlsChannelBindings("tls-server-end-point", bytes(hash)),
    });
    const client = initializeSecurityContext(credential, atClient === undefined ? {} : bindings(atClient));
    const server = acceptSecurityContext(credential, { ...bindings(atServer), ...options });
    try {
      const challenge = await server.step((await client.step()).token);
      const proof = await client.step(challenge.token);
      return (await server.step(proof.token)).symbol ?? "";
    } catch (error) {
      return (error as SspiError).symbol ?? "";
    }
  }

  it("NTLM-30 the same channel on both sides, and another one", async () => {
    expect(await signOn("one", "one")).toBe("SEC_E_OK");
    expect(await signOn("one", "two")).toBe("SEC_E_BAD_BINDINGS");
  });

  it("NTLM-30 required of the context alone", async () => {
    expect(await signOn(undefined, "one", "ignore")).toBe("SEC_E_OK");
    expect(await signOn(undefined, "one", "ignore", { requireChannelBindings: true })).toBe(
      "SEC_E_BAD_BINDINGS",
    );
    expect(await signOn("one", "one", "ignore", { requireChannelBindings: true })).toBe("SEC_E_OK");
  });
});
