import type { PackageMessage } from "../../contract/package-message.ts";
import type { PackageContext } from "../../contract/security-package.ts";

/**
 * The mechanism's signature over the DER of the list of mechanisms (RFC 4178 section 5); undefined when it made none.
 * The context is established and has integrity.
 */
export function makeMechListMic(
  context: PackageContext,
  mechTypeList: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  const message = listMessage(mechTypeList, new Uint8Array(context.sizes?.maxSignature ?? 0));
  if (context.sign?.(message) !== 0) return undefined;
  context.mechanismListSigned?.("sent");
  return message.token.slice(0, message.tokenSize);
}

/** Checks the peer's. */
export function isMechListMic(context: PackageContext, mechTypeList: Uint8Array, mic: Uint8Array): boolean {
  if (context.verify?.(listMessage(mechTypeList, mic.slice())) !== 0) return false;
  context.mechanismListSigned?.("received");
  return true;
}

function listMessage(mechTypeList: Uint8Array, token: Uint8Array<ArrayBuffer>): ListMessage {
  const covered = mechTypeList.slice();
  return {
    token,
    tokenSize: token.length,
    data: [covered],
    covered: [covered],
    padding: new Uint8Array(0),
    paddingSize: 0,
    stream: undefined,
    plaintext: undefined,
    quality: 0,
    sequence: 0,
    buffers: [],
  };
}

interface ListMessage extends PackageMessage {
  readonly token: Uint8Array<ArrayBuffer>;
}
