import { ERROR_PPP_NO_ADDRESS_ASSIGNED } from "@sallyport/errors/ras";
import type { Clock } from "@sallyport/runtime";
import { NegotiationAutomaton } from "../negotiation/automaton.ts";
import { IpcpPolicy, type IpcpWishes } from "../negotiation/ipcp-policy.ts";
import type { NegotiationFailure } from "../negotiation/negotiation-policy.ts";
import { formatIpv4, parseIpv4 } from "../network/ipv4-address.ts";
import { EchoEndpoint } from "../network/ping.ts";
import { type ControlPacket, encodeControlPacket } from "../wire/control-packet.ts";
import { protocolIpcp, protocolIpv4 } from "../wire/protocols.ts";
import type { PppAddressAssignment, PppCallerOptions } from "./link-options.ts";
import type { CompleteLinkSettings } from "./link-settings.ts";

export interface NetworkLayerOptions {
  readonly clock: Clock;
  readonly settings: CompleteLinkSettings;
  readonly wishes: IpcpWishes;
  readonly send: (protocol: number, packet: Uint8Array) => boolean;
  readonly up: (agreed: NetworkAgreement) => void;
  readonly down: () => void;
  readonly finished: () => void;
  readonly failed: (failure: NegotiationFailure) => void;
  readonly discarded: (reason: string) => void;
  readonly maxData: () => number;
}

/** What IPCP agreed on, in dotted decimal. */
export interface NetworkAgreement {
  readonly local: string;
  readonly peer: string;
  readonly dns: readonly string[];
  readonly nbns: readonly string[];
}

/** IP over a link: IPCP, and this side's echo endpoint once it is open. */
export class NetworkLayer {
  readonly automaton: NegotiationAutomaton;
  readonly #options: NetworkLayerOptions;
  readonly #policy: IpcpPolicy;
  #endpoint: EchoEndpoint | undefined;

  constructor(options: NetworkLayerOptions) {
    this.#options = options;
    this.#policy = new IpcpPolicy(options.wishes);
    this.automaton = new NegotiationAutomaton({
      policy: this.#policy,
      settings: options.settings.negotiation,
      clock: options.clock,
      send: (packet) => void options.send(protocolIpcp, encodeControlPacket(packet)),
      maxData: options.maxData,
      layer: {
        up: () => this.#up(),
        down: () => this.#down(),
        finished: options.finished,
        failed: options.failed,
        discarded: options.discarded,
      },
    });
  }

  get endpoint(): EchoEndpoint | undefined {
    return this.#endpoint;
  }

  start(): void {
    this.automaton.open();
    this.automaton.up();
  }

  receive(packet: ControlPacket): void {
    this.automaton.receive(packet);
  }

  #up(): void {
    const { own, peer, servers } = this.#policy;
    if (own === 0) {
      const reason = "the other side assigned no address";
      this.#options.failed({ code: ERROR_PPP_NO_ADDRESS_ASSIGNED, reason });
      return;
    }
    this.#endpoint = new EchoEndpoint({
      clock: this.#options.clock,
      own,
      answers: this.#options.settings.answerPing,
      send: (packet) => this.#options.send(protocolIpv4, packet),
    });
    const told = (from: number): string[] =>
      servers
        .slice(from, from + 2)
        .filter(Boolean)
        .map(formatIpv4);
    this.#options.up({ local: formatIpv4(own), peer: formatIpv4(peer), dns: told(0), nbns: told(2) });
  }

  #down(): void {
    this.#endpoint?.stop();
    this.#endpoint = undefined;
    this.#options.down();
  }
}

/** What the server's side asks IPCP for; undefined where an address is none. */
export function wishesOrNone(assignment: PppAddressAssignment): IpcpWishes | undefined {
  try {
    const wishes = serverWishes(assignment);
    return wishes.own === 0 || wishes.peer === 0 ? undefined : wishes;
  } catch {
    return undefined;
  }
}

function serverWishes({ local, address, dns = [], nbns = [] }: PppAddressAssignment): IpcpWishes {
  const number = (text: string | undefined): number => (text === undefined ? 0 : parseIpv4(text));
  return {
    own: parseIpv4(local),
    peer: parseIpv4(address),
    servers: [number(dns[0]), number(dns[1]), number(nbns[0]), number(nbns[1])],
    askForServers: false,
  };
}

/** @throws {RangeError} for text that is no address */
export function callerWishes({ address, askForServers = true }: PppCallerOptions): IpcpWishes {
  return {
    own: address === undefined ? 0 : parseIpv4(address),
    peer: 0,
    servers: [0, 0, 0, 0],
    askForServers,
  };
}
