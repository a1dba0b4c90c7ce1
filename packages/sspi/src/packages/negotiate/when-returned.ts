import { isThenable } from "@sallyport/runtime";

/** Goes on with what a mechanism returned: at once, or when its promise has settled. No promise is made for a value. */
export function whenReturned<Value, Result>(
  value: Value | PromiseLike<Value>,
  next: (value: Value) => Result | PromiseLike<Result>,
): Result | PromiseLike<Result> {
  return isThenable(value) ? value.then(next) : next(value);
}
