import { SEC_E_OK } from "@sallyport/errors/sspi";
import type { SecBufferDesc } from "../buffers/sec-buffer.ts";
import type { ContextFeature } from "../contract/features.ts";
import type { Out } from "../contract/out.ts";
import type { CredHandle, CtxtHandle } from "../handles/sec-handle.ts";
import { AcquireOperation } from "../machine/acquire-operation.ts";
import type { SspiAsyncContext } from "../machine/async-context.ts";
import type { Core } from "../machine/core.ts";
import { admitted, type CallLimits } from "../machine/operation.ts";
import { DeleteOperation, FreeOperation } from "../machine/release-operations.ts";
import { StepOperation } from "../machine/step-operation.ts";
import type { TimeStamp } from "../time-stamp.ts";

/** What a call may carry beyond its Windows parameters. */
export interface CallExtension extends CallLimits {
  /**
   * What the finished context must have: of the credential, or of this one context. Without it the handshake ends with
   * SEC_E_SECURITY_QOS_FAILED instead of SEC_E_OK (SSPI-19).
   */
  readonly require?: readonly ContextFeature[] | undefined;
  /** For an accepting side: {@link AcceptOptions.requireChannelBindings}. */
  readonly requireChannelBindings?: boolean | undefined;
}

/** A text of an A function: bytes are UTF-8 (SSPI-31). */
export type AnsiText = string | Uint8Array;

/**
 * The functions that queue a call. Each returns SEC_E_OK when the call was queued, which says nothing about its outcome,
 * or one of the four errors of {@link AsyncContextFunctions}' table; then nothing happens (SSPI-01 to SSPI-05). The outcome is
 * the status of the async context. Outputs are written before the status leaves SEC_I_ASYNC_CALL_PENDING (SSPI-06).
 */
export interface AsyncCalls {
  /** Acquires a credential (SSPI-32 to SSPI-36). `pAuthData` is what the package wants, or null for the default. */
  SspiAcquireCredentialsHandleAsyncW(
    AsyncContext: SspiAsyncContext | null,
    pszPrincipal: string | null,
    pszPackage: string,
    fCredentialUse: number,
    pvLogonId: unknown,
    pAuthData: unknown,
    pGetKeyFn: null,
    pvGetKeyArgument: null,
    phCredential: CredHandle,
    ptsExpiry: Out<TimeStamp> | null,
    extension?: CallExtension,
  ): number;
  /** The same; texts may be UTF-8 bytes (SSPI-31). */
  SspiAcquireCredentialsHandleAsyncA(
    AsyncContext: SspiAsyncContext | null,
    pszPrincipal: AnsiText | null,
    pszPackage: AnsiText,
    fCredentialUse: number,
    pvLogonId: unknown,
    pAuthData: unknown,
    pGetKeyFn: null,
    pvGetKeyArgument: null,
    phCredential: CredHandle,
    ptsExpiry: Out<TimeStamp> | null,
    extension?: CallExtension,
  ): number;
  /** One step of the initiating side (SSPI-25 to SSPI-31). `phContext` is null on the first call. */
  SspiInitializeSecurityContextAsyncW(
    AsyncContext: SspiAsyncContext | null,
    phCredential: CredHandle | null,
    phContext: CtxtHandle | null,
    pszTargetName: string | null,
    fContextReq: number,
    Reserved1: number,
    TargetDataRep: number,
    pInput: SecBufferDesc | null,
    Reserved2: number,
    phNewContext: CtxtHandle | null,
    pOutput: SecBufferDesc | null,
    pfContextAttr: Out<number> | null,
    ptsExpiry: Out<TimeStamp> | null,
    extension?: CallExtension,
  ): number;
  /** The same; the target name may be UTF-8 bytes (SSPI-31). */
  SspiInitializeSecurityContextAsyncA(
    AsyncContext: SspiAsyncContext | null,
    phCredential: CredHandle | null,
    phContext: CtxtHandle | null,
    pszTargetName: AnsiText | null,
    fContextReq: number,
    Reserved1: number,
    TargetDataRep: number,
    pInput: SecBufferDesc | null,
    Reserved2: number,
    phNewContext: CtxtHandle | null,
    pOutput: SecBufferDesc | null,
    pfContextAttr: Out<number> | null,
    ptsExpiry: Out<TimeStamp> | null,
    extension?: CallExtension,
  ): number;
  /** One step of the accepting side (SSPI-10 to SSPI-24). `phContext` is null on the first call. */
  SspiAcceptSecurityContextAsync(
    AsyncContext: SspiAsyncContext | null,
    phCredential: CredHandle | null,
    phContext: CtxtHandle | null,
    pInput: SecBufferDesc | null,
    fContextReq: number,
    TargetDataRep: number,
    phNewContext: CtxtHandle | null,
    pOutput: SecBufferDesc | null,
    pfContextAttr: Out<number> | null,
    ptsExpiry: Out<TimeStamp> | null,
    extension?: CallExtension,
  ): number;
  /** Deletes a context, after what is at work on it (SSPI-62 to SSPI-65). */
  SspiDeleteSecurityContextAsync(AsyncContext: SspiAsyncContext | null, phContext: CtxtHandle | null): number;
  /** Frees a credential; contexts made from it live on (SSPI-24). */
  SspiFreeCredentialsHandleAsync(
    AsyncContext: SspiAsyncContext | null,
    phCredential: CredHandle | null,
  ): number;
}

/** Makes them for one provider. */
export function asyncCalls(core: Core): AsyncCalls {
  const acquire =
    (text: (given: unknown) => string | null): AsyncCalls["SspiAcquireCredentialsHandleAsyncA"] =>
    (
      AsyncContext,
      pszPrincipal,
      pszPackage,
      fCredentialUse,
      pvLogonId,
      pAuthData,
      pGetKeyFn,
      pvGetKeyArgument,
      phCredential,
      ptsExpiry,
      extension,
    ) => {
      const call = admitted(core, AsyncContext);
      if (typeof call === "number") return call;
      const operation = new AcquireOperation(core, call, {
        principal: pszPrincipal === null ? undefined : text(pszPrincipal),
        packageName: text(pszPackage),
        fCredentialUse,
        pvLogonId,
        pAuthData,
        pGetKeyFn,
        pvGetKeyArgument,
        phCredential,
        ptsExpiry,
        require: extension?.require ?? none,
      });
      operation.queue(extension);
      return SEC_E_OK;
    };

  const initialize =
    (text: (given: unknown) => string | null): AsyncCalls["SspiInitializeSecurityContextAsyncA"] =>
    (
      AsyncContext,
      phCredential,
      phContext,
      pszTargetName,
      fContextReq,
      Reserved1,
      TargetDataRep,
      pInput,
      Reserved2,
      phNewContext,
      pOutput,
      pfContextAttr,
      ptsExpiry,
      extension,
    ) => {
      const call = admitted(core, AsyncContext);
      if (typeof call === "number") return call;
      const operation = new StepOperation(core, call, {
        role: "initiate",
        phCredential,
        phContext,
        targetName: pszTargetName === null ? "" : (text(pszTargetName) ?? undefined),
        fContextReq,
        areReservedZero: Reserved1 === 0 && Reserved2 === 0,
        TargetDataRep,
        pInput,
        phNewContext,
        pOutput,
        pfContextAttr,
        ptsExpiry,
        require: extension?.require ?? none,
        requireChannelBindings: extension?.requireChannelBindings ?? false,
      });
      operation.queue(extension);
      return SEC_E_OK;
    };

  return {
    SspiAcquireCredentialsHandleAsyncA: acquire(ansiText),
    SspiAcquireCredentialsHandleAsyncW: acquire(wideText),
    SspiInitializeSecurityContextAsyncA: initialize(ansiText),
    SspiInitializeSecurityContextAsyncW: initialize(wideText),
    SspiAcceptSecurityContextAsync(
      AsyncContext,
      phCredential,
      phContext,
      pInput,
      fContextReq,
      TargetDataRep,
      phNewContext,
      pOutput,
      pfContextAttr,
      ptsExpiry,
      extension,
    ) {
      const call = admitted(core, AsyncContext);
      if (typeof call === "number") return call;
      const operation = new StepOperation(core, call, {
        role: "accept",
        phCredential,
        phContext,
        targetName: "",
        fContextReq,
        areReservedZero: true,
        TargetDataRep,
        pInput,
        phNewContext,
        pOutput,
        pfContextAttr,
        ptsExpiry,
        require: extension?.require ?? none,
        requireChannelBindings: extension?.requireChannelBindings ?? false,
      });
      operation.queue(extension);
      return SEC_E_OK;
    },
    SspiDeleteSecurityContextAsync(AsyncContext, phContext) {
      const call = admitted(core, AsyncContext);
      if (typeof call === "number") return call;
      new DeleteOperation(core, call, phContext).queue(undefined);
      return SEC_E_OK;
    },
    SspiFreeCredentialsHandleAsync(AsyncContext, phCredential) {
      const call = admitted(core, AsyncContext);
      if (typeof call === "number") return call;
      new FreeOperation(core, call, phCredential).queue(undefined);
      return SEC_E_OK;
    },
  };
}

const none: readonly ContextFeature[] = [];

function wideText(given: unknown): string | null {
  return typeof given === "string" ? given : null;
}

function ansiText(given: unknown): string | null {
  if (!(given instanceof Uint8Array)) return wideText(given);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(given);
  } catch {
    return null;
  }
}
