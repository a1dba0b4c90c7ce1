import type { RadiusAttributeInput } from "../contract/attribute.ts";
import type { EapInnerMethods, EapMethodType } from "../eap/eap-service.ts";
import type { NpsRequest } from "../request.ts";
import type { RealmRule } from "./realm-rules.ts";

/** One condition of a policy. All conditions of a policy must hold for it to match. */
export interface PolicyCondition {
  /** In words, for the trace: "Client is lab". */
  readonly description: string;
  matches(request: NpsRequest): boolean;
}

/** Who authenticates the request (NPS-77). */
export type AuthenticationChoice =
  /** Here, against the accounts: `rapWindowsNT`. */
  | { readonly provider: "local" }
  /** A remote RADIUS server group: `rapProxy`. */
  | { readonly provider: "forward"; readonly group: string }
  /** Nobody; users are accepted without validating credentials: `rapNone`. */
  | { readonly provider: "none" };

/**
 * Decides how a request is authenticated; the first whose conditions all hold is used (NPS-76). `connectionRequestPolicy()`
 * makes one of settings.
 */
export interface ConnectionRequestPolicy {
  readonly name: string;
  readonly conditions: readonly PolicyCondition[];
  readonly authentication: AuthenticationChoice;
  /** What is found and replaced in the request's identities before anybody is authenticated, in order (NPS-78). */
  readonly realmRules?: readonly RealmRule[];
  /**
   * Added to an Access-Accept that is decided here, beside those of the network policy. They replace attributes of the
   * same type in what a remote server answered (NPS-80).
   */
  readonly attributes?: readonly RadiusAttributeInput[];
}

/**
 * Decides whether an authenticated user is admitted, and with which attributes (NPS-79). `networkPolicy()` makes one of
 * settings.
 */
export interface NetworkPolicy {
  readonly name: string;
  readonly conditions: readonly PolicyCondition[];
  readonly access: "grant" | "deny";
  /** Whether the account's own dial-in permission counts for nothing. */
  readonly ignoreDialInPermission?: boolean;
  /** What must hold as well once the policy has matched: otherwise the request is rejected, no further policy is tried. */
  readonly constraints?: readonly PolicyConstraint[];
  /**
   * The EAP types that may be used, the one to be offered first at the head (4 is MD5-Challenge). Undefined: those of
   * the EAP service, in its order. An empty list: no EAP.
   */
  readonly eapTypes?: readonly EapMethodType[];
  /** What may be used inside of EAP methods that carry others; any where a method is not listed. */
  readonly eapInnerMethods?: readonly EapInnerMethods[];
  /** The profile: what an Access-Accept carries. */
  readonly attributes: readonly RadiusAttributeInput[];
}

/** A condition whose failure is final. */
export interface PolicyConstraint extends PolicyCondition {
  /** The reason code of the rejection (Table N-10). */
  readonly reason: number;
}

/** The last connection request policy of a new installation: everybody is authenticated here. */
export const defaultConnectionRequestPolicy: ConnectionRequestPolicy = {
  name: "Use local authentication for all users",
  conditions: [],
  authentication: { provider: "local" },
};

/** Admits every account that may dial in, without attributes: what a first test needs. */
export const defaultNetworkPolicy: NetworkPolicy = {
  name: "Admit every account that may dial in",
  conditions: [],
  access: "grant",
  attributes: [],
};
