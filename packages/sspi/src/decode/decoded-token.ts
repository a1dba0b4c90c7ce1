/** What a token is. */
export type TokenKind =
  | "spnego-init"
  | "spnego-response"
  | "ntlm-negotiate"
  | "ntlm-challenge"
  | "ntlm-authenticate"
  | "kerberos";

/** A token taken apart, for people and for programs (JSON). */
export interface DecodedToken {
  readonly kind: TokenKind;
  /** One line: what it is and says. */
  readonly summary: string;
  /** Bytes. */
  readonly length: number;
  readonly fields: readonly DecodedField[];
  /** What is wrong with a part of it, which therefore was not taken apart; empty for a sound token. */
  readonly problems: readonly string[];
}

/** One field, where it stands, and what it holds. */
export interface DecodedField {
  /** As its specification calls it. */
  readonly name: string;
  /** Bytes from the start of the token. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** In words; absent where the fields inside say it. */
  readonly value?: string;
  /** The bytes in hexadecimal, where they are no number and no text. */
  readonly hex?: string;
  /** What the value means, or what to know about it. */
  readonly note?: string;
  /** The bytes were left out: a password can be guessed with them. */
  readonly redacted?: true;
  readonly fields?: readonly DecodedField[];
}

/** How a token is taken apart. */
export interface DecodeOptions {
  /**
   * Leaves out everything that a guessed password can be checked against: NT and LM responses, encrypted session keys, MICs
   * and signatures of lists. Default false.
   */
  readonly redact?: boolean;
}
