import { constantTimeEqual } from "@sallyport/crypto";
import { type Cancel, type Clock, isThenable, type Milliseconds, type Random } from "@sallyport/runtime";
import { keepAnswer, keptAnswer, keptAnswerLength } from "./kept-answer.ts";
import type { Answer } from "./receiver-types.ts";
import { word } from "./word.ts";

/** The octets of a State before its 16 random ones: the process that owns it, and what kind of conversation it is. */
const ownerLength = 4;
const prefixLength = ownerLength + 1;
const stateLength = prefixLength + 16;

/** What became of a State that a request carries. */
export type StateVerdict<Payload, Why extends string = never> =
  /** No State of this table: somebody else's business. */
  | { readonly kind: "foreign" }
  /** Expired, forgotten or invented; used by another request; or what the objection said. */
  | { readonly kind: "refused"; readonly why: "unknown" | "used" | Why }
  /** The same request once more: it gets the same answer. */
  | { readonly kind: "repeated"; readonly answer: Answer | null | Promise<Answer | null> }
  | { readonly kind: "valid"; readonly use: StateUse<Payload> };

/** A State that a request has used up; {@link StateTable.settle} says what the request came to. */
export interface StateUse<Payload> {
  readonly payload: Payload;
}

/** Why a payload is let go without having been used: its time was over, others needed the room, the table was closed. */
export type StateEnd = "expired" | "evicted" | "closed";

export interface StateTableOptions<Payload> {
  readonly clock: Clock;
  readonly random: Random;
  /** An octet that tells the tables of one process apart. */
  readonly kind: number;
  /** The 4 octets of the process; random by default. */
  readonly owner?: Uint8Array | undefined;
  /** How many States may be open at once, and how many used ones are remembered; beyond it the oldest goes. */
  readonly limit: number;
  /** How long a State can be used, in milliseconds. */
  readonly lifetime: Milliseconds;
  /** How long the answer to a used State is given again to an identical resend, in milliseconds; 10 000 by default. */
  readonly keepAnswersFor?: Milliseconds | undefined;
  /**
   * What a State goes on standing for when it was used and its answer is kept: the little that an objection needs. By
   * default the payload itself, with all that it refers to. Must not throw.
   */
  readonly whenUsed?: ((payload: Payload) => Payload) | undefined;
  /** Called once for every payload that is let go unused. Must not throw. */
  readonly onEnd?: ((payload: Payload, why: StateEnd) => void) | undefined;
}

/**
 * The State values (RFC 2865 section 5.24) that a server has out, with what each stands for. One is the id of the
 * process, a kind, and 128 random bits: nobody can guess it, one request uses it up, and an identical resend of that
 * request gets the same answer for ten seconds, whatever port and identifier it comes with.
 *
 * Every operation takes constant time on average; one timer runs while anything is kept.
 *
 * @example
 * ```ts
 * import { StateTable } from "@sallyport/radius";
 * import { systemClock, systemRandom } from "@sallyport/runtime";
 *
 * const table = new StateTable<string>({
 *   clock: systemClock, random: systemRandom, kind: 7, limit: 1_000, lifetime: 60_000,
 * });
 * const state = table.issue("what was asked");
 * const verdict = table.redeem(state, () => new Uint8Array(16));
 * if (verdict.kind === "valid") table.settle(verdict.use, { code: 2, attributes: [] });
 * table.close();
 * ```
 */
export class StateTable<Payload> {
  readonly #options: StateTableOptions<Payload>;
  readonly #owner: Uint8Array;
  /** By the first 32 of the random bits; entries that have them in common stand in a chain. */
  readonly #entries = new Map<number, Entry<Payload>>();
  /** Both in the order in which their entries expire. */
  readonly #open = new Queue<Payload>();
  readonly #used = new Queue<Payload>();
  readonly #memory = new AnswerMemory();
  #cancelTimer: Cancel | undefined;
  #timerDue: Milliseconds = Number.POSITIVE_INFINITY;

  /** @throws {RangeError} when `limit` or `kind` is impossible */
  constructor(options: StateTableOptions<Payload>) {
    const { kind, limit } = options;
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new RangeError(`limit must be a whole number of at least 1, found ${limit}`);
    }
    if (!Number.isInteger(kind) || kind < 0 || kind > 255) {
      throw new RangeError(`kind must be a whole number from 0 to 255, found ${kind}`);
    }
    this.#options = options;
    this.#owner = (options.owner ?? options.random(ownerLength)).slice(0, ownerLength);
  }

  /** How many States can be used. */
  get size(): number {
    return this.#open.size;
  }

  /** Makes a new State that stands for `payload`. */
  issue(payload: Payload): Uint8Array<ArrayBuffer> {
    const { random, kind, limit, lifetime } = this.#options;
    if (this.#open.size >= limit) this.#evict();
    const state = new Uint8Array(stateLength);
    for (let index = 0; index < ownerLength; index++) state[index] = this.#owner[index] as number;
    state[ownerLength] = kind;
    state.set(random(stateLength - prefixLength), prefixLength);
    const entry = new Entry(state, payload);
    entry.sameKey = this.#entries.get(entry.key);
    this.#entries.set(entry.key, entry);
    this.#keep(this.#open, entry, lifetime);
    return state;
  }

  /**
   * Looks at the State of a request. A valid one is used up by this call.
   *
   * @param fingerprint gives what makes two requests the same; asked only where the State is known, and kept
   * @param objection why this request may not use a State that stands for the payload; undefined when it may
   */
  redeem<Why extends string = never>(
    state: Uint8Array,
    fingerprint: () => Uint8Array,
    objection?: (payload: Payload) => Why | undefined,
  ): StateVerdict<Payload, Why> {
    if (state.length !== stateLength || state[ownerLength] !== this.#options.kind) return foreign;
    const entry = this.#isMine(state) ? this.#find(state) : undefined;
    if (entry === undefined) return { kind: "refused", why: "unknown" };
    const why = objection?.(entry.payload);
    if (why !== undefined) return { kind: "refused", why };
    const { usedBy } = entry;
    if (usedBy !== undefined) {
      const answer = entry.answer ?? entry.kept?.answer;
      return answer !== undefined && constantTimeEqual(usedBy, fingerprint())
        ? { kind: "repeated", answer }
        : { kind: "refused", why: "used" };
    }
    entry.usedBy = fingerprint();
    return { kind: "valid", use: entry };
  }

  /** Whether this table may have issued a State: the process and the kind are right. */
  isOwn(state: Uint8Array): boolean {
    return state.length === stateLength && state[ownerLength] === this.#options.kind && this.#isMine(state);
  }

  /**
   * Keeps what the request that used a State came to, for identical resends. Silence gives the State back: the request
   * is then processed anew.
   */
  settle(use: StateUse<Payload>, answer: Answer | null | Promise<Answer | null>): void {
    const entry = use as Entry<Payload>;
    entry.answer = answer;
    if (isThenable(answer)) {
      const later = (settled: Answer | null): void => this.settle(entry, settled);
      void answer.then(later, () => later(null));
      return;
    }
    entry.answer = undefined;
    if (answer === null) {
      entry.usedBy = undefined;
    } else if (entry.queue === this.#open) {
      const { limit, keepAnswersFor = 10_000, whenUsed } = this.#options;
      this.#open.remove(entry);
      if (whenUsed !== undefined) entry.payload = whenUsed(entry.payload);
      while (this.#used.oldest !== undefined && this.#used.size >= limit) this.#forget(this.#used.oldest);
      entry.kept = this.#memory.keep(answer);
      this.#keep(this.#used, entry, keepAnswersFor);
    }
  }

  /** Takes back a State that nobody may use any more. `onEnd` is not called. */
  withdraw(state: Uint8Array): void {
    const entry = this.#find(state);
    if (entry?.queue === this.#open) this.#forget(entry);
  }

  /** Lets go of everything and ends the timer. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    while (this.#used.oldest !== undefined) this.#forget(this.#used.oldest);
    while (this.#open.oldest !== undefined) {
      const { oldest } = this.#open;
      this.#forget(oldest);
      this.#options.onEnd?.(oldest.payload, "closed");
    }
  }

  #isMine(state: Uint8Array): boolean {
    for (let index = 0; index < ownerLength; index++) {
      if (state[index] !== this.#owner[index]) return false;
    }
    return true;
  }

  #find(state: Uint8Array): Entry<Payload> | undefined {
    let entry = this.#entries.get(word(state, prefixLength));
    while (entry !== undefined && !entry.isOf(state)) entry = entry.sameKey;
    return entry;
  }

  #keep(queue: Queue<Payload>, entry: Entry<Payload>, lifetime: Milliseconds): void {
    entry.expires = this.#options.clock.monotonic() + lifetime;
    queue.append(entry);
    if (this.#cancelTimer === undefined || entry.expires < this.#timerDue) this.#arm();
  }

  #forget(entry: Entry<Payload>): void {
    entry.queue?.remove(entry);
    const first = this.#entries.get(entry.key);
    if (first !== entry) {
      let before = first;
      while (before !== undefined && before.sameKey !== entry) before = before.sameKey;
      if (before !== undefined) before.sameKey = entry.sameKey;
    } else if (entry.sameKey === undefined) {
      this.#entries.delete(entry.key);
    } else {
      this.#entries.set(entry.key, entry.sameKey);
    }
  }

  /** Lets go of the oldest that no request is using. Those in use are few: a handler works on each. */
  #evict(): void {
    let entry = this.#open.oldest;
    while (entry?.usedBy !== undefined) entry = entry.newer;
    if (entry === undefined) return;
    this.#forget(entry);
    this.#options.onEnd?.(entry.payload, "evicted");
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const due = Math.min(this.#open.firstExpiry, this.#used.firstExpiry);
    if (due === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#options;
    this.#timerDue = due;
    this.#cancelTimer = clock.after(due - clock.monotonic(), () => this.#expire());
  }

  #expire(): void {
    const { clock, lifetime, onEnd } = this.#options;
    const now = clock.monotonic();
    while (this.#used.firstExpiry <= now && this.#used.oldest !== undefined) this.#forget(this.#used.oldest);
    while (this.#open.firstExpiry <= now && this.#open.oldest !== undefined) {
      const entry = this.#open.oldest;
      if (entry.usedBy === undefined) {
        this.#forget(entry);
        onEnd?.(entry.payload, "expired");
      } else {
        // A request is using it; what it comes to decides.
        this.#open.remove(entry);
        entry.expires = now + lifetime;
        this.#open.append(entry);
      }
    }
    this.#arm();
  }
}

/** A State, and what is known of it. The 128 random bits are four words. */
class Entry<Payload> implements StateUse<Payload> {
  readonly key: number;
  readonly #second: number;
  readonly #third: number;
  readonly #fourth: number;
  payload: Payload;
  expires: Milliseconds = 0;
  usedBy: Uint8Array | undefined = undefined;
  /** What a request that is in progress will come to. */
  answer: Answer | null | Promise<Answer | null> | undefined = undefined;
  kept: KeptAnswer | undefined = undefined;
  sameKey: Entry<Payload> | undefined = undefined;
  queue: Queue<Payload> | undefined = undefined;
  older: Entry<Payload> | undefined = undefined;
  newer: Entry<Payload> | undefined = undefined;

  constructor(state: Uint8Array, payload: Payload) {
    this.key = word(state, prefixLength);
    this.#second = word(state, prefixLength + 4);
    this.#third = word(state, prefixLength + 8);
    this.#fourth = word(state, prefixLength + 12);
    this.payload = payload;
  }

  /** Whether the random bits are these; all are looked at, whatever the first ones say. */
  isOf(state: Uint8Array): boolean {
    const difference =
      (this.key ^ word(state, prefixLength)) |
      (this.#second ^ word(state, prefixLength + 4)) |
      (this.#third ^ word(state, prefixLength + 8)) |
      (this.#fourth ^ word(state, prefixLength + 12));
    return difference === 0;
  }
}

/** Entries in the order in which they were appended; taking one out costs the same wherever it stands. */
class Queue<Payload> {
  oldest: Entry<Payload> | undefined;
  #newest: Entry<Payload> | undefined;
  size = 0;

  get firstExpiry(): Milliseconds {
    return this.oldest?.expires ?? Number.POSITIVE_INFINITY;
  }

  append(entry: Entry<Payload>): void {
    entry.queue = this;
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest === undefined) this.oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.size++;
  }

  remove(entry: Entry<Payload>): void {
    if (entry.older === undefined) this.oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    entry.older = undefined;
    entry.newer = undefined;
    entry.queue = undefined;
    this.size--;
  }
}

const chunkLength = 65_536;

/** Writes answers one behind the other into large pieces of memory, which live as long as an answer in them is kept. */
class AnswerMemory {
  #chunk: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #used = 0;

  keep(answer: Answer): KeptAnswer {
    const length = keptAnswerLength(answer);
    if (this.#used + length > this.#chunk.length) {
      this.#chunk = new Uint8Array(Math.max(length, chunkLength));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used = keepAnswer(answer, this.#chunk, start);
    return new KeptAnswer(this.#chunk, start, this.#used);
  }
}

class KeptAnswer {
  readonly #chunk: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  constructor(chunk: Uint8Array, start: number, end: number) {
    this.#chunk = chunk;
    this.#start = start;
    this.#end = end;
  }

  get answer(): Answer {
    return keptAnswer(this.#chunk.subarray(this.#start, this.#end));
  }
}

const foreign = { kind: "foreign" } as const;
