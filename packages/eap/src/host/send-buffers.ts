/**
 * The buffers that MakeMessage calls write their packets to. A call that returned at once gives its buffer back, and
 * the next call of any session gets it zeroed: making a new one costs more than a round of a simple method.
 */
const idle: Uint8Array<ArrayBuffer>[] = [];
/** Sessions seldom have more than a few packet sizes; of more, the oldest is forgotten. */
const mostIdle = 8;

/** A zeroed buffer that nobody else has. */
export function takeSendBuffer(size: number): Uint8Array<ArrayBuffer> {
  for (let index = idle.length - 1; index >= 0; index--) {
    const buffer = idle[index];
    if (buffer?.length !== size) continue;
    const last = idle.pop();
    if (last !== undefined && last !== buffer) idle[index] = last;
    return buffer;
  }
  return new Uint8Array(size);
}

/** Gives a buffer back that nobody writes to any more. */
export function giveBackSendBuffer(buffer: Uint8Array<ArrayBuffer>): void {
  buffer.fill(0);
  if (idle.length >= mostIdle) idle.shift();
  idle.push(buffer);
}
