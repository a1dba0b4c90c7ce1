import type { SecHandle } from "./sec-handle.ts";

/** What a handle stands for; it knows its own words. */
export interface Handled {
  /** The words of its handle; undefined before it has one. */
  handle: Readonly<SecHandle> | undefined;
}

/** The most objects of one kind that one table can name. */
const slotsPerTable = 2 ** 24;

let tables = 0;

/**
 * The objects of one kind behind their handles. The lower word names a place in this very table and no other, the upper
 * word is the generation of that place: so no value is ever given out twice in the life of the process, and a handle of
 * another kind, or of another provider, is never found (SSPI-61).
 */
export class HandleTable<T extends Handled> {
  readonly #first: number;
  readonly #limit: number;
  readonly #objects: (T | undefined)[] = [];
  readonly #generations: number[] = [];
  readonly #free: number[] = [];

  /** @param limit the most objects at one time; {@link HandleTable.add} refuses more */
  constructor(limit: number) {
    tables += 1;
    this.#first = tables * slotsPerTable;
    this.#limit = Math.min(limit, slotsPerTable);
  }

  /** The number of live objects. */
  get size(): number {
    return this.#objects.length - this.#free.length;
  }

  /** Gives an object a handle. False at the limit. */
  add(object: T): boolean {
    if (this.size >= this.#limit) return false;
    const slot = this.#free.pop() ?? this.#objects.length;
    const generation = (this.#generations[slot] ?? 0) + 1;
    this.#objects[slot] = object;
    this.#generations[slot] = generation;
    object.handle = { lower: this.#first + slot, upper: generation };
    return true;
  }

  /** The live object of a handle; undefined for anything else, whatever it is. */
  find(handle: SecHandle | null | undefined): T | undefined {
    const slot = this.#slotOf(handle);
    return this.#generations[slot] === handle?.upper ? this.#objects[slot] : undefined;
  }

  /** Whether a handle was once given out by this table and its object is gone (SSPI-62). */
  isDeleted(handle: SecHandle | null | undefined): boolean {
    const slot = this.#slotOf(handle);
    const generation = this.#generations[slot];
    const upper = handle?.upper;
    if (generation === undefined || !Number.isInteger(upper) || upper === undefined || upper < 1)
      return false;
    return upper < generation || (upper === generation && this.#objects[slot] === undefined);
  }

  /** Takes an object's handle away from it. */
  remove(object: T): void {
    if (this.find(object.handle) !== object) return;
    const slot = this.#slotOf(object.handle);
    this.#objects[slot] = undefined;
    this.#free.push(slot);
  }

  /** The place that a handle speaks of; -1 for what is no handle of this table. */
  #slotOf(handle: SecHandle | null | undefined): number {
    const lower: unknown = handle?.lower;
    const slot = typeof lower === "number" ? lower - this.#first : -1;
    return slot >= 0 && slot < this.#generations.length ? slot : -1;
  }

  /** The live objects. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (const object of this.#objects) if (object !== undefined) yield object;
  }
}
