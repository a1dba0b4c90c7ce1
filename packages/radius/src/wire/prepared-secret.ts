import { HmacMd5, Secret } from "@sallyport/crypto";

/**
 * A shared secret that is ready for many packets: the pads of HMAC-MD5 are hashed once. Everything here that takes a
 * secret takes one of these too. Like `Secret`, it shows itself as `***`.
 */
export class PreparedSecret {
  readonly #secret: Secret;
  readonly #hmac: HmacMd5;

  constructor(secret: Secret | Uint8Array | string) {
    this.#secret = secret instanceof Secret ? secret : new Secret(secret);
    this.#hmac = new HmacMd5(this.#secret.reveal());
  }

  /** The octets of the secret: read them, never write to them. */
  get bytes(): Uint8Array {
    return this.#secret.reveal();
  }

  /** The HMAC-MD5 under this secret, at its start. Whoever takes it finishes before anybody else takes it. */
  get hmac(): HmacMd5 {
    return this.#hmac.reset();
  }

  toJSON(): "***" {
    return "***";
  }

  toString(): "***" {
    return "***";
  }

  static {
    Object.defineProperty(PreparedSecret.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value: () => "***",
    });
  }
}

/** A shared secret: its octets, or prepared for many packets. */
export type SharedSecret = Uint8Array | PreparedSecret;

export function secretBytes(secret: SharedSecret): Uint8Array {
  return secret instanceof PreparedSecret ? secret.bytes : secret;
}

export function secretHmac(secret: SharedSecret): HmacMd5 {
  return secret instanceof PreparedSecret ? secret.hmac : new HmacMd5(secret);
}
