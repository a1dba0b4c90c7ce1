/**
 * The buffers in which frames are put together. Links have none of their own: one is taken for a frame that has begun
 * and given back when it has ended, so that an idle link costs no buffer and many busy ones share a few.
 */
const idle: Uint8Array<ArrayBuffer>[] = [];
/** More are left to the garbage collector. */
const mostIdle = 16;
/** Frames for an MRU of 1 500 fit; buffers of another size are not kept. */
const usualSize = 2048;

/** A buffer of at least this size that nobody else has. Its contents are left from others. */
export function takeFrameBuffer(size: number): Uint8Array<ArrayBuffer> {
  if (size > usualSize) return new Uint8Array(size);
  return idle.pop() ?? new Uint8Array(usualSize);
}

/** Gives a buffer back that nobody reads or writes any more. */
export function giveBackFrameBuffer(buffer: Uint8Array<ArrayBuffer>): void {
  if (buffer.length === usualSize && idle.length < mostIdle) idle.push(buffer);
}
