import { ERROR_PPP_NO_ADDRESS_ASSIGNED, ERROR_PPP_REQUIRED_ADDRESS_REJECTED } from "@sallyport/errors/ras";
import { type ConfigurationOption, numberOf, octets32 } from "../wire/options.ts";
import type { Judgement, NegotiationFailure, NegotiationPolicy } from "./negotiation-policy.ts";

// The option types of IPCP (RFC 1332 section 3, RFC 1877 section 1).

const ipcpOptionAddress = 3;
const ipcpOptionDns1 = 129;
const ipcpOptionNbns1 = 130;
const ipcpOptionDns2 = 131;
const ipcpOptionNbns2 = 132;

/** The servers of names that RFC 1877 knows, in the order of {@link IpcpWishes.servers}. */
export const ipcpServerOptions: readonly number[] = [
  ipcpOptionDns1,
  ipcpOptionDns2,
  ipcpOptionNbns1,
  ipcpOptionNbns2,
];

/** What this side wants IPCP to agree on. Addresses are numbers; 0 stands for none. */
export interface IpcpWishes {
  /** Our own address; 0 asks the other side for one. */
  readonly own: number;
  /** The other side's address; 0 leaves it to the other side. */
  readonly peer: number;
  /** What the other side is told of DNS and NBNS servers, first and second of each; 0 for none. */
  readonly servers: readonly [number, number, number, number];
  /** Whether this side asks for DNS and NBNS servers. */
  readonly askForServers: boolean;
}

/** What IPCP negotiates (RFC 1332, RFC 1877). Compression of headers is refused. */
export class IpcpPolicy implements NegotiationPolicy {
  /** Our address, as agreed on. */
  own = 0;
  /** The other side's address, as agreed on. */
  peer = 0;
  /** The servers that the other side told of, as {@link ipcpServerOptions} has them. */
  readonly servers: [number, number, number, number] = [0, 0, 0, 0];
  readonly #wishes: IpcpWishes;
  #leftOut: readonly number[] = none;

  constructor(wishes: IpcpWishes) {
    this.#wishes = wishes;
    this.restart();
  }

  restart(): void {
    this.own = this.#wishes.own;
    this.peer = 0;
    this.servers.fill(0);
    this.#leftOut = none;
  }

  request(): readonly ConfigurationOption[] {
    const options: ConfigurationOption[] = [];
    const ask = (type: number, address: number): void => {
      if (!this.#leftOut.includes(type)) options.push({ type, value: octets32(address) });
    };
    ask(ipcpOptionAddress, this.own);
    if (this.#wishes.askForServers) {
      for (const [index, type] of ipcpServerOptions.entries()) ask(type, this.servers[index] ?? 0);
    }
    return options;
  }

  judge(options: readonly ConfigurationOption[], { insist }: { readonly insist: boolean }): Judgement {
    const rejected: ConfigurationOption[] = [];
    const better: ConfigurationOption[] = [];
    const seen = new Set<number>();
    for (const option of options) {
      const wanted = seen.has(option.type) ? 0 : this.#wanted(option);
      seen.add(option.type);
      if (wanted === undefined) continue;
      if (wanted === 0 || !insist) rejected.push(option);
      else better.push({ type: option.type, value: octets32(wanted) });
    }
    if (rejected.length > 0) return { kind: "reject", options: rejected };
    // RFC 1332 section 3.3: an address that was not asked for, and that the other side must have, is appended.
    const { peer } = this.#wishes;
    if (peer !== 0 && insist && !seen.has(ipcpOptionAddress)) {
      better.push({ type: ipcpOptionAddress, value: octets32(peer) });
    }
    return better.length > 0 ? { kind: "nak", options: better } : { kind: "ack" };
  }

  adopt(options: readonly ConfigurationOption[]): void {
    const address = options.find(({ type }) => type === ipcpOptionAddress);
    this.peer = address === undefined ? this.#wishes.peer : numberOf(address.value);
  }

  acknowledged(): void {}

  naked(options: readonly ConfigurationOption[]): NegotiationFailure | undefined {
    for (const { type, value } of options) {
      if (value.length !== 4) continue;
      const server = ipcpServerOptions.indexOf(type);
      if (server >= 0) this.servers[server] = numberOf(value);
      else if (type === ipcpOptionAddress) {
        // RFC 1332 section 3.3: the other side tells the address only where it is asked for one.
        if (this.#wishes.own !== 0) {
          return {
            code: ERROR_PPP_REQUIRED_ADDRESS_REJECTED,
            reason: "the other side does not take this side's address",
          };
        }
        this.own = numberOf(value);
      }
    }
    return undefined;
  }

  rejected(options: readonly ConfigurationOption[]): NegotiationFailure | undefined {
    for (const { type } of options) {
      if (type === ipcpOptionAddress && this.own === 0) {
        return { code: ERROR_PPP_NO_ADDRESS_ASSIGNED, reason: "the other side assigns no address" };
      }
      const server = ipcpServerOptions.indexOf(type);
      if (server >= 0) this.servers[server] = 0;
      this.#leftOut = [...this.#leftOut, type];
    }
    return undefined;
  }

  /** The address to propose instead; 0 to reject the option; undefined where it is as it should be. */
  #wanted({ type, value }: ConfigurationOption): number | undefined {
    const server = ipcpServerOptions.indexOf(type);
    if (server >= 0) {
      const known = this.#wishes.servers[server] ?? 0;
      return known !== 0 && value.length === 4 && numberOf(value) === known ? undefined : known;
    }
    if (type !== ipcpOptionAddress) return 0;
    const { peer } = this.#wishes;
    const address = value.length === 4 ? numberOf(value) : 0;
    if (peer === 0) return address === 0 ? 0 : undefined;
    return address === peer ? undefined : peer;
  }
}

const none: readonly number[] = [];
