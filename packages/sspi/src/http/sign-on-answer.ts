import type { SignOnHeader, SignOnOutcome } from "./sign-on-connection.ts";

/** An answer of the sign-on itself: a line of text, and never to be stored. */
export function answer(
  status: number,
  text: string,
  headers: readonly SignOnHeader[] = [],
  goesOn = false,
): SignOnOutcome {
  return {
    kind: "answered",
    status,
    headers: [["content-type", "text/plain; charset=utf-8"], ["cache-control", "no-store"], ...headers],
    body: `${text}\n`,
    goesOn,
  };
}
