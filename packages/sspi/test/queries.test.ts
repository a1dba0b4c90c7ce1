import { readdirSync, readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as sspiNames from "../src/index.ts";
import {
  createSecHandle,
  createSspiProvider,
  neverExpires,
  out,
  type PackageContext,
  type PeerIdentity,
  SEC_E_BUFFER_TOO_SMALL,
  SEC_E_INTERNAL_ERROR,
  SEC_E_INVALID_HANDLE,
  SEC_E_INVALID_PARAMETER,
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_E_NO_IMPERSONATION,
  SEC_E_NOT_OWNER,
  SEC_E_NOT_SUPPORTED,
  SEC_E_OK,
  SEC_E_SECPKG_NOT_FOUND,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_COMPLETE_NEEDED,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_DATA,
  SECBUFFER_TOKEN,
  SECPKG_ATTR_FLAGS,
  SECPKG_ATTR_LIFESPAN,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_PACKAGE_INFO,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_SIZES,
  SECPKG_ATTR_TARGET,
  type SecPkgInfo,
  secBuffer,
  secBufferDesc,
  statusName,
} from "../src/index.ts";
import { harness, settle, stub } from "./harness.ts";
import { threefold } from "./threefold.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A stub's context in each of its phases. */
async function phases(context: Partial<PackageContext> = {}) {
  const sspi = harness({
    packages: [
      stub(
        ({ token }) =>
          token.length === 4
            ? SEC_E_LOGON_DENIED
            : token.length === 7
              ? SEC_I_CONTINUE_NEEDED
              : { status: SEC_E_OK, attributes: 0x20000 },
        {
          context,
        },
      ),
    ],
  });
  const credential = await sspi.acquire();
  const partial = sspi.accept({ credential, token: "partial" });
  const established = sspi.accept({ credential, token: "done" + "." });
  const failed = sspi.accept({ credential, token: "partial" });
  await settle();
  sspi.accept({ context: failed.context, token: "fail" });
  await settle();
  return {
    sspi,
    partial: partial.context,
    established: established.context,
    failed: failed.context,
    credential,
  };
}

describe("attributes", () => {
  it("SSPI-95 the matrix: what may be asked when", async () => {
    const query = (attribute: number) =>
      attribute === SECPKG_ATTR_NAMES ? { userName: "alice" } : undefined;
    const { sspi, ...contexts } = await phases({
      query,
      sizes: { maxToken: 1, maxSignature: 2, blockSize: 3, securityTrailer: 4 },
    });
    const matrix = Object.fromEntries(
      Object.entries({
        SIZES: 0,
        NAMES: 1,
        LIFESPAN: 2,
        PACKAGE_INFO: 10,
        NEGOTIATION_INFO: 12,
        FLAGS: 14,
        TARGET: 19,
        SESSION_KEY: 9,
        unknown: 0x7777,
      }).map(([name, attribute]) => [
        name,
        [contexts.partial, contexts.established, contexts.failed].map((context) =>
          statusName(sspi.QueryContextAttributes(context, attribute, out(undefined)))?.slice(6),
        ),
      ]),
    );
    expect(matrix).toEqual({
      SIZES: ["OK", "OK", "INVALID_HANDLE"],
      NAMES: ["INVALID_HANDLE", "OK", "INVALID_HANDLE"],
      LIFESPAN: ["INVALID_HANDLE", "OK", "INVALID_HANDLE"],
      PACKAGE_INFO: ["OK", "OK", "INVALID_HANDLE"],
      NEGOTIATION_INFO: ["OK", "OK", "INVALID_HANDLE"],
      FLAGS: ["INVALID_HANDLE", "OK", "INVALID_HANDLE"],
      TARGET: ["UNSUPPORTED_FUNCTION", "UNSUPPORTED_FUNCTION", "INVALID_HANDLE"],
      SESSION_KEY: ["INVALID_HANDLE", "UNSUPPORTED_FUNCTION", "INVALID_HANDLE"],
      unknown: ["INVALID_HANDLE", "UNSUPPORTED_FUNCTION", "INVALID_HANDLE"],
    });
    sspi.end();
  });

  it("SSPI-96 what every context tells", async () => {
    const sspi = harness();
    const { client, server } = await sspi.pair();
    const ask = <Attribute extends number>(context: typeof client, attribute: Attribute) => {
      const value = out<sspiNames.ContextAttribute<Attribute> | undefined>(undefined);
      expect(sspi.QueryContextAttributes(context, attribute, value)).toBe(SEC_E_OK);
      return value.value;
    };
    const packageInfo = { ...threefold().info };
    expect(ask(server, SECPKG_ATTR_NAMES)).toEqual({ userName: "alice" });
    expect(ask(client, SECPKG_ATTR_LIFESPAN)).toEqual({
      start: sspiNames.timeStamp(Date.UTC(2026, 0, 1)),
      expiry: neverExpires,
    });
    expect([ask(client, SECPKG_ATTR_FLAGS), ask(server, SECPKG_ATTR_FLAGS)]).toEqual([
      { flags: 0x1001a },
      { flags: 0x2001a },
    ]);
    expect(ask(client, SECPKG_ATTR_PACKAGE_INFO)).toEqual({ packageInfo });
    expect(ask(client, SECPKG_ATTR_NEGOTIATION_INFO)).toEqual({ packageInfo, negotiationState: 0 });
    expect(ask(client, SECPKG_ATTR_TARGET)).toEqual({ target: "" });
    sspi.end();
  });

  it("SSPI-97 sizes: the package's largest while the context is made, then its own", async () => {
    const { sspi, partial, established } = await phases({
      sizes: { maxToken: 9, maxSignature: 8, blockSize: 7, securityTrailer: 6 },
    });
    const sizes = out<sspiNames.SecPkgContextSizes | undefined>(undefined);
    sspi.QueryContextAttributes(partial, SECPKG_ATTR_SIZES, sizes);
    expect(sizes.value).toEqual({ maxToken: 100, maxSignature: 0, blockSize: 0, securityTrailer: 0 });
    sspi.QueryContextAttributes(established, SECPKG_ATTR_SIZES, sizes);
    expect(sizes.value).toEqual({ maxToken: 9, maxSignature: 8, blockSize: 7, securityTrailer: 6 });
    sspi.end();
  });

  it("SSPI-98 packages are enumerated in order, with aliases, excluded by name, found whatever the case", () => {
    const sspi = harness();
    const count = out(0);
    const list = out<readonly SecPkgInfo[]>([]);
    expect(sspi.EnumerateSecurityPackages(count, list)).toBe(SEC_E_OK);
    expect([count.value, list.value.map(({ name }) => name)]).toEqual([3, ["Stub", "Threefold", "3fold"]]);
    expect([sspi.FreeContextBuffer(list.value), sspi.FreeContextBuffer(list.value)]).toEqual([
      SEC_E_OK,
      SEC_E_INVALID_HANDLE,
    ]);
    const info = out<SecPkgInfo | undefined>(undefined);
    expect(sspi.QuerySecurityPackageInfo("THREEFOLD", info)).toBe(SEC_E_OK);
    expect(info.value).toEqual(threefold().info);
    expect(sspi.QuerySecurityPackageInfo("Kerberos", info)).toBe(SEC_E_SECPKG_NOT_FOUND);
    const without = harness({ exclude: ["stub"] });
    without.EnumerateSecurityPackages(count, list);
    expect(list.value.map(({ name }) => name)).toEqual(["Threefold", "3fold"]);
    expect(() => createSspiProvider({ packages: [threefold(), threefold()] })).toThrow(
      'packages: two are called "Threefold"',
    );
  });

  it("SSPI-103 attributes are set where the package has any to set", async () => {
    const seen: unknown[] = [];
    const set = (attribute: number, value: unknown, size: number) => {
      seen.push([attribute, value, size]);
      return size < 8 ? SEC_E_BUFFER_TOO_SMALL : SEC_E_OK;
    };
    const { sspi, established, partial } = await phases({ set });
    expect(sspi.SetContextAttributes(established, 94, "data", 8)).toBe(SEC_E_OK);
    expect(sspi.SetContextAttributes(established, 94, "data", 4)).toBe(SEC_E_BUFFER_TOO_SMALL);
    expect(sspi.SetContextAttributes(established, 94, "data", -1)).toBe(SEC_E_INVALID_PARAMETER);
    expect(sspi.SetContextAttributes(partial, 94, "data", 8)).toBe(SEC_E_INVALID_HANDLE);
    expect(seen).toEqual([
      [94, "data", 8],
      [94, "data", 4],
    ]);
    sspi.end();
    const bare = await phases();
    expect(bare.sspi.SetContextAttributes(bare.established, 94, "data", 8)).toBe(SEC_E_UNSUPPORTED_FUNCTION);
    bare.sspi.end();
  });

  it("SSPI-104 E-07 control and completion go to the package that has them, and are not supported elsewhere", async () => {
    const seen: string[] = [];
    const { sspi, established, partial, failed } = await phases({
      applyControlToken: (input) => (seen.push(`control ${input.length}`), SEC_E_OK),
      completeToken: (token) => (seen.push(`complete ${token.length}`), SEC_E_OK),
    });
    const input = secBufferDesc(secBuffer(SECBUFFER_TOKEN, 4));
    expect(sspi.ApplyControlToken(established, input)).toBe(SEC_E_OK);
    expect(sspi.CompleteAuthToken(partial, input)).toBe(SEC_E_OK);
    expect(sspi.ApplyControlToken(failed, input)).toBe(SEC_E_INVALID_HANDLE);
    expect(sspi.ApplyControlToken(established, null as never)).toBe(SEC_E_INVALID_PARAMETER);
    expect(sspi.CompleteAuthToken(established, { version: 1, buffers: [] })).toBe(SEC_E_INVALID_PARAMETER);
    expect(seen).toEqual(["control 1", "complete 1"]);
    sspi.end();
    const bare = await phases();
    expect(bare.sspi.ApplyControlToken(bare.established, input)).toBe(SEC_E_UNSUPPORTED_FUNCTION);
    expect(bare.sspi.CompleteAuthToken(bare.partial, input)).toBe(SEC_E_UNSUPPORTED_FUNCTION);
    bare.sspi.end();
    expect(SEC_I_COMPLETE_NEEDED).toBe(0x90313);
  });

  it("a package that throws in a query is SEC_E_INTERNAL_ERROR", async () => {
    const { sspi, established } = await phases({
      query: () => {
        throw new Error("bug");
      },
    });
    expect(sspi.QueryContextAttributes(established, SECPKG_ATTR_SESSION_KEY, out(undefined))).toBe(
      SEC_E_INTERNAL_ERROR,
    );
    expect(sspi.log.events).toHaveLength(1);
    sspi.end();
  });
});

describe("identity", () => {
  it("SSPI-99 the hook runs with the client's identity; it follows the flow, and ends with Revert", async () => {
    const calls: string[] = [];
    const sspi = harness({
      impersonate: ({ name }) => {
        calls.push(`as ${name}`);
        return () => void calls.push(`no longer ${name}`);
      },
    });
    const { client, server } = await sspi.pair();
    expect(sspi.impersonatedIdentity()).toBe(undefined);
    expect(sspi.RevertSecurityContext(server)).toBe(SEC_E_NO_IMPERSONATION);
    expect(sspi.ImpersonateSecurityContext(server)).toBe(SEC_E_OK);
    await settle();
    expect(sspi.impersonatedIdentity()?.name).toBe("alice");
    expect(sspi.RevertSecurityContext(client)).toBe(SEC_E_NO_IMPERSONATION);
    expect(sspi.RevertSecurityContext(server)).toBe(SEC_E_OK);
    expect(sspi.impersonatedIdentity()).toBe(undefined);
    expect(calls).toEqual(["as alice", "no longer alice"]);
    let inside: PeerIdentity | undefined;
    expect(() =>
      sspi.runImpersonated(server, () => {
        inside = sspi.impersonatedIdentity();
        throw new Error("in the function");
      }),
    ).toThrow("in the function");
    expect([inside?.name, sspi.impersonatedIdentity(), calls.length]).toEqual(["alice", undefined, 4]);
    sspi.end();
  });

  it("SSPI-99 the identity of a context that was deleted meanwhile can still be given back", async () => {
    const calls: string[] = [];
    const sspi = harness({ impersonate: () => () => void calls.push("end") });
    const { server } = await sspi.pair();
    const handle = { ...server };
    sspi.ImpersonateSecurityContext(server);
    sspi.DeleteSecurityContext(server);
    expect(sspi.RevertSecurityContext(handle)).toBe(SEC_E_INVALID_HANDLE);
    expect([sspi.impersonatedIdentity(), calls]).toEqual([undefined, ["end"]]);
    expect(sspi.RevertSecurityContext(handle)).toBe(SEC_E_INVALID_HANDLE);
    expect(calls).toHaveLength(1);
    sspi.end();
  });

  it("SSPI-99 SSPI-100 no hook, the client's side, a partial context, a hook that fails: SEC_E_NO_IMPERSONATION, and nothing runs", async () => {
    const without = harness();
    const pair = await without.pair();
    expect(without.ImpersonateSecurityContext(pair.server)).toBe(SEC_E_NO_IMPERSONATION);
    without.end();
    const sspi = harness({
      impersonate: () => {
        throw new Error("no");
      },
    });
    const { client, server } = await sspi.pair();
    let ran = false;
    expect(sspi.ImpersonateSecurityContext(client)).toBe(SEC_E_NO_IMPERSONATION);
    expect(sspi.ImpersonateSecurityContext(server)).toBe(SEC_E_NO_IMPERSONATION);
    expect(
      sspi.runImpersonated(server, () => {
        ran = true;
      }),
    ).toBe(SEC_E_NO_IMPERSONATION);
    expect(sspi.ImpersonateSecurityContext(createSecHandle())).toBe(SEC_E_INVALID_HANDLE);
    expect([ran, sspi.impersonatedIdentity()]).toEqual([false, undefined]);
    sspi.end();
  });

  it("SSPI-101 the token of an established context, on the server only", async () => {
    const sspi = harness();
    const { client, server } = await sspi.pair();
    const token = out<PeerIdentity | undefined>(undefined);
    expect(sspi.QuerySecurityContextToken(server, token)).toBe(SEC_E_OK);
    expect(token.value).toEqual({ name: "alice", groups: ["staff"] });
    expect(sspi.QuerySecurityContextToken(client, token)).toBe(SEC_E_NO_IMPERSONATION);
    sspi.end();
    const { sspi: other, partial } = await phases();
    expect(other.QuerySecurityContextToken(partial, token)).toBe(SEC_E_INVALID_HANDLE);
    other.end();
  });
});

describe("SSPI-102 export and import", () => {
  const exportKey = Uint8Array.from({ length: 32 }, (_, index) => index);

  it("goes on in another thread, with the numbers where they were", async () => {
    const sspi = harness({ exportKey, exportMachine: "lab" });
    const { client, server } = await sspi.pair();
    const seal = (content: string) => {
      const message = secBufferDesc(
        secBuffer(SECBUFFER_TOKEN, 16),
        secBuffer(SECBUFFER_DATA, bytes(content)),
      );
      expect(sspi.EncryptMessage(client, 0, message, 0)).toBe(SEC_E_OK);
      return message;
    };
    expect(sspi.DecryptMessage(server, seal("here"), 0, null)).toBe(SEC_E_OK);
    const packed = secBuffer();
    const token = out<PeerIdentity | undefined>(undefined);
    expect(sspi.ExportSecurityContext(server, 2, packed, token)).toBe(SEC_E_OK);
    expect(token.value?.name).toBe("alice");
    expect(sspi.QueryContextAttributes(server, 0, out(undefined))).toBe(SEC_E_INVALID_HANDLE); // DELETE_OLD
    const message = seal("there");
    const worker = new Worker(new URL("import-worker.ts", import.meta.url), {
      workerData: { packed, message, exportKey },
    });
    const answer = await new Promise((resolve, reject) =>
      worker.once("message", resolve).once("error", reject),
    );
    expect(answer).toEqual({ status: SEC_E_OK, text: "there" });
    expect(sspi.FreeContextBuffer(packed.data)).toBe(SEC_E_OK);
    sspi.end();
  });

  it("RESET_NEW begins the numbers again, without DELETE_OLD the old one stays", async () => {
    const sspi = harness({ exportKey });
    const { client, server } = await sspi.pair();
    const message = () =>
      secBufferDesc(secBuffer(SECBUFFER_TOKEN, 16), secBuffer(SECBUFFER_DATA, bytes("x")));
    const first = message();
    sspi.EncryptMessage(client, 0, first, 0);
    sspi.DecryptMessage(server, first, 0, null);
    const packed = [secBuffer(), secBuffer()];
    for (const [index, context] of [client, server].entries()) {
      expect(sspi.ExportSecurityContext(context, 1, packed[index] as never, null)).toBe(SEC_E_OK);
    }
    const [newClient, newServer] = packed.map((each) => {
      const handle = createSecHandle();
      expect(sspi.ImportSecurityContext("threefold", each, null, handle)).toBe(SEC_E_OK);
      return handle;
    });
    for (const [from, to] of [
      [newClient, newServer],
      [client, server],
    ]) {
      const next = message();
      expect(sspi.EncryptMessage(from as never, 0, next, 0)).toBe(SEC_E_OK);
      expect(sspi.DecryptMessage(to as never, next, 0, null)).toBe(SEC_E_OK);
    }
    for (const handle of [newClient, newServer]) sspi.DeleteSecurityContext(handle as never);
    sspi.end();
  });

  it("is refused for the kernel, for partial contexts, and where the package cannot", async () => {
    const { sspi, partial, established, failed } = await phases();
    const packed = secBuffer();
    expect(sspi.ExportSecurityContext(established, 4, packed, null)).toBe(SEC_E_UNSUPPORTED_FUNCTION);
    expect(sspi.ExportSecurityContext(established, 8, packed, null)).toBe(SEC_E_INVALID_PARAMETER);
    expect(sspi.ExportSecurityContext(established, 0, packed, null)).toBe(SEC_E_NOT_SUPPORTED);
    expect(sspi.ExportSecurityContext(partial, 0, packed, null)).toBe(SEC_E_NOT_SUPPORTED);
    expect(sspi.ExportSecurityContext(failed, 0, packed, null)).toBe(SEC_E_INVALID_HANDLE);
    expect(packed.data).toBe(null);
    sspi.end();
  });

  it("SSPI-107 SSPI-108 opens with the key, on the machine, for the package; any other bytes are SEC_E_INVALID_TOKEN", async () => {
    const made = harness({ exportKey, exportMachine: "here" });
    const { server } = await made.pair();
    const packed = secBuffer();
    made.ExportSecurityContext(server, 0, packed, null);
    const open = (sspi: typeof made, data: Uint8Array, name = "threefold") => {
      const handle = createSecHandle();
      const status = sspi.ImportSecurityContext(name, secBuffer(0, data), null, handle);
      sspi.DeleteSecurityContext(handle);
      return status;
    };
    const blob = packed.data as Uint8Array;
    expect(open(made, blob)).toBe(SEC_E_OK);
    expect(open(made, blob, "stub")).toBe(SEC_E_INVALID_TOKEN);
    expect(open(made, blob, "nobody")).toBe(SEC_E_SECPKG_NOT_FOUND);
    expect(open(harness({ exportKey: new Uint8Array(32), exportMachine: "here" }), blob)).toBe(
      SEC_E_INVALID_TOKEN,
    );
    expect(open(harness({ exportMachine: "here" }), blob)).toBe(SEC_E_INVALID_TOKEN);
    expect(open(harness({ exportKey, exportMachine: "there" }), blob)).toBe(SEC_E_NOT_OWNER);
    for (let at = 0; at < blob.length; at += 1) {
      const changed = blob.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(open(made, changed)).toBe(SEC_E_INVALID_TOKEN);
      expect(open(made, blob.subarray(0, at))).toBe(SEC_E_INVALID_TOKEN);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => open(made, data) === SEC_E_INVALID_TOKEN),
    );
    expect(made.ImportSecurityContext("threefold", null as never, null, createSecHandle())).toBe(
      SEC_E_INVALID_TOKEN,
    );
    expect(() => harness({ exportKey: new Uint8Array(16) })).toThrow("exportKey must have 32 bytes, not 16");
    made.end();
  });
});

describe("what a provider uses", () => {
  afterEach(() => vi.restoreAllMocks());

  it("SSPI-105 clock and random numbers come from the provider: the same seed, the same tokens", async () => {
    const run = async () => {
      const sspi = harness({ random: createSeededRandom(7), clock: createVirtualClock({ now: 1 }) });
      const credential = await sspi.acquire({ package: "Threefold" });
      const step = sspi.accept({ credential, token: "hello alice" });
      await settle();
      const token = [...step.token()];
      sspi.end();
      return token;
    };
    expect(await run()).toEqual(await run());
    const distinct = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const sspi = createSspiProvider({
        packages: [stub(({ random }) => ({ status: SEC_I_CONTINUE_NEEDED, token: random(8) }))],
      });
      const credential = createSecHandle();
      const async = sspi.SspiCreateAsyncContext();
      sspi.SspiAcquireCredentialsHandleAsyncW(
        async,
        null,
        "Stub",
        3,
        null,
        null,
        null,
        null,
        credential,
        null,
      );
      await settle();
      sspi.SspiReinitAsyncContext(async);
      const output = secBufferDesc(secBuffer(SECBUFFER_TOKEN, 8));
      sspi.SspiInitializeSecurityContextAsyncW(
        async,
        credential,
        null,
        null,
        0,
        0,
        0,
        null,
        0,
        createSecHandle(),
        output,
        null,
        null,
      );
      await settle();
      distinct.add(String(output.buffers[0]?.data));
      await sspi.shutdown();
    }
    expect(distinct.size).toBe(3);
  });

  it("SSPI-106 no environment variable, file or network is touched; packages see what they are shown", async () => {
    const net = await import("node:net");
    const fs = await import("node:fs");
    const dns = await import("node:dns");
    const spies = [
      vi.spyOn(net.Socket.prototype, "connect"),
      vi.spyOn(fs.default, "readFileSync"),
      vi.spyOn(fs.default, "openSync"),
      vi.spyOn(fs.default, "open"),
      vi.spyOn(dns.default, "lookup"),
    ];
    const read: string[] = [];
    const { env } = process;
    process.env = new Proxy(
      { ...env },
      {
        get: (target, key) => (read.push(String(key)), Reflect.get(target, key)),
        has: (_target, key) => (read.push(String(key)), false),
      },
    );
    let seen: unknown;
    try {
      const sspi = harness({ step: ({ environment }) => ((seen = { ...environment }), SEC_E_OK) });
      const credential = await sspi.acquire();
      sspi.accept({ credential });
      const { client, server } = await sspi.pair();
      sspi.EncryptMessage(
        client,
        0,
        secBufferDesc(secBuffer(SECBUFFER_TOKEN, 16), secBuffer(SECBUFFER_DATA, bytes("x"))),
        0,
      );
      sspi.ExportSecurityContext(server, 0, secBuffer(), null);
      sspi.end();
      await sspi.shutdown();
    } finally {
      process.env = env;
    }
    expect(read).toEqual([]);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    expect(seen).toEqual({});
    const shown = harness({
      environment: { KRB5_CONFIG: "/etc/krb5.conf" },
      step: ({ environment }) => ((seen = environment), SEC_E_OK),
    });
    const credential = await shown.acquire();
    shown.accept({ credential });
    await settle();
    expect(seen).toEqual({ KRB5_CONFIG: "/etc/krb5.conf" });
    shown.end();
  });

  it("SSPI-107 code rule: bytes are compared by constantTimeEqual or by the cipher, nowhere by hand", () => {
    const folder = new URL("../src/", import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) {
      const source = readFileSync(new URL(file, folder), "utf8");
      expect([file, /Buffer\.compare|\.equals\(|\.compare\(|\.every\(\(byte/.exec(source)?.[0]]).toEqual([
        file,
        undefined,
      ]);
    }
  });

  it("E-01 E-15 the numbers are those of the headers", () => {
    expect(SEC_E_INVALID_HANDLE).toBe(0x80090301);
    expect([sspiNames.SECPKG_ATTR_ACCESS_TOKEN, sspiNames.SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES]).toEqual([
      18, 128,
    ]);
    expect(statusName(0x80090302)).toBe("SEC_E_UNSUPPORTED_FUNCTION");
    expect(Object.keys(sspiNames)).not.toContain("SEC_E_CANCELLED");
  });

  it.each([
    [{ limits: { contexts: 0 } }, "limits.contexts must be a whole number of at least 1, not 0"],
    [{ limits: { pendingCalls: 1.5 } }, "limits.pendingCalls must be a whole number"],
    [{ operationTimeoutMs: 0 }, "operationTimeoutMs must be more than 0"],
  ])("refuses the option %j", (options, message) => {
    expect(() => harness(options)).toThrow(message);
  });
});
