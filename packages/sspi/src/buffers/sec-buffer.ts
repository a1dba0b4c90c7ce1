import {
  SECBUFFER_ATTRMASK,
  SECBUFFER_EMPTY,
  SECBUFFER_READONLY,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_VERSION,
} from "@sallyport/errors/sspi";

/** One buffer of a descriptor (sspi.h: `SecBuffer`). Which bytes count is `data` from 0 to `size`. */
export interface SecBuffer {
  /** sspi.h: `cbBuffer`: bytes. Of an output buffer: the room before the call, what was written after it. */
  size: number;
  /** sspi.h: `BufferType`: `SECBUFFER_...`, with attributes in the four highest bits (SSPI-71). */
  type: number;
  /** sspi.h: `pvBuffer`. Null where there is none, as in an empty buffer or one that the package is to allocate. */
  data: Uint8Array | null;
}

/** A list of buffers (sspi.h: `SecBufferDesc`). */
export interface SecBufferDesc {
  /** sspi.h: `ulVersion`: `SECBUFFER_VERSION`, 0. */
  version: number;
  /** sspi.h: `pBuffers`, and `cBuffers` as its length. */
  buffers: SecBuffer[];
}

/**
 * Makes a buffer.
 *
 * @param type `SECBUFFER_...`, with attributes if wanted
 * @param content bytes, which are not copied, or the number of bytes that there shall be room for; nothing by default
 *
 * @example
 * ```ts
 * import { SECBUFFER_EMPTY, SECBUFFER_TOKEN, secBuffer, secBufferDesc } from "@sallyport/sspi";
 *
 * const input = secBufferDesc(secBuffer(SECBUFFER_TOKEN, Uint8Array.of(1, 2, 3)), secBuffer(SECBUFFER_EMPTY));
 * const output = secBufferDesc(secBuffer(SECBUFFER_TOKEN, 2888));
 * ```
 */
export function secBuffer(type: number = SECBUFFER_EMPTY, content?: Uint8Array | number): SecBuffer {
  const data = typeof content === "number" ? new Uint8Array(content) : (content ?? null);
  return { size: data?.length ?? 0, type: type >>> 0, data };
}

/** Makes a descriptor of these buffers, version 0. */
export function secBufferDesc(...buffers: SecBuffer[]): SecBufferDesc {
  return { version: SECBUFFER_VERSION, buffers };
}

/** The type of a buffer without its attributes. */
export function bufferType(buffer: SecBuffer): number {
  return (buffer.type & ~SECBUFFER_ATTRMASK) >>> 0;
}

/** Whether a buffer is to be read only, and neither encrypted nor covered by a signature. */
export function isReadOnly(buffer: SecBuffer): boolean {
  return (buffer.type & SECBUFFER_READONLY) !== 0;
}

/** Whether a buffer is to be read only, but covered by the signature. */
export function isReadOnlyWithChecksum(buffer: SecBuffer): boolean {
  return (buffer.type & SECBUFFER_READONLY_WITH_CHECKSUM) !== 0;
}

/** The first buffer of a type, attributes left aside. */
export function findBuffer(buffers: readonly SecBuffer[], type: number): SecBuffer | undefined {
  for (const buffer of buffers) if (bufferType(buffer) === type) return buffer;
  return undefined;
}

/**
 * The bytes of a buffer that count, not copied.
 *
 * @example
 * ```ts
 * import { bufferBytes, SECBUFFER_TOKEN, secBuffer } from "@sallyport/sspi";
 *
 * const output = secBuffer(SECBUFFER_TOKEN, 100);
 * output.size = 3; // what a call would have written
 * bufferBytes(output).length; // 3
 * ```
 */
export function bufferBytes({ data, size }: SecBuffer): Uint8Array {
  if (data === null) return nothing;
  return data.length === size ? data : data.subarray(0, size);
}

const nothing = new Uint8Array(0);
