import { WindowsError } from "@sallyport/errors";
import * as codes from "@sallyport/errors/sspi";
import { usableBuffers } from "../buffers/descriptor.ts";
import type { SecBufferDesc } from "../buffers/sec-buffer.ts";
import type {
  ContextAttribute,
  PeerIdentity,
  SecPkgContextSizes,
  SecPkgInfo,
} from "../contract/attributes.ts";
import type { Out } from "../contract/out.ts";
import type { CredHandle, CtxtHandle } from "../handles/sec-handle.ts";
import type { ContextEntry } from "../machine/context-entry.ts";
import type { Core } from "../machine/core.ts";
import { packageStatus } from "../machine/operation.ts";
import { deleteContext, freeCredential } from "../machine/release-operations.ts";
import { timeStamp } from "../time-stamp.ts";

/** The synchronous functions that ask for something, or let something go. */
export interface QueryFunctions {
  /**
   * Reads an attribute of a context (SSPI-95, SSPI-96). Before it is established only SIZES, PACKAGE_INFO,
   * NEGOTIATION_INFO and TARGET; what nobody knows is SEC_E_UNSUPPORTED_FUNCTION.
   */
  QueryContextAttributes<Attribute extends number>(
    phContext: CtxtHandle,
    ulAttribute: Attribute,
    pBuffer: Out<ContextAttribute<Attribute> | undefined>,
  ): number;
  /** Sets an attribute, where the package has any to set (SSPI-103). `cbBuffer` is the size of a structure on Windows. */
  SetContextAttributes(
    phContext: CtxtHandle,
    ulAttribute: number,
    pBuffer: unknown,
    cbBuffer: number,
  ): number;
  /** Reads an attribute of a credential (`SECPKG_CRED_ATTR_...`). */
  QueryCredentialsAttributes(phCredential: CredHandle, ulAttribute: number, pBuffer: Out<unknown>): number;
  /** Completes a token, for packages that answer SEC_I_COMPLETE_NEEDED (E-07). */
  CompleteAuthToken(phContext: CtxtHandle, pToken: SecBufferDesc): number;
  /** Hands a control token to the package, such as the end of a TLS connection (SSPI-104). */
  ApplyControlToken(phContext: CtxtHandle, pInput: SecBufferDesc): number;
  /** Who the client of an accepted context is (SSPI-101). */
  QuerySecurityContextToken(phContext: CtxtHandle, Token: Out<PeerIdentity | undefined>): number;
  /** All packages of this provider (SSPI-98); the list is freed with FreeContextBuffer. */
  EnumerateSecurityPackages(pcPackages: Out<number>, ppPackageInfo: Out<readonly SecPkgInfo[]>): number;
  /** One package by name, whatever its case; SEC_E_SECPKG_NOT_FOUND. */
  QuerySecurityPackageInfo(pszPackageName: string, ppPackageInfo: Out<SecPkgInfo | undefined>): number;
  /** Gives back what a function allocated: bytes are overwritten with zeros. Once; anything else is SEC_E_INVALID_HANDLE (SSPI-73). */
  FreeContextBuffer(pvContextBuffer: object | null): number;
  /** Deletes a context at once; SEC_E_OK also when that has been done before (SSPI-62). */
  DeleteSecurityContext(phContext: CtxtHandle): number;
  /** Frees a credential at once. */
  FreeCredentialsHandle(phCredential: CredHandle): number;
}

/** Makes them for one provider. */
export function queryFunctions(core: Core): QueryFunctions {
  return {
    QueryContextAttributes(phContext, ulAttribute, pBuffer) {
      const entry = core.contexts.find(phContext);
      if (entry === undefined || !mayQuery(entry, ulAttribute)) return codes.SEC_E_INVALID_HANDLE;
      const { context } = entry;
      return guarded(core, entry, () => {
        const value = knownAttribute(entry, ulAttribute) ?? context.query?.(ulAttribute);
        return answer(core, value, pBuffer);
      });
    },
    SetContextAttributes(phContext, ulAttribute, pBuffer, cbBuffer) {
      const entry = establishedContext(core, phContext);
      if (entry === undefined) return codes.SEC_E_INVALID_HANDLE;
      if (!Number.isInteger(cbBuffer) || cbBuffer < 0) return codes.SEC_E_INVALID_PARAMETER;
      const { context } = entry;
      return guarded(
        core,
        entry,
        () => context.set?.(ulAttribute, pBuffer, cbBuffer) ?? codes.SEC_E_UNSUPPORTED_FUNCTION,
      );
    },
    QueryCredentialsAttributes(phCredential, ulAttribute, pBuffer) {
      const entry = core.credentials.find(phCredential);
      if (entry === undefined) return codes.SEC_E_INVALID_HANDLE;
      return guarded(core, entry, () => answer(core, entry.credential.query?.(ulAttribute), pBuffer));
    },
    CompleteAuthToken(phContext, pToken) {
      const entry = core.contexts.find(phContext);
      if (entry === undefined || entry.phase === "dead") return codes.SEC_E_INVALID_HANDLE;
      const buffers = usableDescriptor(pToken);
      if (buffers === undefined) return codes.SEC_E_INVALID_PARAMETER;
      return guarded(
        core,
        entry,
        () => entry.context.completeToken?.(buffers) ?? codes.SEC_E_UNSUPPORTED_FUNCTION,
      );
    },
    ApplyControlToken(phContext, pInput) {
      const entry = core.contexts.find(phContext);
      if (entry === undefined || entry.phase === "dead") return codes.SEC_E_INVALID_HANDLE;
      const buffers = usableDescriptor(pInput);
      if (buffers === undefined) return codes.SEC_E_INVALID_PARAMETER;
      return guarded(
        core,
        entry,
        () => entry.context.applyControlToken?.(buffers) ?? codes.SEC_E_UNSUPPORTED_FUNCTION,
      );
    },
    QuerySecurityContextToken(phContext, Token) {
      const entry = establishedContext(core, phContext);
      if (entry === undefined) return codes.SEC_E_INVALID_HANDLE;
      return guarded(core, entry, () => {
        const identity = peerIdentity(entry);
        if (identity === undefined) return codes.SEC_E_NO_IMPERSONATION;
        Token.value = identity;
        return codes.SEC_E_OK;
      });
    },
    EnumerateSecurityPackages(pcPackages, ppPackageInfo) {
      const list = core.packages.flatMap(({ info, aliases = [] }) => [
        { ...info },
        ...aliases.map((name) => ({ ...info, name })),
      ]);
      core.allocated.add(list);
      pcPackages.value = list.length;
      ppPackageInfo.value = list;
      return codes.SEC_E_OK;
    },
    QuerySecurityPackageInfo(pszPackageName, ppPackageInfo) {
      if (typeof pszPackageName !== "string") return codes.SEC_E_INVALID_PARAMETER;
      const found = core.find(pszPackageName);
      if (found === undefined) return codes.SEC_E_SECPKG_NOT_FOUND;
      const info = { ...found.info };
      core.allocated.add(info);
      ppPackageInfo.value = info;
      return codes.SEC_E_OK;
    },
    FreeContextBuffer(pvContextBuffer) {
      if (typeof pvContextBuffer !== "object" || pvContextBuffer === null) return codes.SEC_E_INVALID_HANDLE;
      if (!core.allocated.delete(pvContextBuffer)) return codes.SEC_E_INVALID_HANDLE;
      if (pvContextBuffer instanceof Uint8Array) pvContextBuffer.fill(0);
      return codes.SEC_E_OK;
    },
    DeleteSecurityContext: (phContext) => deleteContext(core, phContext),
    FreeCredentialsHandle: (phCredential) => freeCredential(core, phCredential),
  };
}

/** Who the client is, by the accepting side of an established context. */
export function peerIdentity(entry: ContextEntry): PeerIdentity | undefined {
  return entry.role === "accept" ? entry.context.identity?.() : undefined;
}

/** The context of a handle, if its handshake has ended well. */
function establishedContext(core: Core, phContext: CtxtHandle | null): ContextEntry | undefined {
  const entry = core.contexts.find(phContext);
  return entry?.phase === "established" ? entry : undefined;
}

/** Calls a package that may throw. */
export function guarded(
  core: Core,
  { securityPackage }: Pick<ContextEntry, "securityPackage">,
  ask: () => number,
): number {
  try {
    return packageStatus(ask());
  } catch (error) {
    if (WindowsError.is(error)) return packageStatus(error.code);
    core.complain(`security package ${securityPackage.info.name} failed`, error);
    return codes.SEC_E_INTERNAL_ERROR;
  }
}

const queriesOfPartialContexts: ReadonlySet<number> = new Set([
  codes.SECPKG_ATTR_SIZES,
  codes.SECPKG_ATTR_PACKAGE_INFO,
  codes.SECPKG_ATTR_NEGOTIATION_INFO,
  codes.SECPKG_ATTR_TARGET,
]);

function mayQuery({ phase }: ContextEntry, attribute: number): boolean {
  return phase === "established" || (phase === "forming" && queriesOfPartialContexts.has(attribute));
}

/** What the provider knows of any context. */
function knownAttribute(entry: ContextEntry, attribute: number): unknown {
  const { info } = entry.securityPackage;
  const isEstablished = entry.phase === "established";
  switch (attribute) {
    case codes.SECPKG_ATTR_SIZES:
      return isEstablished ? entry.context.sizes : maximumSizes(entry);
    case codes.SECPKG_ATTR_LIFESPAN:
      return { start: timeStamp(entry.begun), expiry: timeStamp(entry.expiry) };
    case codes.SECPKG_ATTR_FLAGS:
      return { flags: entry.attributes };
    case codes.SECPKG_ATTR_PACKAGE_INFO:
      return { packageInfo: { ...info } };
    case codes.SECPKG_ATTR_NEGOTIATION_INFO:
      return (
        entry.context.query?.(attribute) ?? {
          packageInfo: { ...info },
          negotiationState: isEstablished
            ? codes.SECPKG_NEGOTIATION_COMPLETE
            : codes.SECPKG_NEGOTIATION_IN_PROGRESS,
        }
      );
    case codes.SECPKG_ATTR_TARGET:
      return (
        entry.context.query?.(attribute) ??
        (entry.role === "initiate" ? { target: entry.targetName } : undefined)
      );
    default:
      return undefined;
  }
}

function maximumSizes({ securityPackage }: ContextEntry): SecPkgContextSizes {
  const { maxToken } = securityPackage.info;
  return securityPackage.maximumSizes ?? { maxToken, maxSignature: 0, blockSize: 0, securityTrailer: 0 };
}

function answer(core: Core, value: unknown, pBuffer: Out<unknown>): number {
  if (value === undefined) return codes.SEC_E_UNSUPPORTED_FUNCTION;
  if (typeof value === "object" && value !== null) core.allocated.add(value);
  pBuffer.value = value;
  return codes.SEC_E_OK;
}

function usableDescriptor(descriptor: SecBufferDesc): ReturnType<typeof usableBuffers> {
  return typeof descriptor === "object" && descriptor !== null ? usableBuffers(descriptor) : undefined;
}
