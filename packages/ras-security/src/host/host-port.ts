import {
  ERROR_ASYNC_REQUEST_PENDING,
  ERROR_BUFFER_INVALID,
  ERROR_INVALID_PORT_HANDLE,
  ERROR_INVALID_SIZE,
  ERROR_PORT_NOT_CONNECTED,
  ERROR_PORT_NOT_OPEN,
  PENDING,
} from "@sallyport/errors/ras";
import { ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, NO_ERROR } from "@sallyport/errors/win32";
import type { Clock } from "@sallyport/runtime";
import { MAX_DEVICE_NAME } from "../contract/constants.ts";
import type {
  CallSignal,
  ModuleLog,
  Out,
  RasSecurityInfo,
  SecurityPort,
  TerminalWindow,
} from "../contract/security-module.ts";
import type { ReceiveQueue } from "../engine/receive-queue.ts";
import type { TransactionState } from "../engine/transaction-table.ts";

/** What a port needs of the call that it belongs to. */
export interface PortOwner {
  readonly handle: number;
  readonly deviceName: string;
  readonly state: TransactionState;
  readonly lineGone: boolean;
  /** Whether Complete was called, also where Begin is still running. */
  readonly hasVerdict: boolean;
  readonly signal: CallSignal;
  readonly log: ModuleLog;
  readonly clock: Clock;
  readonly settings: unknown;
  readonly window: TerminalWindow | undefined;
  readonly strict: boolean;
  readonly receiveQueue: ReceiveQueue;
  /** How many more bytes may wait to be transmitted. */
  readonly room: number;
  transmit(bytes: Uint8Array<ArrayBuffer>): void;
  called(step: string, result?: number): void;
  diagnose(message: string): void;
  signalEvent(event: () => void): void;
}

/** The longest timeout of a receive, in seconds: a DWORD. */
const longestTimeout = 0xffffffff;

/** The port as a module sees it. Every function returns a status number, whatever it is given. */
export class HostPort implements SecurityPort {
  readonly #owner: PortOwner;
  readonly #sendBuffer: Uint8Array<ArrayBuffer>;
  readonly #receiveBuffer: Uint8Array<ArrayBuffer>;
  #sentSinceReceive = false;
  #diagnosed = false;

  constructor(owner: PortOwner, sendBuffer: Uint8Array<ArrayBuffer>, receiveBuffer: Uint8Array<ArrayBuffer>) {
    this.#owner = owner;
    this.#sendBuffer = sendBuffer;
    this.#receiveBuffer = receiveBuffer;
  }

  get handle(): number {
    return this.#owner.handle;
  }

  get signal(): CallSignal {
    return this.#owner.signal;
  }

  get log(): ModuleLog {
    return this.#owner.log;
  }

  get clock(): Clock {
    return this.#owner.clock;
  }

  get settings(): unknown {
    return this.#owner.settings;
  }

  get window(): TerminalWindow | undefined {
    return this.#owner.window;
  }

  send(data: Uint8Array | string, length?: number): number {
    const size = length ?? (typeof data === "string" ? undefined : data?.length);
    const result = this.#refusal() ?? this.#send(data, length);
    this.#owner.called(`RasSecurityDialogSend(${size ?? "text"})`, result);
    return result;
  }

  receive(buffer: Uint8Array, length: Out<number>, timeoutSeconds: number, event: () => void): number {
    const step = `RasSecurityDialogReceive(${length?.value}, ${timeoutSeconds} s)`;
    const refusal = this.#refusal() ?? this.#receiveRefusal(buffer, length, timeoutSeconds, event);
    const signal = (ended: () => void): void => this.#owner.signalEvent(ended);
    const result = refusal ?? this.#owner.receiveQueue.receive(buffer, length, timeoutSeconds, event, signal);
    this.#owner.called(step, result);
    if (result === PENDING) this.#sentSinceReceive = false;
    return result;
  }

  getInfo(info: RasSecurityInfo): number {
    if (this.#owner.state === "Closed") return ERROR_INVALID_PORT_HANDLE;
    if (typeof info !== "object" || info === null) return ERROR_INVALID_PARAMETER;
    const { lastError, bytesReceived } = this.#owner.receiveQueue;
    try {
      Object.assign(info, {
        lastError,
        bytesReceived,
        deviceName: this.#owner.deviceName.slice(0, MAX_DEVICE_NAME),
      });
      return NO_ERROR;
    } catch {
      return ERROR_INVALID_PARAMETER; // a frozen object
    }
  }

  unread(bytes: Uint8Array): number {
    const refusal = this.#refusal();
    if (refusal !== undefined) return refusal;
    if (!(bytes instanceof Uint8Array)) return ERROR_INVALID_PARAMETER;
    return this.#owner.receiveQueue.unread(bytes) ? NO_ERROR : ERROR_INVALID_SIZE;
  }

  /** RAS-31, RAS-11, RAS-12: 601 when all is over, 606 when the line is gone, 618 outside of the dialog. */
  #refusal(): number | undefined {
    switch (this.#owner.state) {
      case "Closed":
        return ERROR_INVALID_PORT_HANDLE;
      case "Beginning":
      case "Active":
        return this.#owner.hasVerdict ? ERROR_PORT_NOT_OPEN : undefined;
      default:
        return this.#owner.lineGone ? ERROR_PORT_NOT_CONNECTED : ERROR_PORT_NOT_OPEN;
    }
  }

  #send(data: Uint8Array | string, length: number | undefined): number {
    if (length === undefined) return this.#sendOwn(data);
    if (typeof data === "string" || !isSameBuffer(data, this.#sendBuffer)) return ERROR_BUFFER_INVALID; // RAS-18
    if (!isLength(length, this.#sendBuffer)) return ERROR_INVALID_SIZE; // RAS-19
    return this.#admitted(length) ?? this.#transmit(this.#sendBuffer.slice(0, length));
  }

  #sendOwn(data: Uint8Array | string): number {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    if (!(bytes instanceof Uint8Array)) return ERROR_BUFFER_INVALID;
    if (bytes.length === 0) return ERROR_INVALID_SIZE;
    const refusal = this.#admitted(bytes.length);
    if (refusal !== undefined) return refusal;
    const size = this.#sendBuffer.length;
    for (let at = 0; at < bytes.length; at += size)
      this.#transmit(Uint8Array.from(bytes.subarray(at, at + size)));
    return PENDING;
  }

  /** Why a send is refused that is well formed; undefined where it is taken. */
  #admitted(length: number): number | undefined {
    if (this.#sentSinceReceive && this.#owner.strict) return ERROR_ASYNC_REQUEST_PENDING; // RAS-21
    if (length > this.#owner.room) return ERROR_NOT_ENOUGH_MEMORY;
    if (this.#sentSinceReceive && !this.#diagnosed) {
      this.#diagnosed = true;
      this.#owner.diagnose("the module sends twice without a receive between");
    }
    this.#sentSinceReceive = true;
    return undefined;
  }

  #transmit(bytes: Uint8Array<ArrayBuffer>): number {
    this.#owner.transmit(bytes);
    return PENDING;
  }

  #receiveRefusal(
    buffer: Uint8Array,
    length: Out<number>,
    timeoutSeconds: number,
    event: () => void,
  ): number | undefined {
    if (!(buffer instanceof Uint8Array) || !isSameBuffer(buffer, this.#receiveBuffer))
      return ERROR_BUFFER_INVALID;
    if (typeof length !== "object" || length === null || !isLength(length.value, buffer))
      return ERROR_INVALID_SIZE;
    const isTimeout =
      Number.isInteger(timeoutSeconds) && timeoutSeconds >= 0 && timeoutSeconds <= longestTimeout;
    return isTimeout && typeof event === "function" ? undefined : ERROR_INVALID_PARAMETER;
  }
}

/** A view that begins where the buffer begins is the same pointer. */
function isSameBuffer(data: Uint8Array, buffer: Uint8Array): boolean {
  return data?.buffer === buffer.buffer && data.byteOffset === buffer.byteOffset;
}

function isLength(length: number, buffer: Uint8Array): boolean {
  return Number.isInteger(length) && length >= 1 && length <= buffer.length;
}
