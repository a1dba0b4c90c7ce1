/**
 * The buffers that MakeMessage calls write their packets to. A call that returned at once gives its buffer back, and
 * the next call of any session gets it zeroed: making a new one costs more than a round of a simple method.
 */
const idle: Map<number, Uint8Array<ArrayBuffer>> = new Map();
/** Sessions seldom have more than a few packet sizes; of more, the oldest is forgotten. */
const mostSizes = 8;

/** A zeroed buffer that nobody else has. */
export function takeSendBuffer(size: number): Uint8Array<ArrayBuffer> {
  const buffer = idle.get(size);
  if (buffer === undefined) return new Uint8Array(size);
  idle.delete(size);
  return buffer;
}

/** Gives a buffer back that nobody writes to any more. */
export function giveBackSendBuffer(buffer: Uint8Array<ArrayBuffer>): void {
  buffer.fill(0);
  if (idle.size >= mostSizes) {
    for (const size of idle.keys()) {
      idle.delete(size);
      break;
    }
  }
  idle.set(buffer.length, buffer);
}
