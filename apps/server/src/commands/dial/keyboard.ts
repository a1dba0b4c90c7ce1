import { paint } from "../command-line.ts";

/** The key that ends an interactive call, as in telnet: Ctrl-]. */
const quit = 0x1d;

/** Sends what a person types, key by key; returns how to stop. */
export function typeFrom(
  input: NodeJS.ReadStream,
  caller: { type(bytes: Uint8Array): void; hangUp(): void },
): () => void {
  const isTerminal = input.isTTY === true;
  if (isTerminal) {
    input.setRawMode(true);
    process.stderr.write(`${paint("dim", "Ctrl-] hangs up.")}\r\n`);
  }
  const onData = (bytes: Buffer): void => {
    if (isTerminal && bytes.includes(quit)) caller.hangUp();
    else caller.type(bytes);
  };
  input.on("data", onData);
  return () => {
    input.off("data", onData);
    if (isTerminal) input.setRawMode(false);
    input.pause();
  };
}
