/** The longest frame, in bytes: a message of 64 KiB with its signature. */
const longestFrame = 65_536 + 64;

/** A frame: four bytes of length, big-endian, then the bytes. */
export function frameOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length > longestFrame)
    throw new RangeError(`a frame may have ${longestFrame} bytes, not ${bytes.length}`);
  const frame = new Uint8Array(4 + bytes.length);
  new DataView(frame.buffer).setUint32(0, bytes.length);
  frame.set(bytes, 4);
  return frame;
}

/**
 * Takes frames out of a stream whose pieces end anywhere.
 *
 * @throws {RangeError} for a frame that says it is longer than any; nothing of it is kept
 */
export async function* framesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let held = new Uint8Array(0);
  for await (const piece of stream) {
    const both = new Uint8Array(held.length + piece.length);
    both.set(held);
    both.set(piece, held.length);
    held = both;
    while (held.length >= 4) {
      const length = new DataView(held.buffer, held.byteOffset).getUint32(0);
      if (length > longestFrame) throw new RangeError(`a frame of ${length} bytes is too long`);
      if (held.length < 4 + length) break;
      yield held.subarray(4, 4 + length);
      held = held.subarray(4 + length);
    }
  }
}
