import { SECBUFFER_VERSION } from "@sallyport/errors/sspi";
import type { SecBuffer, SecBufferDesc } from "./sec-buffer.ts";

/** The most buffers in one descriptor; more is taken for a mistake. */
const maximumBuffers = 64;

/**
 * The buffers of a descriptor that can be worked with: the right version, a sane number of buffers, sizes that are
 * there. Undefined for anything else, such as an array that was detached (SSPI-05, SSPI-70).
 */
export function usableBuffers(descriptor: SecBufferDesc): readonly SecBuffer[] | undefined {
  if (typeof descriptor !== "object" || descriptor === null) return undefined;
  if (descriptor.version !== SECBUFFER_VERSION) return undefined;
  const { buffers } = descriptor;
  if (!Array.isArray(buffers) || buffers.length > maximumBuffers) return undefined;
  for (const buffer of buffers) if (!isUsable(buffer)) return undefined;
  return buffers;
}

function isUsable(buffer: SecBuffer | null | undefined): boolean {
  if (typeof buffer !== "object" || buffer === null) return false;
  const { size, type, data } = buffer;
  if (!Number.isInteger(type) || type < 0 || type > 0xffffffff) return false;
  if (!Number.isInteger(size) || size < 0) return false;
  if (data === null) return true;
  return data instanceof Uint8Array && size <= data.length;
}
