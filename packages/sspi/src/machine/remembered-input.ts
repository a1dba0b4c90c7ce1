import type { SecBuffer, SecBufferDesc } from "../buffers/sec-buffer.ts";

/** Input as it was when its call was queued (SSPI-07, debug mode). */
export interface RememberedInput {
  /** The copy that the call works with. */
  readonly buffers: readonly SecBuffer[];
  /** Whether the caller's memory has changed since. */
  hasChanged(): boolean;
}

/** Copies the input of a call. Undefined when there is none, or when its shape is wrong: that is told later. */
export function rememberInput(input: SecBufferDesc | null): RememberedInput | undefined {
  if (input === null || !Array.isArray(input.buffers)) return undefined;
  const originals = [...input.buffers];
  if (originals.some((buffer) => typeof buffer !== "object" || buffer === null)) return undefined;
  const buffers = originals.map(({ type, size, data }) => ({
    type,
    size,
    data: data instanceof Uint8Array ? data.slice() : data,
  }));
  return {
    buffers,
    hasChanged: () =>
      originals.length !== input.buffers.length ||
      originals.some((original, index) => isAnother(original, input.buffers[index], buffers[index])),
  };
}

function isAnother(original: SecBuffer, now: SecBuffer | undefined, copy: SecBuffer | undefined): boolean {
  if (now !== original || copy === undefined) return true;
  if (now.type !== copy.type || now.size !== copy.size) return true;
  if (now.data === null || copy.data === null) return now.data !== copy.data;
  const { data } = copy;
  return now.data.length !== data.length || now.data.some((byte, index) => byte !== data[index]);
}
