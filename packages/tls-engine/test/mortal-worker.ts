import { parentPort } from "node:worker_threads";
import type { ToWorker } from "../src/node/worker-messages.ts";
import "../src/node/worker.ts";

// A worker of the pool that can be killed by what a client sends, as a mistake in native code could have it.
const deadly = "die now";

parentPort?.on("message", (message: ToWorker) => {
  if (message.kind !== "perform" || message.command.kind !== "step") return;
  if (new TextDecoder().decode(message.command.bytes) === deadly) process.exit(1);
});
