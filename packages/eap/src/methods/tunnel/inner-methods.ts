import { NO_ERROR } from "@sallyport/errors/win32";
import { type Log, silentLog } from "@sallyport/runtime";
import type { EapMethodRegistration } from "../../contract/registration.ts";
import { ERROR_AUTH_INTERNAL } from "../../contract/status-codes.ts";
import { type EapMethod, type EapMethodRegistry, openEapMethods } from "../../host/method-registry.ts";
import type { EapProvider } from "../../host/provider.ts";

/** What a tunnel method is told about the methods that run inside it. */
export interface InnerMethodOptions {
  /**
   * The inner methods, in the order in which the authenticator offers them and the peer prefers them. Those whose
   * RolesSupported says that they are not to be used inside PEAP are left out (EAP-87): among them the tunnels.
   */
  readonly methods?: readonly EapMethodRegistration[] | undefined;
  /** Where the inner methods' diagnostics go; nowhere by default. */
  readonly log?: Log | undefined;
  /** Packets of the peer that an inner method may accept, 1 to 1000; 50 by default (EAP-90). */
  readonly maxInnerRounds?: number | undefined;
}

/** The methods inside a tunnel: opened when the tunnel method is initialized, closed with it (EAP-04). */
export class InnerMethods {
  readonly log: Log;
  readonly provider: EapProvider | undefined;
  readonly maxRounds: number;
  readonly #registrations: readonly EapMethodRegistration[];
  #registry: EapMethodRegistry | undefined;
  #users = 0;

  /**
   * @param provider verifies passwords for inner methods that ask for it (EAP-50)
   * @throws {RangeError} when an option is out of its range
   */
  constructor(options: InnerMethodOptions, provider: EapProvider | undefined) {
    const { methods = [], log = silentLog, maxInnerRounds = 50 } = options;
    if (!(Number.isInteger(maxInnerRounds) && maxInnerRounds >= 1 && maxInnerRounds <= 1_000)) {
      throw new RangeError(`maxInnerRounds must be 1 to 1000, not ${maxInnerRounds}`);
    }
    this.log = log;
    this.provider = provider;
    this.maxRounds = maxInnerRounds;
    this.#registrations = methods;
  }

  /** RasEapInitialize of the tunnel method: several hosts may have it open. */
  async initialize(initialize: boolean): Promise<number> {
    if (initialize) {
      this.#users += 1;
      this.#registry ??= await openEapMethods(this.#registrations, { log: this.log });
      return NO_ERROR;
    }
    if (this.#users === 0) return ERROR_AUTH_INTERNAL;
    this.#users -= 1;
    if (this.#users > 0) return NO_ERROR;
    await this.#registry?.close();
    this.#registry = undefined;
    return NO_ERROR;
  }

  /** Those that may be used inside a tunnel. */
  usable(role: "authenticator" | "peer"): readonly EapMethod[] {
    return this.#registry?.usable({ role, inside: "peap" }) ?? [];
  }
}
