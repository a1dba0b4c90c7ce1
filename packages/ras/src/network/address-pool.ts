/** The most addresses that a pool holds: bookkeeping costs a few octets for each address that is out. */
const mostAddresses = 1 << 20;

/** A part of a pool; both ends belong to it. The first octet of an address is the most significant. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Addresses for callers. The one that was free for longest goes out next, so that a caller who comes late to a name
 * service or a firewall's table does not meet his predecessor there.
 *
 * @example
 * ```ts
 * const pool = new AddressPool([parseAddressRange("10.99.0.2-10.99.0.254")]);
 * const address = pool.lease(); // 10.99.0.2
 * if (address !== undefined) pool.release(address);
 * ```
 */
export class AddressPool {
  readonly size: number;
  readonly #ranges: readonly AddressRange[];
  readonly #out = new Set<number>();
  /** Those that came back, oldest first. */
  readonly #returned = new Set<number>();
  /** How many of the pool have been handed out once or reserved, counted from the start of the first range. */
  #fresh = 0;

  /** @throws {RangeError} for a range that is none, and for more than 1 048 576 addresses */
  constructor(ranges: readonly AddressRange[]) {
    for (const { first, last } of ranges) {
      if (!isAddress(first) || !isAddress(last) || first > last) {
        throw new RangeError(`${formatAddress(first)}-${formatAddress(last)} is no range of addresses`);
      }
    }
    this.#ranges = ranges;
    this.size = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    if (this.size > mostAddresses) throw new RangeError(`a pool has at most ${mostAddresses} addresses`);
  }

  /** How many addresses are out. */
  get leased(): number {
    return this.#out.size;
  }

  /** An address that nobody has; undefined when all are out. */
  lease(): number | undefined {
    while (this.#fresh < this.size) {
      const address = this.#at(this.#fresh++);
      if (!this.#out.has(address) && !this.#returned.has(address)) return this.#take(address);
    }
    for (const address of this.#returned) return this.#take(address);
    return undefined;
  }

  /** Takes an address that somebody else chose, of the pool or not. @returns false where it is out already */
  reserve(address: number): boolean {
    if (this.#out.has(address)) return false;
    this.#take(address);
    return true;
  }

  /** An address is free again. One that is not out is nobody's concern. */
  release(address: number): void {
    if (this.#out.delete(address) && this.#contains(address)) this.#returned.add(address);
  }

  #take(address: number): number {
    this.#returned.delete(address);
    this.#out.add(address);
    return address;
  }

  #at(index: number): number {
    let left = index;
    for (const { first, last } of this.#ranges) {
      if (left <= last - first) return first + left;
      left -= last - first + 1;
    }
    return 0;
  }

  #contains(address: number): boolean {
    return this.#ranges.some(({ first, last }) => address >= first && address <= last);
  }
}

/**
 * Reads `"10.99.0.2-10.99.0.254"`, one address, or a network such as `"10.99.0.0/24"`, of which the first and the last
 * address are left out.
 *
 * @throws {RangeError} for anything else
 */
export function parseAddressRange(text: string): AddressRange {
  const network = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  if (network !== null) {
    const address = parseAddress(network[1] ?? "");
    const bits = Number(network[2]);
    if (address !== undefined && bits >= 12 && bits <= 30) {
      const size = 2 ** (32 - bits);
      const base = address - (address % size);
      return { first: base + 1, last: base + size - 2 };
    }
  }
  const [first, last, more] = text.split("-").map(parseAddress);
  const end = text.includes("-") ? last : first;
  if (first === undefined || end === undefined || more !== undefined || end < first) {
    throw new RangeError(`${JSON.stringify(text)} is no range of addresses`);
  }
  return { first, last: end };
}

/** Reads `"10.99.0.2"`; undefined where the text is something else, or 0.0.0.0. */
export function parseAddress(text: string): number | undefined {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text.trim())?.slice(1).map(Number);
  if (octets === undefined || octets.some((octet) => octet > 255)) return undefined;
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return address === 0 ? undefined : address;
}

/** `0x0a630002` as `10.99.0.2`. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

function isAddress(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= 0xffffffff;
}
