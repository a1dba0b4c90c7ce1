import { createMemoryLog, createVirtualClock, type MemoryLog, type VirtualClock } from "@sallyport/runtime";
import {
  type CallLogEntry,
  type CallOutcome,
  callLogLine,
  type PortKind,
  type RasSecurityDialogComplete,
  RasSecurityHost,
  type RasSecurityHostOptions,
  type RasSecurityInfo,
  type RasSecurityModule,
  type SecurityCall,
  type SecurityLine,
  type SecurityMessage,
  type SecurityPort,
  securityModule,
} from "../src/index.ts";

/** What a module was given by one Begin, and what tests do with it. */
interface Begun {
  readonly port: SecurityPort;
  readonly sendBuffer: Uint8Array<ArrayBuffer>;
  readonly receiveBuffer: Uint8Array<ArrayBuffer>;
  readonly complete: RasSecurityDialogComplete;
  /** Copies text into the send buffer and sends it, as a DLL would. */
  send(text: string): number;
  receive(timeoutSeconds?: number, size?: number): Receiving;
  info(): RasSecurityInfo;
  success(userName?: string): void;
  failure(userName?: string): void;
  error(code: number): void;
}

/** One Receive as its caller sees it. */
interface Receiving {
  readonly status: number;
  /** How often the event was signalled. */
  events: number;
  readonly length: { value: number };
  /** What is in the buffer. */
  text(): string;
}

/** A module that does nothing by itself: the test decides. */
export interface ManualModule extends RasSecurityModule {
  readonly begun: Begun[];
  /** What every Begin returns. */
  beginReturns: () => number | Promise<number>;
  /** What End returns, in order; then 619. */
  endReturns: (number | Promise<number>)[];
  readonly ended: SecurityPort[];
}

export function manualModule(): ManualModule {
  const begun: Begun[] = [];
  const ended: SecurityPort[] = [];
  const module: ManualModule = {
    begun,
    ended,
    beginReturns: () => 0,
    endReturns: [],
    RasSecurityDialogBegin(port, sendBuffer, receiveBuffer, complete) {
      begun.push(begin(port, sendBuffer, receiveBuffer, complete));
      return module.beginReturns();
    },
    RasSecurityDialogEnd(port) {
      ended.push(port);
      return module.endReturns.shift() ?? 619;
    },
  };
  return module;
}

function begin(
  port: SecurityPort,
  sendBuffer: Uint8Array<ArrayBuffer>,
  receiveBuffer: Uint8Array<ArrayBuffer>,
  complete: RasSecurityDialogComplete,
): Begun {
  const verdict = (message: Omit<SecurityMessage, "port">): void => complete({ ...message, port });
  return {
    port,
    sendBuffer,
    receiveBuffer,
    complete,
    send(text) {
      const bytes = new TextEncoder().encode(text);
      sendBuffer.set(bytes);
      return port.send(sendBuffer, bytes.length);
    },
    receive(timeoutSeconds = 0, size = receiveBuffer.length) {
      const length = { value: size };
      const receiving = {
        status: 0,
        events: 0,
        length,
        text: () => Buffer.from(receiveBuffer.subarray(0, length.value)).toString("latin1"),
      };
      receiving.status = port.receive(receiveBuffer, length, timeoutSeconds, () => receiving.events++);
      return receiving;
    },
    info() {
      const info: RasSecurityInfo = { lastError: -1, bytesReceived: -1, deviceName: "" };
      if (port.getInfo(info) !== 0) throw new Error("GetInfo failed");
      return info;
    },
    success: (userName = "alice") => verdict({ msgId: 1, userName, domain: "CORP" }),
    failure: (userName = "alice") => verdict({ msgId: 2, userName, domain: "CORP" }),
    error: (code) => verdict({ msgId: 3, error: code }),
  };
}

/** One call as its caller and its line see it. */
export interface TestCall {
  readonly call: SecurityCall;
  /** What the caller received, as Latin-1; PPP shows as "~". */
  readonly sent: string;
  readonly hungUp: boolean;
  readonly outcome: CallOutcome | undefined;
  /** This call's part of the call log. */
  readonly steps: readonly string[];
  type(text: string | Uint8Array): void;
  hangUp(): void;
  /** Lets the bytes of a slow line leave. */
  drain(): void;
}

export interface Harness {
  readonly host: RasSecurityHost;
  readonly module: ManualModule;
  readonly clock: VirtualClock;
  readonly log: MemoryLog;
  /** The call log of all calls, in order, as "handle step". */
  readonly steps: readonly string[];
  dial(options?: { kind?: PortKind; deviceName?: string; slow?: boolean }): TestCall;
  /** Dials, and lets everything happen that needs no time. */
  connect(options?: Parameters<Harness["dial"]>[0]): Promise<TestCall & { readonly module: Begun }>;
  /** Everything that needs no time. */
  settle(): Promise<void>;
}

/** A host with virtual time, a module that the test drives, and lines that remember. PPP is one byte: 0x7E. */
export function createHarness(
  options: Partial<Omit<RasSecurityHostOptions, "clock" | "log" | "module">> & {
    readonly module?: RasSecurityModule | null;
  } = {},
): Harness {
  const clock = createVirtualClock({ now: Date.UTC(2026, 0, 1) });
  const log = createMemoryLog();
  const module = manualModule();
  const entries: CallLogEntry[] = [];
  const { module: given, ...rest } = options;
  const host = new RasSecurityHost({
    ...rest,
    module: given === null ? undefined : securityModule(given ?? module, { name: "manual" }),
    clock,
    log,
    onCall: (entry) => {
      entries.push(entry);
      options.onCall?.(entry);
    },
  });
  const dial: Harness["dial"] = ({ kind = "async", deviceName = "COM1", slow = false } = {}) => {
    let sent = "";
    let hungUp = false;
    let outcome: CallOutcome | undefined;
    const unsent: (() => void)[] = [];
    const line: SecurityLine = {
      deviceName,
      kind,
      write(bytes, written) {
        const leave = (): void => {
          sent += Buffer.from(bytes).toString("latin1");
          written();
        };
        if (slow) unsent.push(leave);
        else leave();
      },
      hangUp: () => {
        if (hungUp) throw new Error("hung up twice");
        hungUp = true;
      },
    };
    const call = host.answer(line, (ended) => {
      if (outcome !== undefined) throw new Error("two outcomes");
      outcome = ended;
      if (ended.kind === "success" || ended.kind === "no dialog") sent += "~";
    });
    return {
      call,
      get sent() {
        return sent;
      },
      get hungUp() {
        return hungUp;
      },
      get outcome() {
        return outcome;
      },
      get steps() {
        return entries.filter(({ handle }) => handle === call.handle).map(callLogLine);
      },
      type: (text) => call.received(typeof text === "string" ? new TextEncoder().encode(text) : text),
      hangUp: () => call.lost(),
      drain: () => {
        for (const leave of unsent.splice(0)) leave();
      },
    };
  };
  const settle = (): Promise<void> => clock.advanceAsync(0);
  return {
    host,
    module,
    clock,
    log,
    get steps() {
      return entries.map((entry) => `${entry.handle} ${callLogLine(entry)}`);
    },
    dial,
    async connect(line) {
      const call = dial(line);
      await settle();
      const begun = module.begun.at(-1);
      if (begun === undefined) throw new Error("Begin was not called");
      return Object.defineProperty(call, "module", { value: begun }) as TestCall & { module: Begun };
    },
    settle,
  };
}
