import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { encodeFrame, type FrameFormat, PppDeframer, protocolIpv4 } from "@sallyport/ppp";
import { createSeededRandom } from "@sallyport/runtime";
import { type Environment, environmentLines, readEnvironment } from "../environment.ts";
import { ratio, type Spread, spread } from "../statistics.ts";
import { idleLinkBytes } from "./idle-links.ts";

/** What the frames of `@sallyport/ppp` may cost, and a link that is idle. */
const limits = { megabytesPerSecond: 200, linkKilobytes: 15 } as const;

/** How much is measured. */
export interface PppBenchSize {
  readonly rounds: number;
  /** Frames a round and direction. */
  readonly frames: number;
  readonly links: number;
}

export const fullPppSize: PppBenchSize = { rounds: 9, frames: 40_000, links: 2_000 };

/** Megabytes of packets for each second of CPU time, of packets of 1 400 random octets. */
export interface PppBenchResults {
  readonly startedAt: string;
  readonly environment: Environment;
  readonly size: PppBenchSize;
  readonly write: Spread;
  readonly read: Spread;
  readonly copy: Spread;
  /** The time of writing, or of reading, divided by that of a plain copy into a new array. */
  readonly writeToCopy: Spread;
  readonly readToCopy: Spread;
  /** Thousands of bytes that one side of an idle link holds. */
  readonly linkKB: number;
  readonly promises: readonly { readonly text: string; readonly kept: boolean }[];
  /** Whether memory is as promised: a busy machine cannot change that. */
  readonly isMemoryKept: boolean;
}

/** Measures framing both ways beside a plain copy, alternating, and the memory of idle links. */
export async function runPppBenchmark(
  size: PppBenchSize,
  onProgress: (line: string) => void,
): Promise<PppBenchResults> {
  const startedAt = new Date().toISOString();
  const environment = await readEnvironment();
  const work = frameWork(size.frames);
  for (const measure of Object.values(work)) measure(); // not counted: V8 compiles what it has seen
  const rounds: Record<keyof typeof work, number>[] = [];
  for (let round = 1; round <= size.rounds; round += 1) {
    const found = { copy: work.copy(), write: work.write(), read: work.read() };
    rounds.push(found);
    onProgress(
      `round ${round}: write ${mega(found.write)}, read ${mega(found.read)}, copy ${mega(found.copy)}`,
    );
  }
  const linkKB = idleLinkBytes(size.links, heapMeter()) / 1e3;
  onProgress(`${size.links} idle links: ${linkKB.toFixed(1)} KB each`);
  const [write, read] = [spread(rounds.map((one) => one.write)), spread(rounds.map((one) => one.read))];
  const copies = rounds.map(({ copy }) => copy);
  return {
    startedAt,
    environment,
    size,
    write,
    read,
    copy: spread(copies),
    writeToCopy: ratio(
      copies,
      rounds.map((one) => one.write),
    ),
    readToCopy: ratio(
      copies,
      rounds.map((one) => one.read),
    ),
    linkKB,
    promises: [
      {
        text: `frames are written at ${limits.megabytesPerSecond} MB/s or faster`,
        kept: write.median >= limits.megabytesPerSecond,
      },
      {
        text: `frames are read at ${limits.megabytesPerSecond} MB/s or faster`,
        kept: read.median >= limits.megabytesPerSecond,
      },
      {
        text: `an idle link takes less than ${limits.linkKilobytes} KB`,
        kept: linkKB < limits.linkKilobytes,
      },
    ],
    isMemoryKept: linkKB < limits.linkKilobytes,
  };
}

/** The results for people. */
export function pppText(results: PppBenchResults): string {
  const { write, read, copy, writeToCopy, readToCopy, size, linkKB, promises, environment } = results;
  const row = (name: string, { median, min, max }: Spread, unit: string, digits: number): string =>
    `${name.padEnd(40)} ${median.toFixed(digits).padStart(8)} ${unit}  [${min.toFixed(digits)}..${max.toFixed(digits)}]`;
  return [
    `median [min..max] of ${size.rounds} rounds of ${size.frames} frames with ${packetLength} random octets, CPU time`,
    row("a packet written as a frame", write, "MB/s", 0),
    row("a frame read", read, "MB/s", 0),
    row("a plain copy into a new array", copy, "MB/s", 0),
    row("writing, in copies", writeToCopy, "times", 1),
    row("reading, in copies", readToCopy, "times", 1),
    `${size.links} idle links: ${linkKB.toFixed(1)} KB each`,
    ...promises.map(({ text, kept }) => `promise: ${text}: ${kept ? "kept" : "MISSED"}`),
    ...environmentLines(environment),
    "",
  ].join("\n");
}

const packetLength = 1_400;
/** As two sides agree that need no escapes. */
const format: FrameFormat = { characterMap: 0, compressAddress: true, compressProtocol: true };

/** Each gives megabytes a second of CPU time. */
function frameWork(count: number): Readonly<Record<"copy" | "write" | "read", () => number>> {
  const random = createSeededRandom(7);
  const packets = Array.from({ length: 64 }, () => random(packetLength));
  const frames = packets.map((packet) => encodeFrame(protocolIpv4, packet, format));
  let seen = 0;
  const deframer = new PppDeframer({
    onFrame: (_protocol, packet) => {
      seen += packet.length;
    },
  });
  deframer.characterMap = 0;
  const timed = (work: (index: number) => void) => (): number => {
    const before = process.cpuUsage();
    const seenBefore = seen;
    for (let index = 0; index < count; index += 1) work(index & 63);
    const { user, system } = process.cpuUsage(before);
    if (seen - seenBefore < count * packetLength) throw new Error("a frame was lost");
    return (count * packetLength) / Math.max(1, user + system);
  };
  const at = (list: readonly Uint8Array[], index: number): Uint8Array => list[index] ?? new Uint8Array(0);
  return {
    copy: timed((index) => {
      seen += at(packets, index).slice().length;
    }),
    write: timed((index) => {
      seen += encodeFrame(protocolIpv4, at(packets, index), format).length;
    }),
    read: timed((index) => deframer.receive(at(frames, index))),
  };
}

/** Bytes that live, after a full collection: the heap, and the memory of arrays outside of it. */
function heapMeter(): () => number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("this Node.js has no garbage collection on demand");
  return () => {
    collect();
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
}

function mega(value: number): string {
  return `${value.toFixed(0)} MB/s`;
}
