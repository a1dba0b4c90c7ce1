import { constantTimeEqual } from "./constant-time-equal.ts";

/**
 * A shared secret, password or key that cannot slip into a log: however it is printed, serialized or inspected it shows
 * `***`, and a structured clone of it is empty. Only {@link Secret.reveal} gives the value away.
 *
 * @example
 * ```ts
 * import { hmacMd5, Secret } from "@sallyport/crypto";
 *
 * const secret = new Secret("testing123");
 * console.log(`${secret}`, JSON.stringify({ secret })); // *** {"secret":"***"}
 * const code = hmacMd5(secret.reveal(), new Uint8Array(38));
 * ```
 */
export class Secret {
  readonly #value: Uint8Array;

  /** Copies the bytes; a string is kept as its UTF-8 bytes. */
  constructor(value: Uint8Array | string) {
    this.#value = typeof value === "string" ? new TextEncoder().encode(value) : new Uint8Array(value);
  }

  /** The value itself, not a copy: read it, never write to it. */
  reveal(): Uint8Array {
    return this.#value;
  }

  /** The number of bytes. */
  get length(): number {
    return this.#value.length;
  }

  /** Whether the other one holds the same bytes, in constant time as {@link constantTimeEqual} has it. */
  equals(other: Uint8Array | Secret): boolean {
    return constantTimeEqual(this.#value, other instanceof Secret ? other.#value : other);
  }

  toJSON(): "***" {
    return "***";
  }

  toString(): "***" {
    return "***";
  }

  // What console.log and util.inspect call; a registered symbol, so that no module of Node is needed for it.
  static {
    Object.defineProperty(Secret.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: () => "***" });
  }
}
