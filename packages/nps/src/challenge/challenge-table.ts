import { constantTimeEqual } from "@sallyport/crypto";
import type { Answer } from "@sallyport/radius";
import type { Cancel, Clock, Milliseconds, Random } from "@sallyport/runtime";
import { isThenable } from "../thenable.ts";

/** The octets of a State before its 16 random ones: the process that owns it, and what kind of conversation it is. */
const ownerLength = 4;
const prefixLength = ownerLength + 1;
const stateLength = prefixLength + 16;
/** This kind: a challenge of an extension. */
const challengeKind = 1;
/** How long the answer to a used State is given again to an identical resend. */
const repeatFor: Milliseconds = 10_000;

/** Whom a challenge was sent to; only they can answer it. */
export interface ChallengeBinding {
  /** The RADIUS client's name. */
  readonly client: string;
  /** The User-Name as received. */
  readonly user: string;
}

/** What became of a State that a request carries. */
export type StateVerdict =
  /** No State of a challenge of this server: somebody else's business. */
  | { readonly kind: "foreign" }
  | { readonly kind: "refused"; readonly why: "unknown" | "used" | "other client" | "other user" }
  /** The same request once more: it gets the same answer. */
  | { readonly kind: "repeated"; readonly answer: Answer | null | Promise<Answer | null> }
  | { readonly kind: "valid"; readonly challenge: Challenge };

export interface ChallengeTableOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How many challenges may be open at once; beyond it the oldest is forgotten. */
  readonly limit: number;
  /** How long a challenge can be answered, in milliseconds. */
  readonly lifetime: Milliseconds;
  /** Called when a challenge had to be forgotten before its time. */
  readonly onOverflow?: () => void;
}

/**
 * The open challenges of one server: State values that nobody can guess, that one client answers once for one user
 * within their time (NPS-63). State is the id of the process, a kind, and 128 random bits.
 */
export class ChallengeTable {
  readonly #options: ChallengeTableOptions;
  readonly #owner: Uint8Array;
  readonly #open = new Map<string, Challenge>();

  constructor(options: ChallengeTableOptions) {
    this.#options = options;
    this.#owner = options.random(ownerLength);
  }

  get size(): number {
    return this.#open.size;
  }

  /** A new State, which only `binding` can answer; `data` is kept for the extension that asked. */
  issue(extension: string, binding: ChallengeBinding, data: unknown): Uint8Array<ArrayBuffer> {
    const { clock, random, limit, lifetime, onOverflow } = this.#options;
    if (this.#open.size >= limit) {
      const [oldest] = this.#open.values();
      if (oldest !== undefined) this.#forget(oldest);
      onOverflow?.();
    }
    const state = new Uint8Array(stateLength);
    state.set(this.#owner);
    state[ownerLength] = challengeKind;
    state.set(random(stateLength - prefixLength), prefixLength);
    const challenge = new Challenge(keyOf(state), extension, binding, data);
    challenge.cancel = clock.after(lifetime, () => this.#forget(challenge));
    this.#open.set(challenge.key, challenge);
    return state;
  }

  /** Looks at the State of a request. A valid one is used up by this call. */
  redeem(state: Uint8Array, binding: ChallengeBinding, fingerprint: Uint8Array): StateVerdict {
    if (state.length !== stateLength || state[ownerLength] !== challengeKind) return { kind: "foreign" };
    const challenge = this.#open.get(keyOf(state));
    if (challenge === undefined) return refused("unknown");
    if (challenge.binding.client !== binding.client) return refused("other client");
    if (challenge.binding.user !== binding.user) return refused("other user");
    if (challenge.usedBy !== undefined) {
      return constantTimeEqual(challenge.usedBy, fingerprint) && challenge.answer !== undefined
        ? { kind: "repeated", answer: challenge.answer }
        : refused("used");
    }
    challenge.usedBy = fingerprint;
    return { kind: "valid", challenge };
  }

  /**
   * Keeps what the answering request came to, for identical resends. Silence gives the challenge back: the request is
   * then processed anew (NPS-27).
   */
  settle(challenge: Challenge, answer: Answer | null | Promise<Answer | null>): void {
    challenge.answer = answer;
    if (isThenable(answer)) {
      void answer.then((settled) => this.settle(challenge, settled));
    } else if (answer === null) {
      challenge.usedBy = undefined;
      challenge.answer = undefined;
    } else {
      challenge.cancel();
      challenge.cancel = this.#options.clock.after(repeatFor, () => this.#forget(challenge));
    }
  }

  /** Ends every timer. */
  close(): void {
    for (const challenge of this.#open.values()) challenge.cancel();
    this.#open.clear();
  }

  #forget(challenge: Challenge): void {
    challenge.cancel();
    this.#open.delete(challenge.key);
  }
}

/** One challenge that is open, or was answered a moment ago. */
export class Challenge {
  readonly key: string;
  readonly extension: string;
  readonly binding: ChallengeBinding;
  readonly data: unknown;
  usedBy: Uint8Array | undefined;
  answer: Answer | null | Promise<Answer | null> | undefined;
  cancel: Cancel = () => {};

  constructor(key: string, extension: string, binding: ChallengeBinding, data: unknown) {
    this.key = key;
    this.extension = extension;
    this.binding = binding;
    this.data = data;
  }
}

/** 168 bits, of which 128 are random: looking them up in a map tells nothing that helps to guess. */
function keyOf(state: Uint8Array): string {
  return String.fromCharCode(...state);
}

function refused(why: "unknown" | "used" | "other client" | "other user"): StateVerdict {
  return { kind: "refused", why };
}
