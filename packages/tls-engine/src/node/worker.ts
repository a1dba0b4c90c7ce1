import { parentPort, workerData } from "node:worker_threads";
import { WorkerConversations } from "./worker-conversations.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

// The file that a worker of the pool runs; imported anywhere else, it does nothing.

const data: { sallyportTls?: true } | null = workerData;
/** Whether this thread is a worker of a TLS pool. */
export const isTlsWorker: boolean = data?.sallyportTls === true;

if (isTlsWorker && parentPort !== null) {
  const port = parentPort;
  const conversations = new WorkerConversations((message: FromWorker) => port.postMessage(message));
  port.on("message", (message: ToWorker) => conversations.take(message));
}
