import { type AccountSettings, settingsAccounts } from "@sallyport/accounts";
import { createSeededRandom, createVirtualClock, type VirtualClock } from "@sallyport/runtime";
import {
  AddressPool,
  accountsProvider,
  type PppCallerOptions,
  type PppConnection,
  PppLink,
  type PppLinkEvents,
  type PppOutcome,
  type PppPhase,
  type PppServerOptions,
  type PppTraceEvent,
} from "../src/index.ts";

/** Everything that one side told. */
export class Side {
  readonly phases: PppPhase[] = [];
  readonly connections: PppConnection[] = [];
  readonly trace: string[] = [];
  readonly packets: Uint8Array[] = [];
  readonly sent: Uint8Array[] = [];
  /** In the order in which they happened: events by name. */
  readonly calls: string[] = [];
  outcome: PppOutcome | undefined;

  events(send: (octets: Uint8Array<ArrayBuffer>) => unknown): PppLinkEvents {
    return {
      send: (octets) => {
        this.sent.push(octets);
        return send(octets);
      },
      phase: (phase) => void this.phases.push(phase),
      authenticated: (session) => void this.calls.push(`authenticated ${session.userName}`),
      up: (connection) => {
        this.calls.push("up");
        this.connections.push(connection);
      },
      down: () => void this.calls.push("down"),
      packet: (packet) => void this.packets.push(packet.slice()),
      closed: (outcome) => {
        this.calls.push("closed");
        this.outcome = outcome;
      },
      trace: (event: PppTraceEvent) => void this.trace.push(`${event.kind} ${event.text}`),
    };
  }
}

/** Two links with a line between them that the test can bend. */
export interface Pair {
  readonly clock: VirtualClock;
  readonly server: Side;
  readonly caller: Side;
  readonly serverLink: PppLink;
  readonly callerLink: PppLink;
  open(): void;
}

export const wonderland: AccountSettings[] = [{ name: "alice", password: "wonderland" }];

/** What becomes of octets on the line; undefined loses them. */
export type Bend = (octets: Uint8Array, direction: "to server" | "to caller") => Uint8Array | undefined;

export function pair(
  options: {
    readonly server?: Partial<Omit<PppServerOptions, "role" | "events">>;
    readonly caller?: Partial<Omit<PppCallerOptions, "role" | "events">>;
    readonly clock?: VirtualClock;
    readonly bend?: Bend;
  } = {},
): Pair {
  const clock = options.clock ?? createVirtualClock();
  const bend: Bend = options.bend ?? ((octets) => octets);
  const server = new Side();
  const caller = new Side();
  const serverLink: PppLink = new PppLink({
    role: "server",
    clock,
    random: createSeededRandom(1),
    authentication: { protocols: ["PAP"], provider: accountsProvider(settingsAccounts(wonderland), clock) },
    addresses: pool(),
    ...options.server,
    events: server.events((octets) => {
      const arriving = bend(octets, "to caller");
      if (arriving !== undefined) callerLink.receive(arriving);
    }),
  });
  const callerLink: PppLink = new PppLink({
    role: "caller",
    clock,
    random: createSeededRandom(2),
    credentials: {
      userName: "alice",
      password: "wonderland",
      protocols: ["EAP", "MS-CHAPv2", "CHAP", "PAP"],
    },
    ...options.caller,
    events: caller.events((octets) => {
      const arriving = bend(octets, "to server");
      if (arriving !== undefined) serverLink.receive(arriving);
    }),
  });
  return {
    clock,
    server,
    caller,
    serverLink,
    callerLink,
    open() {
      callerLink.open();
      serverLink.open();
    },
  };
}

export function pool(): AddressPool {
  return new AddressPool({
    first: "10.99.0.2",
    last: "10.99.0.9",
    local: "10.99.0.1",
    dns: ["10.99.0.53", "10.99.0.54"],
    nbns: ["10.99.0.42"],
  });
}
