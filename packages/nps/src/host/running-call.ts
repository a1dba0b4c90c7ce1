import type { CallSignal, ExtensionCall, ExtensionLog } from "../contract/extension-module.ts";
import type { CallCompatibility, CallScope } from "./attribute-array.ts";

/** One call of a module, from its begin until it returned, its promise settled, or the host gave up on it. */
export class RunningCall implements ExtensionCall, CallScope {
  readonly log: ExtensionLog;
  readonly rawErrorCodes: boolean;
  readonly littleEndianAddresses: boolean;
  #live = true;
  #aborted: Error | undefined;
  #controller: AbortController | undefined;

  constructor(log: ExtensionLog, compatibility: Partial<CallCompatibility> = {}) {
    this.log = log;
    this.rawErrorCodes = compatibility.rawErrorCodes ?? false;
    this.littleEndianAddresses = compatibility.littleEndianAddresses ?? false;
  }

  get live(): boolean {
    return this.#live;
  }

  /** Made when a module asks for it: most calls return before anybody could abort them. */
  get signal(): CallSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  end(): void {
    this.#live = false;
  }

  abort(reason: Error): void {
    this.#live = false;
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }
}
