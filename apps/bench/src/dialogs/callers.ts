import { connect, type Socket } from "node:net";
import type { Scope } from "../scope.ts";

/** How many connections are made at a time: what the queue of a listening socket holds. */
const atATime = 100;

/** A caller who waits in a dialog. */
export interface Caller {
  readonly socket: Socket;
  /** How long the first prompt took, milliseconds. */
  readonly prompted: number;
}

/** Dials so often, and waits for every prompt. @throws when one does not get it within ten seconds */
export async function dialAll(scope: Scope, port: number, count: number): Promise<Caller[]> {
  const callers: Caller[] = [];
  scope.defer(() => {
    for (const { socket } of callers) socket.destroy();
  });
  while (callers.length < count) {
    scope.signal.throwIfAborted();
    const size = Math.min(atATime, count - callers.length);
    callers.push(...(await Promise.all(Array.from({ length: size }, () => dial(port)))));
  }
  return callers;
}

/** All callers answer at the same moment; resolves to how long each waited for the verdict, and how many never got it. */
export async function answerAll(
  callers: readonly Caller[],
): Promise<{ readonly waited: readonly number[]; readonly lost: number }> {
  const times = await Promise.all(
    callers.map(async ({ socket }) => {
      const begun = performance.now();
      const verdict = until(socket, "Welcome");
      socket.write("ce\r4711\r");
      return (await verdict) ? performance.now() - begun : undefined;
    }),
  );
  const waited = times.filter((time) => time !== undefined);
  return { waited, lost: times.length - waited.length };
}

async function dial(port: number): Promise<Caller> {
  const begun = performance.now();
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => {});
  if (!(await until(socket, "Username: "))) throw new Error("a caller got no prompt within ten seconds");
  const prompted = performance.now() - begun;
  socket.write("ali"); // and then he thinks
  return { socket, prompted };
}

/** Whether a text comes within ten seconds. */
function until(socket: Socket, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    let seen = "";
    const finish = (found: boolean): void => {
      clearTimeout(timer);
      socket.off("data", onData).off("close", onClose);
      resolve(found);
    };
    const onData = (bytes: Buffer): void => {
      seen += bytes.toString("latin1");
      if (seen.includes(text)) finish(true);
    };
    const onClose = (): void => finish(false);
    const timer = setTimeout(() => finish(false), 10_000);
    socket.on("data", onData).on("close", onClose);
  });
}
