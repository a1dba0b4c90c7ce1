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
  let known = parsed.get(space);
  if (known === undefined) {
    known = parse(texts[space]);
    parsed.set(space, known);
  }
  return known.get(unsignedCode(code));
}

/** Each space at its first question. */
const parsed: Map<CodeSpace, ReadonlyMap<number, CodeText>> = /* @__PURE__ */ new Map();

function parse(lines: string): ReadonlyMap<number, CodeText> {
  const known = new Map<number, CodeText>();
  let code = -1;
  for (const line of lines === "" ? [] : lines.split("\n")) {
    const [step, message = "", check] = line.split("|");
    code += step === "" ? 1 : Number.parseInt(step as string, 36);
    known.set(code, { message, check });
  }
  return known;
}
