import { isThenable } from "@sallyport/runtime";
import type { RadiusAttribute, RadiusAttributeInput, RadiusAttributes } from "../contract/attribute.ts";
import { type RadiusAction, raContinue } from "../contract/constants.ts";
import type {
  ContractReadings,
  ExtensionLog,
  NpsExtensionModule,
  Out,
} from "../contract/extension-module.ts";
import { HostControlBlock } from "./control-block.ts";
import { type Edit, type PlainCall, type PlainOutcome, plainError } from "./plain-call.ts";
import { ReplicaRequest, replicaForModule } from "./replica-request.ts";
import { RunningCall } from "./running-call.ts";

/** How many attributes a second-form module may return through the seam; a packet has room for 2038. */
const mostAttributes = 10_000;

/** What a call needs of the place where it runs. */
export interface InvocationScope {
  /** Under which the host calls the module. */
  readonly extension: string;
  readonly readings: ContractReadings;
  readonly log: ExtensionLog;
  /** Asks the host for the State of a challenge. */
  issueState(data: unknown): Uint8Array<ArrayBuffer>;
}

/** A call that was begun; its outcome is a promise only when the module returned one. */
export interface Invocation {
  readonly outcome: PlainOutcome | Promise<PlainOutcome>;
  /** The host has given up on it. */
  abort(reason: Error): void;
}

/**
 * Calls the processing function of a module with a plain call, on replicas, and says what it did as data. Never throws,
 * and the outcome never rejects.
 */
export function invokeModule(
  module: NpsExtensionModule,
  call: PlainCall,
  scope: InvocationScope,
): Invocation {
  const running = new RunningCall(scope.log, {
    rawErrorCodes: scope.readings.rawErrorCodes,
    littleEndianAddresses: false,
  });
  const { enter, told, edits } =
    call.form === 3 ? thirdForm(module, call, running, scope) : earlierForm(module, call, running);
  return { outcome: outcomeOf(enter, told, running, edits), abort: (reason) => running.abort(reason) };
}

/** What an entry point that is no processing function came to. */
export function invokeEntryPoint(enter: () => unknown): PlainOutcome | Promise<PlainOutcome> {
  return outcomeOf(enter, () => ({}));
}

type Told = Omit<Extract<PlainOutcome, { readonly kind: "returned" }>, "kind" | "status">;

interface Entry {
  readonly enter: () => unknown;
  /** What the module has left behind when it has returned. */
  readonly told: () => Told;
  /** What it does, growing while it does it. */
  readonly edits?: readonly Edit[];
}

function outcomeOf(
  enter: () => unknown,
  told: () => Told,
  call?: RunningCall,
  edits: readonly Edit[] = [],
): PlainOutcome | Promise<PlainOutcome> {
  const returned = (status: unknown): PlainOutcome => {
    try {
      return { kind: "returned", status: plainStatus(status), ...told() };
    } catch (error) {
      return threw(error);
    } finally {
      call?.end();
    }
  };
  const threw = (error: unknown): PlainOutcome => {
    call?.end();
    return { kind: "threw", error: plainError(error), ...(edits.length > 0 && { edits }) };
  };
  try {
    const status = enter();
    return isThenable(status) ? Promise.resolve(status).then(returned, threw) : returned(status);
  } catch (error) {
    return threw(error);
  }
}

function thirdForm(
  module: NpsExtensionModule,
  call: Extract<PlainCall, { readonly form: 3 }>,
  running: RunningCall,
  scope: InvocationScope,
): Entry {
  const request = new ReplicaRequest(call, scope.extension);
  const ecb = new HostControlBlock(request, call.point, running, {
    extension: scope.extension,
    challenges: { issue: (_extension, _binding, data) => scope.issueState(data) },
    allowAuthorizationAccept: scope.readings.allowAuthorizationAccept,
  });
  return {
    enter: () => module.RadiusExtensionProcess2?.(ecb),
    told: () => ({ edits: request.edits }),
    edits: request.edits,
  };
}

function earlierForm(
  module: NpsExtensionModule,
  call: Extract<PlainCall, { readonly form: 1 | 2 }>,
  running: RunningCall,
): Entry {
  const attributes: RadiusAttributes = Object.freeze(call.attributes.map(replicaForModule));
  const action: Out<RadiusAction> | null = call.hasAction ? { value: raContinue } : null;
  if (call.form === 1) {
    return {
      enter: () => module.RadiusExtensionProcess?.(attributes, action, running),
      told: () => ({ action: plainStatus(action?.value) as RadiusAction | undefined }),
    };
  }
  const out: Out<readonly RadiusAttributeInput[] | null> = { value: null };
  return {
    enter: () => module.RadiusExtensionProcessEx?.(attributes, out, action, running),
    told: () => {
      const outAttributes = plainAttributes(out.value);
      if (Array.isArray(out.value)) module.RadiusExtensionFreeAttributes?.(out.value);
      return { action: plainStatus(action?.value) as RadiusAction | undefined, outAttributes };
    },
  };
}

/** A number as it is; of anything else as much as tells what it was. */
function plainStatus(status: unknown): unknown {
  switch (typeof status) {
    case "number":
    case "boolean":
    case "undefined":
      return status;
    case "object":
      return status === null ? null : {};
    default:
      return String(status).slice(0, 100);
  }
}

/** A copy of what a second-form module returned; undefined stands for what is no attribute. */
function plainAttributes(returned: unknown): unknown {
  if (returned === null || returned === undefined) return null;
  if (!Array.isArray(returned)) return {};
  if (returned.length > mostAttributes) {
    throw new RangeError(
      `a call may return ${mostAttributes} attributes; this one returned ${returned.length}`,
    );
  }
  return Array.from(returned, plainAttribute);
}

function plainAttribute(input: unknown): unknown {
  if (typeof input !== "object" || input === null) return undefined;
  const { attrType, dataType, value } = input as Partial<RadiusAttribute>;
  if (typeof attrType !== "number" || typeof dataType !== "number") return undefined;
  if (value instanceof Uint8Array) return { attrType, dataType, value: Uint8Array.from(value) };
  return { attrType, dataType, value: typeof value === "string" ? value : plainStatus(value) };
}
