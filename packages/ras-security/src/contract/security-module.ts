import type { Clock } from "@sallyport/runtime";
import type { SECURITYMSG_ERROR, SECURITYMSG_FAILURE, SECURITYMSG_SUCCESS } from "./constants.ts";

/** An out-parameter for a scalar: the callee writes `value`. */
export interface Out<T> {
  value: T;
}

/**
 * A RAS security module: an ECMAScript module whose exports carry the names of the entry points of a Windows security
 * DLL. Both are needed (RAS-02).
 */
export interface RasSecurityModule {
  /**
   * A call arrived; start one transaction. Called once a call, before PPP (RAS-07). No further call is taken until it
   * has returned, so it starts its work and returns (RAS-08). The port and both buffers stay valid until the module calls
   * `complete` (RAS-12).
   *
   * @param sendBuffer what {@link SecurityPort.send} takes its bytes from; 1500 bytes unless the host says otherwise
   * @param receiveBuffer where {@link SecurityPort.receive} puts its bytes
   * @param complete RasSecurityDialogComplete: delivers the verdict, at any later time
   * @returns `NO_ERROR`, upon which `complete` is owed; any other code ends the call, and neither `complete` nor End
   *   follows (RAS-09, RAS-10)
   */
  RasSecurityDialogBegin(
    port: SecurityPort,
    sendBuffer: Uint8Array<ArrayBuffer>,
    receiveBuffer: Uint8Array<ArrayBuffer>,
    complete: RasSecurityDialogComplete,
  ): number | PromiseLike<number>;

  /**
   * Terminate one transaction: after every verdict, and without one where the line was lost, an administrator or a
   * limit ended the call, or the host stops (RAS-42, RAS-47).
   *
   * @returns nonzero, usually `ERROR_PORT_DISCONNECTED` (619), to terminate; it is no failure, also after a SUCCESS
   *   (RAS-43, RAS-46). `NO_ERROR` delays the termination until the module calls `complete` (RAS-44, RAS-50)
   */
  RasSecurityDialogEnd(port: SecurityPort): number | PromiseLike<number>;
}

/** RasSecurityDialogComplete: takes a verdict. Returns nothing and never throws (RAS-40). */
export type RasSecurityDialogComplete = (message: SecurityMessage) => void;

/** SECURITY_MESSAGE (Table R-1). */
export interface SecurityMessage {
  /** dwMsgId. */
  readonly msgId: typeof SECURITYMSG_SUCCESS | typeof SECURITYMSG_FAILURE | typeof SECURITYMSG_ERROR;
  /** hPort: the port, or its handle. Without it, the port with which this `complete` came. */
  readonly port?: SecurityPort | number;
  /** dwError: nonzero with SECURITYMSG_ERROR, absent or 0 with the others (RAS-37). */
  readonly error?: number;
  /** UserName: at most 256 characters; required with SUCCESS and FAILURE (RAS-38). */
  readonly userName?: string;
  /** Domain: at most 15 characters; required with SUCCESS and FAILURE, and may be empty. */
  readonly domain?: string;
}

/** RAS_SECURITY_INFO (Table R-2). */
export interface RasSecurityInfo {
  /** LastError: 0 the last receive ended, 600 (`PENDING`) it is outstanding, anything else why it failed. */
  lastError: number;
  /** BytesReceived: of the last receive, meaningful where `lastError` is 0. A time-out leaves 0 (RAS-24). */
  bytesReceived: number;
  /** DeviceName: at most 128 characters. */
  deviceName: string;
}

/** HPORT with the functions that a module may call on it. Every one returns a status number and never throws. */
export interface SecurityPort {
  /** The number of the handle: valid for this transaction only (RAS-11). */
  readonly handle: number;
  /** Aborted before End is called without a verdict (RAS-48): hand it to `fetch` and its like. */
  readonly signal: CallSignal;
  /** The module's own events. Never write what a caller typed. */
  readonly log: ModuleLog;
  readonly clock: Clock;
  /** What the administrator wrote for this module; undefined where there is nothing. */
  readonly settings: unknown;
  /** The size of the caller's window, where his line tells it: telnet does. Not a function of Windows. */
  readonly window: TerminalWindow | undefined;

  /**
   * RasSecurityDialogSend: transmits `length` bytes of the send buffer, as they are (RAS-20). It returns before they are on
   * the line; the order of several sends is kept (RAS-17).
   *
   * Without `length`, a text (UTF-8) or bytes of the module's own are copied through the send buffer, in as many parts as
   * they need (RAS-18).
   *
   * @returns `PENDING` (600) when accepted; 601, 606 or 618 where the port takes none (RAS-31); 610 for a foreign
   *   buffer, 632 for a length that is not between 1 and the size of the buffer; 616 for a second send without a receive
   *   on a strict host (RAS-21); 8 when too much is unsent
   */
  send(data: Uint8Array | string, length?: number): number;

  /**
   * RasSecurityDialogReceive: asks for bytes. When some arrive, or none did in time, or the line is lost, `length.value` is the
   * number of bytes in the buffer, {@link SecurityPort.getInfo} tells how it ended, and `event` is called, once (RAS-23).
   * What does not fit is kept for the next receive (RAS-26).
   *
   * @param buffer the receive buffer
   * @param length its size, or less
   * @param timeoutSeconds whole seconds; 0 waits without end (RAS-25)
   * @returns `PENDING` (600) when accepted; 601, 606 or 618 where the port takes none; 610 for a foreign buffer, 632 for
   *   a length outside of it, 616 while a receive is outstanding (RAS-28), 87 for an impossible timeout
   */
  receive(buffer: Uint8Array, length: Out<number>, timeoutSeconds: number, event: () => void): number;

  /** RasSecurityDialogGetInfo: fills `info`. @returns 0, or 601 when the transaction is over */
  getInfo(info: RasSecurityInfo): number;

  /**
   * Puts bytes back that were received but not used: the next receive gets them first, and after SUCCESS the stage that
   * follows. Not a function of Windows.
   *
   * @returns 0; 601, 606 or 618 where the port takes none; 632 when more would be kept than the type-ahead may hold
   */
  unread(bytes: Uint8Array): number;
}

/** The size of a terminal, in characters. */
export interface TerminalWindow {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The platform's `AbortSignal`; only its essence where neither the DOM's nor Node's types are there to describe it.
 */
export type CallSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : { readonly aborted: boolean; readonly reason: unknown };

/** Where a module tells what happened, under its own name. Fields must not hold secrets. */
export interface ModuleLog {
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warning(message: string, fields?: Readonly<Record<string, unknown>>): void;
  information(message: string, fields?: Readonly<Record<string, unknown>>): void;
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
