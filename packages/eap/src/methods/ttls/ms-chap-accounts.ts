/** An answer to a challenge of MS-CHAP, version 1 (RFC 2433). The arrays are valid until the verdict is there. */
export interface MsChapLogonAnswer {
  /** The inner User-Name, by which the account is looked up. */
  readonly identity: string;
  /** 8 octets. */
  readonly challenge: Uint8Array;
  /** 24 octets. */
  readonly ntResponse: Uint8Array;
  /** Whether the NT response is the one that counts: false for an answer of LAN Manager alone. */
  readonly useNtResponse: boolean;
  /** A password that a module of the server brought for this user (NPS-66): it counts instead of the account's. */
  readonly suppliedPassword?: Uint8Array | undefined;
}

/** Who knows the passwords for MS-CHAP, version 1; `verifyMsChap` of `@sallyport/accounts` does the work. */
export interface MsChapAccounts {
  /**
   * Verifies an answer, equally long whether the account exists or not.
   *
   * @returns 0, or a status code: 691, 647 ...
   */
  verify(answer: MsChapLogonAnswer): number | PromiseLike<number>;
}
