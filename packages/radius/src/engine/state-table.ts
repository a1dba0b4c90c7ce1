import { constantTimeEqual } from "@sallyport/crypto";
import type { Cancel, Clock, Milliseconds, Random } from "@sallyport/runtime";
import type { Answer } from "./receiver-types.ts";

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
  /** Both in the order in which their entries expire. */
  readonly #open = new Map<string, Entry<Payload>>();
  readonly #used = new Map<string, Entry<Payload>>();
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
    state.set(this.#owner);
    state[ownerLength] = kind;
    state.set(random(stateLength - prefixLength), prefixLength);
    const entry = new Entry(keyOf(state), payload);
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
    const key = keyOf(state);
    const entry = this.#isMine(state) ? (this.#open.get(key) ?? this.#used.get(key)) : undefined;
    if (entry === undefined) return { kind: "refused", why: "unknown" };
    const why = objection?.(entry.payload);
    if (why !== undefined) return { kind: "refused", why };
    if (entry.usedBy !== undefined) {
      return entry.answer !== undefined && constantTimeEqual(entry.usedBy, fingerprint())
        ? { kind: "repeated", answer: entry.answer }
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
    } else if (answer === null) {
      entry.usedBy = undefined;
      entry.answer = undefined;
    } else if (this.#open.delete(entry.key)) {
      const { limit, keepAnswersFor = 10_000 } = this.#options;
      for (const oldest of this.#used.values()) {
        if (this.#used.size < limit) break;
        this.#used.delete(oldest.key);
      }
      this.#keep(this.#used, entry, keepAnswersFor);
    }
  }

  /** Takes back a State that nobody may use any more. `onEnd` is not called. */
  withdraw(state: Uint8Array): void {
    this.#open.delete(keyOf(state));
  }

  /** Lets go of everything and ends the timer. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#used.clear();
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const { payload } of open) this.#options.onEnd?.(payload, "closed");
  }

  #isMine(state: Uint8Array): boolean {
    for (let index = 0; index < ownerLength; index++) {
      if (state[index] !== this.#owner[index]) return false;
    }
    return true;
  }

  #keep(map: Map<string, Entry<Payload>>, entry: Entry<Payload>, lifetime: Milliseconds): void {
    entry.expires = this.#options.clock.monotonic() + lifetime;
    map.set(entry.key, entry);
    if (this.#cancelTimer === undefined || entry.expires < this.#timerDue) this.#arm();
  }

  /** Lets go of the oldest that no request is using. Those in use are few: a handler works on each. */
  #evict(): void {
    for (const entry of this.#open.values()) {
      if (entry.usedBy !== undefined) continue;
      this.#open.delete(entry.key);
      this.#options.onEnd?.(entry.payload, "evicted");
      return;
    }
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const due = Math.min(firstExpiry(this.#open), firstExpiry(this.#used));
    if (due === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#options;
    this.#timerDue = due;
    this.#cancelTimer = clock.after(due - clock.monotonic(), () => this.#expire());
  }

  #expire(): void {
    const { clock, lifetime, onEnd } = this.#options;
    const now = clock.monotonic();
    for (const entry of this.#used.values()) {
      if (entry.expires > now) break;
      this.#used.delete(entry.key);
    }
    const inUse: Entry<Payload>[] = [];
    for (const entry of this.#open.values()) {
      if (entry.expires > now) break;
      this.#open.delete(entry.key);
      if (entry.usedBy === undefined) onEnd?.(entry.payload, "expired");
      else inUse.push(entry);
    }
    for (const entry of inUse) {
      entry.expires = now + lifetime;
      this.#open.set(entry.key, entry);
    }
    this.#arm();
  }
}

class Entry<Payload> implements StateUse<Payload> {
  readonly key: string;
  readonly payload: Payload;
  expires: Milliseconds = 0;
  usedBy: Uint8Array | undefined = undefined;
  answer: Answer | null | Promise<Answer | null> | undefined = undefined;

  constructor(key: string, payload: Payload) {
    this.key = key;
    this.payload = payload;
  }
}

const foreign = { kind: "foreign" } as const;

/** The 128 random bits, two octets a character: looking them up in a map tells nothing that helps to guess. */
function keyOf(state: Uint8Array): string {
  const two = (at: number): number => ((state[at] ?? 0) << 8) | (state[at + 1] ?? 0);
  return String.fromCharCode(two(5), two(7), two(9), two(11), two(13), two(15), two(17), two(19));
}

function firstExpiry(map: Map<string, { readonly expires: Milliseconds }>): Milliseconds {
  for (const { expires } of map.values()) return expires;
  return Number.POSITIVE_INFINITY;
}

function isThenable(value: Answer | null | Promise<Answer | null>): value is Promise<Answer | null> {
  return typeof value === "object" && value !== null && "then" in value;
}
