import type { RadiusAttributeInput, RadiusAttributes } from "../contract/attribute.ts";
import {
  type RadiusAction,
  type RadiusExtensionPoint,
  type RadiusResponseType,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
  rcAccountingResponse,
  rcDiscard,
} from "../contract/constants.ts";
import type {
  ExtensionCall,
  ExtensionEnvironment,
  NpsExtensionModule,
  Out,
  RadiusAttributeArray,
  RadiusExtensionControlBlock,
} from "../contract/extension-module.ts";
import type { ExtensionForm } from "./load-extension.ts";
import { type Edit, type PlainCall, type PlainOutcome, revivedError } from "./plain-call.ts";

/** Where a module runs that does not run here. */
export interface ModuleSeam {
  /** `RadiusExtensionInit`, where the module has one. */
  initialize(environment: ExtensionEnvironment): Promise<PlainOutcome>;
  /** A processing function. Rejects with a `ModuleCrash` when whoever should answer is gone. */
  invoke(call: PlainCall, host: CallHost): Promise<PlainOutcome>;
  /** `RadiusExtensionTerm`, then the end of the place. */
  terminate(): Promise<PlainOutcome>;
}

/** What the host does for a call that runs elsewhere. */
export interface CallHost extends ExtensionCall {
  /** The State of a challenge; third form only. */
  issueState?(data: unknown): Uint8Array<ArrayBuffer>;
}

/** What a host must know of a module before it calls it. */
export interface ModuleShape {
  readonly form: ExtensionForm;
  readonly points: readonly RadiusExtensionPoint[] | undefined;
}

/** A module that runs elsewhere, as one that runs here: the host knows one contract only. */
export function isolatedModule(shape: ModuleShape, seam: ModuleSeam): NpsExtensionModule {
  return {
    ...(shape.points !== undefined && { points: shape.points }),
    RadiusExtensionInit: async (environment) => statusOf(await seam.initialize(environment)),
    RadiusExtensionTerm: async () => void statusOf(await seam.terminate()),
    ...processingFunction(shape.form, seam),
  };
}

function processingFunction(form: ExtensionForm, seam: ModuleSeam): NpsExtensionModule {
  switch (form) {
    case 1:
      return {
        RadiusExtensionProcess: async (attributes, action, call) => {
          const outcome = await seam.invoke(
            { form, attributes: [...attributes], hasAction: action !== null },
            call,
          );
          return settle(outcome, call, () => tellAction(outcome, action));
        },
      };
    case 2:
      return {
        RadiusExtensionProcessEx: (attributes, out, action, call) =>
          secondForm(seam, attributes, out, action, call),
      };
    case 3:
      return {
        RadiusExtensionProcess2: async (ecb) => {
          const outcome = await seam.invoke(plainCallOf(ecb), ecb);
          return settle(outcome, ecb, () => applyEdits(editsOf(outcome), ecb));
        },
      };
  }
}

async function secondForm(
  seam: ModuleSeam,
  attributes: RadiusAttributes,
  out: Out<readonly RadiusAttributeInput[] | null>,
  action: Out<RadiusAction> | null,
  call: ExtensionCall,
): Promise<number> {
  const outcome = await seam.invoke(
    { form: 2, attributes: [...attributes], hasAction: action !== null },
    call,
  );
  return settle(outcome, call, () => {
    tellAction(outcome, action);
    // The host checks what stands in it, as it checks what a module here returns.
    out.value = (outcome.kind === "returned" ? outcome.outAttributes : null) as typeof out.value;
  });
}

/** Carries out what the module did, even where it failed then, as it is inline; a call that was given up leaves nothing behind. */
function settle(outcome: PlainOutcome, call: ExtensionCall, carryOut: () => void): number {
  if (!call.signal.aborted) carryOut();
  return statusOf(outcome);
}

/** The status, whatever it is; what was thrown there is thrown here. */
function statusOf(outcome: PlainOutcome): number {
  if (outcome.kind === "threw") throw revivedError(outcome.error);
  return outcome.status as number;
}

function tellAction(outcome: PlainOutcome, action: Out<RadiusAction> | null): void {
  if (action !== null && outcome.kind === "returned") action.value = outcome.action as RadiusAction;
}

function editsOf(outcome: PlainOutcome): readonly Edit[] {
  return outcome.edits ?? [];
}

const responseTypes: readonly RadiusResponseType[] = [
  rcAccessAccept,
  rcAccessReject,
  rcAccessChallenge,
  rcAccountingResponse,
  rcDiscard,
];

function plainCallOf(ecb: RadiusExtensionControlBlock): PlainCall {
  const responses = responseTypes.flatMap((type) => {
    const array = ecb.getResponse(type);
    return array === null ? [] : [[type, Array.from(array)] as const];
  });
  const { point, requestType, responseType, answeredChallenge } = ecb;
  const request = Array.from(ecb.getRequest());
  return { form: 3, point, requestType, responseType, answeredChallenge, request, responses };
}

/**
 * Does on the request what the module did on its replica. The host checks every step as it checks a module here.
 *
 * @throws {Error} when a step is refused: the replica refused what the host refuses, so the outcome is not to be trusted
 */
function applyEdits(edits: readonly Edit[], ecb: RadiusExtensionControlBlock): void {
  for (const edit of edits) {
    if (apply(edit, ecb) !== 0) throw new Error("what its worker says it did cannot be done on the request");
  }
}

function apply(edit: Edit, ecb: RadiusExtensionControlBlock): number {
  if (edit.edit === "respond") return ecb.setResponseType(edit.type);
  const array: RadiusAttributeArray | null = edit.list === 0 ? ecb.getRequest() : ecb.getResponse(edit.list);
  switch (edit.edit) {
    case "insert":
      return array?.insertAt(edit.index, edit.attribute) ?? 1;
    case "set":
      return array?.setAt(edit.index, edit.attribute) ?? 1;
    case "remove":
      return array?.removeAt(edit.index) ?? 1;
  }
}
