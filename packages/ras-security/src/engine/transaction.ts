import { statusSymbol } from "./status-name.ts";
import {
  type TransactionAction,
  type TransactionEvent,
  type TransactionState,
  transition,
} from "./transaction-table.ts";
import type { Verdict } from "./verdict.ts";

/** How a transaction ended. */
export type TransactionOutcome =
  | Verdict
  /** Begin returned an error (RAS-10). */
  | { readonly kind: "begin failed"; readonly error: number }
  /** It was ended without a verdict; `error` says by what: 629 the caller, 631 an administrator ... */
  | { readonly kind: "aborted"; readonly error: number }
  /** The module delayed its end beyond the limits (RAS-53). */
  | { readonly kind: "delayed too long"; readonly endCalls: number };

export type TransactionEffect =
  | { readonly kind: "call Begin" | "release accept loop" | "call End" }
  | { readonly kind: "abort signal"; readonly error: number }
  | { readonly kind: "closed"; readonly outcome: TransactionOutcome }
  | { readonly kind: "diagnostic"; readonly message: string };

export interface TransactionOptions {
  /** How often End may be called (RAS-53). */
  readonly maxEndCalls: number;
}

/** The terminate handshake: a value that takes events and gives back what is to be done, in order. */
export class Transaction {
  #state: TransactionState = "Ringing";
  #verdict: Verdict | undefined;
  #kept: Verdict | undefined;
  #abortError = 0;
  #endCalls = 0;
  readonly #maxEndCalls: number;

  constructor(options: TransactionOptions) {
    this.#maxEndCalls = options.maxEndCalls;
  }

  get state(): TransactionState {
    return this.#state;
  }

  /** Why it was ended without a verdict; 0 where it was not. */
  get abortError(): number {
    return this.#abortError;
  }

  get endCalls(): number {
    return this.#endCalls;
  }

  answered(): readonly TransactionEffect[] {
    return this.#take("call answered");
  }

  beginReturned(code: number): readonly TransactionEffect[] {
    return this.#take(code === 0 ? "Begin returns NO_ERROR" : "Begin returns nonzero", { code });
  }

  complete(verdict: Verdict): readonly TransactionEffect[] {
    return this.#take("Complete", { verdict });
  }

  /** @param error why, never 0 */
  abort(error: number): readonly TransactionEffect[] {
    return this.#take("abnormal end", { code: error });
  }

  endReturned(code: number): readonly TransactionEffect[] {
    return this.#take(code === 0 ? "End returns NO_ERROR" : "End returns nonzero", { code });
  }

  limitReached(): readonly TransactionEffect[] {
    return this.#take("limit reached");
  }

  #take(event: TransactionEvent, given: Given = {}): readonly TransactionEffect[] {
    const row = transition(this.#state, event);
    if (row === undefined) {
      return event === "Complete" ? [diagnostic(`Complete is ignored in the state ${this.#state}`)] : [];
    }
    this.#state = row.next;
    const effects: TransactionEffect[] = [];
    if (event === "abnormal end") this.#abortError = given.code ?? 0;
    if (event === "End returns nonzero" && statusSymbol(given.code ?? 0) === undefined) {
      effects.push(diagnostic(`End returned ${given.code}, which is no code of winerror.h or raserror.h`)); // RAS-45
    }
    for (const action of row.actions) effects.push(...this.#perform(action, given));
    return effects;
  }

  #perform(action: TransactionAction, { verdict, code = 0 }: Given): readonly TransactionEffect[] {
    switch (action) {
      case "call Begin":
      case "release accept loop":
        return [{ kind: action }];
      case "abort signal":
        return [{ kind: action, error: this.#abortError }];
      case "keep Complete":
        this.#kept = verdict;
        return [];
      case "take kept Complete":
        return this.#takeKept();
      case "store verdict":
        return this.#store(verdict);
      case "call End":
        if (this.#endCalls === this.#maxEndCalls) return this.limitReached();
        this.#endCalls++;
        return [{ kind: action }];
      case "apply verdict":
        return this.#closed(this.#verdict ?? { kind: "aborted", error: this.#abortError });
      case "release port":
        return this.#closed({ kind: "aborted", error: this.#abortError });
      case "hang up and log":
        return this.#closed({ kind: "begin failed", error: code });
      case "fail closed":
        return this.#closed({ kind: "delayed too long", endCalls: this.#endCalls });
    }
  }

  #takeKept(): readonly TransactionEffect[] {
    const kept = this.#kept;
    this.#kept = undefined;
    return kept === undefined ? [] : this.#take("Complete", { verdict: kept });
  }

  /** The last one before the termination decides (RAS-52). */
  #store(verdict: Verdict | undefined): readonly TransactionEffect[] {
    const before = this.#verdict;
    this.#verdict = verdict;
    return before === undefined || before.kind === verdict?.kind
      ? []
      : [diagnostic(`the verdict ${before.kind} is replaced by ${verdict?.kind}`)];
  }

  #closed(outcome: TransactionOutcome): readonly TransactionEffect[] {
    return [{ kind: "closed", outcome }];
  }
}

interface Given {
  readonly verdict?: Verdict;
  readonly code?: number;
}

function diagnostic(message: string): TransactionEffect {
  return { kind: "diagnostic", message };
}
