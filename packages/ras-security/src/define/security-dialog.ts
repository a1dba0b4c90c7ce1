import { ERROR_AUTHENTICATION_FAILURE, ERROR_SMM_TIMEOUT, PENDING } from "@sallyport/errors/ras";
import type { Clock } from "@sallyport/runtime";
import type { CallSignal, ModuleLog, SecurityPort } from "../contract/security-module.ts";
import { DialogEndedError } from "./dialog-ended.ts";
import type { DialogVerdict } from "./dialog-verdict.ts";
import { type Echo, LineEditor } from "./line-editor.ts";

export interface AskOptions {
  /** What the caller sees of his answer: it (true, the default), stars (`"*"`), or nothing (false). */
  readonly echo?: Echo;
  /** How long the whole answer may take, in whole seconds. Default: as long as the caller goes on typing. */
  readonly timeoutSeconds?: number;
  /** The longest answer in bytes, 1 to 4 096. Default 256. */
  readonly maxLength?: number;
  /** Whether an empty line is an answer. Default false: the prompt is repeated. */
  readonly allowEmpty?: boolean;
}

export interface DialogLimits {
  /** How long the caller may type nothing, in whole seconds; 0 for no limit. */
  readonly idleSeconds: number;
  /** How often a prompt is repeated for empty lines, and a menu for wrong ones. */
  readonly maxRepeats: number;
}

/** A dialog with one caller: the functions of the port as questions and answers. One question at a time. */
export class SecurityDialog {
  readonly #port: SecurityPort;
  readonly #receiveBuffer: Uint8Array<ArrayBuffer>;
  readonly #limits: DialogLimits;
  readonly #editor = new LineEditor();
  /** What was received and belongs to a later question. */
  #unused: Uint8Array = new Uint8Array(0);
  #userName = "";
  #domain = "";
  /** Work for the end; undefined once that has begun. */
  #endWork: (() => Promise<void>)[] | undefined = [];

  constructor(port: SecurityPort, receiveBuffer: Uint8Array<ArrayBuffer>, limits: DialogLimits) {
    this.#port = port;
    this.#receiveBuffer = receiveBuffer;
    this.#limits = limits;
  }

  /** Aborted when the call ends without a verdict: hand it to `fetch`. */
  get signal(): CallSignal {
    return this.#port.signal;
  }

  /** The module's own events. Never write what a caller typed. */
  get log(): ModuleLog {
    return this.#port.log;
  }

  get clock(): Clock {
    return this.#port.clock;
  }

  /** What the administrator wrote for this module. */
  get settings(): unknown {
    return this.#port.settings;
  }

  /** The friendly name of the port. */
  get deviceName(): string {
    const info = { lastError: 0, bytesReceived: 0, deviceName: "" };
    this.#port.getInfo(info);
    return info.deviceName;
  }

  /** Shows a text. `\n` becomes the CR LF that terminals want. */
  tell(text: string): void {
    if (text !== "") this.#send(text);
  }

  /**
   * Shows a prompt and resolves to the line that the caller types, without its end.
   *
   * @throws {DialogEndedError} when the caller takes too long, presses only Enter too often, or is gone
   */
  async ask(prompt: string, options: AskOptions = {}): Promise<string> {
    const { echo = true, timeoutSeconds, maxLength = 256, allowEmpty = false } = options;
    const deadline =
      timeoutSeconds === undefined ? undefined : this.clock.monotonic() + timeoutSeconds * 1_000;
    this.tell(prompt);
    for (let repeats = 0; ; ) {
      const bytes = await this.#nextBytes(deadline);
      const { used, echo: shown, line } = this.#editor.type(bytes, { echo, maxLength });
      this.#unused = bytes.subarray(used);
      const again = line === "" && !allowEmpty;
      if (again && repeats++ >= this.#limits.maxRepeats) throw attempts();
      this.#sendBytes(shown, again ? prompt : "");
      if (line !== undefined && !again) return line;
    }
  }

  /**
   * Lets the caller choose by number or by name, and resolves to the name.
   *
   * @param choices names, each with what the caller reads
   * @throws {DialogEndedError} as `ask`, and after too many wrong choices
   */
  async menu<Name extends string>(
    title: string,
    choices: Readonly<Record<Name, string>>,
    options: AskOptions & { readonly prompt?: string } = {},
  ): Promise<Name> {
    const names = Object.keys(choices) as Name[];
    const width = String(names.length).length;
    const lines = names.map((name, index) => `  ${String(index + 1).padStart(width)}  ${choices[name]}\n`);
    this.tell(`${title}\n${lines.join("")}`);
    for (let repeats = 0; repeats <= this.#limits.maxRepeats; repeats++) {
      const answer = (await this.ask(options.prompt ?? "Choice: ", options)).trim();
      const chosen = /^\d+$/.test(answer)
        ? names[Number(answer) - 1]
        : names.find((name) => name.toLowerCase() === answer.toLowerCase());
      if (chosen !== undefined) return chosen;
      this.tell(`Please choose 1 to ${names.length}.\n`);
    }
    throw attempts();
  }

  /**
   * Shows a long text page by page. Any key goes on; `q` ends it. `rows` is the height of the caller's window where the
   * line tells it, else 24.
   *
   * @returns false where the caller did not want to see all of it
   */
  async page(
    text: string,
    options: { readonly rows?: number; readonly prompt?: string } = {},
  ): Promise<boolean> {
    const { rows = this.#port.window?.rows || 24, prompt = "-- more --" } = options;
    const lines = text.replace(/\n$/, "").split("\n");
    const size = Math.max(1, rows - 1);
    for (let at = 0; at < lines.length; at += size) {
      this.tell(`${lines.slice(at, at + size).join("\n")}\n`);
      if (at + size >= lines.length) return true;
      this.tell(prompt);
      const key = await this.#key();
      this.tell(`\r${" ".repeat(prompt.length)}\r`);
      if (key === "q" || key === "Q" || key === "\u0003") return false;
    }
    return true;
  }

  /**
   * Tries something up to `attempts` times until it gives a value; `again` is shown between.
   *
   * @returns undefined when no attempt gave one
   */
  async retry<Value>(
    options: { readonly attempts: number; readonly again?: string },
    attempt: (number: number) => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    for (let number = 1; number <= options.attempts; number++) {
      const value = await attempt(number);
      if (value !== undefined) return value;
      if (number < options.attempts) this.tell(options.again ?? "");
    }
    return undefined;
  }

  /**
   * Registers work for the end of the dialog, however that comes: after the verdict, or when the line is lost. Until the
   * work is done, the next stage does not begin, and the port is not free (RAS-44); the host bounds how long (RAS-53).
   * What it throws is logged, and changes no verdict. Work that is registered after the end runs, and delays nothing.
   */
  delayEnd(work: () => Promise<void>): void {
    if (this.#endWork === undefined) void this.#finish(work);
    else this.#endWork.push(work);
  }

  /** What {@link delayEnd} has registered, one after the other; undefined where there is nothing. For the module's end. */
  endWork(): Promise<void> | undefined {
    const work = this.#endWork ?? [];
    this.#endWork = undefined;
    if (work.length === 0) return undefined;
    return work.reduce((before, next) => before.then(() => this.#finish(next)), Promise.resolve());
  }

  /** Says who the caller claims to be, for the events of a dialog that ends without a verdict of its own. */
  identify(userName: string, domain = ""): void {
    this.#userName = userName;
    this.#domain = domain;
  }

  /** SECURITYMSG_SUCCESS: the caller goes on to the next stage. */
  accept(userName: string = this.#userName, domain: string = this.#domain): DialogVerdict {
    return { kind: "accept", userName, domain };
  }

  /** SECURITYMSG_FAILURE: the caller is told `message`, and hung up. */
  refuse(
    userName: string = this.#userName,
    domain: string = this.#domain,
    options: { readonly message?: string } = {},
  ): DialogVerdict {
    return { kind: "refuse", userName, domain, message: options.message };
  }

  /** SECURITYMSG_ERROR: the module cannot decide. @param error a code of winerror.h or raserror.h */
  fail(error: number): DialogVerdict {
    return { kind: "fail", error };
  }

  /** What the caller typed beyond the last answer: it belongs to the next stage. */
  takeUnused(): Uint8Array {
    const unused = this.#unused;
    this.#unused = new Uint8Array(0);
    const { used } = this.#editor.skipLineEnd(unused);
    return unused.subarray(used);
  }

  async #finish(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.log.error(`the work at the end of the dialog failed: ${why}`, { error });
    }
  }

  async #key(): Promise<string> {
    for (;;) {
      const bytes = await this.#nextBytes(undefined);
      const { used, key } = this.#editor.key(bytes);
      this.#unused = bytes.subarray(used);
      if (key !== undefined) return key;
    }
  }

  async #nextBytes(deadline: number | undefined): Promise<Uint8Array> {
    if (this.#unused.length > 0) return this.#unused;
    const isLate = deadline !== undefined && this.clock.monotonic() >= deadline;
    const bytes = isLate ? this.#unused : await this.#receive(this.#timeout(deadline));
    if (bytes.length > 0) return bytes;
    throw new DialogEndedError("timeout", ERROR_SMM_TIMEOUT);
  }

  /** Whole seconds, at least one; 0 for no limit. */
  #timeout(deadline: number | undefined): number {
    const { idleSeconds } = this.#limits;
    if (deadline === undefined) return idleSeconds;
    const left = Math.max(1, Math.ceil((deadline - this.clock.monotonic()) / 1_000));
    return idleSeconds === 0 ? left : Math.min(idleSeconds, left);
  }

  #receive(timeoutSeconds: number): Promise<Uint8Array> {
    const length = { value: this.#receiveBuffer.length };
    return new Promise((resolve, reject) => {
      const status = this.#port.receive(this.#receiveBuffer, length, timeoutSeconds, () => {
        const info = { lastError: 0, bytesReceived: 0, deviceName: "" };
        const error = this.#port.getInfo(info) || info.lastError;
        if (error !== 0) reject(new DialogEndedError("disconnected", error));
        else resolve(this.#receiveBuffer.slice(0, length.value));
      });
      if (status !== PENDING) reject(new DialogEndedError("disconnected", status));
    });
  }

  #sendBytes(bytes: Uint8Array, text: string): void {
    if (bytes.length === 0 && text === "") return;
    const encoded = new TextEncoder().encode(withLineEnds(text));
    const all = new Uint8Array(bytes.length + encoded.length);
    all.set(bytes);
    all.set(encoded, bytes.length);
    this.#port.send(all);
  }

  #send(text: string): void {
    this.#sendBytes(new Uint8Array(0), text);
  }
}

function attempts(): DialogEndedError {
  return new DialogEndedError("attempts", ERROR_AUTHENTICATION_FAILURE);
}

function withLineEnds(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}
