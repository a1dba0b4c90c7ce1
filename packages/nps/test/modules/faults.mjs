// A module with every fault; the User-Name says which. It runs in workers only.
import { parentPort, threadId } from "node:worker_threads";

const hold = [];

export function RadiusExtensionProcess2(ecb) {
  const fault = new TextDecoder().decode(ecb.getRequest().find(1)?.value);
  switch (fault) {
    case "throw":
      throw new Error("boom");
    case "reject":
      return Promise.reject(new Error("boom"));
    case "loop":
      ecb.log.information("looping");
      for (;;);
    case "async-loop":
      return new Promise((resolve) => setImmediate(resolve)).then(() => {
        ecb.log.information("looping");
        for (;;);
      });
    case "memory":
      for (;;) hold.push(Array.from({ length: 1_000 }, () => ({ hold })));
    case "large-memory":
      for (let all = [1]; ; all = all.concat(all)) hold[0] = all;
    case "buffers":
      for (;;) hold.push(Buffer.alloc(1_000_000, 1));
    case "exit":
      process.exit(3);
      break;
    case "uncaught":
      setImmediate(() => {
        throw new Error("nobody catches this");
      });
      return new Promise(() => {});
    case "silent":
      return new Promise(() => {});
    case "late":
      return new Promise((resolve) => ecb.signal.addEventListener("abort", () => resolve(0)));
    case "flood":
      for (;;) parentPort.postMessage("flood");
    case "edits":
      for (;;) {
        ecb.getRequest().add({ attrType: 18, dataType: 1, value: "again" });
      }
    case "log":
      for (let count = 0; count < 5_000; count++) ecb.log.information(`line ${count}`);
      break;
    case "print":
      console.log("printed");
      break;
  }
  ecb.getResponse(2)?.add({ attrType: 18, dataType: 1, value: `thread ${threadId}` });
  return 0;
}
