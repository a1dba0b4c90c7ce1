import { isThenable } from "@sallyport/runtime";

/** Asks somebody outside: the answer comes at once, or when his promise settles; and so does his failure. */
export type Ask = <Answer>(
  question: () => Answer | PromiseLike<Answer>,
  answered: (answer: Answer) => void,
  failed: () => void,
) => void;

/** @param whole does what an answer leads to as one piece */
export function asker(whole: (work: () => void) => void): Ask {
  return <Answer>(
    question: () => Answer | PromiseLike<Answer>,
    answered: (answer: Answer) => void,
    failed: () => void,
  ) => {
    let answer: Answer | PromiseLike<Answer>;
    try {
      answer = question();
    } catch {
      failed();
      return;
    }
    if (!isThenable(answer)) answered(answer);
    else {
      answer.then(
        (settled) => whole(() => answered(settled)),
        () => whole(failed),
      );
    }
  };
}
