import type { RadiusPacket } from "@sallyport/radius";
import { utf8Octets, utf8Text } from "@sallyport/runtime";
import {
  attributeText,
  dataTypeOf,
  isNumberDataType,
  isSecretAttribute,
  type RadiusAttribute,
} from "./contract/attribute.ts";
import { ratUserPassword } from "./contract/attribute-types.ts";
import { type RadiusDataType, rdtAddress, rdtIpv6Address, rdtUnknown } from "./contract/constants.ts";

/**
 * One attribute as the host holds it: a part of the datagram, or something that NPS or a module made.
 * The three faces of the value (number, octets, text) are made when somebody asks for them.
 */
export class HeldAttribute {
  readonly attrType: number;
  readonly dataType: RadiusDataType;
  /** What the value is made of; octets from `#start` to `#end` of it where `#end` is not 0. */
  #source: Uint8Array | number | string | (() => Uint8Array);
  readonly #start: number;
  #end: number;
  #text: string | undefined;

  private constructor(
    attrType: number,
    dataType: RadiusDataType,
    source: Uint8Array | number | string | (() => Uint8Array),
    start: number,
    end: number,
  ) {
    this.attrType = attrType;
    this.dataType = dataType;
    this.#source = source;
    this.#start = start;
    this.#end = end;
  }

  static ofNumber(
    attrType: number,
    value: number,
    dataType: RadiusDataType = dataTypeOf(attrType),
  ): HeldAttribute {
    return new HeldAttribute(attrType, dataType, value, 0, 0);
  }

  static ofText(
    attrType: number,
    value: string,
    dataType: RadiusDataType = dataTypeOf(attrType),
  ): HeldAttribute {
    return new HeldAttribute(attrType, dataType, value, 0, 0);
  }

  /** `value` is kept, not copied: its owner must not change it. */
  static ofBytes(
    attrType: number,
    value: Uint8Array,
    dataType: RadiusDataType = dataTypeOf(attrType),
  ): HeldAttribute {
    return new HeldAttribute(attrType, dataType, value, 0, 0);
  }

  /** Octets `start` to `end` of a datagram, of which a view is made when it is needed. */
  static ofDatagram(attrType: number, datagram: Uint8Array, start: number, end: number): HeldAttribute {
    return new HeldAttribute(attrType, receivedDataType(attrType, end - start), datagram, start, end);
  }

  /** Octets that cost something to make, such as a decrypted password. */
  static ofHidden(attrType: number, reveal: () => Uint8Array): HeldAttribute {
    return new HeldAttribute(attrType, dataTypeOf(attrType), reveal, 0, 0);
  }

  /** The octets that stand in a packet. */
  get bytes(): Uint8Array {
    const source = this.#source;
    if (typeof source === "number") return bigEndian(source);
    if (typeof source === "string") return utf8Octets(source);
    if (typeof source === "function") {
      const revealed = source();
      this.#source = revealed;
      return revealed;
    }
    if (this.#end === 0) return source;
    const view = new Uint8Array(source.buffer, source.byteOffset + this.#start, this.#end - this.#start);
    this.#source = view;
    this.#end = 0;
    return view;
  }

  /** The value as an unsigned number; 0 where the value is no four octets. */
  get number(): number {
    if (typeof this.#source === "number") return this.#source;
    const { bytes } = this;
    return bytes.length === 4 ? readUint32(bytes) : 0;
  }

  /** The octets as UTF-8. */
  get text(): string {
    if (typeof this.#source === "string") return this.#source;
    this.#text ??= utf8Text(this.bytes);
    return this.#text;
  }

  /** A frozen copy for a module (NPS-14, NPS-61). */
  forModule(order: { readonly littleEndianAddresses: boolean }): RadiusAttribute {
    const swap = order.littleEndianAddresses && this.dataType === rdtAddress;
    const value = isNumberDataType(this.dataType) ? (swap ? swapped(this.number) : this.number) : undefined;
    return new HandedOut(
      this.attrType,
      this.dataType,
      value ?? new Uint8Array(this.bytes),
    ) as unknown as RadiusAttribute;
  }
}

/** The attributes of a request, or of one possible answer, in order. */
export class AttributeList implements Iterable<HeldAttribute> {
  readonly #items: HeldAttribute[] = [];
  #edited = false;

  /** The attributes of a datagram; the User-Password stands there in clear (NPS-72), decrypted when first read. */
  static ofPacket(packet: RadiusPacket, revealPassword: (hidden: Uint8Array) => Uint8Array): AttributeList {
    const list = new AttributeList();
    const { bytes, length } = packet;
    for (let offset = 20; offset < length; ) {
      const attrType = bytes[offset] as number;
      const end = offset + (bytes[offset + 1] as number);
      const start = offset + 2;
      list.#items.push(
        attrType === ratUserPassword
          ? HeldAttribute.ofHidden(attrType, () => revealPassword(bytes.subarray(start, end)))
          : HeldAttribute.ofDatagram(attrType, bytes, start, end),
      );
      offset = end;
    }
    return list;
  }

  /** Whether an attribute of the wire was added, replaced or removed after the list was made. */
  get edited(): boolean {
    return this.#edited;
  }

  get size(): number {
    return this.#items.length;
  }

  at(index: number): HeldAttribute | undefined {
    return this.#items[index];
  }

  first(attrType: number): HeldAttribute | undefined {
    for (const item of this.#items) if (item.attrType === attrType) return item;
    return undefined;
  }

  has(attrType: number): boolean {
    return this.first(attrType) !== undefined;
  }

  add(attribute: HeldAttribute): void {
    this.#note(attribute);
    this.#items.push(attribute);
  }

  insert(index: number, attribute: HeldAttribute): void {
    this.#note(attribute);
    this.#items.splice(index, 0, attribute);
  }

  remove(index: number): void {
    this.#note(this.#items[index]);
    this.#items.splice(index, 1);
  }

  replace(index: number, attribute: HeldAttribute): void {
    this.#note(attribute);
    this.#note(this.#items[index]);
    this.#items[index] = attribute;
  }

  /** Puts an attribute where one of its type stands, or at the end. */
  set(attribute: HeldAttribute): void {
    this.#note(attribute);
    const index = this.#items.findIndex((item) => item.attrType === attribute.attrType);
    if (index < 0) this.#items.push(attribute);
    else this.#items[index] = attribute;
  }

  #note(changed: HeldAttribute | undefined): void {
    if (changed !== undefined && changed.attrType < 256) this.#edited = true;
  }

  [Symbol.iterator](): Iterator<HeldAttribute> {
    return this.#items[Symbol.iterator]();
  }
}

/** Shows its value everywhere but in logs: the class exists for its `toJSON` and `inspect`. */
class HandedOut {
  readonly attrType: number;
  readonly dataType: RadiusDataType;
  readonly value: number | Uint8Array<ArrayBuffer>;

  constructor(attrType: number, dataType: RadiusDataType, value: number | Uint8Array<ArrayBuffer>) {
    this.attrType = attrType;
    this.dataType = dataType;
    this.value = value;
    Object.freeze(this);
  }

  toJSON(): object {
    const secret = isSecretAttribute(this.attrType, this.value);
    const value = secret ? "***" : attributeText(this as unknown as RadiusAttribute);
    return { attrType: this.attrType, dataType: this.dataType, value };
  }

  static {
    Object.defineProperty(HandedOut.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value: HandedOut.prototype.toJSON,
    });
  }
}

/** A value whose length does not fit its number's data type is handed out as it came, as unknown. */
function receivedDataType(attrType: number, length: number): RadiusDataType {
  const dataType = dataTypeOf(attrType);
  if (isNumberDataType(dataType)) return length === 4 ? dataType : rdtUnknown;
  if (dataType === rdtIpv6Address) return length === 16 ? dataType : rdtUnknown;
  return dataType;
}

/** The same octets in the other order. */
export function swapped(number: number): number {
  return ((number << 24) | ((number & 0xff00) << 8) | ((number >>> 8) & 0xff00) | (number >>> 24)) >>> 0;
}

function bigEndian(number: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255);
}

function readUint32(bytes: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
