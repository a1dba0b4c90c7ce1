import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { systemClock, systemRandom } from "@sallyport/runtime";
import type { ContractReadings, NpsExtensionModule } from "../contract/extension-module.ts";
import { type Invocation, invokeEntryPoint, invokeModule } from "../host/invoke-module.ts";
import { loadNpsExtension } from "../host/load-extension.ts";
import { type PlainCall, plainError } from "../host/plain-call.ts";
import { isThenable } from "../thenable.ts";
import { WorkerLog } from "./worker-log.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./worker-messages.ts";

// What runs in the worker of an isolated module: it imports the module, then carries out what the host asks for.

/** How long a worker waits for a State from its host, in milliseconds; far more than a host that lives ever takes. */
const stateTimeout = 30_000;

const start = takeStart(workerData as { start?: WorkerStart });
const log = new WorkerLog(systemClock, (entry) => post(entry));
const open = new Map<number, Invocation>();
let readings: ContractReadings = {
  rawErrorCodes: false,
  littleEndianAddresses: false,
  allowAuthorizationAccept: false,
};

try {
  const { module, form } = await loadNpsExtension(start.specifier, await importer(), {
    name: start.name,
    newestForm: start.newestForm,
  });
  start.port.on("message", (message: ToWorker) => void obey(message, module));
  post({ kind: "loaded", shape: { form, points: module.points?.map(Number) as typeof module.points } });
} catch (error) {
  post({ kind: "not-loaded", error: plainError(error) });
}

/** The ports belong to this file: a module that looks at `workerData` finds nothing. */
function takeStart(data: { start?: WorkerStart }): WorkerStart {
  const { start: taken } = data;
  if (taken === undefined) throw new TypeError("this file is started by loadIsolatedExtension");
  delete data.start;
  return taken;
}

async function importer(): Promise<(specifier: string) => Promise<unknown>> {
  if (start.importer === undefined) return (specifier) => import(specifier);
  const { importExtension } = (await import(start.importer)) as {
    importExtension: (specifier: string) => Promise<unknown>;
  };
  return importExtension;
}

async function obey(message: ToWorker, module: NpsExtensionModule): Promise<void> {
  switch (message.kind) {
    case "initialize": {
      const { name, settings } = message;
      readings = message.readings;
      const environment = {
        name,
        settings,
        log: log.of(0),
        clock: systemClock,
        random: systemRandom,
        readings,
      };
      const enter = (): unknown => module.RadiusExtensionInit?.(environment) ?? 0;
      post({ kind: "initialized", outcome: await invokeEntryPoint(enter) });
      break;
    }
    case "call":
      call(module, message.id, message.call);
      break;
    case "cancel":
      open.get(message.id)?.abort(new Error(message.reason));
      open.delete(message.id);
      post({ kind: "cancelled", id: message.id });
      break;
    case "terminate": {
      const enter = (): unknown => {
        const ended = module.RadiusExtensionTerm?.();
        return isThenable(ended) ? ended.then(() => 0) : 0;
      };
      post({ kind: "terminated", outcome: await invokeEntryPoint(enter) });
    }
  }
}

function call(module: NpsExtensionModule, id: number, plain: PlainCall): void {
  const invocation = invokeModule(module, plain, {
    extension: start.name,
    readings,
    log: log.of(id),
    issueState: (data) => issueState(id, data),
  });
  const { outcome } = invocation;
  if (!isThenable(outcome)) {
    post({ kind: "outcome", id, outcome });
    return;
  }
  open.set(id, invocation);
  void outcome.then((settled) => {
    if (open.delete(id)) post({ kind: "outcome", id, outcome: settled });
  });
}

/** A module gets its State in the same turn, as it does inline: the worker waits for the host, which never waits for a worker. */
function issueState(id: number, data: unknown): Uint8Array<ArrayBuffer> {
  const before = Atomics.load(start.stateCount, 0);
  post({ kind: "issue-state", id, data });
  Atomics.wait(start.stateCount, 0, before, stateTimeout);
  const received = receiveMessageOnPort(start.states) as
    | { readonly message: Uint8Array<ArrayBuffer> | null }
    | undefined;
  const state = received?.message ?? null;
  if (state === null) throw new Error("the host gives no State to a call that has ended");
  return state;
}

function post(message: FromWorker): void {
  start.port.postMessage(message);
}
