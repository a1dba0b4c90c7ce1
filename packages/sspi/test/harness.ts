import {
  createMemoryLog,
  createSeededRandom,
  createVirtualClock,
  type MemoryLog,
  type VirtualClock,
} from "@sallyport/runtime";
import { expect } from "vitest";
import {
  bufferBytes,
  type CallExtension,
  type CredHandle,
  type CtxtHandle,
  createSecHandle,
  createSspiProvider,
  type Out,
  out,
  type PackageContext,
  type PackageCredential,
  SEC_E_OK,
  SEC_I_ASYNC_CALL_PENDING,
  SECBUFFER_EMPTY,
  SECBUFFER_TOKEN,
  SECPKG_CRED_BOTH,
  SECPKG_FLAG_CONNECTION,
  type SecBuffer,
  type SecBufferDesc,
  type SecurityPackage,
  type SspiAsyncContext,
  type SspiProvider,
  type SspiProviderOptions,
  secBuffer,
  secBufferDesc,
  type TimeStamp,
} from "../src/index.ts";
import { threefold } from "./threefold.ts";

/** A package whose one context does what a test says. */
export function stub(
  step: PackageContext["step"],
  more: Partial<SecurityPackage> & {
    readonly context?: Partial<PackageContext>;
    readonly credential?: Partial<PackageCredential>;
  } = {},
): SecurityPackage {
  const { context, credential, ...rest } = more;
  return {
    info: {
      name: "Stub",
      comment: "",
      capabilities: SECPKG_FLAG_CONNECTION,
      version: 1,
      rpcId: 0xffff,
      maxToken: 100,
    },
    acquireCredentials: () => ({
      initiate: () => ({ ...context, step }),
      accept: () => ({ ...context, step }),
      ...credential,
    }),
    ...rest,
  };
}

/** One step, its outputs, and how it ended. */
interface Step {
  readonly async: SspiAsyncContext;
  readonly queued: number;
  readonly context: CtxtHandle;
  readonly output: SecBufferDesc;
  readonly attributes: Out<number>;
  readonly expiry: Out<TimeStamp>;
  status(): number;
  /** The token that was written. */
  token(): Uint8Array;
}

interface StepOptions {
  readonly credential?: CredHandle | null;
  readonly context?: CtxtHandle | null;
  readonly token?: Uint8Array | string;
  readonly input?: SecBufferDesc | null;
  readonly flags?: number;
  readonly drep?: number;
  readonly room?: number;
  readonly output?: SecBufferDesc;
  readonly newContext?: CtxtHandle | null;
  readonly target?: string | null;
  readonly extension?: CallExtension;
  readonly reserved?: number;
  readonly async?: SspiAsyncContext;
}

export interface Harness extends SspiProvider {
  readonly clock: VirtualClock;
  readonly log: MemoryLog;
  readonly warnings: string[];
  /** A new async context. */
  context(): SspiAsyncContext;
  /** Acquires a credential and waits. */
  acquire(options?: {
    package?: string;
    use?: number;
    authData?: unknown;
    principal?: string | null;
    extension?: CallExtension;
  }): Promise<CredHandle>;
  accept(options?: StepOptions): Step;
  initialize(options?: StepOptions): Step;
  /** Two contexts that have shaken hands with the test protocol. */
  pair(options?: { flags?: number }): Promise<{ client: CtxtHandle; server: CtxtHandle }>;
  /** Frees what the test made, and finds nothing left (SSPI-65). */
  end(): void;
}

/** Waits until everything that can go on without time or input has done so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function harness(
  options: Partial<SspiProviderOptions> & { readonly step?: PackageContext["step"] } = {},
): Harness {
  const { step = () => ({ status: SEC_E_OK }), ...rest } = options;
  const clock = createVirtualClock({ now: Date.UTC(2026, 0, 1) });
  const log = createMemoryLog();
  const warnings: string[] = [];
  const provider = createSspiProvider({
    packages: [stub(step), threefold()],
    clock,
    random: createSeededRandom(1),
    log,
    warn: (code) => warnings.push(code),
    ...rest,
  });
  const contexts = new Set<SspiAsyncContext>();
  const credentials: CredHandle[] = [];
  const made = new Set<CtxtHandle>();

  const context = (): SspiAsyncContext => {
    const created = provider.SspiCreateAsyncContext();
    if (created === null) throw new Error("no async context");
    contexts.add(created);
    return created;
  };

  const prepare = (given: StepOptions) => {
    const { token, room = 100, context: old = null } = given;
    const bytes = typeof token === "string" ? new TextEncoder().encode(token) : token;
    const input =
      given.input !== undefined
        ? given.input
        : bytes === undefined
          ? null
          : secBufferDesc(secBuffer(SECBUFFER_TOKEN, bytes), secBuffer(SECBUFFER_EMPTY));
    const handle = given.newContext === undefined ? (old ?? createSecHandle()) : given.newContext;
    if (handle !== null) made.add(handle);
    return {
      async: given.async ?? context(),
      input,
      handle,
      output: given.output ?? secBufferDesc(secBuffer(SECBUFFER_TOKEN, room)),
      attributes: out(0),
      expiry: out(0n),
    };
  };

  const result = (prepared: ReturnType<typeof prepare>, queued: number): Step => ({
    async: prepared.async,
    queued,
    context: prepared.handle ?? createSecHandle(),
    output: prepared.output,
    attributes: prepared.attributes,
    expiry: prepared.expiry,
    status: () => provider.SspiGetAsyncCallStatus(prepared.async),
    token: () => bufferBytes(prepared.output.buffers[0] as SecBuffer),
  });

  const self: Harness = {
    ...provider,
    clock,
    log,
    warnings,
    context,
    async acquire({
      package: name = "Stub",
      use = SECPKG_CRED_BOTH,
      authData = "secret",
      principal = null,
      extension,
    } = {}) {
      const handle = createSecHandle();
      const async = context();
      const queued = provider.SspiAcquireCredentialsHandleAsyncW(
        async,
        principal,
        name,
        use,
        null,
        authData,
        null,
        null,
        handle,
        null,
        extension,
      );
      expect(queued).toBe(SEC_E_OK);
      await settle();
      expect(provider.SspiGetAsyncCallStatus(async)).toBe(SEC_E_OK);
      credentials.push(handle);
      return handle;
    },
    accept(given = {}) {
      const prepared = prepare({ token: "token", ...given });
      const queued = provider.SspiAcceptSecurityContextAsync(
        prepared.async,
        given.credential ?? null,
        given.context ?? null,
        prepared.input,
        given.flags ?? 0,
        given.drep ?? 0x10,
        prepared.handle,
        prepared.output,
        prepared.attributes,
        prepared.expiry,
        given.extension,
      );
      return result(prepared, queued);
    },
    initialize(given = {}) {
      const prepared = prepare(given);
      const queued = provider.SspiInitializeSecurityContextAsyncW(
        prepared.async,
        given.credential ?? null,
        given.context ?? null,
        given.target ?? null,
        given.flags ?? 0,
        given.reserved ?? 0,
        given.drep ?? 0x10,
        prepared.input,
        0,
        prepared.handle,
        prepared.output,
        prepared.attributes,
        prepared.expiry,
        given.extension,
      );
      return result(prepared, queued);
    },
    async pair({ flags = 0 } = {}) {
      const credential = await self.acquire({ package: "Threefold" });
      const hello = self.initialize({ credential, flags });
      await settle();
      const challenge = self.accept({ credential, token: hello.token(), flags });
      await settle();
      const proof = self.initialize({ context: hello.context, token: challenge.token(), flags });
      await settle();
      const server = self.accept({ context: challenge.context, token: proof.token(), flags });
      await settle();
      const client = self.initialize({ context: proof.context, token: server.token(), flags });
      await settle();
      expect([server.status(), client.status()]).toEqual([SEC_E_OK, SEC_E_OK]);
      return { client: client.context, server: server.context };
    },
    end() {
      for (const handle of made) provider.DeleteSecurityContext(handle);
      for (const handle of credentials) provider.FreeCredentialsHandle(handle);
      for (const async of contexts) provider.SspiFreeAsyncContext(async);
      expect(provider.objects()).toEqual({ asyncContexts: 0, pendingCalls: 0, contexts: 0, credentials: 0 });
    },
  };
  return self;
}

/** A promise that a test settles when it likes. */
export function deferred<T>(): {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

export const pending: number = SEC_I_ASYNC_CALL_PENDING;
