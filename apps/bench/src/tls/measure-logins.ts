import { createRadiusClient, type RadiusClient } from "@sallyport/radius/node";
import { secret } from "../cases.ts";
import type { Scope } from "../scope.ts";
import type { BenchServer } from "../servers/bench-server.ts";
import { median } from "../statistics.ts";
import { processorTime } from "./processor-time.ts";
import { TlsPeer, type TlsPeerOptions } from "./tls-peer.ts";

/** What so many logins at one server came to. */
export interface LoginMeasurement {
  readonly logins: number;
  /** CPU time of the server with all its threads, in microseconds a login. */
  readonly cpu: number;
  /** From the first request of a login to its end, in milliseconds; the peer's own work is in it. */
  readonly p50: number;
  readonly rounds: number;
  readonly resumed: number;
}

/** How many logins are under way at a time. */
export const peersAtOnce = 4;

/** Peers that log on at one server, some at a time. */
export class LoginLoad {
  readonly #radius: RadiusClient;
  readonly #pid: number;
  readonly #peers: readonly TlsPeer[];

  private constructor(radius: RadiusClient, pid: number, peers: readonly TlsPeer[]) {
    this.#radius = radius;
    this.#pid = pid;
    this.#peers = peers;
  }

  static async open(
    scope: Scope,
    server: BenchServer,
    options: TlsPeerOptions,
    peersOpen = peersAtOnce,
  ): Promise<LoginLoad> {
    const radius = tlsRadiusClient(scope, server);
    const peers = await Promise.all(Array.from({ length: peersOpen }, () => TlsPeer.open(options)));
    return new LoginLoad(radius, server.pid, peers);
  }

  /** Leads so many logins and looks at the CPU time of the server before and after. */
  async run(logins: number): Promise<LoginMeasurement> {
    const times: number[] = [];
    let begun = 0;
    let rounds = 0;
    let resumed = 0;
    const before = processorTime(this.#pid);
    await Promise.all(
      this.#peers.map(async (peer) => {
        while (begun < logins) {
          begun += 1;
          const start = performance.now();
          const login = await peer.logOn(this.#radius);
          times.push(performance.now() - start);
          rounds = login.rounds;
          if (login.resumed) resumed += 1;
        }
      }),
    );
    const cpu = (processorTime(this.#pid) - before) / logins;
    return { logins, cpu, p50: median(times), rounds, resumed };
  }

  /** Begins a login every so many milliseconds until the work is done, as long as there is a peer that has none. */
  async paced<T>(
    everyMs: number,
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly rate: number }> {
    const idle = [...this.#peers];
    const underWay = new Set<Promise<void>>();
    let done = 0;
    let failure: unknown;
    const begin = (): void => {
      const peer = idle.pop();
      if (peer === undefined) return;
      const login = peer
        .logOn(this.#radius)
        .then(
          () => {
            done += 1;
          },
          (error: unknown) => {
            failure ??= error;
          },
        )
        .then(() => {
          idle.push(peer);
          underWay.delete(login);
        });
      underWay.add(login);
    };
    const start = performance.now();
    const timer = setInterval(begin, everyMs);
    const result = await work().finally(() => clearInterval(timer));
    const rate = done / ((performance.now() - start) / 1_000);
    await Promise.all(underWay);
    if (failure !== undefined) throw failure;
    return { result, rate };
  }
}

/** A client of one server, closed with the scope. */
export function tlsRadiusClient(scope: Scope, server: BenchServer): RadiusClient {
  const radius = createRadiusClient({
    server: `127.0.0.1:${server.auth}`,
    secret,
    timeout: 20_000,
  });
  scope.defer(() => radius.close());
  return radius;
}
