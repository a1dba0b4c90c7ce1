/** What the caller sees of what he types: it, a star for every character, or nothing. */
export type Echo = true | "*" | false;

/** What a key press came to. */
export interface Edited {
  /** How many of the given bytes were used: those behind a line end belong to the next answer. */
  readonly used: number;
  /** What is to be sent back to the caller. */
  readonly echo: Uint8Array<ArrayBuffer>;
  /** The line, once it has ended. */
  readonly line: string | undefined;
}

const bell = 0x07;
const backspace = 0x08;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const controlU = 0x15;
const controlW = 0x17;
const escapeKey = 0x1b;
const space = 0x20;
const star = 0x2a;
const deleteKey = 0x7f;

/** No line is longer, whatever is asked for. */
const longestLine = 4_096;

/**
 * Makes a line of what a caller types: backspace and Ctrl-U edit, Ctrl-W takes back a word, and CR, LF, CR LF and CR NUL are
 * one line end, wherever the bytes are cut. Arrow keys and other control characters do nothing. One editor serves all answers of
 * a call, because the second half of a line end may come with the next one.
 *
 * @example
 * ```ts
 * const editor = new LineEditor();
 * const typed = new TextEncoder().encode("alicx\be\r");
 * editor.type(typed, { echo: true, maxLength: 80 }).line; // "alice"
 * ```
 */
export class LineEditor {
  #bytes: number[] = [];
  #afterReturn = false;
  #escape: "no" | "begun" | "sequence" = "no";

  /** Forgets what was typed without a line end. */
  clear(): void {
    this.#bytes.fill(0);
    this.#bytes = [];
  }

  /** @param maxLength the longest line in bytes; further ones are refused with a bell */
  type(bytes: Uint8Array, options: { readonly echo: Echo; readonly maxLength: number }): Edited {
    const maxLength = Math.min(options.maxLength, longestLine);
    const echo: number[] = [];
    for (const [index, byte] of bytes.entries()) {
      const second = this.#afterReturn && (byte === lineFeed || byte === 0);
      this.#afterReturn = false;
      if (second || this.#isEscaped(byte)) continue;
      if (byte === carriageReturn || byte === lineFeed) {
        this.#afterReturn = byte === carriageReturn;
        echo.push(carriageReturn, lineFeed);
        return { used: index + 1, echo: Uint8Array.from(echo), line: this.#takeLine() };
      }
      this.#edit(byte, { echo: options.echo, maxLength }, echo);
    }
    return { used: bytes.length, echo: Uint8Array.from(echo), line: undefined };
  }

  /** How many of the given bytes are the second half of the line end before them. */
  skipLineEnd(bytes: Uint8Array): { readonly used: number } {
    const second = this.#afterReturn && (bytes[0] === lineFeed || bytes[0] === 0);
    if (bytes.length > 0) this.#afterReturn = false;
    return { used: second ? 1 : 0 };
  }

  /** The first key of the given bytes, for "press any key"; a line end is one key, an arrow is none. */
  key(bytes: Uint8Array): { readonly used: number; readonly key: string | undefined } {
    for (const [index, byte] of bytes.entries()) {
      const second = this.#afterReturn && (byte === lineFeed || byte === 0);
      this.#afterReturn = byte === carriageReturn;
      if (second || this.#isEscaped(byte)) continue;
      return { used: index + 1, key: String.fromCharCode(byte) };
    }
    return { used: bytes.length, key: undefined };
  }

  #edit(byte: number, { echo, maxLength }: { echo: Echo; maxLength: number }, out: number[]): void {
    switch (byte) {
      case backspace:
      case deleteKey:
        this.#erase(1, echo, out);
        return;
      case controlU:
        this.#erase(Number.POSITIVE_INFINITY, echo, out);
        return;
      case controlW:
        this.#erase(this.#lastWord(), echo, out);
        return;
    }
    if (byte < space) return;
    if (this.#bytes.length >= maxLength) {
      if (out.at(-1) !== bell) out.push(bell);
      return;
    }
    this.#bytes.push(byte);
    if (echo === true) out.push(byte);
    else if (echo === "*" && !isContinuation(byte)) out.push(star);
  }

  /** Takes back characters, each with all its bytes (UTF-8), and wipes them off the caller's screen. */
  #erase(characters: number, echo: Echo, out: number[]): void {
    for (let erased = 0; erased < characters && this.#bytes.length > 0; erased++) {
      let last = this.#bytes.pop() ?? 0;
      while (isContinuation(last) && (this.#bytes.at(-1) ?? 0) >= 0x80) last = this.#bytes.pop() ?? 0;
      if (echo !== false) out.push(backspace, space, backspace);
    }
  }

  /** How many characters the last word has, with the spaces behind it. */
  #lastWord(): number {
    const text = this.#bytes.filter((byte) => !isContinuation(byte));
    let length = text.length;
    while (length > 0 && text[length - 1] === space) length--;
    while (length > 0 && text[length - 1] !== space) length--;
    return text.length - length;
  }

  /** Swallows what arrow and function keys send: ESC, or ESC [ ... letter (ECMA-48 section 5.4). */
  #isEscaped(byte: number): boolean {
    if (byte === carriageReturn || byte === lineFeed) {
      this.#escape = "no";
      return false;
    }
    if (this.#escape === "no") {
      if (byte === escapeKey) this.#escape = "begun";
      return byte === escapeKey;
    }
    if (this.#escape === "begun") this.#escape = byte === 0x5b || byte === 0x4f ? "sequence" : "no";
    else if (byte >= 0x40 && byte <= 0x7e) this.#escape = "no";
    return true;
  }

  #takeLine(): string {
    const bytes = Uint8Array.from(this.#bytes);
    this.clear();
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      // A terminal that speaks no UTF-8: every byte is a character of Latin-1.
      return String.fromCharCode(...bytes);
    }
  }
}

/** The second and further bytes of a character in UTF-8. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
