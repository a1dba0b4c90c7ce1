import { ERROR_NO_IP_ADDRESSES } from "@sallyport/errors/ras";
import type { PppAddressAnswer, PppAddressProvider, PppSession } from "../link/link-options.ts";
import { formatIpv4, parseIpv4 } from "./ipv4-address.ts";

export interface AddressPoolOptions {
  /** The first address that is assigned, in dotted decimal. */
  readonly first: string;
  /** The last one; at most 65 536 addresses in all. */
  readonly last: string;
  /** The server's own address; never assigned. */
  readonly local: string;
  /** At most two of each. */
  readonly dns?: readonly string[];
  readonly nbns?: readonly string[];
}

/**
 * Addresses for callers, each lent to one link at a time. The one that was given back longest ago goes first, so that
 * packets for the last caller do not reach the next. A grant's own address comes before those of the pool.
 *
 * @example
 * ```ts
 * import { AddressPool } from "@sallyport/ppp";
 *
 * const pool = new AddressPool({ first: "10.99.0.2", last: "10.99.0.254", local: "10.99.0.1" });
 * pool.free; // 253
 * ```
 */
export class AddressPool implements PppAddressProvider {
  readonly #options: AddressPoolOptions;
  readonly #first: number;
  readonly #last: number;
  readonly #local: number;
  /** Those that were never lent begin here. */
  #next: number;
  /** Given back, longest ago first. */
  readonly #returned: Set<number> = new Set();
  readonly #lent: Set<number> = new Set();

  /** @throws {RangeError} for text that is no address, a last one before the first, or too many */
  constructor(options: AddressPoolOptions) {
    this.#options = options;
    this.#first = parseIpv4(options.first);
    this.#last = parseIpv4(options.last);
    this.#local = parseIpv4(options.local);
    this.#next = this.#first;
    for (const server of [...(options.dns ?? []), ...(options.nbns ?? [])]) parseIpv4(server);
    if (this.#last < this.#first) throw new RangeError(`${options.last} comes before ${options.first}`);
    if (this.size > mostAddresses)
      throw new RangeError(`at most ${mostAddresses} addresses, not ${this.size}`);
  }

  /** How many addresses there are, lent ones included. */
  get size(): number {
    const localInside = this.#local >= this.#first && this.#local <= this.#last;
    return this.#last - this.#first + 1 - (localInside ? 1 : 0);
  }

  /** How many could be lent now. */
  get free(): number {
    let inside = 0;
    for (const address of this.#lent) if (this.#contains(address)) inside += 1;
    return this.size - inside;
  }

  assign({ grant, userName }: PppSession): PppAddressAnswer {
    const granted = grant.address;
    const wanted = granted === undefined || serverChooses.has(granted) ? undefined : parseIpv4(granted);
    if (wanted !== undefined && (wanted === this.#local || this.#lent.has(wanted))) {
      const reason = `${granted}, the address of ${JSON.stringify(userName)}, is in use`;
      return { kind: "refused", code: ERROR_NO_IP_ADDRESSES, reason };
    }
    const address = wanted ?? this.#choose();
    if (address === undefined) {
      const { first, last } = this.#options;
      const reason = `all ${this.size} addresses from ${first} to ${last} are in use`;
      return { kind: "refused", code: ERROR_NO_IP_ADDRESSES, reason };
    }
    this.#returned.delete(address);
    this.#lent.add(address);
    const { local, dns, nbns } = this.#options;
    let lent = true;
    return {
      kind: "assigned",
      address: formatIpv4(address),
      local,
      dns,
      nbns,
      release: () => {
        // Somebody else may have it by now.
        if (lent) this.#release(address);
        lent = false;
      },
    };
  }

  #choose(): number | undefined {
    for (; this.#next <= this.#last; this.#next += 1) {
      if (this.#next !== this.#local && !this.#lent.has(this.#next)) {
        this.#next += 1;
        return this.#next - 1;
      }
    }
    for (const address of this.#returned) return address;
    return undefined;
  }

  #release(address: number): void {
    this.#lent.delete(address);
    if (this.#contains(address)) this.#returned.add(address);
  }

  #contains(address: number): boolean {
    return address >= this.#first && address <= this.#last;
  }
}

const mostAddresses = 65_536;
/** Framed-IP-Address: the user chooses, the server chooses (RFC 2865 section 5.8); here the server does. */
const serverChooses: ReadonlySet<string> = new Set(["255.255.255.255", "255.255.255.254", "0.0.0.0"]);
