import { NO_ERROR } from "@sallyport/errors/win32";
import type { EapUserWindow, RasEapUserInterfaceModule } from "../contract/eap-module.ts";
import type { Out, PppEapOutput } from "../contract/ppp-eap.ts";
import { ERROR_INTERACTIVE_MODE, ERROR_NOT_SUPPORTED } from "../contract/status-codes.ts";

/** What a built-in method asks the user of a peer for: its `uiContextData` (EAP-64). */
export interface EapUserQuestion {
  /** What is asked for, for a dialog that wants to put it into words of its own. */
  readonly purpose: "password" | "other-password" | "new-password" | "token" | "one-time-password";
  /** What to show; parts of it may come from the authenticator, without control characters and of bounded length. */
  readonly text: string;
  /** Whether what is typed may be seen. */
  readonly echo: boolean;
}

const longestText = 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A question as `uiContextData`. */
export function encodeUserQuestion(question: EapUserQuestion): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(question));
}

/**
 * Reads the `uiContextData` of a built-in method; the answer is what was typed, in UTF-8.
 *
 * @returns undefined when the octets are none
 */
export function decodeUserQuestion(contextData: Uint8Array | null): EapUserQuestion | undefined {
  if (contextData === null) return undefined;
  try {
    const value: unknown = JSON.parse(decoder.decode(contextData));
    return isQuestion(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isQuestion(value: unknown): value is EapUserQuestion {
  if (typeof value !== "object" || value === null) return false;
  const { purpose, text, echo } = value as Partial<Record<keyof EapUserQuestion, unknown>>;
  return typeof purpose === "string" && typeof text === "string" && typeof echo === "boolean";
}

/** Asks the host to put a question to the user (EAP-64); nothing is sent meanwhile. */
export function askUser(output: PppEapOutput, question: EapUserQuestion): number {
  output.invokeInteractiveUI = true;
  output.uiContextData = encodeUserQuestion(question);
  return NO_ERROR;
}

/** Text of the other side that may be shown: no control characters, at most 1024 characters. */
export function shownText(octets: Uint8Array): string {
  return decoder
    .decode(octets)
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .slice(0, longestText);
}

/**
 * The interactive user interface of the built-in methods: asks in the window that the host gives (EAP-63). A new
 * password is asked for twice, and counts when both are the same.
 */
export const questionUserInterface: RasEapUserInterfaceModule = {
  RasEapInvokeInteractiveUI(
    _eapTypeId: number,
    window: EapUserWindow | null,
    contextData: Uint8Array | null,
    dataOut: Out<Uint8Array | null>,
  ): number | Promise<number> {
    if (window === null) return ERROR_INTERACTIVE_MODE;
    const question = decodeUserQuestion(contextData);
    if (question === undefined) return ERROR_NOT_SUPPORTED;
    return ask(window, question).then((answer) => {
      dataOut.value = answer === null ? null : encoder.encode(answer);
      return NO_ERROR;
    });
  },
};

async function ask(window: EapUserWindow, { purpose, text, echo }: EapUserQuestion): Promise<string | null> {
  const answer = await window.ask({ text, echo });
  if (answer === null || purpose !== "new-password") return answer;
  const again = await window.ask({ text: "The new password once more:", echo });
  if (again === answer) return answer;
  if (again !== null) window.show("The two passwords differ.");
  return null;
}
