import type { AttributeInput } from "@sallyport/radius";
import {
  rrrcAccountDisabled,
  rrrcAccountExpired,
  rrrcAccountUnknown,
  rrrcAuthenticationFailure,
} from "../contract/constants.ts";

/** Why a request is rejected, for the log: the reasons that NPS lets an extension choose (NPS-58). */
export type RejectReason =
  | "account-unknown"
  | "account-disabled"
  | "account-expired"
  | "authentication-failure";

export const rejectReasons: Readonly<Record<RejectReason, number>> = {
  "account-unknown": rrrcAccountUnknown,
  "account-disabled": rrrcAccountDisabled,
  "account-expired": rrrcAccountExpired,
  "authentication-failure": rrrcAuthenticationFailure,
};

/** What an extension may decide; made by {@link accept}, {@link reject}, {@link challenge} and {@link discard}. */
export type Decision =
  | { readonly kind: "accept"; readonly attributes: AttributeInput }
  | {
      readonly kind: "reject";
      readonly attributes: AttributeInput;
      readonly reason: RejectReason | undefined;
    }
  | { readonly kind: "challenge"; readonly attributes: AttributeInput; readonly data: unknown }
  | { readonly kind: "discard" };

/** Accepts without a password check; network policies still apply (NPS-18). */
export function accept(attributes: AttributeInput = {}): Decision {
  return { kind: "accept", attributes };
}

/** Refuses. `message` is sent to the user as Reply-Message; `reason` is for the log. */
export function reject(
  options: {
    readonly message?: string;
    readonly reason?: RejectReason;
    readonly attributes?: AttributeInput;
  } = {},
): Decision {
  return { kind: "reject", attributes: withMessage(options), reason: options.reason };
}

/**
 * Asks the user something. The answer comes as the User-Password of the next request, whose `answered` holds `data`.
 * The State that ties the two together is made by the host: unguessable, for one answer, for this client and user.
 */
export function challenge(options: {
  readonly message: string;
  readonly data?: unknown;
  readonly attributes?: AttributeInput;
}): Decision {
  return { kind: "challenge", attributes: withMessage(options), data: options.data };
}

/** Sends nothing at all. For "I cannot decide", throw: the administrator then gets an event. */
export function discard(): Decision {
  return { kind: "discard" };
}

function withMessage(options: {
  readonly message?: string;
  readonly attributes?: AttributeInput;
}): AttributeInput {
  const { message, attributes = {} } = options;
  return message === undefined ? attributes : { ...attributes, "Reply-Message": message };
}
