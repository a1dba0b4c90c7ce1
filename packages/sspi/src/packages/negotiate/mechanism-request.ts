import type { Clock, Log, Random } from "@sallyport/runtime";
import type { CallSignal } from "../../contract/call-signal.ts";
import type { CredentialRequest } from "../../contract/security-package.ts";

/** The wish for a Negotiate credential, as one mechanism sees it. */
export class MechanismRequest implements CredentialRequest {
  readonly #request: CredentialRequest;
  readonly #authData: unknown;

  constructor(request: CredentialRequest, authData: unknown) {
    this.#request = request;
    this.#authData = authData;
  }

  /** A getter: what shows in an inspection holds no password. */
  get authData(): unknown {
    return this.#authData;
  }

  get principal(): string | undefined {
    return this.#request.principal;
  }

  get use(): number {
    return this.#request.use;
  }

  get clock(): Clock {
    return this.#request.clock;
  }

  get random(): Random {
    return this.#request.random;
  }

  get log(): Log {
    return this.#request.log;
  }

  get environment(): Readonly<Record<string, string | undefined>> {
    return this.#request.environment;
  }

  get signal(): CallSignal {
    return this.#request.signal;
  }
}
