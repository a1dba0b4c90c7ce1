import { ntHash, Secret } from "@sallyport/crypto";
import { createSeededRandom, createVirtualClock, type VirtualClock } from "@sallyport/runtime";
import { expect, onTestFinished } from "vitest";
import {
  type AcceptOptions,
  acceptSecurityContext,
  acquireCredentials,
  createSspiProvider,
  type InitiateOptions,
  initializeSecurityContext,
  type NtlmAccount,
  type NtlmAccounts,
  type NtlmAuthData,
  type NtlmPackageOptions,
  NtlmRefusal,
  ntlmPackage,
  type SecurityContext,
  SspiError,
  type SspiProvider,
} from "../../src/index.ts";

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const fromHex = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, "hex"));

/** The account that all tests know. */
export const alice: NtlmAccount = {
  name: "alice",
  domain: "TESTDOM",
  password: { ntHash: new Secret(ntHash("alicepw")) },
  groups: ["staff"],
};

/** Accounts by name, whatever the case; the domain counts only if it is asked for. */
export function accountsOf(...accounts: readonly NtlmAccount[]): NtlmAccounts {
  return {
    find: ({ domain, name }) =>
      accounts.find(
        (account) =>
          account.name.toLowerCase() === name.toLowerCase() &&
          (domain === "" || (account.domain ?? "").toLowerCase() === domain.toLowerCase()),
      ),
  };
}

export interface NtlmBench {
  readonly provider: SspiProvider;
  readonly clock: VirtualClock;
  /** Begins the two sides. */
  open(options?: {
    readonly client?: NtlmAuthData | null;
    readonly server?: NtlmAuthData | null;
    readonly initiate?: InitiateOptions;
    readonly accept?: AcceptOptions;
  }): Promise<{ readonly client: SecurityContext; readonly server: SecurityContext }>;
}

export const bench = (options: NtlmPackageOptions = {}, seed = 1): NtlmBench => {
  const clock = createVirtualClock({ now: Date.UTC(2026, 0, 1) });
  const provider = createSspiProvider({
    packages: [ntlmPackage({ accounts: accountsOf(alice), ...options })],
    clock,
    random: createSeededRandom(seed),
    warn: () => {},
  });
  onTestFinished(() => provider.shutdown());
  return {
    provider,
    clock,
    async open({
      client = { user: "alice", domain: "TESTDOM", password: "alicepw" },
      server = null,
      initiate = {},
      accept = {},
    } = {}) {
      const outbound = await acquireCredentials({
        provider,
        package: "NTLM",
        use: "outbound",
        authData: client,
      });
      const inbound = await acquireCredentials({
        provider,
        package: "NTLM",
        use: "inbound",
        authData: server,
      });
      return {
        client: initializeSecurityContext(outbound, initiate),
        server: acceptSecurityContext(inbound, accept),
      };
    },
  };
};

/** The three messages of a handshake that ends well, and its two ends. */
export async function shakeHands(
  { client, server }: { readonly client: SecurityContext; readonly server: SecurityContext },
  change: {
    readonly challenge?: (token: Uint8Array) => Uint8Array;
    readonly authenticate?: (token: Uint8Array) => Uint8Array;
  } = {},
): Promise<{
  readonly client: SecurityContext;
  readonly server: SecurityContext;
  readonly negotiate: Uint8Array;
  readonly challenge: Uint8Array;
  readonly authenticate: Uint8Array;
}> {
  const { token: negotiate } = await client.step();
  const { token: challenge } = await server.step(negotiate);
  const { token: authenticate } = await client.step(change.challenge?.(challenge) ?? challenge);
  await server.step(change.authenticate?.(authenticate) ?? authenticate);
  return { client, server, negotiate, challenge, authenticate };
}

/** How a handshake fails: the code, and why the server thinks so. */
export async function failure(
  work: Promise<unknown>,
): Promise<{ readonly code: number; readonly reason: string | undefined }> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof SspiError)) throw error;
    expect(error.token).toHaveLength(0);
    return { code: error.code, reason: error.cause instanceof NtlmRefusal ? error.cause.reason : undefined };
  }
  throw new Error("it did not fail");
}
