import type { Milliseconds } from "@sallyport/runtime";

/**
 * Remembers requests by a numeric key and their Request Authenticator, and answers for a while (RFC 5080 section
 * 2.2.2). Every operation takes constant time: answered entries stand in a list in the order of their answers, which
 * is the order in which they expire.
 */
export class DuplicateRing {
  readonly #keepFor: Milliseconds;
  readonly #limit: number;
  readonly #entries: Map<number, RingEntry> = new Map();
  #oldest: RingEntry | undefined;
  #newest: RingEntry | undefined;

  constructor(keepFor: Milliseconds, limit: number) {
    this.#keepFor = keepFor;
    this.#limit = limit;
  }

  /** Forgets the answers whose time is over. */
  expire(now: Milliseconds): void {
    while (this.#oldest !== undefined && this.#oldest.expires <= now) this.#drop(this.#oldest);
  }

  /** The entry of a key when its request had the same Request Authenticator (octets 4 to 19 of the packet). */
  find(key: number, packet: Uint8Array): RingEntry | undefined {
    const entry = this.#entries.get(key);
    return entry?.isOf(packet) ? entry : undefined;
  }

  /**
   * Takes in a request that is to be worked on; whatever else the key stood for is over. At the limit the oldest
   * answer makes room; undefined when there is none.
   */
  add(key: number, packet: Uint8Array): RingEntry | undefined {
    const replaced = this.#entries.get(key);
    if (replaced !== undefined) this.#drop(replaced);
    if (this.#entries.size >= this.#limit) {
      if (this.#oldest === undefined) return undefined;
      this.#drop(this.#oldest);
    }
    const entry = new RingEntry(key, packet);
    this.#entries.set(key, entry);
    return entry;
  }

  /** Keeps the answer of an entry that is live. */
  answered(entry: RingEntry, answer: Uint8Array, now: Milliseconds): void {
    entry.answer = answer;
    entry.expires = now + this.#keepFor;
    entry.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  /** Forgets an entry at once: the next packet like it is a new request. */
  remove(entry: RingEntry): void {
    if (entry.live) this.#drop(entry);
  }

  #drop(entry: RingEntry): void {
    this.#entries.delete(entry.key);
    entry.live = false;
    if (entry.answer === undefined) return;
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    entry.older = undefined;
    entry.newer = undefined;
  }
}

/** A request that is being worked on, or was answered a moment ago. Only the ring changes it. */
export class RingEntry {
  readonly key: number;
  readonly #a: number;
  readonly #b: number;
  readonly #c: number;
  readonly #d: number;
  /** False once the ring no longer holds it: removed, forgotten, or replaced by another request of the same key. */
  live = true;
  /** The answer sent; undefined while the request is being worked on. */
  answer: Uint8Array | undefined = undefined;
  expires: Milliseconds = 0;
  older: RingEntry | undefined = undefined;
  newer: RingEntry | undefined = undefined;

  constructor(key: number, packet: Uint8Array) {
    this.key = key;
    this.#a = word(packet, 4);
    this.#b = word(packet, 8);
    this.#c = word(packet, 12);
    this.#d = word(packet, 16);
  }

  isOf(packet: Uint8Array): boolean {
    return (
      this.#a === word(packet, 4) &&
      this.#b === word(packet, 8) &&
      this.#c === word(packet, 12) &&
      this.#d === word(packet, 16)
    );
  }
}

function word(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] ?? 0) << 24) |
    ((bytes[offset + 1] ?? 0) << 16) |
    ((bytes[offset + 2] ?? 0) << 8) |
    (bytes[offset + 3] ?? 0)
  );
}
