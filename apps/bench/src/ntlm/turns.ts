import { type NtlmEnds, sides } from "./measure.ts";

/** Milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** How long turns of the event loop take while so many handshakes go on at once, each leg in a turn of its own. */
export async function measureTurns(
  ends: NtlmEnds,
  concurrent: number,
  handshakes: number,
): Promise<Percentiles> {
  const turns: number[] = [];
  let isOver = false;
  let before = performance.now();
  const watch = (): void => {
    const now = performance.now();
    turns.push(now - before);
    before = now;
    if (!isOver) setImmediate(watch);
  };
  setImmediate(watch);
  let left = handshakes;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await shakeHands(ends);
    }
  };
  await Promise.all(Array.from({ length: concurrent }, work));
  isOver = true;
  await turn();
  return percentiles(turns);
}

/** What somebody on the wire sees of a refusal, in microseconds: half of all and nine tenths take no longer. */
export interface RefusalTimes {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** The last step of a server that refuses: unknown accounts and wrong passwords by turns. */
export async function measureRefusals(
  unknown: NtlmEnds,
  wrong: NtlmEnds,
  attempts: number,
): Promise<{ readonly unknown: RefusalTimes; readonly wrong: RefusalTimes }> {
  const times = { unknown: [] as number[], wrong: [] as number[] };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    // Each kind comes first as often as the other, and follows either kind as often.
    const order = [0, 3].includes(attempt % 4)
      ? (["unknown", "wrong"] as const)
      : (["wrong", "unknown"] as const);
    for (const kind of order) times[kind].push(await refusalTime(kind === "unknown" ? unknown : wrong));
  }
  return { unknown: refusalTimes(times.unknown), wrong: refusalTimes(times.wrong) };
}

async function refusalTime(ends: NtlmEnds): Promise<number> {
  const { client, server } = sides(ends);
  const { token } = await client.step((await server.step((await client.step()).token)).token);
  const begun = performance.now();
  const isAccepted = await server.step(token).then(
    () => true,
    () => false,
  );
  const spent = performance.now() - begun;
  if (isAccepted) throw new Error("a refusal was measured that was none");
  await client.close();
  await server.close();
  return 1000 * spent;
}

async function shakeHands(ends: NtlmEnds): Promise<void> {
  const { client, server } = sides(ends);
  const { token: negotiate } = await client.step();
  await turn();
  const { token: challenge } = await server.step(negotiate);
  await turn();
  const { token: authenticate } = await client.step(challenge);
  await turn();
  const { established } = await server.step(authenticate);
  if (!established) throw new Error("the server did not accept");
  await client.close();
  await server.close();
}

function percentiles(values: readonly number[]): Percentiles {
  const at = sorted(values);
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}

function refusalTimes(values: readonly number[]): RefusalTimes {
  const at = sorted(values);
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}

function sorted(values: readonly number[]): (part: number) => number {
  const ordered = values.toSorted((a, b) => a - b);
  return (part) => ordered[Math.min(ordered.length - 1, Math.floor(part * ordered.length))] ?? Number.NaN;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
