import type { DecodedField } from "./decoded-token.ts";

/** Writes fields of one stretch of bytes; offsets are those of the whole token. */
export class FieldWriter {
  readonly #bytes: Uint8Array;
  readonly #base: number;
  readonly #redacts: boolean;

  /** @param base where `bytes` stand in the token */
  constructor(bytes: Uint8Array, base: number, redacts: boolean) {
    this.#bytes = bytes;
    this.#base = base;
    this.#redacts = redacts;
  }

  /** A value in words. */
  value(name: string, at: number, length: number, value: string, note?: string): DecodedField {
    return { name, offset: this.#base + at, length, value, ...noted(note) };
  }

  /** Bytes that mean nothing to anybody else. */
  bytes(name: string, at: number, length: number, note?: string): DecodedField {
    const hex = toHex(this.#bytes.subarray(at, at + length));
    return { name, offset: this.#base + at, length, hex, ...noted(note) };
  }

  /** Bytes that a guessed password can be checked against. */
  secret(name: string, at: number, length: number, note?: string): DecodedField {
    if (!this.#redacts || length === 0) return this.bytes(name, at, length, note);
    return { name, offset: this.#base + at, length, redacted: true, ...noted(note) };
  }

  /** A field of fields. */
  group(
    name: string,
    at: number,
    length: number,
    fields: readonly DecodedField[],
    note?: string,
  ): DecodedField {
    return { name, offset: this.#base + at, length, ...noted(note), fields };
  }

  /** Where a view of the bytes stands in them; what is empty may stand nowhere, and is told of where its field is. */
  placeOf(view: Uint8Array, field: number): number {
    return view.buffer === this.#bytes.buffer ? view.byteOffset - this.#bytes.byteOffset : field;
  }
}

/** A text of the peer: in quotes, with nothing in it that could move a terminal or pass for the end. */
export function quoted(text: string): string {
  return `"${text.replace(/["\p{C}\p{Zl}\p{Zp}]/gu, escaped)}"`;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}

function noted(note: string | undefined): { readonly note?: string } {
  return note === undefined ? {} : { note };
}
