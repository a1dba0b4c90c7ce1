/**
 * A handle of SSPI (sspi.h: `SecHandle`): two words that mean nothing to the caller. It is a structure, not an object
 * with a life of its own: a copy of the words is the same handle.
 */
export interface SecHandle {
  /** sspi.h: `dwLower`. */
  lower: number;
  /** sspi.h: `dwUpper`. */
  upper: number;
}

/** The handle of a credential. */
export type CredHandle = SecHandle;

/** The handle of a security context. */
export type CtxtHandle = SecHandle;

/** A word with all bits set, read as a signed number: what an invalid handle consists of. */
const allOnes = -1;

/** The value of both words of a handle that was deleted (sspi.h: `SEC_DELETED_HANDLE`). */
export const SEC_DELETED_HANDLE = -2;

/**
 * Makes a handle that is not valid yet, to be handed to the function that fills it in.
 *
 * @example
 * ```ts
 * import { createSecHandle, SecIsValidHandle } from "@sallyport/sspi";
 *
 * const context = createSecHandle();
 * SecIsValidHandle(context); // false, until a call has written to it
 * ```
 */
export function createSecHandle(): SecHandle {
  return { lower: allOnes, upper: allOnes };
}

/**
 * Whether a handle could be one (SSPI-60): false for none, and when either word has all bits set. Says nothing about
 * whether the object behind it still lives.
 */
export function SecIsValidHandle(x: SecHandle | null | undefined): boolean {
  return x !== null && x !== undefined && x.lower !== allOnes && x.upper !== allOnes;
}

/** Makes a handle invalid (SSPI-60). What it stood for lives on. */
export function SecInvalidateHandle(x: SecHandle): void {
  x.lower = allOnes;
  x.upper = allOnes;
}
