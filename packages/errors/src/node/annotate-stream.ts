import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { CodeSpace } from "../code-space.ts";
import { noteOf } from "../lookup/annotate.ts";
import type { CodeLookup, FoundCode } from "../lookup.ts";

/** How a stream is annotated. */
export interface AnnotateOptions {
  readonly codes: CodeLookup;
  readonly space?: CodeSpace | undefined;
  /** An object a line for every line that has codes, instead of the lines themselves. */
  readonly json?: boolean | undefined;
}

/** So many bytes of a line are looked at; the rest of a longer line passes through unread. */
const longestScanned = 64 * 1024;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Copies a log and writes behind each line the names of the codes in it. Bytes pass through as they are, whatever their
 * encoding; UTF-16 with a byte order mark, as Windows writes it, becomes UTF-8. Memory is bounded by
 * one chunk and the part of a line that is looked at. Resolves to the number of codes found, also when the reader of
 * the output has gone.
 */
export async function annotateStream(
  input: Readable,
  output: Writable,
  options: AnnotateOptions,
): Promise<number> {
  const annotator = new Annotator(options);
  let isOpen = true;
  const close = (error: NodeJS.ErrnoException): void => {
    isOpen = false;
    if (error.code !== "EPIPE") failure ??= error;
  };
  let failure: Error | undefined;
  output.on("error", close);
  try {
    for await (const chunk of decoded(input)) {
      const copied = annotator.push(chunk);
      if (copied.length > 0 && !output.write(copied) && isOpen) await drained(output);
      if (!isOpen) break;
    }
    if (isOpen) output.write(annotator.end());
  } finally {
    // Errors of the last write come later; without a listener they would end the process.
    output.off("error", close).on("error", () => {});
  }
  if (failure !== undefined) throw failure;
  return annotator.found;
}

class Annotator {
  found = 0;
  readonly #options: AnnotateOptions;
  #line: Buffer[] = [];
  #scanned = 0;
  #number = 0;
  #heldReturn = false;

  constructor(options: AnnotateOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): Buffer {
    const out: Buffer[] = [];
    let from = 0;
    while (from < chunk.length) {
      const at = chunk.indexOf(lineFeed, from);
      this.#take(chunk.subarray(from, at < 0 ? chunk.length : at), out);
      if (at < 0) break;
      this.#endLine(out, "\n");
      from = at + 1;
    }
    return Buffer.concat(out);
  }

  end(): Buffer {
    const out: Buffer[] = [];
    if (this.#scanned > 0 || this.#heldReturn) this.#endLine(out, "");
    return Buffer.concat(out);
  }

  /** A carriage return at the end is held back: the names come before it. */
  #take(piece: Buffer, out: Buffer[]): void {
    if (piece.length === 0) return;
    if (this.#heldReturn) this.#copy(Buffer.from("\r"), out);
    this.#heldReturn = piece.at(-1) === carriageReturn;
    this.#copy(this.#heldReturn ? piece.subarray(0, -1) : piece, out);
  }

  #copy(piece: Buffer, out: Buffer[]): void {
    if (!this.#options.json) out.push(piece);
    const kept = piece.subarray(0, Math.max(0, longestScanned - this.#scanned));
    // A copy: a small part must not keep its whole chunk in memory.
    if (kept.length > 0) this.#line.push(Buffer.from(kept));
    this.#scanned += kept.length;
  }

  #endLine(out: Buffer[], end: string): void {
    const { codes, space, json } = this.#options;
    // One character a byte, so that offsets are those of the bytes and nothing is undecodable.
    const line = Buffer.concat(this.#line).toString("latin1");
    const found = codes.findCodes(line, { space });
    this.found += found.length;
    this.#number += 1;
    if (json) {
      if (found.length > 0) out.push(Buffer.from(`${jsonLine(this.#number, line, found)}\n`));
    } else {
      const names = found.length === 0 ? "" : `  [${found.map(noteOf).join("; ")}]`;
      out.push(Buffer.from(`${names}${this.#heldReturn ? "\r" : ""}${end}`));
    }
    this.#line = [];
    this.#scanned = 0;
    this.#heldReturn = false;
  }
}

function jsonLine(number: number, line: string, found: readonly FoundCode[]): string {
  return JSON.stringify({ line: number, text: Buffer.from(line, "latin1").toString("utf8"), codes: found });
}

async function* decoded(input: Readable): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const part of input) {
    let chunk = Buffer.from(part as Uint8Array);
    if (head !== undefined) {
      chunk = Buffer.concat([head, chunk]);
      if (chunk.length < 2) {
        head = chunk;
        continue;
      }
      head = undefined;
      const mark = chunk.readUInt16BE(0);
      if (mark === 0xfffe) decoder = new TextDecoder("utf-16le");
      else if (mark === 0xfeff) decoder = new TextDecoder("utf-16be");
    }
    yield decoder === undefined ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }));
  }
  if (head !== undefined && head.length > 0) yield head;
  if (decoder !== undefined) yield Buffer.from(decoder.decode());
}

/** The output takes more, or never will. */
async function drained(output: Writable): Promise<void> {
  const over = new AbortController();
  const events = ["drain", "close", "error"].map((event) => once(output, event, { signal: over.signal }));
  await Promise.race(events).catch(() => {});
  over.abort();
  await Promise.allSettled(events);
}
