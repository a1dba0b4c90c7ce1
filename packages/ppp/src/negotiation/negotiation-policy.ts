import type { ConfigurationOption } from "../wire/options.ts";

/**
 * What one protocol negotiates: which options it asks for, and what it thinks of those that the other side asks for.
 * The automaton calls it; it neither sends nor waits.
 */
export interface NegotiationPolicy {
  /** Forgets what was agreed on: negotiation begins anew. */
  restart(): void;
  /** The options of the next Configure-Request. */
  request(): readonly ConfigurationOption[];
  /**
   * What becomes of the other side's request. Changes nothing: an acceptable request counts when `adopt` follows.
   *
   * @param insist false once the other side has been told often enough what would be better (Max-Failure, RFC 1661
   *   section 4.6): from then on there is no Nak, and what is not acceptable is rejected
   */
  judge(options: readonly ConfigurationOption[], details: { readonly insist: boolean }): Judgement;
  /** The Ack for these options is about to be sent. */
  adopt(options: readonly ConfigurationOption[]): void;
  /** Our request was acknowledged, as it was. */
  acknowledged(): void;
  /** The other side would rather have these values. A string says why the negotiation cannot go on. */
  naked(options: readonly ConfigurationOption[]): NegotiationFailure | undefined;
  /** The other side does not want to hear of these options. A string says why the negotiation cannot go on. */
  rejected(options: readonly ConfigurationOption[]): NegotiationFailure | undefined;
}

/** What becomes of a Configure-Request (RFC 1661 sections 5.2 to 5.4). */
export type Judgement =
  | { readonly kind: "ack" }
  /** The options with the values that would be acceptable. */
  | { readonly kind: "nak"; readonly options: readonly ConfigurationOption[] }
  /** The options as they came. */
  | { readonly kind: "reject"; readonly options: readonly ConfigurationOption[] };

/** Why a negotiation cannot come to an end. */
export interface NegotiationFailure {
  /** A code of raserror.h. */
  readonly code: number;
  readonly reason: string;
}
