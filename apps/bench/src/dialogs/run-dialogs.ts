import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { BenchError } from "../bench-error.ts";
import { type Environment, readEnvironment } from "../environment.ts";
import type { Scope } from "../scope.ts";
import { answerAll, dialAll } from "./callers.ts";
import { type Distribution, distributionOf } from "./distribution.ts";

const program = fileURLToPath(new URL("./dialog-server.ts", import.meta.url));
/** What an idle dialog may hold beyond its socket, in bytes. */
const allowance = 20_000;

export interface DialogResults {
  readonly startedAt: string;
  readonly environment: Environment;
  readonly count: number;
  /** Bytes of resident memory for each connection: with its dialog, and of the socket alone. */
  readonly bytesPerDialog: number;
  readonly bytesPerSocket: number;
  /** Milliseconds from dialling to the first prompt, 100 callers at a time. */
  readonly prompted: Distribution;
  /** Milliseconds from the answers of all callers at once to each one's verdict. */
  readonly verdicts: Distribution;
  readonly lost: number;
}

/** Opens so many dialogs at once in one process: what each costs beyond its socket, and whether one has to starve. */
export async function runDialogs(
  scope: Scope,
  count: number,
  onProgress: (line: string) => void,
): Promise<DialogResults> {
  const startedAt = new Date().toISOString();
  const environment = await readEnvironment();
  const bare = await measure(scope, "bare", count);
  onProgress(`${count} sockets: ${kilobytes(bare.bytes)} KB each`);
  const dialog = await measure(scope, "dialog", count);
  onProgress(`${count} dialogs: ${kilobytes(dialog.bytes)} KB each`);
  const { waited, lost } = await answerAll(dialog.callers);
  return {
    startedAt,
    environment,
    count,
    bytesPerDialog: dialog.bytes,
    bytesPerSocket: bare.bytes,
    prompted: distributionOf(dialog.callers.map(({ prompted }) => prompted)),
    verdicts: distributionOf(waited),
    lost,
  };
}

/** What is wrong with the results; empty where they keep the promise. */
export function complaintsOf({ bytesPerDialog, bytesPerSocket, lost, count }: DialogResults): string[] {
  const beyond = bytesPerDialog - bytesPerSocket;
  return [
    ...(beyond > allowance
      ? [`an idle dialog holds ${kilobytes(beyond)} KB beyond its socket; 20 KB are allowed`]
      : []),
    ...(lost > 0 ? [`${lost} of ${count} callers got no verdict within ten seconds`] : []),
  ];
}

export function dialogsText(results: DialogResults): string {
  const { count, bytesPerDialog, bytesPerSocket, prompted, verdicts, lost } = results;
  const row = (title: string, { p50, p99, max }: Distribution): string =>
    `${title}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${max.toFixed(1)} ms`;
  return [
    `${count} open dialogs: ${kilobytes(bytesPerDialog - bytesPerSocket)} KB each beyond the socket (socket ${kilobytes(bytesPerSocket)} KB, together ${kilobytes(bytesPerDialog)} KB)`,
    row("first prompt, 100 callers at a time", prompted),
    row(`verdict, ${count} callers at once`, verdicts),
    `${lost} callers without a verdict`,
    ...complaintsOf(results).map((text) => `DOES NOT COUNT: ${text}`),
    "",
  ].join("\n");
}

async function measure(scope: Scope, kind: "bare" | "dialog", count: number) {
  const child = await scope.start(process.execPath, ["--expose-gc", program, kind]);
  const lines = createInterface({ input: child.stdout, signal: scope.signal })[Symbol.asyncIterator]();
  const next = async (word: string): Promise<number> => {
    const { value } = await lines.next();
    const [said, number] = String(value).split(" ");
    if (said === word) return Number(number);
    throw new BenchError(
      `the measured process said ${String(value)} where "${word}" was expected`,
      "run it alone",
    );
  };
  const rss = (): Promise<number> => {
    process.kill(child.pid, "SIGUSR2");
    return next("rss");
  };
  const port = await next("ready");
  // The first callers pay for what all share: compiled code, and pages that the heap keeps.
  const early = await dialAll(scope, port, 200);
  const before = await rss();
  const callers = await dialAll(scope, port, count);
  const after = await rss();
  return { bytes: (after - before) / count, callers: [...early, ...callers].slice(-count) };
}

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(1);
}
