import type { Cancel, Clock, Milliseconds } from "@sallyport/runtime";
import { decodeIcmpEcho, encodeIcmpEcho, type IcmpEcho } from "../wire/icmp-echo.ts";
import { decodeIpv4, encodeIpv4, ipProtocolIcmp } from "../wire/ipv4.ts";
import { PppPacketError } from "../wire/packet-error.ts";

/** What became of an echo request. */
export type PingResult =
  | { readonly kind: "reply"; readonly milliseconds: Milliseconds }
  | { readonly kind: "no-reply" }
  /** It was not sent: the network is down, the line is full, the packet is too long, or too many are on their way. */
  | { readonly kind: "not-sent" };

interface Waiting {
  readonly done: (result: PingResult) => void;
  readonly cancel: Cancel;
}

/** One side of a link as a host of IP: it answers echo requests for its address, and sends some. */
export class EchoEndpoint {
  readonly #clock: Clock;
  readonly #own: number;
  readonly #answers: boolean;
  readonly #send: (packet: Uint8Array<ArrayBuffer>) => boolean;
  /** Made with the first echo request: most links never send one. */
  #waiting: Map<number, Waiting> | undefined;
  #sequence = 0;

  constructor(options: {
    readonly clock: Clock;
    readonly own: number;
    readonly answers: boolean;
    readonly send: (packet: Uint8Array<ArrayBuffer>) => boolean;
  }) {
    this.#clock = options.clock;
    this.#own = options.own;
    this.#answers = options.answers;
    this.#send = options.send;
  }

  /** Looks at a packet that came; whatever else it is stays without answer. */
  receive(bytes: Uint8Array): void {
    // Most packets are none for this: seen at two octets.
    if (bytes[9] !== ipProtocolIcmp) return;
    try {
      const packet = decodeIpv4(bytes);
      if (packet.destination !== this.#own || packet.fragment) return;
      const echo = decodeIcmpEcho(packet.payload);
      if (echo?.kind === "request" && this.#answers) this.#answer(packet.source, echo);
      else if (echo?.kind === "reply" && echo.identifier === identifier) this.#replied(echo.sequence);
    } catch (error) {
      if (!(error instanceof PppPacketError)) throw error;
    }
  }

  ping(
    to: number,
    details: { readonly size: number; readonly timeoutMs: Milliseconds },
    done: (result: PingResult) => void,
  ): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const sequence = this.#sequence;
    const data = Uint8Array.from({ length: details.size }, (_, at) => at);
    const payload = encodeIcmpEcho({ kind: "request", identifier, sequence, data });
    const packet = encodeIpv4({ source: this.#own, destination: to, protocol: ipProtocolIcmp, payload });
    this.#waiting ??= new Map();
    const waiting = this.#waiting;
    if (waiting.size >= mostWaiting) {
      done({ kind: "not-sent" });
      return;
    }
    const sentAt = this.#clock.monotonic();
    const cancel = this.#clock.after(details.timeoutMs, () => {
      waiting.delete(sequence);
      done({ kind: "no-reply" });
    });
    const replied = (result: PingResult): void =>
      done(
        result.kind === "reply" ? { kind: "reply", milliseconds: this.#clock.monotonic() - sentAt } : result,
      );
    waiting.set(sequence, { done: replied, cancel });
    if (!this.#send(packet)) this.#conclude(sequence, { kind: "not-sent" });
  }

  /** The network is down. */
  stop(): void {
    for (const sequence of [...(this.#waiting?.keys() ?? [])]) this.#conclude(sequence, { kind: "no-reply" });
  }

  #answer(to: number, request: IcmpEcho): void {
    const payload = encodeIcmpEcho({ ...request, kind: "reply" });
    this.#send(encodeIpv4({ source: this.#own, destination: to, protocol: ipProtocolIcmp, payload }));
  }

  #replied(sequence: number): void {
    this.#conclude(sequence, { kind: "reply", milliseconds: 0 });
  }

  #conclude(sequence: number, result: PingResult): void {
    const waiting = this.#waiting?.get(sequence);
    if (waiting === undefined) return;
    this.#waiting?.delete(sequence);
    waiting.cancel();
    waiting.done(result);
  }
}

/** Of all our echo requests: one link has one endpoint. */
const identifier = 0x5a11;
/** More echo requests are not sent while these wait. */
const mostWaiting = 32;
/** What is left of an MRU of 16 384 behind the headers of IP and ICMP. */
export const mostPingData = 16_356;
