import { parseIpv4, parseIpv6 } from "../wire/ip-address.ts";
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
  readonly #prefixes: Readonly<Record<4 | 6, PrefixTable>> = { 4: new PrefixTable(), 6: new PrefixTable() };
  readonly #sources: Map<string, KnownSource> = new Map();
  #nextNumber = 0;

  constructor(clients: readonly RadiusClientSettings[]) {
    for (const [index, settings] of clients.entries()) {
      const where = `clients[${index}].address`;
      const { family, octets, length } = parsePrefix(settings.address, where);
      const mode = settings.requireMessageAuthenticator ?? "auto";
      const client = { settings, secret: new PreparedSecret(settings.secret), mode, remembered: false };
      if (!this.#prefixes[family].add(octets, length, client)) {
        throw new TypeError(`${where}: ${settings.address} is the address of another client already`);
      }
    }
  }

  find(address: string): KnownSource | undefined {
    return this.#sources.get(address) ?? this.#lookUp(address);
  }

  /** Only addresses of clients are remembered, so that forged ones cannot drive them out. */
  #lookUp(address: string): KnownSource | undefined {
    const parsed = parseAddress(address);
    if (parsed === undefined) return undefined;
    const client = this.#prefixes[parsed.family].find(parsed.octets);
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

/** Clients of one address family by prefix length, longest first. */
class PrefixTable {
  readonly #lengths: { readonly length: number; readonly clients: Map<string, KnownClient> }[] = [];

  add(octets: Uint8Array, length: number, client: KnownClient): boolean {
    let table = this.#lengths.find((candidate) => candidate.length === length);
    if (table === undefined) {
      table = { length, clients: new Map() };
      this.#lengths.push(table);
      this.#lengths.sort((a, b) => b.length - a.length);
    }
    const key = maskedText(octets, length);
    if (table.clients.has(key)) return false;
    table.clients.set(key, client);
    return true;
  }

  find(octets: Uint8Array): KnownClient | undefined {
    for (const { length, clients } of this.#lengths) {
      const client = clients.get(maskedText(octets, length));
      if (client !== undefined) return client;
    }
    return undefined;
  }
}

interface Address {
  readonly family: 4 | 6;
  readonly octets: Uint8Array;
}

/** An IPv4 address mapped into IPv6, as a socket of both families reports it, is the IPv4 address; a zone is ignored. */
function parseAddress(text: string): Address | undefined {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return { family: 4, octets: ipv4 };
  const octets = parseIpv6(text.replace(/%.*$/, ""));
  if (octets === undefined) return undefined;
  const mapped = octets.every((octet, index) => index >= 12 || octet === (index < 10 ? 0 : 0xff));
  return mapped ? { family: 4, octets: octets.subarray(12) } : { family: 6, octets };
}

function parsePrefix(text: string, where: string): Address & { readonly length: number } {
  const [, address = "", lengthText] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new TypeError(`${where}: "${text}" is no IPv4 or IPv6 address or prefix`);
  const bits = parsed.octets.length * 8;
  // A prefix in the mapped form counts the 96 bits in front of the IPv4 address.
  const written = parsed.family === 4 && address.includes(":") ? 128 : bits;
  const length = (lengthText === undefined ? written : Number(lengthText)) - (written - bits);
  if (length < 0 || length > bits) throw new TypeError(`${where}: "${text}" has an impossible prefix length`);
  return { ...parsed, length };
}

function maskedText(octets: Uint8Array, length: number): string {
  const masked = octets.map(
    (octet, index) => octet & (0xff00 >> Math.min(8, Math.max(0, length - 8 * index))),
  );
  return masked.join(".");
}
