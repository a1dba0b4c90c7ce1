/// <reference lib="esnext.disposable" preserve="true" />
import {
  ASC_REQ_ALLOCATE_MEMORY,
  SEC_E_INVALID_HANDLE,
  SEC_E_OK,
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_MISSING,
  SECBUFFER_TOKEN,
  SECPKG_ATTR_FLAGS,
  SECPKG_ATTR_LIFESPAN,
  SECPKG_CONTEXT_EXPORT_DELETE_OLD,
  SECPKG_CONTEXT_EXPORT_RESET_NEW,
  SECURITY_NETWORK_DREP,
} from "@sallyport/errors/sspi";
import {
  findBuffer,
  type SecBuffer,
  type SecBufferDesc,
  secBuffer,
  secBufferDesc,
} from "../buffers/sec-buffer.ts";
import type { ContextAttribute, PeerIdentity } from "../contract/attributes.ts";
import { type ContextFeature, featuresOf, requestFlags } from "../contract/features.ts";
import { out } from "../contract/out.ts";
import type { ContextRole } from "../contract/security-package.ts";
import { type CtxtHandle, createSecHandle, SecIsValidHandle } from "../handles/sec-handle.ts";
import type { SspiAsyncContext } from "../machine/async-context.ts";
import type { CallLimits } from "../machine/operation.ts";
import { SspiError } from "../sspi-error.ts";
import type { SspiProvider } from "../sspi-provider.ts";
import { isContinuable, statusName } from "../status.ts";
import { dateOfTimeStamp, neverExpires } from "../time-stamp.ts";
import { type ChannelBindings, encodeChannelBindings } from "../wire/channel-bindings.ts";
import { type Completion, completion } from "./completion.ts";
import { sign, succeed, type Unwrapped, unwrap, verify, wrap } from "./message-protection.ts";
import type { SecurityCredentials } from "./security-credentials.ts";

/** What a context is to have. */
export interface ContextOptions {
  /** What it must have: asked for, and the handshake fails without it (SSPI-19). */
  readonly require?: readonly ContextFeature[];
  /** What it should have: asked for, and missing if the other side does not want it (SSPI-18). */
  readonly request?: readonly ContextFeature[];
  /** More `ASC_REQ_...` or `ISC_REQ_...` flags. */
  readonly flags?: number;
  /** The channel below, such as `tlsChannelBindings("tls-server-end-point", hash)`. */
  readonly channelBindings?: ChannelBindings;
}

/** What an accepting context is to have. */
export interface AcceptOptions extends ContextOptions {
  /**
   * Refuses a client that sends no channel bindings with SEC_E_BAD_BINDINGS, and everybody when `channelBindings` is left
   * out. It makes the policy of the credential stricter, never weaker. Default false: the credential decides (NTLM-30).
   */
  readonly requireChannelBindings?: boolean;
}

/** What an initiating context is to have. */
export interface InitiateOptions extends ContextOptions {
  /** Whom it talks to: `HTTP/web.example`, or what the package calls a target (SSPI-27). */
  readonly target?: string;
}

/** What one step came to. */
export interface StepResult {
  /** SEC_E_OK, SEC_I_CONTINUE_NEEDED, SEC_E_INCOMPLETE_MESSAGE ... (SSPI-16). */
  readonly status: number;
  /** Its name. */
  readonly symbol: string | undefined;
  /** For the peer: send it unless it is empty, whatever the status. */
  readonly token: Uint8Array<ArrayBuffer>;
  /** Whether the handshake has ended well. */
  readonly established: boolean;
  /** Bytes at the end of the input that were not used: they belong to what comes next. */
  readonly extra: number;
  /** How many bytes are missing, where the package knows it. */
  readonly missing: number;
}

/** One end of a security context: a handshake step by step, then messages. Ends with `close`, or with `await using`. */
export class SecurityContext implements AsyncDisposable {
  readonly provider: SspiProvider;
  readonly role: ContextRole;
  /** For the functions with Windows names; invalid before the first step. */
  readonly handle: CtxtHandle;
  readonly #credentials: SecurityCredentials | undefined;
  readonly #options: InitiateOptions & AcceptOptions;
  #attributes = 0;
  #expiry: Date | undefined;
  #isEstablished: boolean;
  #isBroken = false;
  /** The step that has not ended: the first one must have made the handle before the second begins. */
  #last: Promise<unknown> | undefined;
  /** Where the first step, which has no handle yet, can be aborted. */
  #first: SspiAsyncContext | undefined;

  constructor(
    provider: SspiProvider,
    role: ContextRole,
    credentials: SecurityCredentials | undefined,
    options: InitiateOptions & AcceptOptions,
    handle: CtxtHandle = createSecHandle(),
  ) {
    this.provider = provider;
    this.role = role;
    this.handle = handle;
    this.#credentials = credentials;
    this.#options = options;
    this.#isEstablished = credentials === undefined;
    if (credentials !== undefined) return;
    this.#attributes = this.query(SECPKG_ATTR_FLAGS)?.flags ?? 0;
    this.#expiry = dateOfTimeStamp(this.query(SECPKG_ATTR_LIFESPAN)?.expiry ?? neverExpires);
  }

  /** Whether the handshake has ended well. */
  get established(): boolean {
    return this.#isEstablished;
  }

  /** `ASC_RET_...` or `ISC_RET_...`; what counts for security is there when the context is established. */
  get attributes(): number {
    return this.#attributes;
  }

  /** The same in words. */
  get features(): readonly ContextFeature[] {
    return featuresOf(this.role, this.#attributes);
  }

  /** When it ends; undefined for never, and before it is established. */
  get expiry(): Date | undefined {
    return this.#expiry;
  }

  /**
   * Takes the token of the peer, none on the first step of the initiating side, and gives the one to send. Steps run one
   * after the other.
   *
   * @throws {SspiError} for the fatal codes (SSPI-17); its `token`, where there is one, is for the peer
   */
  step(token?: Uint8Array, limits: CallLimits = {}): Promise<StepResult> {
    const result =
      this.#last === undefined ? this.#step(token, limits) : this.#last.then(() => this.#step(token, limits));
    const ended = (): void => {
      if (this.#last === last) this.#last = undefined;
    };
    const last = result.then(ended, ended);
    this.#last = last;
    return result;
  }

  /** Encrypts a message, or signs it only, and gives what travels. */
  wrap(message: Uint8Array, options: { readonly encrypt?: boolean } = {}): Uint8Array<ArrayBuffer> {
    return wrap(this.provider, this.handle, message, options.encrypt ?? true);
  }

  /**
   * Checks and decrypts what {@link SecurityContext.wrap} gave on the other side. `wrapped` itself is not changed.
   *
   * @throws {SspiError} SEC_E_MESSAGE_ALTERED, SEC_E_OUT_OF_SEQUENCE (SSPI-86), SEC_E_INCOMPLETE_MESSAGE from a stream
   */
  unwrap(wrapped: Uint8Array): Unwrapped {
    return unwrap(this.provider, this.handle, wrapped);
  }

  /** Signs a message: gives the signature, which travels beside it. */
  sign(...message: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    return sign(this.provider, this.handle, message);
  }

  /**
   * Checks a signature.
   *
   * @throws {SspiError} SEC_E_MESSAGE_ALTERED, SEC_E_OUT_OF_SEQUENCE
   */
  verify(signature: Uint8Array, ...message: readonly Uint8Array[]): void {
    verify(this.provider, this.handle, signature, message);
  }

  /**
   * Reads an attribute (`SECPKG_ATTR_...`).
   *
   * @throws {SspiError} SEC_E_UNSUPPORTED_FUNCTION where there is none, SEC_E_INVALID_HANDLE where it is too early
   */
  query<Attribute extends number>(attribute: Attribute): ContextAttribute<Attribute> | undefined {
    const value = out<ContextAttribute<Attribute> | undefined>(undefined);
    succeed(this.provider.QueryContextAttributes(this.handle, attribute, value));
    return value.value;
  }

  /**
   * Who the client is; the accepting side only.
   *
   * @throws {SspiError} SEC_E_NO_IMPERSONATION where nobody is known
   */
  identity(): PeerIdentity | undefined {
    const identity = out<PeerIdentity | undefined>(undefined);
    succeed(this.provider.QuerySecurityContextToken(this.handle, identity));
    return identity.value;
  }

  /**
   * Runs `fn`, and whatever it begins, as the client (SSPI-99).
   *
   * @throws {SspiError} SEC_E_NO_IMPERSONATION; then `fn` does not run (SSPI-100)
   */
  impersonate<Result>(fn: () => Result): Result | undefined {
    const result = out<Result | undefined>(undefined);
    succeed(this.provider.runImpersonated(this.handle, fn, result));
    return result.value;
  }

  /** Carries the context into another process (SSPI-102), where {@link importSecurityContext} takes it. */
  export(
    options: { readonly resetSequence?: boolean; readonly deleteOld?: boolean } = {},
  ): Uint8Array<ArrayBuffer> {
    const flags =
      (options.resetSequence ? SECPKG_CONTEXT_EXPORT_RESET_NEW : 0) |
      (options.deleteOld ? SECPKG_CONTEXT_EXPORT_DELETE_OLD : 0);
    const packed = secBuffer();
    succeed(this.provider.ExportSecurityContext(this.handle, flags, packed, null));
    return new Uint8Array(packed.data ?? []);
  }

  /** Deletes the context; a step that waits for the network is cut off. Again: nothing happens. */
  async close(): Promise<void> {
    this.#isBroken = true;
    this.#isEstablished = false;
    if (this.#first !== undefined) this.provider.abortAsyncCall(this.#first);
    if (SecIsValidHandle(this.handle)) this.provider.DeleteSecurityContext(this.handle);
    await this.#last;
    if (SecIsValidHandle(this.handle)) this.provider.DeleteSecurityContext(this.handle);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #step(token: Uint8Array | undefined, limits: CallLimits): Promise<StepResult> {
    if (this.#isBroken || this.#credentials === undefined) throw new SspiError(SEC_E_INVALID_HANDLE);
    const input = this.#input(token);
    const output = secBufferDesc(secBuffer(SECBUFFER_TOKEN));
    const isFirst = !SecIsValidHandle(this.handle);
    const ended = await this.#queue(this.#credentials, input, output, isFirst, limits);
    this.#first = undefined;
    return this.#result(ended, input, output.buffers[0]);
  }

  #result({ status, cause }: Completion, input: SecBufferDesc, written: SecBuffer | undefined): StepResult {
    const token = new Uint8Array(written?.data ?? []);
    if (!isContinuable(status)) {
      this.#isBroken = !this.#isEstablished;
      throw new SspiError(status, { token, cause });
    }
    if (status === SEC_E_OK) this.#isEstablished = true;
    return {
      status,
      symbol: statusName(status),
      token,
      established: this.#isEstablished,
      extra: findBuffer(input.buffers, SECBUFFER_EXTRA)?.size ?? 0,
      missing: findBuffer(input.buffers, SECBUFFER_MISSING)?.size ?? 0,
    };
  }

  #input(token: Uint8Array | undefined): SecBufferDesc {
    const { channelBindings } = this.#options;
    return secBufferDesc(
      ...(token === undefined ? [] : [secBuffer(SECBUFFER_TOKEN, token)]),
      secBuffer(SECBUFFER_EMPTY),
      ...(channelBindings === undefined
        ? []
        : [secBuffer(SECBUFFER_CHANNEL_BINDINGS, encodeChannelBindings(channelBindings))]),
    );
  }

  async #queue(
    credentials: SecurityCredentials,
    input: SecBufferDesc,
    output: SecBufferDesc,
    isFirst: boolean,
    limits: CallLimits,
  ): Promise<Completion> {
    const { provider, role, handle } = this;
    const { require = [], request = [], flags = 0, target = null, requireChannelBindings } = this.#options;
    const fContextReq =
      (requestFlags(role, [...require, ...request]) | flags | ASC_REQ_ALLOCATE_MEMORY) >>> 0;
    const phCredential = isFirst ? credentials.handle : null;
    const phContext = isFirst ? null : handle;
    const { timeoutMs, signal } = limits;
    const extension = { require, requireChannelBindings, timeoutMs, signal };
    const attributes = out(0);
    const expiry = out(0n);
    const queue = (context: SspiAsyncContext): number => {
      if (isFirst) this.#first = context;
      return role === "accept"
        ? provider.SspiAcceptSecurityContextAsync(
            context,
            phCredential,
            phContext,
            input,
            fContextReq,
            SECURITY_NETWORK_DREP,
            handle,
            output,
            attributes,
            expiry,
            extension,
          )
        : provider.SspiInitializeSecurityContextAsyncW(
            context,
            phCredential,
            phContext,
            target,
            fContextReq,
            0,
            SECURITY_NETWORK_DREP,
            input,
            0,
            handle,
            output,
            attributes,
            expiry,
            extension,
          );
    };
    const ended = await completion(provider, queue);
    if (isContinuable(ended.status)) this.#attributes = attributes.value;
    if (ended.status === SEC_E_OK) this.#expiry = dateOfTimeStamp(expiry.value);
    return ended;
  }
}
