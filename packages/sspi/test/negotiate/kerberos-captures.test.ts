import { describe, expect, it } from "vitest";
import {
  acceptSecurityContext,
  initializeSecurityContext,
  type NegotiateMechanism,
  SEC_E_INTERNAL_ERROR,
  SEC_E_OK,
  SEC_I_CONTINUE_NEEDED,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_FLAG_CONNECTION,
  SECPKG_NEGOTIATION_DIRECT,
} from "../../src/index.ts";
import { decodeSpnegoToken } from "../../src/packages/negotiate/wire/spnego-token.ts";
import kerberosTokens from "../vectors/kerberos-tokens.json" with { type: "json" };
import { fromHex, kerberos, microsoftKerberos, toHex } from "./captures.ts";
import { credentials, provide } from "./conversation.ts";

const tokensOf = (etype: number, label: string): readonly string[] =>
  kerberosTokens.contexts.find((context) => context.etype === etype && context.label === label)?.tokens ?? [];

/** Plays a captured conversation of MIT: tells what it was given, and answers what the other side answered. */
function recorded(given: string[], answer: Uint8Array | undefined): NegotiateMechanism {
  return {
    package: {
      info: {
        name: "Kerberos",
        comment: "",
        capabilities: SECPKG_FLAG_CONNECTION,
        version: 1,
        rpcId: 16,
        maxToken: 48_000,
      },
      acquireCredentials: () => ({
        initiate: () => ({
          step: ({ token }) => {
            if (token.length > 0) given.push(toHex(token));
            return token.length > 0 || answer === undefined
              ? { status: SEC_E_OK }
              : { status: SEC_I_CONTINUE_NEEDED, token: answer };
          },
        }),
        accept: () => ({
          step: ({ token }) => {
            given.push(toHex(token));
            return answer === undefined ? SEC_E_OK : { status: SEC_E_OK, token: answer };
          },
        }),
      }),
    },
    oids: [microsoftKerberos, kerberos],
    recognizes: (token) => token[0] === 0x6e, // an AP-REQ without a frame
  };
}

describe("tokens of MIT Kerberos", () => {
  it.each([17, 18, 19, 20])(
    "SPN-02, SPN-04 etype %i: the optimistic AP-REQ gets to the mechanism, byte for byte",
    async (etype) => {
      const [first = "", last = ""] = tokensOf(etype, "spnego");
      const init = decodeSpnegoToken(fromHex(first));
      const response = decodeSpnegoToken(fromHex(last));
      if (init.kind !== "init" || response.kind !== "response")
        throw new Error("not the tokens of a negotiation");
      expect(init.mechTypes[0]).toBe(kerberos); // MIT offers the standard identifier
      const given: string[] = [];
      const server = acceptSecurityContext(
        await credentials(provide([recorded(given, response.responseToken)])),
      );
      const { token } = await server.step(fromHex(first));
      expect(given).toEqual([toHex(init.mechToken ?? new Uint8Array(0))]);
      expect(toHex(token)).toBe(last); // our answer is MIT's
    },
  );

  it.each([17, 18, 19, 20])(
    "SPN-09 etype %i: MIT's answer names the other identifier and ends our client",
    async (etype) => {
      const [first = "", last = ""] = tokensOf(etype, "spnego");
      const init = decodeSpnegoToken(fromHex(first));
      const given: string[] = [];
      const mechToken = init.kind === "init" ? init.mechToken : undefined;
      const client = initializeSecurityContext(await credentials(provide([recorded(given, mechToken)])));
      const offered = decodeSpnegoToken((await client.step()).token);
      expect(offered).toMatchObject({ mechTypes: [microsoftKerberos, kerberos], mechToken });
      expect((await client.step(fromHex(last))).established).toBe(true);
      expect(given).toEqual([toHex(decodeResponse(last))]);
    },
  );

  it.each(["mutual", "dce-style", "delegation"])(
    "SPN-08 without SPNEGO, %s: the token goes to the mechanism as it is, and the state is DIRECT",
    async (label) => {
      const [first = "", answer = ""] = tokensOf(18, label);
      expect(first.slice(0, 2)).toBe(label === "dce-style" ? "6e" : "60");
      const given: string[] = [];
      const server = acceptSecurityContext(await credentials(provide([recorded(given, fromHex(answer))])));
      expect(toHex((await server.step(fromHex(first))).token)).toBe(answer);
      expect(given).toEqual([first]);
      expect(server.query(SECPKG_ATTR_NEGOTIATION_INFO)).toMatchObject({
        packageInfo: { name: "Kerberos" },
        negotiationState: SECPKG_NEGOTIATION_DIRECT,
      });
    },
  );
});

function decodeResponse(hex: string): Uint8Array {
  const token = decodeSpnegoToken(fromHex(hex));
  return (token.kind === "response" ? token.responseToken : undefined) ?? new Uint8Array(0);
}

describe("mechanisms that break", () => {
  const broken = (how: () => never): NegotiateMechanism => ({
    package: {
      info: { name: "Broken", comment: "", capabilities: 0, version: 1, rpcId: 1, maxToken: 1 },
      acquireCredentials: how,
    },
    oids: ["2.999"],
  });

  it("SSPI-35 the credentials acquired before one that throws are freed", async () => {
    const freed: string[] = [];
    const first: NegotiateMechanism = {
      package: {
        info: { name: "First", comment: "", capabilities: 0, version: 1, rpcId: 1, maxToken: 1 },
        acquireCredentials: () => ({ free: () => void freed.push("First") }),
      },
      oids: ["2.999.1"],
    };
    const mechanisms = [
      first,
      broken(() => {
        throw new Error("a bug");
      }),
    ];
    await expect(credentials(provide(mechanisms))).rejects.toMatchObject({ code: SEC_E_INTERNAL_ERROR });
    expect(freed).toEqual(["First"]);
  });

  it("SSPI-17 a mechanism that throws in a step is SEC_E_INTERNAL_ERROR, and its contexts are gone", async () => {
    const provider = provide([
      {
        package: {
          info: { name: "Thrower", comment: "", capabilities: 0, version: 1, rpcId: 1, maxToken: 1 },
          acquireCredentials: () => ({
            initiate: () => ({
              step: () => Promise.reject(new Error("a bug")),
            }),
          }),
        },
        oids: ["2.999"],
      },
    ]);
    const client = initializeSecurityContext(await credentials(provider));
    await expect(client.step()).rejects.toMatchObject({ code: SEC_E_INTERNAL_ERROR });
    await client.close();
    expect(provider.objects().contexts).toBe(0);
  });
});
