import { PppPacketError } from "./packet-error.ts";

/** A configuration option (RFC 1661 section 6). */
export interface ConfigurationOption {
  /** 0 to 255; what it means depends on the protocol. */
  readonly type: number;
  /** At most 253 octets. */
  readonly value: Uint8Array;
}

/**
 * Reads the options in the data of a Configure packet (RFC 1661 section 6). The values view `data`.
 *
 * @throws {PppPacketError} `truncated` or `bad-field-length`, with the offset of the option's length
 *
 * @example
 * ```ts
 * import { decodeOptions } from "@sallyport/ppp";
 *
 * decodeOptions(Uint8Array.of(1, 4, 0x05, 0xdc, 7, 2)).map((option) => option.type); // [1, 7]
 * ```
 */
export function decodeOptions(data: Uint8Array): ConfigurationOption[] {
  const options: ConfigurationOption[] = [];
  for (let at = 0; at < data.length; ) {
    const length = data[at + 1];
    if (length === undefined) throw new PppPacketError("truncated", at + 1);
    if (length < 2 || at + length > data.length) throw new PppPacketError("bad-field-length", at + 1);
    options.push({ type: data[at] ?? 0, value: data.subarray(at + 2, at + length) });
    at += length;
  }
  return options;
}

/**
 * Writes options one after another, as they stand in a Configure packet.
 *
 * @throws {RangeError} when a type is no octet or a value is longer than 253 octets
 */
export function encodeOptions(options: readonly ConfigurationOption[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const { type, value } of options) {
    if (!(Number.isInteger(type) && type >= 0 && type <= 255)) {
      throw new RangeError(`an option's type must be 0 to 255, not ${type}`);
    }
    if (value.length > 253) throw new RangeError(`a value must have at most 253 octets, not ${value.length}`);
    length += 2 + value.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const { type, value } of options) {
    bytes[at] = type;
    bytes[at + 1] = 2 + value.length;
    bytes.set(value, at + 2);
    at += 2 + value.length;
  }
  return bytes;
}

/** A number of 16 bits as octets. */
export function octets16(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value >>> 8, value);
}

/** A number of 32 bits as octets. */
export function octets32(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** The number that up to four octets make, the first one highest. */
export function numberOf(octets: Uint8Array): number {
  let value = 0;
  for (const octet of octets) value = ((value << 8) | octet) >>> 0;
  return value;
}
