/** What tells one hash function of this family from another. */
export interface HashFunction {
  /** Mixes one block of 64 bytes into the words of `state`. */
  readonly compress: (state: Int32Array, block: DataView) => void;
  /** The words before the first block; the digest has as many. */
  readonly initialState: Int32Array;
  /** The order of the bytes in the words of the length and of the digest. */
  readonly littleEndian: boolean;
}

/** The initial words of MD4 and MD5 alike (RFC 1320 and RFC 1321, section 3.3). */
export const md4And5State: Int32Array = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);

const blockSize = 64;
/** Where the length stands in the last block. */
const lengthOffset = 56;
/** Of MD4 and MD5. */
const digestSize = 16;

/**
 * What MD4, MD5 and SHA-1 have in common: input cut into blocks of 64 bytes, the last one padded with a one bit, zeros
 * and the length in bits (RFC 1320 and RFC 1321, sections 3.1 and 3.2; RFC 3174 section 4). Nothing is allocated after
 * construction.
 */
export class HashStream {
  readonly #compress: HashFunction["compress"];
  readonly #initialState: Int32Array;
  readonly #littleEndian: boolean;
  readonly #state: Int32Array;
  readonly #bytes: Uint8Array = new Uint8Array(blockSize);
  readonly #block: DataView;
  /** Bytes of the block that are filled, 0 to 63. */
  #filled = 0;
  /** Bytes taken so far. */
  #length = 0;

  constructor({ compress, initialState, littleEndian }: HashFunction) {
    this.#compress = compress;
    this.#initialState = initialState;
    this.#littleEndian = littleEndian;
    this.#state = new Int32Array(initialState.length);
    this.#block = new DataView(this.#bytes.buffer);
    this.start();
  }

  /** Begins anew, or goes on from a saved state behind `length` bytes, which are whole blocks. */
  start(state: Int32Array = this.#initialState, length = 0): void {
    const own = this.#state;
    for (let word = 0; word < own.length; word += 1) own[word] = state[word] as number;
    this.#filled = 0;
    this.#length = length;
  }

  update(bytes: Uint8Array, start: number, end: number): void {
    const block = this.#bytes;
    let filled = this.#filled;
    for (let at = start; at < end; ) {
      const stop = Math.min(end, at + blockSize - filled);
      while (at < stop) block[filled++] = bytes[at++] as number;
      if (filled === blockSize) {
        this.#compress(this.#state, this.#block);
        filled = 0;
      }
    }
    this.#filled = filled;
    this.#length += end - start;
  }

  /** Copies the state out; right only behind whole blocks. */
  saveInto(state: Int32Array): void {
    state.set(this.#state);
  }

  /** Pads, and writes the digest, four bytes a word. To be started again before the next use. */
  finishInto(target: Uint8Array, offset: number): void {
    const bytes = this.#bytes;
    const block = this.#block;
    const state = this.#state;
    let filled = this.#filled;
    bytes[filled++] = 0x80;
    if (filled > lengthOffset) {
      while (filled < blockSize) bytes[filled++] = 0;
      this.#compress(state, block);
      filled = 0;
    }
    while (filled < lengthOffset) bytes[filled++] = 0;
    const low = lengthOffset + (this.#littleEndian ? 0 : 4);
    const high = lengthOffset + (this.#littleEndian ? 4 : 0);
    block.setInt32(low, this.#length << 3, this.#littleEndian);
    block.setInt32(high, this.#length / 0x20000000, this.#littleEndian);
    this.#compress(state, block);
    for (let word = 0; word < state.length; word += 1) {
      const value = this.#littleEndian ? (state[word] as number) : bytesReversed(state[word] as number);
      const at = offset + 4 * word;
      target[at] = value;
      target[at + 1] = value >>> 8;
      target[at + 2] = value >>> 16;
      target[at + 3] = value >>> 24;
    }
  }
}

function bytesReversed(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/** Refuses a range that is not inside `bytes`, before anything is read beyond its end. */
export function checkRange(bytes: Uint8Array, start: number, end: number): void {
  if (!(start >= 0 && start <= end && end <= bytes.length)) {
    throw new RangeError(
      `start ${start} and end ${end} must lie within the ${bytes.length} bytes, in this order`,
    );
  }
}

/** Refuses a place where the 16 bytes of a digest do not fit. */
export function checkTarget(target: Uint8Array, offset: number): void {
  if (!(offset >= 0 && offset + digestSize <= target.length)) {
    throw new RangeError(
      `offset ${offset} leaves no room for ${digestSize} bytes in a target of ${target.length}`,
    );
  }
}
