import { findAuthAttribute } from "@sallyport/eap";
import type { PppCounters, PppGrant } from "@sallyport/ppp";
import { type Cancel, isThenable, type Milliseconds } from "@sallyport/runtime";
import type { CallHost } from "../call/call-host.ts";
import type { RasService } from "../call/service.ts";
import { messageOf, writeEvent } from "../events.ts";
import type { AccountingRecord, TerminateCause } from "./accounting-record.ts";

const classType = 25;
const interimIntervalType = 85;
/** What a server may ask for at least (RFC 2869 section 5.16). */
const leastInterimMs = 60_000;

/** What stays the same in the records of a connection. */
export interface AccountedConnection {
  readonly sessionId: string;
  readonly userName: string;
  readonly port: number;
  readonly portName: string;
  readonly from: string;
  readonly address: string;
  readonly grant: PppGrant;
  readonly counters: () => PppCounters | undefined;
}

/** The accounting records of one connection: at its start, in between, at its end. */
export class Accounting {
  readonly #service: RasService;
  readonly #host: CallHost;
  readonly #connection: AccountedConnection;
  readonly #begunAt: Milliseconds;
  #cancel: Cancel | undefined;

  constructor(service: RasService, host: CallHost, connection: AccountedConnection) {
    this.#service = service;
    this.#host = host;
    this.#connection = connection;
    this.#begunAt = host.clock.monotonic();
  }

  /** How long the connection is there. */
  get seconds(): number {
    return (this.#host.clock.monotonic() - this.#begunAt) / 1_000;
  }

  start(): void {
    this.#write("start");
    this.#schedule();
  }

  stop(cause: TerminateCause): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#write("stop", cause);
  }

  #schedule(): void {
    const { provider, interimMs } = this.#service;
    const asked = findAuthAttribute(this.#connection.grant.attributes ?? [], interimIntervalType)?.value;
    const every = asked === undefined ? interimMs : Math.max(leastInterimMs, secondsOf(asked) * 1_000);
    if (every === undefined || provider.account === undefined) return;
    this.#cancel = this.#host.clock.after(every, () => {
      this.#write("interim");
      this.#schedule();
    });
  }

  #write(status: AccountingRecord["status"], terminateCause?: TerminateCause): void {
    const { provider } = this.#service;
    if (provider.account === undefined) return;
    const { counters, grant, ...facts } = this.#connection;
    const counted = counters();
    const record: AccountingRecord = {
      ...facts,
      status,
      provider: provider.name,
      classes: (grant.attributes ?? []).flatMap(({ type, value }) =>
        type === classType && typeof value !== "number" ? [value] : [],
      ),
      durationMs: this.#host.clock.monotonic() - this.#begunAt,
      octetsIn: counted?.octetsReceived ?? 0,
      octetsOut: counted?.octetsSent ?? 0,
      packetsIn: counted?.packetsReceived ?? 0,
      packetsOut: counted?.packetsSent ?? 0,
      ...(terminateCause !== undefined && { terminateCause }),
    };
    const failed = (error: unknown): void => {
      const message = `port ${facts.portName}: the accounting record was not kept: ${messageOf(error)}`;
      writeEvent(this.#host.log, "error", message, { port: facts.portName, status, error });
    };
    try {
      const kept = provider.account(record);
      if (isThenable(kept)) this.#host.track(Promise.resolve(kept).catch(failed));
    } catch (error) {
      failed(error);
    }
  }
}

function secondsOf(value: number | Uint8Array): number {
  if (typeof value === "number") return value;
  return value.reduce((sum, octet) => sum * 256 + octet, 0);
}
