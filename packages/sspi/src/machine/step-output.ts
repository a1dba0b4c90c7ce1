import {
  SEC_E_BUFFER_TOO_SMALL,
  SEC_E_INSUFFICIENT_BUFFERS,
  SEC_E_OK,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_MISSING,
  SECBUFFER_TOKEN,
} from "@sallyport/errors/sspi";
import { bufferType, findBuffer, type SecBuffer, type SecBufferDesc } from "../buffers/sec-buffer.ts";
import type { StepAnswer } from "../contract/security-package.ts";
import type { Core } from "./core.ts";

/**
 * Writes the token of an answer to the caller's buffer, or to a new one when the caller asked for it.
 *
 * @returns SEC_E_OK; SEC_E_BUFFER_TOO_SMALL with the size that is needed in the buffer; SEC_E_INSUFFICIENT_BUFFERS where
 * there is no buffer for it
 */
export function writeToken(
  core: Core,
  output: readonly SecBuffer[],
  token: Uint8Array | undefined,
  allocates: boolean,
): number {
  const buffer = findBuffer(output, SECBUFFER_TOKEN);
  if (token === undefined || token.length === 0) {
    if (buffer !== undefined) buffer.size = 0;
    return SEC_E_OK;
  }
  if (buffer === undefined) return SEC_E_INSUFFICIENT_BUFFERS;
  if (allocates) {
    const allocated = token.slice();
    core.allocated.add(allocated);
    buffer.data = allocated;
    buffer.size = token.length;
    return SEC_E_OK;
  }
  const room = Math.min(buffer.size, buffer.data?.length ?? 0);
  buffer.size = token.length;
  if (token.length > room) return SEC_E_BUFFER_TOO_SMALL;
  buffer.data?.set(token);
  return SEC_E_OK;
}

/** Writes what a package has for output buffers of other types, where the caller has one with room for it. */
export function writeOtherBuffers(output: readonly SecBuffer[], answer: StepAnswer): void {
  for (const { type, data } of answer.buffers ?? []) {
    const buffer = findBuffer(output, type);
    if (buffer === undefined || type === SECBUFFER_TOKEN) continue;
    const room = Math.min(buffer.size, buffer.data?.length ?? 0);
    buffer.size = data.length <= room ? data.length : 0;
    if (data.length <= room) buffer.data?.set(data);
  }
}

/**
 * Tells how many bytes were left over, or are missing: in the input descriptor, where an empty buffer takes the count, and
 * in a spare empty buffer of the output too (E-06).
 */
export function writeCounts(
  input: SecBufferDesc | null,
  output: readonly SecBuffer[],
  { extra = 0, missing = 0 }: StepAnswer,
): void {
  if (extra > 0) {
    mark(input?.buffers ?? [], SECBUFFER_EXTRA, extra);
    mark(output, SECBUFFER_EXTRA, extra);
  } else if (missing > 0) {
    mark(input?.buffers ?? [], SECBUFFER_MISSING, missing);
  }
}

function mark(buffers: readonly SecBuffer[], type: number, size: number): void {
  for (const buffer of buffers) {
    if (bufferType(buffer) !== SECBUFFER_EMPTY) continue;
    buffer.type = type;
    buffer.size = size;
    buffer.data = null;
    return;
  }
}
