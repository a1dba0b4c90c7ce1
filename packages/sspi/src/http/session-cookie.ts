import { constantTimeEqual } from "@sallyport/crypto";
import type { Clock, Milliseconds, Random } from "@sallyport/runtime";
import { sessionMac } from "../node/http/session-mac.ts";
import type { SignedOnUser, SignOnScheme } from "./signed-on-user.ts";
import { decodeBase64, encodeBase64 } from "./wire/base64.ts";

/** A sign-on that lasts longer than its connection: a cookie that the server signs, and anybody can read. */
export interface SessionOptions {
  /** At least 32 random bytes each. The first signs, all are accepted: put a new one in front to change it. */
  readonly keys: readonly Uint8Array[];
  /** The cookie's name. Default `"sign-on"`. */
  readonly name?: string;
  /** How long a sign-on lasts, milliseconds, from one second. Default eight hours. */
  readonly lifetime?: Milliseconds;
  /** Default `"Lax"`: other sites can link to this one as the user, and not post to it. */
  readonly sameSite?: "Strict" | "Lax";
  /** Whether it travels over TLS only. Default: whether it was issued there. */
  readonly secure?: boolean;
}

/** Writes and reads session cookies. */
export class SessionCookies {
  readonly #options: SessionOptions;
  readonly #name: string;
  readonly #lifetime: Milliseconds;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(options: SessionOptions, clock: Clock, random: Random) {
    const { keys, name = "sign-on", lifetime = 8 * 3_600_000 } = options;
    if (keys.length === 0 || keys.some((key) => key.length < 32)) {
      throw new RangeError("session.keys must have a key, and each at least 32 bytes");
    }
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw new TypeError("session.name is no cookie name");
    if (!(lifetime >= 1000)) throw new RangeError("session.lifetime must be at least 1000 milliseconds");
    this.#options = { ...options, keys: keys.map((key) => key.slice()) };
    this.#name = name;
    this.#lifetime = lifetime;
    this.#clock = clock;
    this.#random = random;
  }

  /** The value of `Set-Cookie`; undefined when the user's groups are so many that no browser would keep it. */
  issue(user: SignedOnUser, isEncrypted: boolean): string | undefined {
    const { keys, sameSite = "Lax", secure = isEncrypted } = this.#options;
    const now = this.#clock.now();
    const payload: Payload = {
      name: user.name,
      groups: user.groups,
      scheme: user.scheme,
      mechanism: user.mechanism,
      issued: now,
      expires: now + this.#lifetime,
      id: urlSafe(this.#random(12)),
    };
    const text = urlSafe(new TextEncoder().encode(JSON.stringify(payload)));
    const [key] = keys;
    const value = `${text}.${urlSafe(sessionMac(key ?? new Uint8Array(0), `${this.#name}=${text}`))}`;
    if (value.length > longestCookie) return undefined;
    const seconds = Math.floor(this.#lifetime / 1000);
    const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=${sameSite}${secure ? "; Secure" : ""}`;
    return `${this.#name}=${value}; ${attributes}`;
  }

  /** The value of `Set-Cookie` that ends the session of a browser. */
  end(): string {
    return `${this.#name}=; Path=/; Max-Age=0; HttpOnly`;
  }

  /** Who a `Cookie` header speaks for; undefined for one that was not signed here, was changed, or is too old. */
  read(header: string): SignedOnUser | undefined {
    for (const pair of header.split(";", mostCookies)) {
      const equals = pair.indexOf("=");
      if (pair.slice(0, equals).trim() !== this.#name) continue;
      const user = this.#open(pair.slice(equals + 1).trim());
      if (user !== undefined) return user;
    }
    return undefined;
  }

  #open(value: string): SignedOnUser | undefined {
    const [text = "", signature = ""] = value.split(".", 3);
    const found = value.length > longestCookie ? undefined : fromUrlSafe(signature);
    if (found === undefined || `${text}.${signature}` !== value) return undefined;
    const signed = `${this.#name}=${text}`;
    if (!this.#options.keys.some((key) => constantTimeEqual(sessionMac(key, signed), found)))
      return undefined;
    const payload = payloadOf(fromUrlSafe(text));
    const now = this.#clock.now();
    if (payload === undefined || payload.expires <= now) return undefined;
    const { name, groups, scheme, mechanism } = payload;
    return Object.freeze({ name, groups, scheme, mechanism, by: "session", identity: undefined });
  }
}

interface Payload {
  readonly name: string;
  readonly groups: readonly string[];
  readonly scheme: SignOnScheme;
  readonly mechanism: string;
  readonly issued: Milliseconds;
  readonly expires: Milliseconds;
  readonly id: string;
}

/** Browsers keep 4096 bytes with name and attributes (RFC 6265 section 6.1). */
const longestCookie = 3800;
const mostCookies = 256;

/** What stands under a good signature was written here, perhaps by an older version of this file. */
function payloadOf(bytes: Uint8Array | undefined): Payload | undefined {
  if (bytes === undefined) return undefined;
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return isPayload(value) ? value : undefined;
}

function isPayload(value: unknown): value is Payload {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "groups" in value &&
    Array.isArray(value.groups) &&
    value.groups.every((group) => typeof group === "string") &&
    "scheme" in value &&
    (value.scheme === "Negotiate" || value.scheme === "NTLM") &&
    "mechanism" in value &&
    typeof value.mechanism === "string" &&
    "expires" in value &&
    typeof value.expires === "number"
  );
}

/** RFC 4648 section 5, without padding. */
function urlSafe(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromUrlSafe(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return decodeBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, "="));
}
