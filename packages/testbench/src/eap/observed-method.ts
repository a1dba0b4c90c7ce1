import {
  EAPACTION_Authenticate,
  EAPACTION_Done,
  EAPACTION_NoAction,
  EAPACTION_Send,
  EAPACTION_SendAndDone,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
  type EapMethod,
  type PppEapBeginInput,
  type PppEapInput,
  type PppEapOutput,
  type RasEapStatus,
  type RasEapUserInterfaceModule,
} from "@sallyport/eap";
import { type Clock, isThenable } from "@sallyport/runtime";
import type { EapTranscript } from "./eap-transcript.ts";
import { packetWords } from "./packet-words.ts";
import type { Activity } from "./passing-time.ts";
import type { EapSide } from "./side.ts";
import { statusWords } from "./status-words.ts";

/** Who looks on while a method works. */
export interface MethodObserver {
  readonly side: EapSide;
  readonly transcript: EapTranscript;
  readonly activity: Activity;
  /** What the method's own timers run on. */
  readonly clock: Clock;
}

/** The method, with every call of its entry points written down. It behaves as it did. */
export function observedMethod(method: EapMethod, observer: MethodObserver): EapMethod {
  const { begin, end, makeMessage, registration } = method;
  const { interactiveUI } = registration;
  return {
    ...method,
    registration: {
      ...registration,
      module: observedDialogs(registration.module, observer),
      ...(interactiveUI && { interactiveUI: observedDialogs(interactiveUI, observer) }),
    },
    begin:
      begin === null
        ? null
        : (workBuffer, input) =>
            observedCall(observer, beginWords(input), statusWords, () =>
              begin(workBuffer, { ...input, clock: observer.clock }),
            ),
    makeMessage: (workBuffer, receivePacket, sendPacket, output, input) =>
      observedCall(
        observer,
        `RasEapMakeMessage(${inputWords(receivePacket, input)})`,
        (status) => (status === 0 ? outputWords(output) : statusWords(status)),
        () => makeMessage(workBuffer, receivePacket, sendPacket, output, input),
      ),
    end:
      end === null
        ? null
        : (workBuffer) => observedCall(observer, "RasEapEnd()", statusWords, () => end(workBuffer)),
  };
}

/** The dialogs of a module, with their calls written down; whatever else it has stays as it is. */
export function observedDialogs<Module extends object>(
  module: Module,
  observer: Omit<MethodObserver, "clock">,
): Module {
  const observed: RasEapUserInterfaceModule = {};
  const own: RasEapUserInterfaceModule = module;
  if (typeof own.RasEapInvokeInteractiveUI === "function") {
    observed.RasEapInvokeInteractiveUI = (type, window, contextData, dataOut) =>
      observedCall(
        observer,
        "RasEapInvokeInteractiveUI()",
        dataWords(() => dataOut.value),
        () => own.RasEapInvokeInteractiveUI?.(type, window, contextData, dataOut) ?? 0,
      );
  }
  if (typeof own.RasEapGetIdentity === "function") {
    observed.RasEapGetIdentity = (
      type,
      window,
      flags,
      phonebook,
      entry,
      connectionData,
      userData,
      out,
      identity,
    ) =>
      observedCall(
        observer,
        `RasEapGetIdentity(${window === null ? "no window" : ""})`,
        (status) => (status === 0 ? JSON.stringify(identity.value) : statusWords(status)),
        () =>
          own.RasEapGetIdentity?.(
            type,
            window,
            flags,
            phonebook,
            entry,
            connectionData,
            userData,
            out,
            identity,
          ) ?? 0,
      );
  }
  if (typeof own.RasEapInvokeConfigUI === "function") {
    observed.RasEapInvokeConfigUI = (type, window, flags, connectionData, connectionDataOut) =>
      observedCall(
        observer,
        "RasEapInvokeConfigUI()",
        dataWords(() => connectionDataOut.value),
        () => own.RasEapInvokeConfigUI?.(type, window, flags, connectionData, connectionDataOut) ?? 0,
      );
  }
  if (typeof own.RasEapFreeMemory === "function") {
    observed.RasEapFreeMemory = (memory) => {
      observer.transcript.call(observer.side, "RasEapFreeMemory()")("done");
      own.RasEapFreeMemory?.(memory);
    };
  }
  return { ...module, ...observed };
}

/** Makes a call and writes down what it came to, also when it throws or its promise rejects. */
export function observedCall(
  { side, transcript, activity }: Omit<MethodObserver, "clock">,
  call: string,
  words: (status: number) => string,
  make: () => RasEapStatus,
): RasEapStatus {
  const returned = transcript.call(side, call);
  const settled = (status: number): number => {
    returned(typeof status === "number" ? words(status) : `${typeof status}, which is no status`);
    return status;
  };
  const failed = (error: unknown): never => {
    returned(`threw ${error instanceof Error ? error.message : String(error)}`);
    throw error;
  };
  let status: RasEapStatus;
  try {
    status = make();
  } catch (error) {
    return failed(error);
  }
  return isThenable(status) ? activity.track(status).then(settled, failed) : settled(status);
}

function beginWords({ identity, initialId }: PppEapBeginInput): string {
  return `RasEapBegin(${JSON.stringify(identity)}, bInitialId ${initialId})`;
}

function inputWords(received: Uint8Array | null, input: PppEapInput | null): string {
  if (received !== null) return packetWords(received);
  if (input?.authenticationComplete) return `authentication complete: ${input.authResultCode}`;
  if (input?.successPacketReceived) return "success packet received";
  if (input?.dataReceivedFromInteractiveUI) {
    return input.dataFromInteractiveUI ? "data from the interactive UI" : "no data from the interactive UI";
  }
  return "no packet";
}

const actionNames: ReadonlyMap<number, string> = new Map([
  [EAPACTION_NoAction, "NoAction"],
  [EAPACTION_Authenticate, "Authenticate"],
  [EAPACTION_Done, "Done"],
  [EAPACTION_SendAndDone, "SendAndDone"],
  [EAPACTION_Send, "Send"],
  [EAPACTION_SendWithTimeout, "SendWithTimeout"],
  [EAPACTION_SendWithTimeoutInteractive, "SendWithTimeoutInteractive"],
]);

/** The packet is not repeated here: the line carries it next. */
function outputWords(output: PppEapOutput): string {
  const { action } = output;
  const name = actionNames.get(action) ?? `action ${action}`;
  const ends = action === EAPACTION_Done || action === EAPACTION_SendAndDone;
  return [
    ends ? `${name} ${statusWords(output.authResultCode)}` : name,
    ...(output.invokeInteractiveUI ? ["interactive UI"] : []),
    ...(output.saveConnectionData ? ["save connection data"] : []),
    ...(output.saveUserData ? ["save user data"] : []),
  ].join(", ");
}

function dataWords(value: () => Uint8Array | null): (status: number) => string {
  return (status) => {
    if (status !== 0) return statusWords(status);
    const data = value();
    return data === null ? "no data" : `${data.length} octets`;
  };
}
