import { workerData } from "node:worker_threads";
import { ModuleRunner } from "./module-runner.ts";
import type { WorkerStart } from "./worker-messages.ts";

// The file that the worker of an isolated module runs; imported anywhere else, it does nothing.

const data: { start?: WorkerStart } | null = workerData;
/** Whether this thread is the worker of a module. */
export const isModuleWorker: boolean = data?.start !== undefined;

if (data?.start !== undefined) {
  const { start } = data;
  // The ports are this file's own: a module that looks at `workerData` finds nothing.
  delete data.start;
  void new ModuleRunner(start).run();
}
