import { NO_ERROR } from "@sallyport/errors/win32";
import { type Cancel, isThenable, type Milliseconds } from "@sallyport/runtime";
import type { EapSignal, Out, PppEapInput } from "../contract/ppp-eap.ts";
import { ERROR_AUTH_INTERNAL, ERROR_PPP_REMOTE_TERMINATED } from "../contract/status-codes.ts";
import type {
  AuthenticatorEffect,
  CommonEffect,
  EapOutcome,
  PeerEffect,
  SendEffect,
} from "../engine/effects.ts";
import type { MethodSession } from "../engine/method-session.ts";
import { EapEvent } from "../events.ts";
import { type BeginFacts, BeginInput } from "./begin-input.ts";
import { boundedCall, givenUp } from "./bounded-call.ts";
import { type CallStatus, returnedStatus, thrownStatus } from "./call-status.ts";
import { logCall, logDiagnostic } from "./diagnostics.ts";
import { lendAttributes, lentCopy, overwriteLent } from "./lent-buffers.ts";
import { MessageOutput, unusableField } from "./message-output.ts";
import type { EapMethod } from "./method-registry.ts";
import type { EapHostOptions } from "./options.ts";
import { checkPacketSize, defaultPacketSize } from "./packet-size.ts";
import { giveBackSendBuffer, takeSendBuffer } from "./send-buffers.ts";

const defaultCallTimeout: Milliseconds = 60_000;
const defaultWarnTime: Milliseconds = 100;
/** A method that never stops to report fills no memory. */
const mostFacts = 32;

/**
 * Carries out what an engine wants: calls the method's functions in order, waits where one returned a promise, runs
 * the timer, and tells the outside. Whatever a method does ends in a status; nothing it throws comes out.
 */
export abstract class SessionHost {
  protected readonly options: EapHostOptions;
  protected abstract readonly engine: MethodSession<AuthenticatorEffect> | MethodSession<PeerEffect>;
  #method: EapMethod | undefined;
  #workBuffer: unknown = null;
  #facts: Readonly<Record<string, string>> | undefined;
  #outcome: EapOutcome | undefined;
  /** Settles when no call is outstanding any more. */
  #running: Promise<void> | undefined;
  #settled: () => void = () => {};
  /** Promises that are waited for. */
  #outstanding = 0;
  /** Ends the wait for the call that is outstanding. */
  #giveUp: (() => void) | undefined;
  #controller: AbortController | undefined;
  #aborted = false;
  #cancelTimer: Cancel | undefined;
  #timerDue: Milliseconds | undefined;

  constructor(options: EapHostOptions) {
    checkPacketSize(options.maxPacketSize ?? defaultPacketSize);
    this.options = options;
  }

  /** How the session ended; undefined while it goes on. */
  get outcome(): EapOutcome | undefined {
    return this.#outcome;
  }

  /** The type of the method that runs, or ran last. */
  get method(): EapMethod | undefined {
    return this.#method;
  }

  /**
   * Takes what arrived from the other side. The octets must stay as they are until the call returned or, where it
   * returned a promise, that has settled.
   *
   * @returns undefined when everything that followed is done; a promise of that when a module returned one
   */
  receive(packet: Uint8Array): Promise<void> | undefined {
    return this.perform(this.engine.receive(packet, this.now()));
  }

  /**
   * The line is lost, or the host stops: what a module does is aborted, then its end is called (EAP-91).
   *
   * @param code how the session ends, 719 by default
   */
  stop(code: number = ERROR_PPP_REMOTE_TERMINATED): Promise<void> | undefined {
    return this.perform(this.engine.stop(code, this.now()));
  }

  /** What the method that runs, or ran last, told of its session. */
  get facts(): Readonly<Record<string, string>> | undefined {
    return this.#facts;
  }

  /** Aborted when the session is over. Made when somebody asks for it: most methods never do. */
  protected get signal(): EapSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  protected now(): Milliseconds {
    return this.options.clock.monotonic();
  }

  protected perform(effects: readonly EapEffect[]): Promise<void> | undefined {
    let current = effects;
    while (current.length > 0) {
      let following: Following;
      for (const effect of current) following = this.#carryOut(effect) ?? following;
      if (following === undefined) break;
      if (isThenable(following)) {
        this.#track(following.then((next) => void this.perform(next)));
        break;
      }
      current = following;
    }
    this.#arm();
    return this.#running;
  }

  /** Has `receive` and its like wait for something, too. */
  #track(promise: PromiseLike<void>): void {
    this.#outstanding += 1;
    this.#running ??= new Promise((resolve) => {
      this.#settled = resolve;
    });
    void promise.then(() => {
      this.#outstanding -= 1;
      if (this.#outstanding > 0) return;
      this.#running = undefined;
      this.#settled();
    });
  }

  protected abstract sendEvent(effect: SendEffect): void;
  protected abstract finishedEvent(outcome: EapOutcome): void;
  /** An effect that only one role has. */
  protected abstract carryOutOwn(effect: OwnEffect): Following;
  /** What is special about begin in a role. */
  protected abstract beginFacts(method: EapMethod): BeginFacts;
  /** What a role adds to the input of MakeMessage. */
  protected abstract withOwnInput(input: PppEapInput): PppEapInput;
  protected abstract afterBegin(): void;

  /** Calls a receiver of this package's events; what it throws is logged, for there is nobody else to tell. */
  protected tell(event: () => void): void {
    try {
      event();
    } catch (error) {
      this.report(EapEvent.ReceiverFailed, `a receiver of events ${thrownStatus(error).reason}`);
    }
  }

  protected report(event: EapEvent, what: string, severity: "error" | "warning" | "debug" = "error"): void {
    logCall(this.options.log, event, severity, this.#method?.name ?? "(none)", what);
  }

  /** Waits for a module's promise, no longer than allowed and no longer than the session goes on. */
  protected awaited(promise: PromiseLike<unknown>, what: string): Promise<CallStatus> {
    return this.#bounded(promise, what, (giveUp) => {
      this.#giveUp = giveUp;
    });
  }

  #bounded(
    promise: PromiseLike<unknown>,
    what: string,
    registered: (giveUp: (() => void) | undefined) => void,
  ): Promise<CallStatus> {
    const { clock, callTimeoutMs = defaultCallTimeout } = this.options;
    const late = (): void =>
      this.report(EapEvent.CallTooLong, `${what} did not settle within ${callTimeoutMs} ms`);
    return boundedCall(promise, { clock, callTimeoutMs, late, registered });
  }

  #carryOut(effect: EapEffect): Following {
    switch (effect.kind) {
      case "make-message":
        return this.#makeMessage(effect.received, effect.input);
      case "send":
        this.tell(() => this.sendEvent(effect));
        return undefined;
      case "begin":
        return this.#begin(effect);
      case "end":
        this.#end();
        return undefined;
      case "finished":
        this.#finished(effect.outcome);
        return undefined;
      case "diagnostic":
        logDiagnostic(this.options.log, effect, this.#method?.name ?? "(none)");
        return undefined;
      default:
        return this.carryOutOwn(effect);
    }
  }

  #keepFacts(facts: Readonly<Record<string, string>>): void {
    const texts = Object.entries({ ...this.#facts, ...facts }).filter(
      ([, value]) => typeof value === "string",
    );
    this.#facts = Object.fromEntries(texts.slice(0, mostFacts));
  }

  #begin(effect: Extract<CommonEffect, { readonly kind: "begin" }>): Following {
    const method = this.options.methods[effect.method];
    if (method === undefined) return this.engine.methodBegun(ERROR_AUTH_INTERNAL, this.now());
    this.#method = method;
    this.#workBuffer = null;
    this.#facts = undefined;
    const { begin } = method;
    if (begin === null) {
      this.afterBegin();
      return this.engine.methodBegun(NO_ERROR, this.now());
    }
    const work: Out<unknown> = { value: null };
    const lent: Uint8Array[] = [];
    const input = new BeginInput(effect, this.#beginFacts(method, lent), this.options, {
      sendPacketSize: this.options.maxPacketSize ?? defaultPacketSize,
      signal: () => this.signal,
      report: (facts) => this.#keepFacts(facts),
    });
    const begun = ({ status, reason }: CallStatus): readonly EapEffect[] => {
      overwriteLent(lent);
      this.afterBegin();
      if (status !== NO_ERROR) this.report(EapEvent.MethodFailed, `RasEapBegin ${reason}`);
      else if (this.#outcome === undefined) this.#workBuffer = work.value;
      else this.#callEnd(method, work.value);
      return this.engine.methodBegun(status, this.now());
    };
    try {
      const returned = begin(work, input);
      if (!isThenable(returned)) return begun(returnedStatus(returned));
      return this.awaited(returned, "RasEapBegin").then((settled) => {
        if (settled === givenUp) this.#endLateBegin(returned, method, work);
        return begun(settled);
      });
    } catch (error) {
      return begun(thrownStatus(error));
    }
  }

  /** EAP-08: a begin that succeeds after its session was given up has its end, too. */
  #endLateBegin(returned: PromiseLike<number>, method: EapMethod, work: Out<unknown>): void {
    returned.then(
      (code) => {
        if (code === NO_ERROR) this.#callEnd(method, work.value);
      },
      () => undefined,
    );
  }

  /** EAP-10: where that is tested, begin gets copies. */
  #beginFacts(method: EapMethod, lent: Uint8Array[]): BeginFacts {
    const facts = this.beginFacts(method);
    if (this.options.conformance?.overwriteBuffers !== true) return facts;
    const lend = (bytes: Uint8Array | null): Uint8Array | null =>
      bytes === null ? null : lentCopy(bytes, lent);
    return {
      ...facts,
      userAttributes: lendAttributes(facts.userAttributes, lent),
      connectionData: lend(facts.connectionData),
      userData: lend(facts.userData),
    };
  }

  #makeMessage(received: Uint8Array | null, given: PppEapInput): Following {
    const { clock, conformance, maxPacketSize = defaultPacketSize } = this.options;
    const makeMessage = this.#method?.makeMessage;
    if (makeMessage === undefined) return undefined;
    const sendPacket = takeSendBuffer(maxPacketSize);
    const output = new MessageOutput();
    let packet = received;
    let input: PppEapInput | null = this.withOwnInput(given);
    let lent: Uint8Array[] | undefined;
    if (conformance !== undefined) {
      lent = [];
      if (conformance.overwriteBuffers === true) {
        if (packet !== null) packet = lentCopy(packet, lent);
        if (input.userAttributes !== undefined) {
          input = { ...input, userAttributes: lendAttributes(input.userAttributes, lent) };
        }
      }
      if (conformance.nullInput === true && Object.keys(input).length === 0) input = null;
    }
    const started = clock.monotonic();
    let status: number;
    try {
      const returned = makeMessage(this.#workBuffer, packet, sendPacket, output, input);
      if (isThenable(returned)) {
        return this.awaited(returned, "RasEapMakeMessage").then((settled) => {
          this.#afterCall(input, lent);
          this.#reportFailure(settled);
          const code = this.#checked(settled.status, output);
          return this.engine.methodReturned(code, output, sendPacket, this.now());
        });
      }
      status =
        typeof returned === "number" && returned >>> 0 === returned ? returned : this.#nonsense(returned);
    } catch (error) {
      const thrown = thrownStatus(error);
      this.#reportFailure(thrown);
      status = thrown.status;
    }
    const now = clock.monotonic();
    if (now - started >= (this.options.makeMessageWarnMs ?? defaultWarnTime)) {
      const took = Math.round(now - started);
      this.report(EapEvent.CallTooLong, `RasEapMakeMessage blocked the engine for ${took} ms`, "warning");
    }
    this.#afterCall(input, lent);
    const effects = this.engine.methodReturned(this.#checked(status, output), output, sendPacket, now);
    giveBackSendBuffer(sendPacket);
    return effects;
  }

  /** 645 instead of success when the output cannot be used. */
  #checked(status: number, output: MessageOutput): number {
    if (status !== NO_ERROR) return status;
    const field = unusableField(output);
    if (field === undefined) return NO_ERROR;
    this.report(EapEvent.MethodFailed, `RasEapMakeMessage filled ${field} with something else`);
    return ERROR_AUTH_INTERNAL;
  }

  #nonsense(returned: unknown): number {
    const settled = returnedStatus(returned);
    this.#reportFailure(settled);
    return settled.status;
  }

  /** Only what the status number alone does not tell: the engine reports that. */
  #reportFailure({ reason }: CallStatus): void {
    if (!reason.startsWith("returned ") || reason.startsWith("returned no")) {
      this.report(EapEvent.MethodFailed, `RasEapMakeMessage ${reason}`);
    }
  }

  /** EAP-67: the dialog's data are gone; EAP-10: so is everything else where that is tested. */
  #afterCall(input: PppEapInput | null, lent: Uint8Array[] | undefined): void {
    input?.dataFromInteractiveUI?.fill(0);
    if (lent !== undefined) overwriteLent(lent);
  }

  #end(): void {
    const method = this.#method;
    const workBuffer = this.#workBuffer;
    this.#workBuffer = null;
    if (this.#giveUp !== undefined) {
      this.#abort();
      this.#giveUp();
    }
    if (method !== undefined) this.#callEnd(method, workBuffer);
  }

  #callEnd(method: EapMethod, workBuffer: unknown): void {
    const { end } = method;
    if (end === null) return;
    const ended = ({ status, reason }: CallStatus): void => {
      if (status !== NO_ERROR) {
        logCall(this.options.log, EapEvent.MethodFailed, "warning", method.name, `RasEapEnd ${reason}`);
      }
    };
    try {
      const returned = end(workBuffer);
      if (isThenable(returned)) this.#track(this.#bounded(returned, "RasEapEnd", () => {}).then(ended));
      else ended(returnedStatus(returned));
    } catch (error) {
      ended(thrownStatus(error));
    }
  }

  #abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }

  #finished(outcome: EapOutcome): void {
    this.#outcome = outcome;
    this.#abort();
    this.#giveUp?.();
    this.tell(() => this.finishedEvent(outcome));
  }

  /** Keeps one timer for the engine's deadline. */
  #arm(): void {
    const due = this.engine.deadline;
    if (due === this.#timerDue) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerDue = due;
    if (due === undefined) return;
    this.#cancelTimer = this.options.clock.after(due - this.now(), () => {
      this.#timerDue = undefined;
      this.#cancelTimer = undefined;
      this.perform(this.engine.expire(this.now()))?.catch(() => undefined);
      this.#arm();
    });
  }
}

/** What any engine wants done. */
export type EapEffect = AuthenticatorEffect | PeerEffect;

/** What only one of the engines wants done. */
export type OwnEffect = Exclude<EapEffect, CommonEffect>;

/** What carrying out an effect leads to. */
export type Following = readonly EapEffect[] | PromiseLike<readonly EapEffect[]> | undefined;
