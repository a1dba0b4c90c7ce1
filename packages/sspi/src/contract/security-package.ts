import type { Clock, Log, Milliseconds, Random } from "@sallyport/runtime";
import type { SecBuffer } from "../buffers/sec-buffer.ts";
import type { ChannelBindings } from "../wire/channel-bindings.ts";
import type { PeerIdentity, SecPkgContextSizes, SecPkgInfo } from "./attributes.ts";
import type { CallSignal } from "./call-signal.ts";
import type { PackageMessage } from "./package-message.ts";

/**
 * A security package: what speaks one authentication protocol behind SSPI. The provider checks handles, buffers, order
 * and limits before it calls, writes the caller's buffers after, and calls one context never twice at a time.
 *
 * A function answers with a status, with an answer object, or with a promise of either; what it returns at once stays
 * synchronous. A thrown `WindowsError` counts as its code, any other exception as SEC_E_INTERNAL_ERROR.
 *
 * @example
 * ```ts
 * import { SEC_E_LOGON_DENIED, SEC_E_OK, SECPKG_FLAG_CONNECTION, type SecurityPackage } from "@sallyport/sspi";
 *
 * const password: SecurityPackage = {
 *   info: { name: "Password", comment: "", capabilities: SECPKG_FLAG_CONNECTION, version: 1, rpcId: 0xffff, maxToken: 64 },
 *   maximumInputToken: 64,
 *   acquireCredentials: ({ authData }) => ({
 *     initiate: () => ({ step: () => ({ status: SEC_E_OK, token: new TextEncoder().encode(String(authData)) }) }),
 *     accept: () => ({
 *       step: ({ token }) => ({
 *         status: new TextDecoder().decode(token) === authData ? SEC_E_OK : SEC_E_LOGON_DENIED,
 *       }),
 *     }),
 *   }),
 * };
 * ```
 */
export interface SecurityPackage {
  /** What EnumerateSecurityPackages tells. `name` is how credentials ask for it, without regard to case. */
  readonly info: SecPkgInfo;
  /** More names that find it. */
  readonly aliases?: readonly string[];
  /** The longest input token, bytes; a longer one is SEC_E_INVALID_TOKEN before it is looked at (SSPI-74). Default: none. */
  readonly maximumInputToken?: number;
  /** What SECPKG_ATTR_SIZES tells of a context that is not established (SSPI-95). Default: `info.maxToken` and zeros. */
  readonly maximumSizes?: SecPkgContextSizes;
  /** Whether the first call of the initiating side may bring a token, as SPNEGO's hint (SSPI-25). Default false. */
  readonly acceptsInitialToken?: boolean;
  /** Whether an established context takes further tokens, as TLS does (SSPI-22, SSPI-30). Default false. */
  readonly stepsAfterEstablished?: boolean;
  /** Whether a message that was altered or is out of sequence ends the context (SSPI-86). Default false. */
  readonly messageErrorsAreFatal?: boolean;
  /**
   * Makes a credential. May read what the request allows, and may wait.
   *
   * Codes: SEC_E_NO_CREDENTIALS where there is none, SEC_E_UNKNOWN_CREDENTIALS for malformed data, SEC_E_NOT_OWNER where
   * a file may not be read (SSPI-33).
   */
  acquireCredentials(
    request: CredentialRequest,
  ): number | PackageCredential | PromiseLike<number | PackageCredential>;
  /** Makes a context again of what {@link PackageContext.export} wrote. Absent: contexts cannot be imported. */
  importContext?(state: Uint8Array, role: ContextRole): PackageContext;
}

/** The two ends of a context. */
export type ContextRole = "initiate" | "accept";

/** What a package may use during a call. Nothing else of the process is its business (SSPI-105, SSPI-106). */
export interface PackageCall {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Environment variables that the provider was told to show; none by default. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Fires when the caller aborts, the deadline passes, or the context is deleted. Whoever takes it says that the call waits
   * for something outside and may be cut off: the call then ends at once and its late answer is dropped (SSPI-64).
   */
  readonly signal: CallSignal;
}

/** What a credential is asked for. */
export interface CredentialRequest extends PackageCall {
  /** `pszPrincipal`; undefined for the default. */
  readonly principal: string | undefined;
  /** `SECPKG_CRED_...`. */
  readonly use: number;
  /** `pAuthData`, as the caller gave it, not checked. Copy what is kept; it is the caller's. */
  readonly authData: unknown;
}

/** A credential, as its package holds it. */
export interface PackageCredential {
  /** When it ends. Default: never. */
  readonly expiry?: Milliseconds;
  /** Begins the initiating side of a context. Absent: SEC_E_NO_CREDENTIALS. Neither waits nor computes. */
  initiate?(): PackageContext;
  /** Begins the accepting side. Absent: SEC_E_NO_CREDENTIALS. Neither waits nor computes. */
  accept?(): PackageContext;
  /** A credential attribute (`SECPKG_CRED_ATTR_...`); undefined where there is none. */
  query?(attribute: number): unknown;
  /** Called once, when the handle is freed and no context needs it: overwrite the secrets (SSPI-24, SSPI-35). */
  free?(): void;
}

/** One call of InitializeSecurityContext or AcceptSecurityContext, made ready. */
export interface ContextStep extends PackageCall {
  /** The token of the peer; empty where there is none. A view of the caller's memory: copy what is kept. */
  readonly token: Uint8Array;
  /** `pszTargetName`; empty on the accepting side. */
  readonly targetName: string;
  /** `fContextReq`, with the flags of a SECBUFFER_FLAGS buffer above its 32 bits. */
  readonly contextReq: number;
  /** `TargetDataRep`: SECURITY_NATIVE_DREP or SECURITY_NETWORK_DREP. */
  readonly dataRepresentation: number;
  readonly channelBindings: ChannelBindings | undefined;
  /**
   * The accepting side takes no client that sends no channel bindings, and none when `channelBindings` is missing, whatever
   * the credential allows: SEC_E_BAD_BINDINGS.
   */
  readonly requiresChannelBindings: boolean;
  /** A new credential, which the client brings after SEC_I_INCOMPLETE_CREDENTIALS (SSPI-23); undefined otherwise. */
  readonly credential: PackageCredential | undefined;
  /** All input buffers, in the caller's order. Read only. */
  readonly input: readonly SecBuffer[];
  /** Whether a flag was asked for, also one above 32 bits. */
  asks(flag: number): boolean;
  /** The bytes of the first input buffer of a type; undefined where there is none. */
  find(type: number): Uint8Array | undefined;
}

/** What a step came to. */
export interface StepAnswer {
  /** `SEC_E_...` or `SEC_I_...`; SEC_I_ASYNC_CALL_PENDING is none. */
  readonly status: number;
  /** For the peer, with an error too where the protocol has such tokens. It is copied. */
  readonly token?: Uint8Array;
  /** `ASC_RET_...` or `ISC_RET_...`; what can still be withdrawn is hidden from the caller until SEC_E_OK (SSPI-20). */
  readonly attributes?: number;
  /** When the context ends. Default: never. */
  readonly expiry?: Milliseconds;
  /** Bytes of the input that belong to what comes after: SECBUFFER_EXTRA. */
  readonly extra?: number;
  /** Bytes that are known to be missing, with SEC_E_INCOMPLETE_MESSAGE: SECBUFFER_MISSING. */
  readonly missing?: number;
  /** For output buffers of other types, such as SECBUFFER_ALERT. They are copied where the caller has room for them. */
  readonly buffers?: readonly { readonly type: number; readonly data: Uint8Array }[];
  /** What made it fail, for the error object of the promise layer. */
  readonly cause?: unknown;
}

/** A context, as its package holds it. Every function but `step` and `delete` is called on an established one only. */
export interface PackageContext {
  /** Takes the next token. */
  step(step: ContextStep): number | StepAnswer | PromiseLike<number | StepAnswer>;
  /** Sizes of an established context (SSPI-97). Absent: it protects no messages. */
  readonly sizes?: SecPkgContextSizes;
  /** A context attribute (`SECPKG_ATTR_...`) that the provider does not know itself; undefined: not supported. */
  query?(attribute: number): unknown;
  /** SetContextAttributes. Absent: SEC_E_UNSUPPORTED_FUNCTION. */
  set?(attribute: number, value: unknown, size: number): number;
  /** Who the client is; the accepting side only. */
  identity?(): PeerIdentity | undefined;
  /** EncryptMessage: encrypts `data` in place and writes `token`. */
  seal?(message: PackageMessage): number;
  /** DecryptMessage: checks, then decrypts. On an error nothing of the plaintext may be left. */
  unseal?(message: PackageMessage): number;
  /** MakeSignature: writes `token` over `covered`. */
  sign?(message: PackageMessage): number;
  /** VerifySignature: compares in constant time. */
  verify?(message: PackageMessage): number;
  /** Whether an altered message ends this context, where that is not the same for all of the package. Default: as there. */
  readonly messageErrorsAreFatal?: boolean;
  /** CompleteAuthToken (E-07). */
  completeToken?(token: readonly SecBuffer[]): number;
  /** ApplyControlToken. */
  applyControlToken?(input: readonly SecBuffer[]): number;
  /** The state for another process; `resetSequence` is SECPKG_CONTEXT_EXPORT_RESET_NEW. Absent: it cannot be exported. */
  export?(options: { readonly resetSequence: boolean }): Uint8Array;
  /**
   * Told by a package that negotiates, after a signature over its mechanism list went out or came in: NTLM then begins the
   * key stream of that direction anew, while its sequence number goes on (NTLM-43).
   */
  mechanismListSigned?(direction: "sent" | "received"): void;
  /** Called once, never during a step: overwrite the keys. */
  delete?(): void;
}
