import type { Socket } from "node:net";
import { type CallerStep, DialInCaller } from "@sallyport/ras-security";
import { systemClock } from "@sallyport/runtime";
import { paint } from "../command-line.ts";
import { hangUp } from "./dial-target.ts";
import { typeFrom } from "./keyboard.ts";
import { TelnetLine } from "./telnet-line.ts";

/** Leads the dialog alone: with the keyboard, or by a script. Resolves to the exit status. */
export function converse(
  socket: Socket,
  options: { readonly steps: readonly CallerStep[]; readonly telnet: boolean; readonly timeoutMs: number },
): Promise<number> {
  const { steps, timeoutMs } = options;
  const line = new TelnetLine(socket, options);
  const isScripted = steps.length > 0;
  return new Promise((resolve) => {
    let hasEnded = false;
    const caller = new DialInCaller({
      clock: systemClock,
      script: steps,
      timeoutMs,
      send: (bytes) => void line.write(bytes),
      hangUp: () => hangUp(socket),
      onText: (bytes) => void process.stdout.write(bytes),
      onScriptEnd: () => {
        hasEnded = true;
        hangUp(socket);
      },
    });
    const keyboard = isScripted ? undefined : typeFrom(process.stdin, caller);
    socket.on("data", (bytes: Uint8Array) => {
      const data = line.received(bytes);
      // Behind the dialog everything is shown, also what looks like PPP.
      if (isScripted) caller.received(data);
      else process.stdout.write(data);
    });
    socket.on("error", () => {});
    socket.once("close", () => {
      const expected = caller.expecting;
      const timedOut = caller.error !== 0;
      caller.lost();
      keyboard?.();
      if (!isScripted || hasEnded) resolve(0);
      else {
        const why = timedOut ? "did not come in time" : "did not come: the line was closed";
        process.stderr.write(`\n${paint("red", "error:")} ${JSON.stringify(expected)} ${why}\n`);
        resolve(timedOut ? 3 : 1);
      }
    });
    caller.connected();
  });
}
