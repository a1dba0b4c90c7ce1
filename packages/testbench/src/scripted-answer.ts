import type { Milliseconds } from "@sallyport/runtime";
import type { ContextStep, PackageCall, StepAnswer } from "@sallyport/sspi";

/** What a script lets a call come to: a status, an answer, something that does it in another way, or a function of the call. */
export type ScriptedAnswer<Call extends PackageCall, Answer> =
  | number
  | Answer
  | ScriptedConduct<number | Answer>
  | ((call: Call) => number | Answer | ScriptedConduct<number | Answer> | PromiseLike<number | Answer>);

/** What one step comes to. */
export type ScriptedStep = ScriptedAnswer<ContextStep, StepAnswer>;

const conducts = new WeakSet<object>();

/** A way to answer that is not simply to return: made by {@link waits}, {@link never}, {@link throws} and {@link twice}. */
export interface ScriptedConduct<Answer> {
  /** Answers a call in this way. */
  carryOut(call: PackageCall): Answer | PromiseLike<Answer>;
}

function conduct<Answer>(carryOut: ScriptedConduct<Answer>["carryOut"]): ScriptedConduct<Answer> {
  const made = { carryOut };
  conducts.add(made);
  return made;
}

/** Answers after a time on the provider's clock; with `interruptible` it takes the signal of the call, as a network exchange would. */
export function waits<Answer>(
  milliseconds: Milliseconds,
  answer: Answer,
  options: { readonly interruptible?: boolean } = {},
): ScriptedConduct<Answer> {
  return conduct((call) => {
    if (options.interruptible) call.signal.throwIfAborted();
    return new Promise((resolve) => call.clock.after(milliseconds, () => resolve(answer)));
  });
}

/** Never answers; with `interruptible` it takes the signal of the call. */
export function never(options: { readonly interruptible?: boolean } = {}): ScriptedConduct<never> {
  return conduct((call) => {
    if (options.interruptible) call.signal.throwIfAborted();
    return new Promise<never>(() => {});
  });
}

/** Throws; with `later` it answers with a promise that is rejected. */
export function throws(error: unknown, options: { readonly later?: boolean } = {}): ScriptedConduct<never> {
  return conduct<never>(() => {
    if (options.later) return Promise.reject<never>(error);
    throw error;
  });
}

/** Answers, and then answers again. */
export function twice<Answer>(first: Answer, second: Answer): ScriptedConduct<Answer> {
  return conduct(() => new Repeating([first, second]));
}

/** A promise that breaks its promise to settle once. */
class Repeating<Answer> implements PromiseLike<Answer> {
  readonly #answers: readonly Answer[];

  constructor(answers: readonly Answer[]) {
    this.#answers = answers;
  }

  // biome-ignore lint/suspicious/noThenProperty: packages answer with whatever has one
  then<Result, Failure = never>(
    resolve?: ((answer: Answer) => Result | PromiseLike<Result>) | null,
  ): PromiseLike<Result | Failure> {
    queueMicrotask(() => {
      for (const answer of this.#answers) void resolve?.(answer);
    });
    return new Promise(() => {});
  }
}

/** Gives the answer that a script has for a call. */
export function carryOut<Call extends PackageCall, Answer>(
  answer: ScriptedAnswer<Call, Answer>,
  call: Call,
): number | Answer | PromiseLike<number | Answer> {
  const given = isFunction(answer) ? answer(call) : answer;
  return isConduct<number | Answer>(given) ? given.carryOut(call) : given;
}

function isFunction<Call extends PackageCall, Answer>(
  answer: ScriptedAnswer<Call, Answer>,
): answer is (
  call: Call,
) => number | Answer | ScriptedConduct<number | Answer> | PromiseLike<number | Answer> {
  return typeof answer === "function";
}

function isConduct<Answer>(given: unknown): given is ScriptedConduct<Answer> {
  return typeof given === "object" && given !== null && conducts.has(given);
}
