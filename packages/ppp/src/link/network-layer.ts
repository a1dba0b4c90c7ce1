import { ERROR_PPP_NO_ADDRESS_ASSIGNED } from "@sallyport/errors/ras";
import type { Clock, Milliseconds } from "@sallyport/runtime";
import { NegotiationAutomaton } from "../negotiation/automaton.ts";
import { IpcpPolicy, type IpcpWishes } from "../negotiation/ipcp-policy.ts";
import type { NegotiationFailure } from "../negotiation/negotiation-policy.ts";
import { formatIpv4, parseIpv4 } from "../network/ipv4-address.ts";
import { EchoEndpoint, type PingResult } from "../network/ping.ts";
import { controlHeaderLength, encodeControlPacket } from "../wire/control-packet.ts";
import { protocolIpcp, protocolIpv4 } from "../wire/protocols.ts";
import type { FrameLine } from "./frame-line.ts";
import type { PppAddressAssignment, PppCallerOptions, PppLinkOptions } from "./link-options.ts";
import type { CompleteLinkSettings } from "./link-settings.ts";

export interface NetworkLayerOptions {
  readonly clock: Clock;
  readonly settings: CompleteLinkSettings;
  readonly wishes: IpcpWishes;
  readonly line: FrameLine;
  /** The longest packet that the other side takes. */
  readonly peerMru: number;
  /** A packet of IP came: valid until this function returns. */
  readonly packet: (packet: Uint8Array) => void;
  /** One went or came. */
  readonly active: () => void;
  readonly up: (agreed: NetworkAgreement) => void;
  readonly down: () => void;
  readonly finished: () => void;
  readonly failed: (failure: NegotiationFailure) => void;
  readonly discarded: (reason: string) => void;
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
  /** There while IPCP is open. */
  #endpoint: EchoEndpoint | undefined;

  constructor(options: NetworkLayerOptions) {
    this.#options = options;
    this.#policy = new IpcpPolicy(options.wishes);
    this.automaton = new NegotiationAutomaton({
      policy: this.#policy,
      settings: options.settings.negotiation,
      clock: options.clock,
      send: (packet) => void options.line.send(protocolIpcp, encodeControlPacket(packet)),
      maxData: () => options.peerMru - controlHeaderLength,
      layer: {
        up: () => this.#up(),
        down: () => this.#down(),
        finished: options.finished,
        failed: options.failed,
        discarded: options.discarded,
      },
    });
  }

  start(): void {
    this.automaton.open();
    this.automaton.up();
  }

  /** A packet of IP from the other side. */
  receive(packet: Uint8Array): void {
    if (this.#endpoint === undefined) {
      this.#options.discarded("IP before it is open");
      return;
    }
    this.#options.line.counters.packetsReceived += 1;
    this.#options.active();
    this.#endpoint.receive(packet);
    this.#options.packet(packet);
  }

  /** False when the packet was dropped. */
  send(packet: Uint8Array): boolean {
    const { line, peerMru, active } = this.#options;
    if (this.#endpoint === undefined) return false;
    if (packet.length > peerMru) {
      line.counters.dropped += 1;
      return false;
    }
    if (!line.send(protocolIpv4, packet)) return false;
    line.counters.packetsSent += 1;
    active();
    return true;
  }

  /** @param to the other side where it is undefined */
  ping(
    to: number | undefined,
    details: { readonly size: number; readonly timeoutMs: Milliseconds },
  ): Promise<PingResult> {
    const endpoint = this.#endpoint;
    if (endpoint === undefined) return Promise.resolve({ kind: "not-sent" });
    return new Promise((resolve) => endpoint.ping(to ?? this.#policy.peer, details, resolve));
  }

  #up(): void {
    const { own, peer, servers } = this.#policy;
    const { clock, settings, line, failed, up } = this.#options;
    if (own === 0) {
      failed({ code: ERROR_PPP_NO_ADDRESS_ASSIGNED, reason: "the other side assigned no address" });
      return;
    }
    const send = (packet: Uint8Array): boolean => this.send(packet);
    this.#endpoint = new EchoEndpoint({ clock, own, answers: settings.answerPing, send });
    const told = (from: number): string[] =>
      servers
        .slice(from, from + 2)
        .filter(Boolean)
        .map(formatIpv4);
    line.note(`network up, here ${formatIpv4(own)}, there ${formatIpv4(peer)}`);
    up({ local: formatIpv4(own), peer: formatIpv4(peer), dns: told(0), nbns: told(2) });
  }

  #down(): void {
    const endpoint = this.#endpoint;
    this.#endpoint = undefined;
    if (endpoint === undefined) return;
    endpoint.stop();
    this.#options.line.note("network down");
    this.#options.down();
  }
}

/** What a side asks IPCP for; undefined where a server has no address to assign. */
export function wishesOf(
  options: PppLinkOptions,
  assignment: PppAddressAssignment | undefined,
): IpcpWishes | undefined {
  return options.role === "caller" ? callerWishes(options) : assignment && wishesOrNone(assignment);
}

function wishesOrNone(assignment: PppAddressAssignment): IpcpWishes | undefined {
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
