import { type EapMethod, eapTls, msChapV2, openEapMethods, peap, ttls } from "@sallyport/eap";
import { EapRadiusClient } from "@sallyport/eap-radius";
import { attributesFromNames, PreparedSecret } from "@sallyport/radius";
import type { RadiusClient } from "@sallyport/radius/node";
import { silentLog, systemClock, systemRandom } from "@sallyport/runtime";
import type { TlsEngine, TlsSession } from "@sallyport/tls-engine";
import { createInlineTlsEngine } from "@sallyport/tls-engine/node";
import { BenchError } from "../bench-error.ts";
import { account, secret } from "../cases.ts";
import type { TlsMethodName, TlsVersion } from "./tls-cases.ts";
import { realm, type TlsLaboratory } from "./tls-laboratory.ts";

export interface TlsPeerOptions {
  readonly laboratory: TlsLaboratory;
  readonly method: TlsMethodName;
  readonly version: TlsVersion;
  /** Whether each login resumes the session of the one before. */
  readonly resume: boolean;
}

/** What a login was like. */
export interface TlsLogin {
  /** Access-Requests. */
  readonly rounds: number;
  readonly resumed: boolean;
}

/** What an access point for 802.1X says of the connection. */
const attributes = attributesFromNames({ "NAS-Port-Type": "Wireless-802.11", "Framed-MTU": 1_400 });
const preparedSecret = new PreparedSecret(secret);

/** A supplicant that logs on again and again; one login at a time. */
export class TlsPeer {
  readonly #methods: readonly EapMethod[];
  readonly #identity: string;
  readonly #watched: WatchedSession;

  private constructor(methods: readonly EapMethod[], identity: string, watched: WatchedSession) {
    this.#methods = methods;
    this.#identity = identity;
    this.#watched = watched;
  }

  static async open(options: TlsPeerOptions): Promise<TlsPeer> {
    const { laboratory, version, resume, method } = options;
    const watched: WatchedSession = { session: undefined };
    const protocol = `TLSv${version}` as const;
    const trust = {
      engine: watching(createInlineTlsEngine(), watched),
      trustedAuthorities: [laboratory.authority],
      serverNames: [laboratory.serverName],
      minVersion: protocol,
      maxVersion: protocol,
      resume,
    };
    const { certificate: certificateChain, key } = laboratory.client;
    const inner = { ...trust, innerIdentity: account.name };
    const registrations = {
      tls: () => eapTls({ client: { ...trust, identity: { certificateChain, key } } }),
      peap: () => peap({ methods: [msChapV2()], client: inner }),
      ttls: () => ttls({ client: { ...inner, protocol: "pap" } }),
    };
    const { methods } = await openEapMethods([registrations[method]()], { log: silentLog });
    return new TlsPeer(methods, `${method === "tls" ? account.name : "anonymous"}@${realm}`, watched);
  }

  /** @throws {BenchError} where it is not accepted with the keys that the method promises */
  async logOn(radius: RadiusClient): Promise<TlsLogin> {
    const result = await this.#lead(radius, Number.POSITIVE_INFINITY);
    if (result === undefined) throw new BenchError("a login was left", "this is a mistake of the benchmark");
    const { kind, keys, explanation, rounds } = result;
    if (kind !== "accepted" || keys !== "match")
      throw new BenchError(`a login failed: ${explanation} (keys: ${keys})`, "run the tests of apps/interop");
    return { rounds, resumed: this.#watched.session?.connection?.resumed === true };
  }

  /** Goes so many requests far, and then says no more; whether it is inside of TLS is known then. */
  async begin(radius: RadiusClient, requests: number): Promise<{ readonly insideTls: boolean }> {
    await this.#lead(radius, requests);
    return { insideTls: this.#watched.session?.connection !== undefined };
  }

  #lead(radius: RadiusClient, requests: number) {
    let sent = 0;
    return new Promise<Parameters<Ended>[0]["result"] | undefined>((resolve, reject) => {
      const client = new EapRadiusClient({
        methods: this.#methods,
        identity: this.#identity,
        password: account.password,
        server: "the server",
        secret: preparedSecret,
        attributes,
        clock: systemClock,
        random: systemRandom,
        log: silentLog,
        events: {
          request: (wanted) => {
            if (sent === requests) return resolve(undefined);
            sent += 1;
            void radius.accessRequest(wanted).then((answer) => client.receive(answer), reject);
          },
          finished: ({ result }) => resolve(result),
        },
      });
      client.start();
    });
  }
}

type Ended = ConstructorParameters<typeof EapRadiusClient>[0]["events"]["finished"];

interface WatchedSession {
  session: TlsSession | undefined;
}

/** An engine that tells which session of a client it opened last. */
function watching(engine: TlsEngine, watched: WatchedSession): TlsEngine {
  return {
    server: (settings) => engine.server(settings),
    client(settings) {
      const endpoint = engine.client(settings);
      return {
        role: endpoint.role,
        open(options) {
          watched.session = endpoint.open(options);
          return watched.session;
        },
        staple: (response) => endpoint.staple(response),
        close: () => endpoint.close(),
      };
    },
    close: () => engine.close(),
  };
}
