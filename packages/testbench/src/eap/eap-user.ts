import type { EapQuestion, EapUserInterface } from "@sallyport/eap";
import type { Clock, Milliseconds } from "@sallyport/runtime";
import type { EapTranscript } from "./eap-transcript.ts";
import type { Activity } from "./passing-time.ts";

/** What a virtual user does when asked. Made by {@link answers}, {@link cancels}, {@link ignores}; a string answers at once. */
export type EapUserReaction =
  | string
  | { readonly kind: "answer"; readonly text: string; readonly afterMs: Milliseconds }
  | { readonly kind: "cancel"; readonly afterMs: Milliseconds }
  /** Leaves the dialog open. */
  | { readonly kind: "ignore" };

/**
 * A virtual user: reactions to the questions, in order, or a function that knows one to each question. A question
 * beyond the last reaction is cancelled, and the transcript says so.
 */
export type EapBenchUser = readonly EapUserReaction[] | ((question: EapQuestion) => EapUserReaction);

/**
 * The user types this, `afterMs` milliseconds after the question.
 *
 * @example
 * ```ts
 * import { answers, cancels, ignores } from "@sallyport/testbench";
 *
 * const user = ["123456", answers("654321", 20_000), cancels(), ignores()];
 * ```
 */
export function answers(text: string, afterMs: Milliseconds = 0): EapUserReaction {
  return { kind: "answer", text, afterMs };
}

/** The user cancels the dialog, `afterMs` milliseconds after the question. */
export function cancels(afterMs: Milliseconds = 0): EapUserReaction {
  return { kind: "cancel", afterMs };
}

/** The user does nothing: the dialog stays open until the session ends. */
export function ignores(): EapUserReaction {
  return { kind: "ignore" };
}

/** Puts a virtual user in front of the dialogs. What the user types is not written down. */
export function virtualUser(
  user: EapBenchUser,
  { clock, transcript, activity }: { clock: Clock; transcript: EapTranscript; activity: Activity },
): EapUserInterface {
  const reactions = typeof user === "function" ? undefined : [...user];
  const reactionTo = (question: EapQuestion): EapUserReaction | undefined =>
    typeof user === "function" ? user(question) : reactions?.shift();
  return {
    show: (text) => transcript.event("peer", `the user is told ${JSON.stringify(text)}`),
    ask(question, signal) {
      transcript.event("peer", `the user is asked ${JSON.stringify(question.text)}`);
      const reaction = reactionTo(question);
      // Nobody works while a person thinks.
      activity.leave();
      return new Promise<string | null>((resolve) => {
        let open = true;
        const close = (words: string, answer: string | null): void => {
          if (!open) return;
          open = false;
          transcript.event("peer", words);
          activity.enter();
          resolve(answer);
        };
        const aborted = (): void => close("the dialog is closed", null);
        if (signal.aborted) aborted();
        else if ("addEventListener" in signal) signal.addEventListener("abort", aborted, { once: true });
        if (reaction === undefined) close("the user has no reaction to this, and cancels", null);
        else if (typeof reaction === "string") close("the user answers", reaction);
        else if (reaction.kind === "answer") {
          clock.after(reaction.afterMs, () => close("the user answers", reaction.text));
        } else if (reaction.kind === "cancel")
          clock.after(reaction.afterMs, () => close("the user cancels", null));
      });
    },
  };
}
