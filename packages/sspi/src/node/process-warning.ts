import { emitWarning } from "node:process";

/** Tells Node that something is wrong in the program: on standard error, or to whoever listens for "warning". */
export function processWarning(code: string, message: string): void {
  emitWarning(message, { type: "SspiWarning", code });
}
