import {
  ERROR_AUTH_INTERNAL,
  ERROR_AUTH_PROTOCOL_REJECTED,
  ERROR_PPP_NCP_TERMINATED,
  ERROR_PPP_TIMEOUT,
} from "@sallyport/errors/ras";
import type { Clock, Milliseconds } from "@sallyport/runtime";
import { defaultMru } from "../negotiation/lcp-options.ts";
import { parseIpv4 } from "../network/ipv4-address.ts";
import { mostPingData, type PingResult } from "../network/ping.ts";
import {
  type ControlPacket,
  codeTerminateAck,
  codeTerminateRequest,
  decodeControlPacket,
  encodeControlPacket,
} from "../wire/control-packet.ts";
import { PppPacketError } from "../wire/packet-error.ts";
import {
  isNetworkControlProtocol,
  protocolIpcp,
  protocolIpv4,
  protocolLcp,
  protocolName,
} from "../wire/protocols.ts";
import { admitAndAssign } from "./admission.ts";
import { type Ask, asker } from "./ask.ts";
import { AuthenticationPhase } from "./authentication-phase.ts";
import { FrameLine } from "./frame-line.ts";
import { LcpLayer } from "./lcp-layer.ts";
import type { PppCounters } from "./link-counters.ts";
import type { PppAddressAssignment, PppLinkOptions, PppPhase, PppSession } from "./link-options.ts";
import { type CompleteLinkSettings, completeLinkSettings } from "./link-settings.ts";
import { LinkTimers } from "./link-timers.ts";
import { offeredProtocols } from "./make-authentication.ts";
import { callerWishes, type NetworkAgreement, NetworkLayer, wishesOf } from "./network-layer.ts";
import { type Ending, farewell, lineLoss, noEcho, noResponse, type PppOutcome } from "./outcome.ts";
import { type Tell, teller } from "./tell.ts";

/**
 * One side of a PPP link (RFC 1661): octets of the line come in and go out, in between the two sides agree, prove who
 * they are and exchange packets of IP. It never waits for anything but its providers, and time is its clock's.
 *
 * @example
 * ```ts
 * import { AddressPool, PppLink } from "@sallyport/ppp";
 * import { systemClock, systemRandom } from "@sallyport/runtime";
 *
 * const link = new PppLink({
 *   role: "server",
 *   clock: systemClock,
 *   random: systemRandom,
 *   authentication: { protocols: [] },
 *   addresses: new AddressPool({ first: "10.0.0.2", last: "10.0.0.9", local: "10.0.0.1" }),
 *   events: { send: (octets) => console.log(octets), up: ({ peer }) => console.log(`${peer} is there`) },
 * });
 * link.open();
 * ```
 */
export class PppLink {
  readonly #options: PppLinkOptions;
  readonly #settings: CompleteLinkSettings;
  readonly #tell: Tell;
  readonly #line: FrameLine;
  readonly #lcp: LcpLayer;
  readonly #authentication: AuthenticationPhase;
  #phase: PppPhase = "dead";
  /** Counts how often the link was authenticated: what was asked for an earlier one does not count. */
  #attempts = 0;
  #network: NetworkLayer | undefined;
  #assignment: PppAddressAssignment | undefined;
  /** IPCP of a quick other side, which came before an address was there. */
  #earlyIpcp: Uint8Array<ArrayBuffer> | undefined;
  #wasUp = false;
  /** Why the link will be over; the first reason counts. */
  #ending: Ending | undefined;
  #saidFarewell = false;
  #over = false;
  /** Whose timers do their work whole. */
  readonly #clock: Clock;
  readonly #ask: Ask;
  readonly #timers: LinkTimers;

  /** @throws {RangeError} for settings or addresses that make no sense */
  constructor(options: PppLinkOptions) {
    this.#options = options;
    const { clock, random, events, role } = options;
    const settings = completeLinkSettings(options.settings);
    this.#settings = settings;
    this.#tell = teller(options);
    if (role === "caller") callerWishes(options);
    this.#line = new FrameLine({
      clock,
      events,
      tell: this.#tell,
      maxPacket: Math.max(settings.mru, defaultMru),
      onFrame: (protocol, packet) => this.#frame(protocol, packet),
    });
    this.#clock = this.#line.clock;
    this.#ask = asker((work) => this.#line.atomically(work));
    this.#timers = new LinkTimers(this.#clock, (code, reason) => this.#fail(code, reason));
    this.#authentication = new AuthenticationPhase({
      link: options,
      settings,
      clock: this.#clock,
      ask: this.#ask,
      line: this.#line,
      tell: this.#tell,
      discarded: (reason) => this.#discard(reason),
      proven: (session) => this.#proven(session),
      refused: (code, reason) => this.#fail(code, reason),
    });
    this.#lcp = new LcpLayer({
      clock: this.#clock,
      settings,
      line: this.#line,
      wishes: {
        mru: settings.mru,
        characterMap: settings.characterMap,
        compressHeaders: settings.compressHeaders,
        demanded: role === "server" ? options.authentication.protocols : [],
        offered: role === "caller" ? offeredProtocols(options.credentials) : [],
        random,
      },
      up: () => this.#lcpUp(),
      down: () => this.#lcpDown(),
      finished: () => this.#finished(),
      failed: ({ code, reason }) => this.#end({ code, reason, by: "this side" }),
      discarded: (reason) => this.#discard(`LCP: ${reason}`),
      protocolRejected: (protocol) => this.#protocolRejected(protocol),
      lost: () => this.#drop(noEcho),
    });
  }

  get phase(): PppPhase {
    return this.#phase;
  }

  /** What went over the link so far: one object, which goes on counting. */
  get counters(): Readonly<PppCounters> {
    return this.#line.counters;
  }

  /** The line is there: negotiation begins. */
  open(): void {
    if (this.#phase !== "dead" || this.#over) return;
    this.#line.start(() => {
      this.#enter("establish");
      this.#timers.limitNegotiation(this.#settings.negotiationLimitMs);
      this.#lcp.automaton.open();
      this.#lcp.automaton.up();
    });
  }

  /** Octets of the line, cut anywhere. They may be used again when this returns; before `open` they wait, up to 64 KB. */
  receive(octets: Uint8Array): void {
    if (!this.#over) this.#line.receive(octets);
  }

  /** The line takes octets again after `send` returned false. */
  drained(): void {
    this.#line.drained();
  }

  /**
   * Ends the link in order: the other side is told, and has a few seconds to agree.
   *
   * @param code how the link ends; 0 by default
   */
  close(reason = "closed", code = 0): void {
    if (this.#phase !== "dead") this.#line.atomically(() => this.#fail(code, reason));
  }

  /** The line is gone, without a word: nothing is sent any more. */
  lineLost(): void {
    if (this.#phase === "dead") return;
    this.#drop(lineLoss);
  }

  /**
   * Sends a packet of IP.
   *
   * @returns false when it was dropped: the network is not up, the line is full, or the packet is longer than the other
   *   side takes
   */
  sendPacket(packet: Uint8Array): boolean {
    return this.#network?.send(packet) ?? false;
  }

  /**
   * Sends an echo request (ICMP) and resolves when its reply came, or did not.
   *
   * @param to an address in dotted decimal; the other side's by default
   * @throws {RangeError} for text that is no address, or a size that is none
   */
  ping(
    options: { readonly to?: string; readonly size?: number; readonly timeoutMs?: Milliseconds } = {},
  ): Promise<PingResult> {
    const { size = 56, timeoutMs = 5_000 } = options;
    if (!(Number.isInteger(size) && size >= 0 && size <= mostPingData)) {
      throw new RangeError(`size must be 0 to ${mostPingData} octets, not ${size}`);
    }
    const to = options.to === undefined ? undefined : parseIpv4(options.to);
    return this.#network?.ping(to, { size, timeoutMs }) ?? Promise.resolve({ kind: "not-sent" });
  }

  #enter(phase: PppPhase): void {
    if (this.#phase === phase) return;
    this.#phase = phase;
    this.#line.note(`phase ${phase}`);
    this.#tell("phase", () => this.#options.events.phase?.(phase));
  }

  #frame(protocol: number, packet: Uint8Array): void {
    this.#lcp.heard();
    try {
      if (protocol === protocolLcp) this.#lcpPacket(decodeControlPacket(packet));
      else if (!this.#lcp.isOpen) this.#discard(`${protocolName(protocol)} before LCP is open`);
      else this.#openFrame(protocol, packet);
    } catch (error) {
      if (!(error instanceof PppPacketError)) throw error;
      this.#discard(`${protocolName(protocol)}: ${error.message}`);
    }
  }

  #lcpPacket(packet: ControlPacket): void {
    if (packet.code === codeTerminateRequest) {
      // Before LCP is open this is no end yet (RFC 1661 section 4.1), but it is the reason if one follows.
      if (this.#lcp.isOpen) this.#end(farewell);
      else this.#saidFarewell = true;
    }
    this.#lcp.automaton.receive(packet);
  }

  #openFrame(protocol: number, packet: Uint8Array): void {
    if (protocol === this.#authentication.protocol) this.#authentication.receive(packet);
    else if (this.#phase === "network") this.#networkFrame(protocol, packet);
    else if (this.#phase !== "authenticate") this.#discard(`${protocolName(protocol)} while the link ends`);
    else {
      this.#authentication.otherPacket(protocol);
      // What its method was told may have brought the network phase about.
      if (this.phase === "network") this.#networkFrame(protocol, packet);
      else if (protocol === protocolIpcp) this.#earlyIpcp = new Uint8Array(packet);
      else this.#discard(`${protocolName(protocol)} before authentication is over`);
    }
  }

  #networkFrame(protocol: number, packet: Uint8Array): void {
    if (protocol === protocolIpv4) this.#network?.receive(packet);
    else if (protocol === protocolIpcp) this.#network?.automaton.receive(decodeControlPacket(packet));
    else {
      this.#line.counters.unknownProtocols += 1;
      if (isNetworkControlProtocol(protocol) && packet[0] === codeTerminateRequest) {
        // It was rejected, and is given up in order: nothing is wrong with that.
        const { identifier } = decodeControlPacket(packet);
        const data = new Uint8Array(0);
        this.#line.send(protocol, encodeControlPacket({ code: codeTerminateAck, identifier, data }));
      } else this.#lcp.rejectProtocol(protocol, packet);
    }
  }

  #lcpUp(): void {
    const { demanded, promised, peerMru } = this.#lcp.policy;
    const protocol = demanded ?? promised;
    this.#enter("authenticate");
    // EAP has a limit of its own, from which the time of users is excepted (EAP-89).
    if (protocol === "EAP") this.#timers.liftNegotiationLimit();
    this.#authentication.start(protocol, peerMru);
  }

  #proven(session: PppSession): void {
    const options = this.#options;
    this.#timers.limitNegotiation(this.#settings.negotiationLimitMs);
    if (options.role === "caller") {
      this.#startNetwork();
      return;
    }
    const attempt = this.#attempts;
    admitAndAssign(options, session, this.#ask, (outcome) => {
      const stale = this.#attempts !== attempt || this.#phase !== "authenticate";
      if (outcome.kind === "refused") {
        if (!stale) this.#fail(outcome.code, outcome.reason);
      } else if (stale) this.#tell("release", () => outcome.release?.());
      else {
        this.#assignment = outcome;
        this.#startNetwork();
      }
    });
  }

  #startNetwork(): void {
    const wishes = wishesOf(this.#options, this.#assignment);
    if (wishes === undefined) {
      this.#fail(ERROR_AUTH_INTERNAL, "the address provider gave what is no address");
      return;
    }
    this.#enter("network");
    this.#network = new NetworkLayer({
      clock: this.#clock,
      settings: this.#settings,
      wishes,
      line: this.#line,
      peerMru: this.#lcp.policy.peerMru,
      packet: (packet) => void this.#tell("packet", () => this.#options.events.packet?.(packet)),
      active: () => this.#timers.active(),
      up: (agreed) => this.#networkUp(agreed),
      down: () => void this.#tell("down", () => this.#options.events.down?.()),
      finished: () => this.#networkFinished(),
      failed: ({ code, reason }) => this.#fail(code, `IPCP: ${reason}`),
      discarded: (reason) => this.#discard(`IPCP: ${reason}`),
    });
    this.#network.start();
    const early = this.#earlyIpcp;
    this.#earlyIpcp = undefined;
    if (early !== undefined) this.#networkFrame(protocolIpcp, early);
  }

  #networkUp(agreed: NetworkAgreement): void {
    const { session } = this.#authentication;
    this.#wasUp = true;
    this.#timers.networkUp(session.grant);
    const { peerMru } = this.#lcp.policy;
    this.#tell("up", () =>
      this.#options.events.up?.({ ...agreed, mru: this.#settings.mru, peerMru, session }),
    );
  }

  #networkFinished(): void {
    const code = this.#wasUp ? ERROR_PPP_NCP_TERMINATED : ERROR_PPP_TIMEOUT;
    this.#fail(code, this.#wasUp ? "IPCP was ended" : "IPCP: the other side does not answer");
  }

  /** LCP is negotiated anew, or the link ends: whatever stands on it falls. */
  #lcpDown(): void {
    this.#attempts += 1;
    this.#authentication.stop();
    this.#earlyIpcp = undefined;
    this.#network?.automaton.down();
    this.#network = undefined;
    this.#releaseAddress();
    this.#enter(this.#ending === undefined ? "establish" : "terminate");
    if (this.#ending === undefined) this.#timers.limitNegotiation(this.#settings.negotiationLimitMs);
  }

  #protocolRejected(protocol: number): void {
    this.#line.note(`the other side rejects ${protocolName(protocol)}`);
    if (protocol === protocolIpcp) this.#network?.automaton.protocolRejected();
    else if (protocol === this.#authentication.protocol) {
      this.#fail(ERROR_AUTH_PROTOCOL_REJECTED, `${protocolName(protocol)} was agreed on, and is rejected`);
    }
  }

  #discard(reason: string): void {
    this.#line.counters.discarded += 1;
    this.#line.note(`discarded: ${reason}`);
  }

  #fail(code: number, reason: string): void {
    this.#end({ code, reason, by: "this side" });
    this.#lcp.automaton.close();
  }

  /** There is nobody to tell that the link ends. */
  #drop(ending: Ending): void {
    this.#end(ending);
    this.#lcp.automaton.down();
    this.#finished();
  }

  #end(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = this.#saidFarewell && ending.by === "line" ? farewell : ending;
    this.#line.note(`ending: ${this.#ending.reason}`);
    if (this.#phase !== "dead") this.#enter("terminate");
  }

  #finished(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timers.stop();
    this.#releaseAddress();
    this.#end(noResponse);
    this.#enter("dead");
    this.#line.close();
    const outcome: PppOutcome = {
      ...(this.#ending ?? noResponse),
      userName: this.#authentication.session.userName,
      wasUp: this.#wasUp,
    };
    this.#tell("closed", () => this.#options.events.closed?.(outcome));
  }

  #releaseAddress(): void {
    const { release } = this.#assignment ?? {};
    this.#assignment = undefined;
    this.#tell("release", () => release?.());
  }
}
