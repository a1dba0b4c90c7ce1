import type { EapQuestion, EapUserInterface, EapUserWindow } from "../contract/eap-module.ts";
import type { EapSignal } from "../contract/ppp-eap.ts";

/** A window for one dialog: cancels itself when the signal aborts, whatever the user does (EAP-74). */
export function userWindow(user: EapUserInterface, signal: () => EapSignal): EapUserWindow {
  return {
    get signal() {
      return signal();
    },
    show: (text) => user.show(text),
    ask: (question) => asked(user, question, signal()),
  };
}

async function asked(
  user: EapUserInterface,
  question: EapQuestion,
  signal: EapSignal,
): Promise<string | null> {
  if (signal.aborted) return null;
  const cancelled = new Promise<null>((resolve) => {
    if ("addEventListener" in signal) signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  return Promise.race([user.ask(question, signal), cancelled]);
}
