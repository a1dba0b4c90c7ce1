/**
 * Whether two arrays hold the same bytes. Takes the same time wherever they differ, so that the time tells nothing
 * about the content; only arrays of different lengths are told apart at once.
 *
 * @example
 * ```ts
 * import { constantTimeEqual } from "@sallyport/crypto";
 *
 * constantTimeEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 3)); // false
 * ```
 */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] as number) ^ (b[at] as number);
  return difference === 0;
}
