import { createReadStream } from "node:fs";
import { type LogBatch, LogReader } from "../logs/log-reader.ts";

/** How much of a file is in memory at a time, in octets. */
const pieceLength = 262_144;

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
  const pieces = typeof file === "string" ? createReadStream(file, { highWaterMark: pieceLength }) : file;
  for await (const piece of pieces) yield reader.read(piece as Uint8Array);
  yield reader.end();
}
