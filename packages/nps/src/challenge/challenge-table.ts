import { type Answer, StateTable, type StateUse, type StateVerdict } from "@sallyport/radius";
import type { Clock, Milliseconds, Random } from "@sallyport/runtime";

/** The kind of State that stands for a challenge of an extension. */
const challengeKind = 1;

/** Whom a challenge was sent to; only they can answer it. */
export interface ChallengeBinding {
  /** The RADIUS client's name. */
  readonly client: string;
  /** The User-Name as received. */
  readonly user: string;
}

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

/** One challenge that is open, or was answered a moment ago. */
export interface Challenge {
  /** The name of the extension that asked. */
  readonly extension: string;
  readonly binding: ChallengeBinding;
  /** What the extension keeps with it. */
  readonly data: unknown;
}

/** The challenge that a request answers. */
export type AnsweredState = StateUse<Challenge>;

/**
 * The open challenges of one server's extensions: State values that nobody can guess, that one client answers once for
 * one user within their time (NPS-63).
 */
export class ChallengeTable {
  readonly #states: StateTable<Challenge>;

  constructor({ onOverflow, ...options }: ChallengeTableOptions) {
    this.#states = new StateTable({
      ...options,
      kind: challengeKind,
      onEnd: (_, why) => why === "evicted" && onOverflow?.(),
    });
  }

  /** A new State, which only `binding` can answer; `data` is kept for the extension that asked. */
  issue(extension: string, binding: ChallengeBinding, data: unknown): Uint8Array<ArrayBuffer> {
    return this.#states.issue({ extension, binding, data });
  }

  /** Looks at the State of a request. A valid one is used up by this call. */
  redeem(
    state: Uint8Array,
    binding: ChallengeBinding,
    fingerprint: () => Uint8Array,
  ): StateVerdict<Challenge, "other client" | "other user"> {
    return this.#states.redeem(state, fingerprint, (challenge) => {
      if (challenge.binding.client !== binding.client) return "other client";
      return challenge.binding.user === binding.user ? undefined : "other user";
    });
  }

  /**
   * Keeps what the answering request came to, for identical resends. Silence gives the challenge back: the request is
   * then processed anew (NPS-27).
   */
  settle(answered: AnsweredState, answer: Answer | null | Promise<Answer | null>): void {
    this.#states.settle(answered, answer);
  }

  /** Ends the timer. */
  close(): void {
    this.#states.close();
  }
}
