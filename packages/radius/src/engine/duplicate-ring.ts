import type { Milliseconds } from "@sallyport/runtime";
import { word } from "./word.ts";

/** Stands for a request that the ring took in; the ring knows whether it still holds it. */
export interface RingTicket {
  readonly slot: number;
  readonly generation: number;
}

const none = -1;
const firstCapacity = 1_024;

/**
 * Remembers requests by their source and Request Authenticator, and answers for a while (RFC 5080 section 2.2.2). Every
 * operation takes constant time: answered requests stand in a list in the order of their answers, which is the order in
 * which they expire.
 *
 * A place of the ring is an index into arrays of numbers, and an answer is a range of the memory that it was written
 * into: a server under load holds tens of thousands of answers, and as objects they would keep the garbage collector busy.
 */
export class DuplicateRing {
  readonly #keepFor: Milliseconds;
  readonly #limit: number;
  #size = 0;
  #slots = new Slots(0);
  /** The first slot of each chain of equal hashes; a power of two of them. */
  #chains: Int32Array<ArrayBuffer> = new Int32Array(1);
  #free = none;
  #oldest = none;
  #newest = none;

  constructor(keepFor: Milliseconds, limit: number) {
    this.#keepFor = keepFor;
    this.#limit = limit;
  }

  /** Forgets the answers whose time is over. */
  expire(now: Milliseconds): void {
    while (this.#oldest !== none && at(this.#slots.expires, this.#oldest) <= now) this.#drop(this.#oldest);
  }

  /**
   * The slot of a request that had the same source and the same Request Authenticator (octets 4 to 19 of the packet), or -1.
   *
   * @param source a number for the address, 32 bits
   * @param origin the port and the Identifier in one number of 24 bits
   */
  find(source: number, origin: number, packet: Uint8Array): number {
    const slot = this.#slotOf(source, origin);
    return slot !== none && this.#slots.isOf(slot, packet) ? slot : none;
  }

  /** The answer in a slot; undefined while the request is being worked on. */
  answerAt(slot: number): Uint8Array | undefined {
    const memory = this.#slots.memory[slot];
    return memory && new Uint8Array(memory, at(this.#slots.offsets, slot), at(this.#slots.lengths, slot));
  }

  /**
   * Takes in a request that is to be worked on; whatever else its source and origin stood for is over. At the limit the
   * oldest answer makes room; undefined when there is none.
   */
  add(source: number, origin: number, packet: Uint8Array): RingTicket | undefined {
    const replaced = this.#slotOf(source, origin);
    if (replaced !== none) this.#drop(replaced);
    if (this.#size >= this.#limit) {
      if (this.#oldest === none) return undefined;
      this.#drop(this.#oldest);
    }
    if (this.#free === none) this.#grow();
    const slot = this.#free;
    const slots = this.#slots;
    this.#free = at(slots.next, slot);
    this.#size++;
    slots.fill(slot, source, origin, packet);
    this.#chain(slot);
    return { slot, generation: at(slots.generations, slot) };
  }

  /** False once the ring no longer holds the request: removed, forgotten, or replaced by another of the same origin. */
  holds({ slot, generation }: RingTicket): boolean {
    return this.#slots.generations[slot] === generation;
  }

  /** Keeps the answer of a request that the ring holds. The answer must not change any more. */
  answered({ slot }: RingTicket, answer: Uint8Array, now: Milliseconds): void {
    const slots = this.#slots;
    slots.memory[slot] = answer.buffer;
    slots.offsets[slot] = answer.byteOffset;
    slots.lengths[slot] = answer.length;
    slots.expires[slot] = now + this.#keepFor;
    slots.older[slot] = this.#newest;
    slots.newer[slot] = none;
    if (this.#newest === none) this.#oldest = slot;
    else slots.newer[this.#newest] = slot;
    this.#newest = slot;
  }

  /** Forgets a request at once: the next packet like it is a new one. */
  remove(ticket: RingTicket): void {
    if (this.holds(ticket)) this.#drop(ticket.slot);
  }

  #slotOf(source: number, origin: number): number {
    const slots = this.#slots;
    let slot = (this.#chains[this.#hash(source, origin)] as number) - 1;
    while (slot !== none && !(slots.sources[slot] === (source | 0) && slots.origins[slot] === origin)) {
      slot = at(slots.next, slot);
    }
    return slot;
  }

  #hash(source: number, origin: number): number {
    const mixed = Math.imul(source ^ Math.imul(origin, 0x9e3779b1), 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.#chains.length - 1);
  }

  #chain(slot: number): void {
    const slots = this.#slots;
    const hash = this.#hash(at(slots.sources, slot), at(slots.origins, slot));
    slots.next[slot] = at(this.#chains, hash) - 1;
    this.#chains[hash] = slot + 1;
  }

  #unchain(slot: number): void {
    const { sources, origins, next } = this.#slots;
    const hash = this.#hash(at(sources, slot), at(origins, slot));
    let before = at(this.#chains, hash) - 1;
    if (before === slot) {
      this.#chains[hash] = at(next, slot) + 1;
      return;
    }
    while (next[before] !== slot) before = at(next, before);
    next[before] = at(next, slot);
  }

  #drop(slot: number): void {
    const slots = this.#slots;
    this.#unchain(slot);
    if (slots.memory[slot] !== undefined) {
      const older = at(slots.older, slot);
      const newer = at(slots.newer, slot);
      if (older === none) this.#oldest = newer;
      else slots.newer[older] = newer;
      if (newer === none) this.#newest = older;
      else slots.older[newer] = older;
      slots.memory[slot] = undefined;
    }
    slots.generations[slot] = at(slots.generations, slot) + 1;
    slots.next[slot] = this.#free;
    this.#free = slot;
    this.#size--;
  }

  /** Twice as many places, up to the limit; called when all are taken. */
  #grow(): void {
    const taken = this.#slots.capacity;
    const capacity = Math.min(this.#limit, Math.max(firstCapacity, 2 * taken));
    this.#slots = new Slots(capacity, this.#slots);
    this.#chains = new Int32Array(2 ** Math.ceil(Math.log2(capacity)));
    for (let slot = 0; slot < taken; slot++) this.#chain(slot);
    for (let slot = capacity - 1; slot >= taken; slot--) {
      this.#slots.next[slot] = this.#free;
      this.#free = slot;
    }
  }
}

/** What is known of each request, one array for each kind of fact. */
class Slots {
  readonly capacity: number;
  readonly sources: Int32Array<ArrayBuffer>;
  readonly origins: Int32Array<ArrayBuffer>;
  /** Four words of Request Authenticator for each slot. */
  readonly authenticators: Int32Array<ArrayBuffer>;
  /** Counts up whenever a slot is given away. */
  readonly generations: Int32Array<ArrayBuffer>;
  /** The next slot of the same chain, or of the list of free ones. */
  readonly next: Int32Array<ArrayBuffer>;
  readonly older: Int32Array<ArrayBuffer>;
  readonly newer: Int32Array<ArrayBuffer>;
  readonly expires: Float64Array<ArrayBuffer>;
  readonly offsets: Int32Array<ArrayBuffer>;
  readonly lengths: Int32Array<ArrayBuffer>;
  /** What the answer was written into; undefined while there is none. */
  readonly memory: (ArrayBufferLike | undefined)[];

  constructor(capacity: number, before?: Slots) {
    this.capacity = capacity;
    this.sources = new Int32Array(capacity);
    this.origins = new Int32Array(capacity);
    this.authenticators = new Int32Array(4 * capacity);
    this.generations = new Int32Array(capacity);
    this.next = new Int32Array(capacity);
    this.older = new Int32Array(capacity);
    this.newer = new Int32Array(capacity);
    this.expires = new Float64Array(capacity);
    this.offsets = new Int32Array(capacity);
    this.lengths = new Int32Array(capacity);
    this.memory = before?.memory ?? [];
    while (this.memory.length < capacity) this.memory.push(undefined);
    if (before === undefined) return;
    this.sources.set(before.sources);
    this.origins.set(before.origins);
    this.authenticators.set(before.authenticators);
    this.generations.set(before.generations);
    this.next.set(before.next);
    this.older.set(before.older);
    this.newer.set(before.newer);
    this.expires.set(before.expires);
    this.offsets.set(before.offsets);
    this.lengths.set(before.lengths);
  }

  fill(slot: number, source: number, origin: number, packet: Uint8Array): void {
    this.sources[slot] = source;
    this.origins[slot] = origin;
    for (let index = 0; index < 4; index++) {
      this.authenticators[4 * slot + index] = word(packet, 4 + 4 * index);
    }
  }

  isOf(slot: number, packet: Uint8Array): boolean {
    for (let index = 0; index < 4; index++) {
      if (this.authenticators[4 * slot + index] !== word(packet, 4 + 4 * index)) return false;
    }
    return true;
  }
}

/** What an array holds at an index that is known to be within it. */
function at(numbers: Int32Array | Float64Array, index: number): number {
  return numbers[index] as number;
}
