import type { Clock, Log, Random } from "@sallyport/runtime";
import type { CallSignal } from "../contract/call-signal.ts";
import type { PackageCall } from "../contract/security-package.ts";
import type { Core } from "./core.ts";

/** What a package is given of a call: the provider's clock, numbers and log, and a signal when it asks for one. */
export class CallView implements PackageCall {
  readonly #core: Core;
  #controller: AbortController | undefined;
  #cutReason: Error | undefined;
  #whenTaken: (() => void) | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  get clock(): Clock {
    return this.#core.clock;
  }

  get random(): Random {
    return this.#core.random;
  }

  get log(): Log {
    return this.#core.log;
  }

  get environment(): Readonly<Record<string, string | undefined>> {
    return this.#core.environment;
  }

  get signal(): CallSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cutReason !== undefined) this.#controller.abort(this.#cutReason);
      this.#whenTaken?.();
    }
    return this.#controller.signal;
  }

  /** Whether the package has taken the signal of a call: it can be cut off. */
  static isInterruptible(view: CallView): boolean {
    return view.#controller !== undefined;
  }

  /** Runs `fn` when the package takes the signal. */
  static whenTaken(view: CallView, fn: () => void): void {
    view.#whenTaken = fn;
  }

  static abort(view: CallView, reason: Error): void {
    view.#cutReason = reason;
    view.#controller?.abort(reason);
  }
}
