import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { PingResult, PppCallerCredentials, PppConnection } from "@sallyport/ppp";
import { callDiagram, type DialerEnd, type DialerTraceEntry, RasDialer } from "@sallyport/ras";
import { type CallerStep, RASCS_Authenticate, statusName } from "@sallyport/ras-security";
import { systemClock, systemRandom } from "@sallyport/runtime";
import { lineEnds } from "../../ras/ppp-service.ts";
import { paint } from "../command-line.ts";
import { hangUp } from "./dial-target.ts";
import { typeFrom } from "./keyboard.ts";
import { TelnetLine } from "./telnet-line.ts";

interface PppCallOptions {
  readonly address: string;
  readonly steps: readonly CallerStep[];
  readonly telnet: boolean;
  readonly timeoutMs: number;
  readonly credentials: PppCallerCredentials | undefined;
  /** How many pings are sent before this side hangs up; undefined: none, and the connection stays. */
  readonly pings: number | undefined;
  readonly json: boolean;
}

/** How much of a call is kept for its diagram; a connection of many days loses the oldest. */
const mostEntries = 10_000;
const betweenPings = 200;
/** Of the first ping. */
const mostTries = 5;

/** Leads a call through dialog and PPP, shows it as a ladder, and resolves to the exit status. */
export async function pppCall(socket: Socket, options: PppCallOptions): Promise<number> {
  const { address, steps, credentials, pings, json, timeoutMs } = options;
  const line = new TelnetLine(socket, options);
  const entries: DialerTraceEntry[] = [];
  const replies: PingResult[] = [];
  const isScripted = steps.length > 0;
  let connection: PppConnection | undefined;
  const note = (text: string): void => void process.stderr.write(`${text}\n`);
  const end = await new Promise<DialerEnd>((resolve) => {
    const dialer = new RasDialer({
      clock: systemClock,
      random: systemRandom,
      script: steps,
      timeoutMs,
      // With a terminal a person may be typing; without one nobody does.
      pausedStates: isScripted || process.stdin.isTTY === true,
      ...(credentials !== undefined && { credentials }),
      // The line may turn out to be telnet, which changes the ends of lines.
      settings: { negotiationLimitMs: Math.ceil(timeoutMs * 5), characterMap: lineEnds },
      send: (bytes) => line.write(bytes),
      hangUp: () => hangUp(socket),
      events: {
        state: (state) => {
          if (state === RASCS_Authenticate) line.settled();
        },
        text: (bytes) => void (json ? undefined : process.stdout.write(bytes)),
        trace: (entry) => {
          if (entries.length >= mostEntries) entries.shift();
          entries.push(entry);
        },
        connected: (agreed) => {
          connection = agreed;
          note(`${paint("green", "connected")} as ${agreed.local}, to ${agreed.peer}; Ctrl-C hangs up`);
          if (pings !== undefined) void ping(dialer, pings, replies).then(() => dialer.hangUp());
        },
        ended: resolve,
      },
    });
    const keyboard = isScripted || !process.stdin.isTTY ? undefined : typeFrom(process.stdin, dialer);
    const interrupted = (): void => dialer.hangUp();
    process.once("SIGINT", interrupted);
    socket.on("data", (bytes: Uint8Array) => dialer.received(line.received(bytes)));
    socket.on("drain", () => dialer.drained());
    socket.on("error", () => {});
    socket.once("close", () => {
      dialer.lost();
      keyboard?.();
      process.off("SIGINT", interrupted);
    });
    dialer.connected();
  });
  if (json)
    process.stdout.write(
      `${JSON.stringify({ server: address, entries, connection, pings: replies, end })}\n`,
    );
  else
    process.stdout.write(
      `\n${callDiagram(entries, { server: address })}\n\n${summary(end, connection, replies)}\n`,
    );
  const answered = replies.filter(({ kind }) => kind === "reply").length;
  return connection !== undefined && answered === (pings ?? 0) ? 0 : 1;
}

async function ping(dialer: RasDialer, count: number, replies: PingResult[]): Promise<void> {
  replies.push(await firstPing(dialer));
  for (let sent = 1; sent < count; sent += 1) {
    await delay(betweenPings);
    replies.push(await dialer.ping({ timeoutMs: 3_000 }));
  }
}

/** The other side may be open, and its interface not set up yet: what is lost there is sent again, and does not count. */
async function firstPing(dialer: RasDialer): Promise<PingResult> {
  for (let tries = 1; ; tries += 1) {
    await delay(betweenPings);
    const result = await dialer.ping({ timeoutMs: 1_000 });
    if (result.kind !== "no-reply" || tries === mostTries) return result;
  }
}

function summary(
  end: DialerEnd,
  connection: PppConnection | undefined,
  replies: readonly PingResult[],
): string {
  const how = end.error === 0 ? end.reason : `${end.reason}, ${statusName(end.error)}`;
  const ended =
    connection === undefined ? `Not connected: ${how}` : `Connected as ${connection.local}. ${how}`;
  if (replies.length === 0) return ended;
  const times = replies.flatMap((reply) => (reply.kind === "reply" ? [reply.milliseconds] : []));
  const fastest = times.length === 0 ? "" : `, the fastest after ${Math.min(...times).toFixed(1)} ms`;
  return `${ended}\n${replies.length} pings sent, ${times.length} answered${fastest}`;
}
