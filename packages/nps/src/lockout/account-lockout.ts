import { foldCase } from "@sallyport/accounts";
import type { Cancel, Clock, Log, Milliseconds } from "@sallyport/runtime";
import { ratStrippedUserName } from "../contract/attribute-types.ts";
import { rcAccessAccept } from "../contract/constants.ts";
import { eventSource, NpsEvent } from "../events.ts";
import { Reason } from "../reason.ts";
import type { NpsRequest } from "../request.ts";

export interface AccountLockoutOptions {
  /** `MaxDenials` of the Windows registry: after so many wrong passwords in a row an account is locked. */
  readonly maxDenials: number;
  /** `ResetTime (mins)`, here in milliseconds: for so long an account is locked, and wrong passwords count. Default 48 hours. */
  readonly resetTimeMs?: Milliseconds | undefined;
}

/** How many accounts with wrong passwords are remembered; beyond it the one whose first wrong password is oldest is forgotten. */
const mostAccounts = 10_000;

interface Denials {
  count: number;
  readonly forget: Cancel;
}

/**
 * The remote access account lockout of Windows: after too many wrong passwords an account is refused with reason 64, even with the
 * right password, until its time is over (6279, 6280). Only accounts that exist are counted, so that invented names fill nothing.
 */
export class AccountLockout {
  readonly #maxDenials: number;
  readonly #resetTime: Milliseconds;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #denials = new Map<string, Denials>();

  /** @throws {RangeError} when `maxDenials` is no whole number of at least 1 */
  constructor({ maxDenials, resetTimeMs = 48 * 3_600_000 }: AccountLockoutOptions, clock: Clock, log: Log) {
    if (!Number.isSafeInteger(maxDenials) || maxDenials < 1) {
      throw new RangeError(`maxDenials must be a whole number of at least 1, found ${maxDenials}`);
    }
    this.#maxDenials = maxDenials;
    this.#resetTime = resetTimeMs;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Looks at what the verification of an account's password came to. It is to be called after the verification, so that a locked
   * account takes as long as any other.
   */
  verified(request: NpsRequest): void {
    const name = request.attributes.first(ratStrippedUserName)?.text;
    if (name === undefined || request.account === undefined) return;
    const accepted = request.responseType === rcAccessAccept;
    if (!accepted && request.reason !== Reason.CredentialsMismatch) return;
    if (!this.passwordTried(name, accepted)) return;
    request.trace.step("Account lockout", "the account is locked out");
    request.reject(Reason.DialInLockedOut);
  }

  /**
   * Counts a password that was tried outside of a request, so that one account has one count. To be called after the
   * verification, right or wrong.
   *
   * @param name `DOMAIN\user`, in any case, of an account that exists
   * @returns whether the account is locked out: then it is to be refused, even with the right password
   *
   * @example
   * ```ts
   * import type { AccountLockout } from "@sallyport/nps";
   *
   * export function mayEnter(lockout: AccountLockout, name: string, isRight: boolean): boolean {
   *   return !lockout.passwordTried(name, isRight) && isRight;
   * }
   * ```
   */
  passwordTried(name: string, isRight: boolean): boolean {
    const key = foldCase(name);
    const denials = this.#denials.get(key);
    if (denials !== undefined && denials.count >= this.#maxDenials) return true;
    if (isRight) {
      denials?.forget();
      this.#denials.delete(key);
    } else {
      this.#deny(key, name, denials);
    }
    return false;
  }

  /** Forgets everything and ends the timers. */
  close(): void {
    for (const { forget } of this.#denials.values()) forget();
    this.#denials.clear();
  }

  #deny(key: string, name: string, before: Denials | undefined): void {
    before?.forget();
    this.#denials.delete(key);
    if (this.#denials.size >= mostAccounts) this.#forgetOldest();
    const count = (before?.count ?? 0) + 1;
    const locked = count >= this.#maxDenials;
    const forget = this.#clock.after(this.#resetTime, () => {
      this.#denials.delete(key);
      if (locked) this.#tell(NpsEvent.AccountUnlocked, name, "is unlocked: its time is over");
    });
    this.#denials.set(key, { count, forget });
    if (locked) this.#tell(NpsEvent.AccountLocked, name, `is locked out after ${count} wrong passwords`);
  }

  #forgetOldest(): void {
    for (const [key, { forget }] of this.#denials) {
      forget();
      this.#denials.delete(key);
      return;
    }
  }

  #tell(id: number, name: string, words: string): void {
    this.#log.write({
      source: eventSource,
      id,
      severity: id === NpsEvent.AccountLocked ? "audit-failure" : "audit-success",
      message: `the account ${JSON.stringify(name)} ${words}`,
      fields: { FullyQualifiedSubjectUserName: name },
    });
  }
}
