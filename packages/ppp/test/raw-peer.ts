import { settingsAccounts } from "@sallyport/accounts";
import { createSeededRandom, createVirtualClock, type VirtualClock } from "@sallyport/runtime";
import {
  accountsProvider,
  codeConfigureAck,
  codeConfigureRequest,
  describePacket,
  encodeControlPacket,
  encodeFrame,
  encodeOptions,
  type PppCallerOptions,
  PppDeframer,
  PppLink,
  type PppLinkEvents,
  type PppServerOptions,
  protocolIpcp,
  protocolLcp,
} from "../src/index.ts";
import { pool, Side, wonderland } from "./harness.ts";

type ServerOptions = Partial<Omit<PppServerOptions, "events" | "role">>;

function serverLink(options: ServerOptions, events: PppLinkEvents, clock: VirtualClock): PppLink {
  const provider = accountsProvider(settingsAccounts(wonderland), clock);
  return new PppLink({
    role: "server",
    clock,
    random: createSeededRandom(1),
    authentication: { protocols: ["PAP"], provider },
    addresses: pool(),
    ...options,
    events,
  });
}

interface Heard {
  readonly protocol: number;
  readonly packet: Uint8Array;
  readonly words: string;
}

/** The other end of a link, that says what a test wants and notes what it hears. */
export class RawPeer {
  readonly clock: VirtualClock;
  readonly link: PppLink;
  readonly side: Side = new Side();
  readonly heard: Heard[] = [];
  readonly #deframer: PppDeframer;
  #taken = 0;

  constructor(options: ServerOptions | ((events: PppLinkEvents, clock: VirtualClock) => PppLink) = {}) {
    this.clock = createVirtualClock();
    this.#deframer = new PppDeframer({
      onFrame: (protocol, packet) =>
        this.heard.push({ protocol, packet: packet.slice(), words: describePacket(protocol, packet) }),
    });
    const events = this.side.events((octets) => this.#deframer.receive(octets));
    this.link =
      typeof options === "function" ? options(events, this.clock) : serverLink(options, events, this.clock);
    this.link.open();
  }

  /** What was heard since the last time. */
  take(): string[] {
    const fresh = this.heard.slice(this.#taken);
    this.#taken = this.heard.length;
    return fresh.map(({ words }) => words);
  }

  /** The last packet of a protocol with a code. */
  last(protocol: number, code: number): Uint8Array {
    const found = this.heard.findLast((one) => one.protocol === protocol && one.packet[0] === code);
    if (found === undefined) throw new Error(`nothing of ${protocol.toString(16)} with code ${code}`);
    return found.packet;
  }

  frame(protocol: number, packet: Uint8Array): void {
    this.link.receive(encodeFrame(protocol, packet));
  }

  say(protocol: number, code: number, identifier: number, data: Uint8Array = new Uint8Array(0)): void {
    this.frame(protocol, encodeControlPacket({ code, identifier, data }));
  }

  lcp(code: number, identifier: number, data?: Uint8Array): void {
    this.say(protocolLcp, code, identifier, data);
  }

  /** Asks for options, given as numbers: type, then the octets of the value. */
  request(protocol: number, identifier: number, ...options: readonly (readonly number[])[]): void {
    this.say(protocol, codeConfigureRequest, identifier, optionData(...options));
  }

  /** Takes whatever the link asks for. */
  acknowledge(protocol: number): void {
    const request = this.last(protocol, codeConfigureRequest);
    const length = ((request[2] ?? 0) << 8) | (request[3] ?? 0);
    this.say(protocol, codeConfigureAck, request[1] ?? 0, request.subarray(4, length));
  }

  /** Brings LCP up. */
  openLcp(...options: readonly (readonly number[])[]): this {
    this.acknowledge(protocolLcp);
    this.request(protocolLcp, 1, ...options);
    return this;
  }

  /** Brings IPCP up, for the address that the pool gives first. */
  openIpcp(): this {
    this.acknowledge(protocolIpcp);
    this.request(protocolIpcp, 1, [3, 10, 99, 0, 2]);
    return this;
  }
}

/** The other end of a caller's link. */
export function rawServer(options: Partial<Omit<PppCallerOptions, "events" | "role">> = {}): RawPeer {
  return new RawPeer((events, clock) => {
    const credentials = { userName: "alice", password: "wonderland" };
    return new PppLink({
      role: "caller",
      clock,
      random: createSeededRandom(2),
      credentials,
      ...options,
      events,
    });
  });
}

export function optionData(...options: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return encodeOptions(options.map(([type = 0, ...value]) => ({ type, value: Uint8Array.from(value) })));
}

/** Nobody is asked who he is. */
export const open: Pick<PppServerOptions, "authentication"> = { authentication: { protocols: [] } };

export const pap: readonly number[] = [3, 0xc0, 0x23];
export const chapMd5: readonly number[] = [3, 0xc2, 0x23, 5];
