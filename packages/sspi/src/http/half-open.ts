import type { Cancel, Clock, Milliseconds } from "@sallyport/runtime";

/** How many handshakes may be under way, and for how long. */
export interface HandshakeLimits {
  /** In all, from 1. At the bound the oldest is given up for a new one. Default 1000. */
  readonly total?: number;
  /** From one IPv4 address or one IPv6 network (/64), from 1; the oldest of these is given up. Default 100. */
  readonly perAddress?: number;
  /** How old one may become, milliseconds. Default 30000. */
  readonly age?: Milliseconds;
}

/** Why a handshake ended before it was decided. */
export type GivenUp = "age" | "limit" | "address-limit" | "closed" | "started-over" | "interrupted";

/** A handshake that waits for its client. */
export interface HalfOpenEntry {
  readonly address: string;
  giveUp(reason: GivenUp): void;
}

/**
 * The handshakes under way. At a bound the oldest goes, not the new one: an honest client needs milliseconds, a flood
 * would otherwise keep every place for as long as it likes.
 */
export class HalfOpen {
  readonly #clock: Clock;
  readonly #total: number;
  readonly #perAddress: number;
  readonly #age: Milliseconds;
  /** In the order in which they began. */
  readonly #entries = new Map<HalfOpenEntry, Cancel>();
  readonly #byAddress = new Map<string, Set<HalfOpenEntry>>();

  constructor(clock: Clock, { total = 1000, perAddress = 100, age = 30_000 }: HandshakeLimits) {
    for (const [name, value] of Object.entries({ total, perAddress, age })) {
      if (!(value >= 1)) throw new RangeError(`handshakes.${name} must be at least 1, not ${value}`);
    }
    this.#clock = clock;
    this.#total = total;
    this.#perAddress = perAddress;
    this.#age = age;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(entry: HalfOpenEntry): void {
    const source = sourceOf(entry.address);
    const same = this.#byAddress.get(source) ?? new Set();
    if (same.size >= this.#perAddress) oldest(same)?.giveUp("address-limit");
    if (this.#entries.size >= this.#total) oldest(this.#entries.keys())?.giveUp("limit");
    same.add(entry);
    this.#byAddress.set(source, same);
    this.#entries.set(
      entry,
      this.#clock.after(this.#age, () => entry.giveUp("age")),
    );
  }

  remove(entry: HalfOpenEntry): void {
    this.#entries.get(entry)?.();
    this.#entries.delete(entry);
    const source = sourceOf(entry.address);
    const same = this.#byAddress.get(source);
    same?.delete(entry);
    if (same?.size === 0) this.#byAddress.delete(source);
  }

  clear(): void {
    for (const entry of [...this.#entries.keys()]) entry.giveUp("interrupted");
  }
}

/** Who has an IPv6 address has 2^64 of them: they count as one. */
function sourceOf(address: string): string {
  const [left = "", right] = (address.split("%")[0] ?? "").split("::");
  if (!address.includes(":")) return address;
  const first = left === "" ? [] : left.split(":");
  const last = right === undefined || right === "" ? [] : right.split(":");
  if (first.length === 0 && last.length === 2 && last[0] === "ffff") return last[1] ?? ""; // ::ffff:192.0.2.1
  const missing = Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array<string>(missing).fill("0"), ...last].slice(0, 4).join(":");
}

function oldest(entries: Iterable<HalfOpenEntry>): HalfOpenEntry | undefined {
  for (const entry of entries) return entry;
  return undefined;
}
