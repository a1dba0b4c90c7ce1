import { CodeRuns } from "./code-runs.ts";
import type { CodeSpace } from "./code-space.ts";
import { unsignedCode } from "./decode/number.ts";
import { texts } from "./tables/messages.generated.ts";

/** What a code means, in this package's own words. */
export interface CodeText {
  /** One sentence: what happened, from the point of view of who gets the code. */
  readonly message: string;
  /** What to look at next; for the codes that administrators meet every day. */
  readonly check: string | undefined;
}

/** The texts of one space as the generated table packs them. */
export interface PackedTexts {
  readonly codeRuns: readonly number[];
  /** For each number, in a line of its own: the message, and behind a bar what to check. */
  readonly lines: string;
}

/**
 * The text of a code, undefined for one that has none: every code of RAS, EAPHost, SSPI, cryptography, certificates and
 * NPS has one, and the Win32 and NTSTATUS codes that have to do with logging on.
 *
 * @example
 * ```ts
 * import { messageOf } from "@sallyport/errors/messages";
 *
 * console.log(messageOf(65, "nps")?.message); // The account's dial-in permission is set to deny.
 * ```
 */
export function messageOf(code: number, space: CodeSpace): CodeText | undefined {
  if (!Object.hasOwn(texts, space)) return undefined;
  let text = opened.get(space);
  if (text === undefined) {
    text = { codes: new CodeRuns(texts[space].codeRuns), lines: texts[space].lines.split("\n") };
    opened.set(space, text);
  }
  const line = text.lines[text.codes.find(unsignedCode(code))];
  if (line === undefined) return undefined;
  const bar = line.indexOf("|");
  return bar < 0
    ? { message: line, check: undefined }
    : { message: line.slice(0, bar), check: line.slice(bar + 1) };
}

/** Each space from its first question on. */
const opened: Map<CodeSpace, { readonly codes: CodeRuns; readonly lines: readonly string[] }> =
  /* @__PURE__ */ new Map();
