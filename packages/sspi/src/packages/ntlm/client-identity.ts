import { ntHash } from "@sallyport/crypto";
import type { NtlmAuthData, NtlmIdentity } from "./ntlm-options.ts";
import { responseKey } from "./response-keys.ts";

/** A name and an NT hash, which nothing prints. */
export class ClientIdentity {
  readonly user: string;
  readonly domain: string;
  readonly #ntHash: Uint8Array<ArrayBuffer>;
  #key: Uint8Array<ArrayBuffer> | undefined;

  constructor(user: string, domain: string, hash: Uint8Array<ArrayBuffer>) {
    this.user = user;
    this.domain = domain;
    this.#ntHash = hash;
  }

  /** `DOMAIN\user`, or the name alone where there is no domain. */
  get name(): string {
    return this.domain === "" ? this.user : `${this.domain}\\${this.user}`;
  }

  /** The key of its responses; made once. */
  responseKey(): Uint8Array {
    this.#key ??= responseKey(this.#ntHash, this.user, this.domain);
    return this.#key;
  }

  wipe(): void {
    this.#ntHash.fill(0);
    this.#key?.fill(0);
  }
}

/** Takes what a caller gave as identity; undefined when it is malformed. What is kept is copied. */
export function clientIdentity(given: NtlmIdentity | NtlmAuthData): ClientIdentity | undefined {
  const { user, password, ntHash: hash } = given;
  if (typeof user !== "string" || user === "") return undefined;
  if (given.domain !== undefined && typeof given.domain !== "string") return undefined;
  if ((password === undefined) === (hash === undefined)) return undefined;
  const backslash = given.domain === undefined ? user.indexOf("\\") : -1;
  const name = user.slice(backslash + 1);
  const domain = given.domain ?? user.slice(0, Math.max(0, backslash));
  if (name === "" || tooLong(name) || tooLong(domain)) return undefined;
  if (password !== undefined) {
    return typeof password === "string" ? new ClientIdentity(name, domain, ntHash(password)) : undefined;
  }
  const bytes = hash instanceof Uint8Array ? hash : hash?.reveal?.();
  return bytes instanceof Uint8Array && bytes.length === 16
    ? new ClientIdentity(name, domain, bytes.slice())
    : undefined;
}

/** A message of NTLM has to fit into 2888 bytes with everything else. */
function tooLong(name: string): boolean {
  return name.length > 256;
}
