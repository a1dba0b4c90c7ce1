import { isThenable } from "@sallyport/runtime";

/** Goes on with a value in the same turn, or with what a promise gives once it is there. */
export function whenKnown<Value, Result>(
  value: Value | PromiseLike<Value>,
  next: (value: Value) => Result,
): Result | PromiseLike<Result> {
  return isThenable(value) ? value.then(next) : next(value);
}
