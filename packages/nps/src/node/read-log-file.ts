import { open } from "node:fs/promises";
import { type LogBatch, LogReader } from "../logs/log-reader.ts";

/** How much is read from the disk at a time, in octets. */
const readLength = 65_536;
/**
 * How much becomes one batch. The rows of a batch are garbage a moment later; were there more of them, V8 would take them for
 * objects that live long, which costs half the speed and twice the memory.
 */
const pieceLength = 8_192;

/**
 * Reads a log file of NPS from beginning to end, in constant memory: batches of rows in the order of the file. Nothing is
 * read ahead of who takes the batches. Leaving the loop closes the file.
 *
 * @param file its path, or a stream of octets such as standard input
 * @param reader how dates and encodings are read; a fresh one for every file
 * @throws the system's error when the file cannot be opened or read
 *
 * @example
 * ```ts
 * import { readLogFile } from "@sallyport/nps/node";
 *
 * for await (const { rows } of readLogFile("IN2611.log")) {
 *   for (const row of rows) if (row.packetType === 3) console.log(row.localTimeText, row.user, row.reasonText);
 * }
 * ```
 */
export async function* readLogFile(
  file: string | AsyncIterable<Uint8Array>,
  reader: LogReader = new LogReader(),
): AsyncGenerator<LogBatch, void, void> {
  for await (const piece of typeof file === "string" ? piecesOf(file) : file) yield reader.read(piece);
  yield reader.end();
}

/** All in the same memory: a reader does not keep them, and fresh memory would wait for the garbage collector. */
async function* piecesOf(file: string): AsyncGenerator<Uint8Array, void, void> {
  const handle = await open(file);
  try {
    const memory = new Uint8Array(readLength);
    for (;;) {
      const { bytesRead } = await handle.read(memory, 0, readLength);
      if (bytesRead === 0) return;
      for (let at = 0; at < bytesRead; at += pieceLength) {
        yield memory.subarray(at, Math.min(at + pieceLength, bytesRead));
      }
    }
  } finally {
    await handle.close();
  }
}
