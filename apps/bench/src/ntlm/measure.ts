import { ntHash, Secret } from "@sallyport/crypto";
import {
  acceptSecurityContext,
  acquireCredentials,
  createSspiProvider,
  initializeSecurityContext,
  type NtlmAccount,
  ntlmPackage,
  SEC_E_OK,
  SECBUFFER_DATA,
  SECBUFFER_TOKEN,
  type SecurityContext,
  type SecurityCredentials,
  type SspiProvider,
  secBuffer,
  secBufferDesc,
} from "@sallyport/sspi";

/** Microseconds of CPU time, of all threads of the process, so that the garbage counts too. */
export interface NtlmCost {
  /** Both steps of a server, from the account to the keys: `await context.step(token)` twice, and `close`. */
  readonly accept: number;
  /** EncryptMessage in place, by the bytes of the message. */
  readonly seal64: number;
  readonly seal1024: number;
  readonly seal65536: number;
  /** `context.wrap` of 64 KiB, which gives what travels in one piece. */
  readonly wrap65536: number;
}

/** Two ends that know each other, and a provider to make more of them. */
export interface NtlmEnds {
  readonly provider: SspiProvider;
  readonly outbound: SecurityCredentials;
  readonly inbound: SecurityCredentials;
}

const alice: NtlmAccount = {
  name: "alice",
  domain: "TESTDOM",
  password: { ntHash: new Secret(ntHash("alicepw")) },
};

/** Credentials of a client, and of a server that knows `alice` alone. */
export async function ntlmEnds(user = "alice", password = "alicepw"): Promise<NtlmEnds> {
  const accounts = { find: ({ name }: { readonly name: string }) => (name === "alice" ? alice : undefined) };
  const provider = createSspiProvider({ packages: [ntlmPackage({ accounts })] });
  const common = { provider, package: "NTLM" } as const;
  return {
    provider,
    outbound: await acquireCredentials({
      ...common,
      use: "outbound",
      authData: { user, domain: "TESTDOM", password },
    }),
    inbound: await acquireCredentials({ ...common, use: "inbound" }),
  };
}

/** A client and a server that have not said anything yet. */
export function sides({ outbound, inbound }: NtlmEnds): {
  readonly client: SecurityContext;
  readonly server: SecurityContext;
} {
  return {
    client: initializeSecurityContext(outbound, { target: "HTTP/localhost", request: ["confidentiality"] }),
    server: acceptSecurityContext(inbound),
  };
}

/** One round of everything. */
export async function measureNtlm(ends: NtlmEnds, contexts: number, mebibytes: number): Promise<NtlmCost> {
  const accept = await acceptCost(ends, contexts);
  const { client, server } = sides(ends);
  const { token } = await client.step((await server.step((await client.step()).token)).token);
  await server.step(token);
  const sealed = (bytes: number): number =>
    sealCost(client, bytes, (mebibytes * 2 ** 20) / Math.max(bytes, 1024));
  const cost = {
    accept,
    seal64: sealed(64),
    seal1024: sealed(1024),
    seal65536: sealed(65_536),
    wrap65536: wrapCost(client, 65_536, mebibytes * 16),
  };
  await client.close();
  await server.close();
  return cost;
}

/** The clients speak before and between, so that only servers are measured. */
async function acceptCost(ends: NtlmEnds, contexts: number): Promise<number> {
  const pairs = Array.from({ length: contexts }, () => sides(ends));
  const first: Uint8Array[] = [];
  for (const { client } of pairs) first.push((await client.step()).token);
  const challenges: Uint8Array[] = [];
  let begun = process.cpuUsage();
  for (const [index, { server }] of pairs.entries()) {
    challenges.push((await server.step(first[index])).token);
  }
  let spent = elapsed(begun);
  const last: Uint8Array[] = [];
  for (const [index, { client }] of pairs.entries()) last.push((await client.step(challenges[index])).token);
  begun = process.cpuUsage();
  for (const [index, { server }] of pairs.entries()) {
    const { established } = await server.step(last[index]);
    if (!established) throw new Error("the server did not accept");
    await server.close();
  }
  spent += elapsed(begun);
  for (const { client } of pairs) await client.close();
  return spent / contexts;
}

function sealCost(context: SecurityContext, bytes: number, count: number): number {
  const { provider, handle } = context;
  const token = secBuffer(SECBUFFER_TOKEN, 16);
  const message = secBufferDesc(token, secBuffer(SECBUFFER_DATA, bytes));
  const begun = process.cpuUsage();
  for (let round = 0; round < count; round += 1) {
    if (provider.EncryptMessage(handle, 0, message, 0) !== SEC_E_OK) throw new Error("EncryptMessage failed");
  }
  return elapsed(begun) / count;
}

function wrapCost(context: SecurityContext, bytes: number, count: number): number {
  const message = new Uint8Array(bytes);
  const begun = process.cpuUsage();
  for (let round = 0; round < count; round += 1) context.wrap(message);
  return elapsed(begun) / count;
}

/** Microseconds of CPU time since then. */
function elapsed(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return user + system;
}
