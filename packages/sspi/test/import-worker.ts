import { parentPort, workerData } from "node:worker_threads";
import { bufferBytes, createSecHandle, createSspiProvider } from "../src/index.ts";
import { threefold } from "./threefold.ts";

const { packed, message, exportKey } = workerData;
const sspi = createSspiProvider({ packages: [threefold()], exportKey, exportMachine: "lab" });
const context = createSecHandle();
const status =
  sspi.ImportSecurityContext("Threefold", packed, null, context) ||
  sspi.DecryptMessage(context, message, 0, null);
parentPort?.postMessage({ status, text: new TextDecoder().decode(bufferBytes(message.buffers[1])) });
