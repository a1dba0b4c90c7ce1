import type { Milliseconds } from "@sallyport/runtime";

/** A secret that shows nothing of itself until it is asked; `Secret` of `@sallyport/crypto` is one. */
export interface NtlmSecret {
  reveal(): Uint8Array;
}

/** Somebody who may log on. An `Account` of `@sallyport/accounts` is one. */
export interface NtlmAccount {
  /** As it is spelled in its source. */
  readonly name: string;
  /** The NetBIOS domain; left out where the source knows none. */
  readonly domain?: string;
  /** How the password is kept. Without an NT hash of 16 bytes nobody can log on with NTLM. */
  readonly password: { readonly form?: string; readonly ntHash?: NtlmSecret };
  /** Group names, which the identity of the client tells. */
  readonly groups?: readonly string[];
  /** False: the account exists and is not to be used. */
  readonly enabled?: boolean;
  /** From this moment on it is not to be used. */
  readonly expires?: Date;
  /** From this moment on its password has to be changed first. */
  readonly passwordExpires?: Date;
  /** When in the week it may be used. Takes a {@link NtlmLogonOptions.restriction}, or the account is refused. */
  readonly logonHours?: unknown;
}

/** Where accounts come from. An `AccountSource` of `@sallyport/accounts` is one. */
export interface NtlmAccounts {
  /**
   * The account with this identity, undefined when there is none. `domain` is as the client sent it, empty for the server's
   * own. Throws, or rejects, only when the source itself fails: the client is then told SEC_E_NO_AUTHENTICATING_AUTHORITY.
   */
  find(identity: {
    readonly domain: string;
    readonly name: string;
  }): NtlmAccount | undefined | PromiseLike<NtlmAccount | undefined>;
}

/** What decides about accounts besides their password. */
export interface NtlmLogonOptions {
  /** Whether an account with an empty password may log on. Default false. */
  readonly allowEmptyPasswords?: boolean | undefined;
  /**
   * Why an account is not to be used now although the password was right, undefined when it is; `accountRestriction` of
   * `@sallyport/accounts` fits. Default: `enabled`, `expires` and `passwordExpires` count, and who has `logonHours` is refused.
   */
  readonly restriction?: ((account: never, now: Milliseconds) => string | undefined) | undefined;
}
