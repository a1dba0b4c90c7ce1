/**
 * Whether something is a promise, of this realm or of any library: what a host must wait for. A host that asks first
 * makes no promise where its module made none.
 *
 * @example
 * ```ts
 * import { isThenable } from "@sallyport/runtime";
 *
 * isThenable(Promise.resolve(1)); // true
 * isThenable({ then: 1 }); // false
 * ```
 */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
