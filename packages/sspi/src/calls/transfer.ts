import { constantTimeEqual } from "@sallyport/crypto";
import * as codes from "@sallyport/errors/sspi";
import { bufferBytes, type SecBuffer } from "../buffers/sec-buffer.ts";
import type { PeerIdentity } from "../contract/attributes.ts";
import type { Out } from "../contract/out.ts";
import type { CtxtHandle } from "../handles/sec-handle.ts";
import { ContextEntry } from "../machine/context-entry.ts";
import type { Core } from "../machine/core.ts";
import { deleteContext } from "../machine/release-operations.ts";
import { machineMark, openState, sealState } from "../node/context-seal.ts";
import {
  decodeEnvelope,
  decodeExportedState,
  encodeEnvelopeHeader,
  encodeExportedState,
} from "../wire/exported-context.ts";
import { guarded, peerIdentity } from "./queries.ts";

/** Carrying an established context into another process (SSPI-102). */
export interface TransferFunctions {
  /**
   * Writes a context, sealed, to a new buffer, which FreeContextBuffer gives back.
   *
   * @param fFlags `SECPKG_CONTEXT_EXPORT_RESET_NEW`: sequence numbers begin again; `..._DELETE_OLD`: this one is deleted
   * @param pToken receives the identity of the client, where there is one; null if it is not wanted
   */
  ExportSecurityContext(
    phContext: CtxtHandle,
    fFlags: number,
    pPackedContext: SecBuffer,
    pToken: Out<PeerIdentity | undefined> | null,
  ): number;
  /**
   * Makes a context of what another provider with the same key exported, on the same machine unless told otherwise. What
   * does not open is SEC_E_INVALID_TOKEN, from another machine SEC_E_NOT_OWNER.
   *
   * @param Token ignored: the identity travels with the context
   */
  ImportSecurityContext(
    pszPackage: string,
    pPackedContext: SecBuffer,
    Token: unknown,
    phContext: CtxtHandle,
  ): number;
}

const knownFlags =
  codes.SECPKG_CONTEXT_EXPORT_RESET_NEW |
  codes.SECPKG_CONTEXT_EXPORT_DELETE_OLD |
  codes.SECPKG_CONTEXT_EXPORT_TO_KERNEL;

/** Makes them for one provider. */
export function transferFunctions(core: Core): TransferFunctions {
  return {
    ExportSecurityContext(phContext, fFlags, pPackedContext, pToken) {
      const entry = core.contexts.find(phContext);
      if (entry === undefined || entry.phase === "dead") return codes.SEC_E_INVALID_HANDLE;
      if (!Number.isInteger(fFlags) || (fFlags & ~knownFlags) !== 0) return codes.SEC_E_INVALID_PARAMETER;
      if ((fFlags & codes.SECPKG_CONTEXT_EXPORT_TO_KERNEL) !== 0) return codes.SEC_E_UNSUPPORTED_FUNCTION;
      if (entry.phase !== "established") return codes.SEC_E_NOT_SUPPORTED;
      return guarded(core, entry, () => {
        const resetSequence = (fFlags & codes.SECPKG_CONTEXT_EXPORT_RESET_NEW) !== 0;
        const packageState = entry.context.export?.({ resetSequence });
        if (packageState === undefined) return codes.SEC_E_NOT_SUPPORTED;
        if (pToken !== null) pToken.value = peerIdentity(entry);
        const packed = pack(core, entry, packageState);
        core.allocated.add(packed);
        pPackedContext.data = packed;
        pPackedContext.size = packed.length;
        if ((fFlags & codes.SECPKG_CONTEXT_EXPORT_DELETE_OLD) !== 0) deleteContext(core, phContext);
        return codes.SEC_E_OK;
      });
    },
    ImportSecurityContext(pszPackage, pPackedContext, _Token, phContext) {
      if (typeof pszPackage !== "string") return codes.SEC_E_INVALID_PARAMETER;
      const securityPackage = core.find(pszPackage);
      if (securityPackage === undefined) return codes.SEC_E_SECPKG_NOT_FOUND;
      const opened = unpack(core, pPackedContext);
      if (typeof opened === "number") return opened;
      if (core.find(opened.packageName) !== securityPackage) return codes.SEC_E_INVALID_TOKEN;
      const role = opened.role === 0 ? "initiate" : "accept";
      return guarded(core, { securityPackage }, () => {
        const context = securityPackage.importContext?.(opened.packageState.slice(), role);
        opened.packageState.fill(0);
        if (context === undefined) return codes.SEC_E_NOT_SUPPORTED;
        const entry = new ContextEntry(securityPackage, context, role, undefined);
        entry.phase = "established";
        entry.attributes = opened.attributes;
        entry.expiry = opened.expiry;
        entry.begun = core.clock.now();
        if (!core.contexts.add(entry)) {
          entry.delete(core);
          return codes.SEC_E_INSUFFICIENT_MEMORY;
        }
        Object.assign(phContext, entry.handle);
        return codes.SEC_E_OK;
      });
    },
  };
}

function pack(core: Core, entry: ContextEntry, packageState: Uint8Array): Uint8Array<ArrayBuffer> {
  const state = encodeExportedState({
    packageName: entry.securityPackage.info.name,
    role: entry.role === "initiate" ? 0 : 1,
    attributes: entry.attributes,
    expiry: entry.expiry,
    packageState,
  });
  const nonce = core.random(12);
  const header = encodeEnvelopeHeader(machineMark(core.exportMachine), nonce);
  const sealed = sealState(core.exportKey(), nonce, header, state);
  state.fill(0);
  packageState.fill(0);
  const packed = new Uint8Array(header.length + sealed.length);
  packed.set(header);
  packed.set(sealed, header.length);
  return packed;
}

function unpack(core: Core, packed: SecBuffer): ReturnType<typeof decodeExportedState> | number {
  try {
    const { machine, nonce, header, sealed } = decodeEnvelope(bufferBytes(packed));
    const state = openState(core.exportKey(), nonce, header, sealed);
    if (state === undefined) return codes.SEC_E_INVALID_TOKEN;
    if (!constantTimeEqual(machine, machineMark(core.exportMachine))) return codes.SEC_E_NOT_OWNER;
    return decodeExportedState(state);
  } catch {
    return codes.SEC_E_INVALID_TOKEN;
  }
}
