import { WindowsError } from "@sallyport/errors";
import * as codes from "@sallyport/errors/sspi";
import { usableBuffers } from "../buffers/descriptor.ts";
import type { SecBufferDesc } from "../buffers/sec-buffer.ts";
import { messageFlags } from "../contract/features.ts";
import type { Out } from "../contract/out.ts";
import type { PackageMessage } from "../contract/package-message.ts";
import type { CtxtHandle } from "../handles/sec-handle.ts";
import type { ContextEntry } from "../machine/context-entry.ts";
import type { Core } from "../machine/core.ts";
import { packageStatus } from "../machine/operation.ts";
import { MessageView } from "./message-view.ts";

/** The functions that protect messages, with an established context. All of them are synchronous. */
export interface MessageFunctions {
  /**
   * Encrypts the DATA buffers in place and writes the TOKEN buffer, whose size is then what of it is used (SSPI-82).
   *
   * @param fQOP 0, or SECQOP_WRAP_NO_ENCRYPT for integrity only (SSPI-84)
   * @param MessageSeqNo 0 but for datagrams (SSPI-85)
   */
  EncryptMessage(phContext: CtxtHandle, fQOP: number, pMessage: SecBufferDesc, MessageSeqNo: number): number;
  /** Checks and decrypts: TOKEN and DATA in place, or STREAM, of which DATA becomes the part in clear (SSPI-83). */
  DecryptMessage(
    phContext: CtxtHandle,
    pMessage: SecBufferDesc,
    MessageSeqNo: number,
    pfQOP: Out<number> | null,
  ): number;
  /** Writes a signature of the DATA buffers to the TOKEN buffer (SSPI-89, SSPI-90). */
  MakeSignature(phContext: CtxtHandle, fQOP: number, pMessage: SecBufferDesc, MessageSeqNo: number): number;
  /** Checks a signature: SEC_E_MESSAGE_ALTERED, SEC_E_OUT_OF_SEQUENCE (SSPI-86). */
  VerifySignature(
    phContext: CtxtHandle,
    pMessage: SecBufferDesc,
    MessageSeqNo: number,
    pfQOP: Out<number> | null,
  ): number;
}

/** Makes them for one provider. */
export function messageFunctions(core: Core): MessageFunctions {
  return {
    EncryptMessage: (phContext, fQOP, pMessage, MessageSeqNo) =>
      protect(core, phContext, fQOP, pMessage, MessageSeqNo, "seal"),
    MakeSignature: (phContext, fQOP, pMessage, MessageSeqNo) =>
      protect(core, phContext, fQOP, pMessage, MessageSeqNo, "sign"),
    DecryptMessage: (phContext, pMessage, MessageSeqNo, pfQOP) =>
      check(core, phContext, pMessage, MessageSeqNo, pfQOP, "unseal"),
    VerifySignature: (phContext, pMessage, MessageSeqNo, pfQOP) =>
      check(core, phContext, pMessage, MessageSeqNo, pfQOP, "verify"),
  };
}

function protect(
  core: Core,
  phContext: CtxtHandle,
  fQOP: number,
  pMessage: SecBufferDesc,
  MessageSeqNo: number,
  verb: "seal" | "sign",
): number {
  const entry = usableContext(core, phContext);
  if (typeof entry === "number") return entry;
  const refused = permission(entry, verb) || qualityRefusal(entry, fQOP, verb);
  if (refused !== codes.SEC_E_OK) return refused;
  const message = readMessage(entry, pMessage, fQOP, MessageSeqNo);
  if (typeof message === "number") return message;
  if (!isStream(entry)) {
    if (!message.hasData || message.tokenBuffer === undefined) return codes.SEC_E_INVALID_TOKEN;
    const needed = verb === "seal" ? entry.context.sizes?.securityTrailer : entry.context.sizes?.maxSignature;
    if (message.token.length < (needed ?? 0)) return codes.SEC_E_BUFFER_TOO_SMALL;
  }
  const status = call(core, entry, message, verb);
  if (status === codes.SEC_E_OK && !isStream(entry)) writeSizes(message);
  return status;
}

function check(
  core: Core,
  phContext: CtxtHandle,
  pMessage: SecBufferDesc,
  MessageSeqNo: number,
  pfQOP: Out<number> | null,
  verb: "unseal" | "verify",
): number {
  const entry = usableContext(core, phContext);
  if (typeof entry === "number") return entry;
  const refused = permission(entry, verb === "unseal" ? "seal" : "sign");
  if (refused !== codes.SEC_E_OK) return refused;
  const message = readMessage(entry, pMessage, 0, MessageSeqNo);
  if (typeof message === "number") return message;
  if (!isStream(entry)) {
    const hasToken = message.tokenBuffer !== undefined || (verb === "unseal" && message.stream !== undefined);
    if (!message.hasData || !hasToken) return codes.SEC_E_INVALID_TOKEN;
  }
  const status = call(core, entry, message, verb);
  if (status === codes.SEC_E_MESSAGE_ALTERED || status === codes.SEC_E_OUT_OF_SEQUENCE) {
    if (verb === "unseal") withhold(message);
    const isFatal = entry.context.messageErrorsAreFatal ?? entry.securityPackage.messageErrorsAreFatal;
    if (isFatal === true) entry.die(core, phContext);
  }
  if (status !== codes.SEC_E_OK) return status;
  if (pfQOP !== null) pfQOP.value = message.quality;
  if (message.plaintext !== undefined && message.dataBuffer !== undefined) {
    message.dataBuffer.data = message.plaintext;
    message.dataBuffer.size = message.plaintext.length;
  }
  return status;
}

/** A context that messages can be protected with; else why not (SSPI-21, SSPI-63, SSPI-81). */
function usableContext(core: Core, phContext: CtxtHandle): ContextEntry | number {
  const entry = core.contexts.find(phContext);
  if (entry === undefined || entry.phase === "forming") return codes.SEC_E_INVALID_HANDLE;
  if (entry.phase === "dead") return codes.SEC_E_CONTEXT_EXPIRED;
  if (entry.expiry !== Infinity && core.clock.now() >= entry.expiry) return codes.SEC_E_CONTEXT_EXPIRED;
  return entry;
}

/** SSPI-80, and SEC_E_UNSUPPORTED_FUNCTION where the package has no such function (SSPI-89). */
function permission(entry: ContextEntry, verb: "seal" | "sign"): number {
  if (entry.context[verb] === undefined) return codes.SEC_E_UNSUPPORTED_FUNCTION;
  const hasFlag = (entry.attributes & messageFlags[entry.role][verb]) !== 0;
  return hasFlag ? codes.SEC_E_OK : codes.SEC_E_QOP_NOT_SUPPORTED;
}

/** SSPI-84. */
function qualityRefusal(entry: ContextEntry, fQOP: number, verb: "seal" | "sign"): number {
  if (fQOP === 0) return codes.SEC_E_OK;
  const isKnown = isStream(entry)
    ? fQOP === codes.SECQOP_WRAP_OOB_DATA
    : fQOP === codes.SECQOP_WRAP_NO_ENCRYPT;
  return isKnown && verb === "seal" ? codes.SEC_E_OK : codes.SEC_E_QOP_NOT_SUPPORTED;
}

function readMessage(
  entry: ContextEntry,
  pMessage: SecBufferDesc,
  fQOP: number,
  MessageSeqNo: number,
): MessageView | number {
  if (typeof pMessage !== "object" || pMessage === null) return codes.SEC_E_INVALID_PARAMETER;
  const buffers = usableBuffers(pMessage);
  if (
    buffers === undefined ||
    !Number.isInteger(MessageSeqNo) ||
    MessageSeqNo < 0 ||
    MessageSeqNo > 0xffffffff
  ) {
    return codes.SEC_E_INVALID_PARAMETER;
  }
  if (isStream(entry) && MessageSeqNo !== 0) return codes.SEC_E_INVALID_PARAMETER; // SSPI-85
  return new MessageView(buffers, fQOP, MessageSeqNo);
}

function call(
  core: Core,
  entry: ContextEntry,
  message: PackageMessage,
  verb: "seal" | "unseal" | "sign" | "verify",
): number {
  try {
    return packageStatus(entry.context[verb]?.(message) ?? codes.SEC_E_UNSUPPORTED_FUNCTION);
  } catch (error) {
    if (WindowsError.is(error)) return packageStatus(error.code);
    core.complain(`security package ${entry.securityPackage.info.name} failed on a message`, error);
    return codes.SEC_E_INTERNAL_ERROR;
  }
}

function writeSizes(message: MessageView): void {
  const { tokenBuffer, paddingBuffer } = message;
  if (tokenBuffer !== undefined) tokenBuffer.size = Math.min(message.tokenSize, message.token.length);
  if (paddingBuffer !== undefined) paddingBuffer.size = Math.min(message.paddingSize, message.padding.length);
}

/** Nothing of a message that cannot be trusted is released, even if the package has decrypted it (SSPI-86). */
function withhold(message: MessageView): void {
  message.stream?.fill(0);
  for (const bytes of message.data) bytes.fill(0);
}

/** A package of streams, as TLS, whose messages have a header and a trailer of their own. */
function isStream({ securityPackage }: ContextEntry): boolean {
  return (securityPackage.info.capabilities & codes.SECPKG_FLAG_STREAM) !== 0;
}
