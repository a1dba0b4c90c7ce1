import { WindowsError } from "@sallyport/errors";
import type { RadiusAttribute } from "../contract/attribute.ts";
import type {
  RadiusAction,
  RadiusExtensionPoint,
  RadiusRequestType,
  RadiusResponseType,
} from "../contract/constants.ts";

/**
 * The seam between a host and a module that runs elsewhere: `invoke(plain call) -> plain outcome`. Everything here is
 * data that the structured clone algorithm copies; nothing refers to the host.
 */
export type PlainCall =
  | {
      readonly form: 1 | 2;
      /** With its terminator. */
      readonly attributes: readonly RadiusAttribute[];
      /** Whether there is an action, which accounting requests do not have (NPS-33). */
      readonly hasAction: boolean;
    }
  | {
      readonly form: 3;
      readonly point: RadiusExtensionPoint;
      readonly requestType: RadiusRequestType;
      readonly responseType: RadiusResponseType | 0;
      readonly answeredChallenge: { readonly data: unknown } | undefined;
      readonly request: readonly RadiusAttribute[];
      readonly responses: readonly (readonly [RadiusResponseType, readonly RadiusAttribute[]])[];
    };

/** What a call came to. */
export type PlainOutcome =
  | {
      readonly kind: "returned";
      /** What the entry point returned: a number, or something else that is no status. */
      readonly status: unknown;
      /** First and second form: what the module left in its action; undefined where there was none. */
      readonly action?: RadiusAction | undefined;
      /** Second form: what it returned; undefined entries are no attributes. */
      readonly outAttributes?: unknown;
      /** Third form: what it did, in order. */
      readonly edits?: readonly Edit[];
    }
  | {
      readonly kind: "threw";
      readonly error: PlainError;
      /** Third form: what it did before. */
      readonly edits?: readonly Edit[];
    };

/** One thing that a third-form module did; `list` is 0 for the request, else the type of the response. */
export type Edit =
  | {
      readonly edit: "insert" | "set";
      readonly list: RadiusResponseType | 0;
      readonly index: number;
      readonly attribute: RadiusAttribute;
    }
  | { readonly edit: "remove"; readonly list: RadiusResponseType | 0; readonly index: number }
  | { readonly edit: "respond"; readonly type: RadiusResponseType };

/** Something thrown, as data. */
export type PlainError =
  | {
      readonly message: string;
      readonly name: string;
      readonly stack: string | undefined;
      /** Of a WindowsError. */
      readonly code: number | undefined;
    }
  | { readonly value: string };

/** What a module threw, as data. Total: looking at a strange object may throw, too. */
export function plainError(error: unknown): PlainError {
  try {
    if (!(error instanceof Error)) return { value: shortened(String(error)) };
    const { message, name, stack } = error;
    return {
      message: shortened(String(message)),
      name: shortened(String(name)),
      stack: typeof stack === "string" ? shortened(stack) : undefined,
      code: WindowsError.is(error) ? error.code : undefined,
    };
  } catch {
    return { value: "something that cannot be shown" };
  }
}

/** The same to be thrown again. */
export function revivedError(plain: PlainError): unknown {
  if ("value" in plain) return plain.value;
  const { message, name, stack, code } = plain;
  const error = code === undefined ? new Error(message) : new WindowsError(code, { space: "win32", message });
  if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true });
  Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  return error;
}

/** How much of a text crosses the seam, in UTF-16 units. */
const longestText = 8_192;

function shortened(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}...` : text;
}
