/** An out-parameter: the caller makes it, the call writes its `value`. */
export interface Out<T> {
  value: T;
}

/**
 * Makes an out-parameter.
 *
 * @example
 * ```ts
 * import { out } from "@sallyport/sspi";
 *
 * const contextAttributes = out(0);
 * contextAttributes.value; // 0, until a call has written to it
 * ```
 */
export function out<T>(value: T): Out<T> {
  return { value };
}
