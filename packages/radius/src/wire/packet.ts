import { radiusCodeName } from "./codes.ts";
import { RadiusPacketError } from "./packet-error.ts";

/** Code, Identifier, Length and Authenticator (RFC 2865 section 3). */
export const headerLength = 20;
export const authenticatorOffset = 4;
export const authenticatorLength = 16;
/** The longest packet (RFC 2865 section 3). */
export const longestPacket = 4096;
/** The longest value of an attribute: its Length octet counts the two octets of its header too. */
export const longestValue = 253;

/** One attribute as it travels: `value` is what stands behind the two header octets, 0 to 253 octets. */
export interface RawAttribute {
  /** 0 to 255; what a number means is the dictionary's business. */
  readonly type: number;
  readonly value: Uint8Array;
}

/** What {@link encodeRadiusPacket} makes a packet of. */
export interface PacketFields {
  /** 0 to 255. */
  readonly code: number;
  /** 0 to 255. */
  readonly identifier: number;
  /** 16 octets. */
  readonly authenticator: Uint8Array;
  /** In the order in which they will stand in the packet. */
  readonly attributes: readonly RawAttribute[];
}

/**
 * A RADIUS packet, as a view on the datagram it came in: nothing is copied, and octets behind the packet's Length are
 * not part of it. Iteration gives the attributes in order. Made by {@link decodeRadiusPacket} only, so that every
 * attribute is known to lie within the packet.
 */
export class RadiusPacket implements Iterable<RawAttribute> {
  readonly code: number;
  readonly identifier: number;
  /** The packet, header included: exactly `length` octets. */
  readonly bytes: Uint8Array;
  /** 20 to 4096 octets. */
  readonly length: number;

  private constructor(bytes: Uint8Array) {
    this.code = bytes[0] as number;
    this.identifier = bytes[1] as number;
    this.bytes = bytes;
    this.length = bytes.length;
  }

  static decode(datagram: Uint8Array): RadiusPacket {
    if (datagram.length < headerLength) throw new RadiusPacketError("truncated", datagram.length);
    const length = ((datagram[2] as number) << 8) | (datagram[3] as number);
    if (length > longestPacket) throw new RadiusPacketError("too-long", 2);
    if (length < headerLength || length > datagram.length) throw new RadiusPacketError("bad-length", 2);
    for (let offset = headerLength; offset < length; ) {
      if (offset + 2 > length) throw new RadiusPacketError("attribute-truncated", offset);
      const attributeLength = datagram[offset + 1] as number;
      if (attributeLength < 2) throw new RadiusPacketError("attribute-length", offset);
      if (offset + attributeLength > length) throw new RadiusPacketError("attribute-truncated", offset);
      offset += attributeLength;
    }
    return new RadiusPacket(new Uint8Array(datagram.buffer, datagram.byteOffset, length));
  }

  /** The 16 octets of the Request Authenticator or Response Authenticator, as a view. */
  get authenticator(): Uint8Array {
    return this.bytes.subarray(authenticatorOffset, headerLength);
  }

  /**
   * Where the first attribute of a type starts (its Type octet), or -1. `after` is the start of an attribute of this
   * packet, as this method returned it: the search goes on behind that one.
   */
  offsetOf(type: number, after?: number): number {
    const { bytes, length } = this;
    let offset = after === undefined ? headerLength : after + (bytes[after + 1] ?? length);
    while (offset < length) {
      if (bytes[offset] === type) return offset;
      offset += bytes[offset + 1] as number;
    }
    return -1;
  }

  /** The value of the first attribute of a type, as a view. */
  first(type: number): Uint8Array | undefined {
    const offset = this.offsetOf(type);
    return offset < 0 ? undefined : this.#valueAt(offset);
  }

  /** The values of all attributes of a type in order, as views. */
  all(type: number): Uint8Array[] {
    const values: Uint8Array[] = [];
    for (let offset = this.offsetOf(type); offset >= 0; offset = this.offsetOf(type, offset)) {
      values.push(this.#valueAt(offset));
    }
    return values;
  }

  *[Symbol.iterator](): Generator<RawAttribute, void, undefined> {
    const { bytes, length } = this;
    for (let offset = headerLength; offset < length; offset += bytes[offset + 1] as number) {
      yield { type: bytes[offset] as number, value: this.#valueAt(offset) };
    }
  }

  /** What logs may show: never an attribute, of which many are secret. */
  toJSON(): { readonly code: string; readonly identifier: number; readonly length: number } {
    return { code: radiusCodeName(this.code), identifier: this.identifier, length: this.length };
  }

  #valueAt(offset: number): Uint8Array {
    return this.bytes.subarray(offset + 2, offset + (this.bytes[offset + 1] as number));
  }

  static {
    Object.defineProperty(RadiusPacket.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: RadiusPacket) {
        return `RadiusPacket ${JSON.stringify(this)}`;
      },
    });
  }
}

/**
 * Reads a RADIUS packet (RFC 2865 section 3). The result views `datagram`, which must not be changed while it is used.
 *
 * Octets behind the Length are padding and ignored. An attribute without value, which RFC 2865 section 5 does not
 * allow but which is met in the field, is accepted.
 *
 * @throws {RadiusPacketError} `truncated`, `bad-length`, `too-long`, `attribute-truncated` or `attribute-length`
 *
 * @example
 * ```ts
 * import { decodeRadiusPacket, encodeRadiusPacket, RadiusCode } from "@sallyport/radius";
 *
 * const datagram = encodeRadiusPacket({
 *   code: RadiusCode.AccessRequest,
 *   identifier: 7,
 *   authenticator: new Uint8Array(16),
 *   attributes: [{ type: 1, value: new TextEncoder().encode("alice") }],
 * });
 * const packet = decodeRadiusPacket(datagram);
 * packet.identifier; // 7
 * new TextDecoder().decode(packet.first(1)); // "alice"
 * ```
 */
export function decodeRadiusPacket(datagram: Uint8Array): RadiusPacket {
  return RadiusPacket.decode(datagram);
}

/**
 * Writes a RADIUS packet (RFC 2865 section 3). Authenticators are not computed: see `signResponseAuthenticator`,
 * `signRequestAuthenticator` and `signMessageAuthenticator`.
 *
 * @throws {RadiusPacketError} `attribute-length` for a value of more than 253 octets, `too-long` beyond 4096 octets
 * @throws {RangeError} when code, identifier or an attribute's type is no octet, or the authenticator has not 16
 */
export function encodeRadiusPacket(packet: PacketFields): Uint8Array<ArrayBuffer> {
  const { code, identifier, authenticator, attributes } = packet;
  checkOctet("code", code);
  checkOctet("identifier", identifier);
  if (authenticator.length !== authenticatorLength) {
    throw new RangeError(`authenticator must have 16 octets, found ${authenticator.length}`);
  }
  let length = headerLength;
  for (const { type, value } of attributes) {
    checkOctet("attribute type", type);
    if (value.length > longestValue) throw new RadiusPacketError("attribute-length", length);
    length += 2 + value.length;
    if (length > longestPacket) throw new RadiusPacketError("too-long", longestPacket);
  }
  const bytes = new Uint8Array(length);
  bytes[0] = code;
  bytes[1] = identifier;
  bytes[2] = length >> 8;
  bytes[3] = length;
  bytes.set(authenticator, authenticatorOffset);
  let offset = headerLength;
  for (const attribute of attributes) offset = writeAttribute(bytes, offset, attribute);
  return bytes;
}

/** Writes one attribute, whose length was checked, and returns the offset behind it. */
export function writeAttribute(target: Uint8Array, offset: number, { type, value }: RawAttribute): number {
  target[offset] = type;
  target[offset + 1] = value.length + 2;
  target.set(value, offset + 2);
  return offset + 2 + value.length;
}

export function isOctet(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

function checkOctet(name: string, value: number): void {
  if (!isOctet(value)) {
    throw new RangeError(`${name} must be a whole number from 0 to 255, found ${value}`);
  }
}
