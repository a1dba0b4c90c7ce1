import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** A program that answers every line with a line. */
export interface LineDialog {
  /** Says a line and gives the answer. */
  ask(line: string): Promise<string>;
}

/** Starts one; it is ended when the test has finished. */
export function lineDialog(command: string, args: readonly string[], env = process.env): LineDialog {
  const child = spawn(command, args, { stdio: "pipe", env });
  const closed = once(child, "close");
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  onTestFinished(async () => {
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await closed;
  });
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${command} has ended after "${line.slice(0, 40)}": ${complaints}`);
      return value;
    },
  };
}
