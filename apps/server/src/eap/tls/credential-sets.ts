import type {
  TlsClientSettings,
  TlsEndpoint,
  TlsEngine,
  TlsServerSettings,
  TlsSession,
} from "@sallyport/tls-engine";
import type { ServerCredentials, TlsFileSettings } from "../../settings/tls-settings.ts";
import { ObservedSession } from "./observed-session.ts";
import { sessionRecords } from "./session-record.ts";

/**
 * An engine whose servers show the certificates of `eap.tls`: that of the identity's realm where there is one for it. The
 * certificates can be replaced; sessions that go on keep those that they began with.
 */
export class CredentialSets implements TlsEngine {
  readonly #engine: TlsEngine;
  readonly #servers: CredentialServer[] = [];
  #files: TlsFileSettings;

  constructor(engine: TlsEngine, files: TlsFileSettings) {
    this.#engine = engine;
    this.#files = files;
  }

  /** What is not in the files (exporters, whether a certificate is asked for) is taken from `settings`. */
  server(settings: TlsServerSettings): TlsEndpoint {
    const server = new CredentialServer((files) => this.#make(settings, files), this.#files);
    this.#servers.push(server);
    return server;
  }

  client(settings: TlsClientSettings): TlsEndpoint {
    return this.#engine.client(settings);
  }

  /**
   * Makes new credential sets of all files and then uses them; where one cannot be made, nothing changes.
   *
   * @throws {TypeError | RangeError} when a certificate cannot be used after all
   */
  prepare(files: TlsFileSettings): { readonly commit: () => void; readonly discard: () => void } {
    const prepared: PreparedSet[] = [];
    try {
      for (const server of this.#servers) prepared.push(server.prepare(files));
    } catch (error) {
      for (const one of prepared) one.discard();
      throw error;
    }
    return {
      commit: () => {
        this.#files = files;
        for (const one of prepared) one.commit();
      },
      discard: () => {
        for (const one of prepared) one.discard();
      },
    };
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  #make(settings: TlsServerSettings, files: TlsFileSettings): EndpointsByRealm {
    const make = (credentials: ServerCredentials): TlsEndpoint =>
      this.#engine.server({
        ...settings,
        identity: {
          certificateChain: credentials.certificateChain,
          key: new TextDecoder().decode(credentials.key.reveal()),
        },
        trustedAuthorities: files.clientAuthorities,
        revocationLists: files.revocationLists.length === 0 ? undefined : files.revocationLists,
        minVersion: files.minVersion,
        maxVersion: files.maxVersion,
        ocspResponse: credentials.ocspResponse,
        resumption: files.resumptionSeconds === 0 ? false : { lifetimeSeconds: files.resumptionSeconds },
      });
    const made: TlsEndpoint[] = [];
    try {
      const remembered = (credentials: ServerCredentials): TlsEndpoint => {
        const endpoint = make(credentials);
        made.push(endpoint);
        return endpoint;
      };
      return {
        everybody: remembered(files.server),
        realms: new Map(Array.from(files.realms, ([realm, one]) => [realm, remembered(one)])),
      };
    } catch (error) {
      for (const endpoint of made) endpoint.close();
      throw error;
    }
  }
}

interface EndpointsByRealm {
  readonly everybody: TlsEndpoint;
  readonly realms: ReadonlyMap<string, TlsEndpoint>;
}

interface PreparedSet {
  commit(): void;
  discard(): void;
}

/** What one method holds: it stays the same whatever certificates come and go. */
class CredentialServer implements TlsEndpoint {
  readonly role = "server";
  readonly #make: (files: TlsFileSettings) => EndpointsByRealm;
  #generation: Generation;

  constructor(make: (files: TlsFileSettings) => EndpointsByRealm, files: TlsFileSettings) {
    this.#make = make;
    this.#generation = new Generation(make(files));
  }

  open(): TlsSession {
    const record = sessionRecords.getStore();
    return this.#generation.open(record === undefined ? "" : realmOf(record.input.identity));
  }

  prepare(files: TlsFileSettings): PreparedSet {
    const next = new Generation(this.#make(files));
    return {
      commit: () => {
        this.#generation.retire();
        this.#generation = next;
      },
      discard: () => next.retire(),
    };
  }

  staple(ocspResponse: Uint8Array | null): void {
    this.#generation.endpoints.everybody.staple(ocspResponse);
  }

  close(): void {
    this.#generation.retire();
  }
}

/** The certificates of one state of the files, until their last session has ended. */
class Generation {
  readonly endpoints: EndpointsByRealm;
  #sessions = 0;
  #retired = false;

  constructor(endpoints: EndpointsByRealm) {
    this.endpoints = endpoints;
  }

  open(realm: string): TlsSession {
    const { everybody, realms } = this.endpoints;
    const record = sessionRecords.getStore();
    const session = new ObservedSession((realms.get(realm) ?? everybody).open(), record, () => {
      this.#sessions -= 1;
      this.#closeWhenUnused();
    });
    this.#sessions += 1;
    if (record?.session === undefined) {
      if (record !== undefined) record.session = session;
    } else record.innerSession = session;
    return session;
  }

  retire(): void {
    this.#retired = true;
    this.#closeWhenUnused();
  }

  #closeWhenUnused(): void {
    if (!this.#retired || this.#sessions > 0) return;
    this.endpoints.everybody.close();
    for (const endpoint of this.endpoints.realms.values()) endpoint.close();
  }
}

/** `alice@Guests.example` is of guests.example; lower case, empty where there is none. */
function realmOf(identity: string): string {
  const at = identity.lastIndexOf("@");
  return at < 0 ? "" : identity.slice(at + 1).toLowerCase();
}
