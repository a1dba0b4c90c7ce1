import { PrefixTable } from "../wire/prefix-table.ts";
import { PreparedSecret } from "../wire/prepared-secret.ts";
import type { RadiusClientSettings } from "./receiver-types.ts";

/** A client with what is prepared for its packets. */
export interface KnownClient {
  readonly settings: RadiusClientSettings;
  readonly secret: PreparedSecret;
  readonly mode: "always" | "auto" | "never";
  /** Whether it is on record that this client sends Message-Authenticator. */
  remembered: boolean;
}

/** A source address of a client, under the number that stands for it in the keys of the duplicate ring. */
export interface KnownSource {
  readonly client: KnownClient;
  readonly number: number;
}

/** How many source addresses are remembered; the oldest is forgotten first, and is then looked up again. */
const rememberedSources = 65_536;

/** Finds the client of a source address by the longest prefix that fits. */
export class ClientTable {
  #prefixes = new PrefixTable<KnownClient>();
  #sources: Map<string, KnownSource> = new Map();
  #nextNumber = 0;

  constructor(clients: readonly RadiusClientSettings[]) {
    this.replace(clients);
  }

  /**
   * Goes on with other clients. A source that still belongs to one keeps its number, so that a retransmission is known.
   *
   * @throws {TypeError} as the constructor; nothing has changed then
   */
  replace(clients: readonly RadiusClientSettings[]): void {
    const prefixes = new PrefixTable<KnownClient>();
    for (const [index, settings] of clients.entries()) {
      const where = `clients[${index}].address`;
      const mode = settings.requireMessageAuthenticator ?? "auto";
      const client = { settings, secret: new PreparedSecret(settings.secret), mode, remembered: false };
      if (!prefixes.add(settings.address, client, where)) {
        throw new TypeError(`${where}: ${settings.address} is the address of another client already`);
      }
    }
    const sources = new Map<string, KnownSource>();
    for (const [address, { number }] of this.#sources) {
      const client = prefixes.find(address);
      if (client !== undefined) sources.set(address, { client, number });
    }
    this.#prefixes = prefixes;
    this.#sources = sources;
  }

  find(address: string): KnownSource | undefined {
    return this.#sources.get(address) ?? this.#lookUp(address);
  }

  /** Only addresses of clients are remembered, so that forged ones cannot drive them out. */
  #lookUp(address: string): KnownSource | undefined {
    const client = this.#prefixes.find(address);
    if (client === undefined) return undefined;
    if (this.#sources.size >= rememberedSources) {
      const [oldest] = this.#sources.keys();
      if (oldest !== undefined) this.#sources.delete(oldest);
    }
    const source = { client, number: this.#nextNumber++ };
    this.#sources.set(address, source);
    return source;
  }
}
