import { parseLogonHours } from "@sallyport/accounts";
import type { AttributeInput } from "@sallyport/radius";
import type { EapInnerMethods, EapMethodType } from "../eap/eap-service.ts";
import { Reason } from "../reason.ts";
import { type AttributeConditionSettings, attributeCondition } from "./attribute-condition.ts";
import {
  type AuthenticationType,
  authenticationTypeCondition,
  eapTypeCondition,
  innerMethodCondition,
  isFactCondition,
  oneOf,
  timeCondition,
} from "./conditions.ts";
import type { NetworkPolicy, PolicyCondition, PolicyConstraint } from "./policy.ts";
import { policyAttributes } from "./policy-attributes.ts";
import { type NetworkConditions, policyConditions } from "./policy-conditions.ts";

/** A network policy as settings have it. */
export interface NetworkPolicySettings {
  readonly name: string;
  /** False: a policy that is kept and not used; whoever makes the list leaves it out. Default: true. */
  readonly enabled?: boolean | undefined;
  readonly conditions?: NetworkConditions | undefined;
  readonly access: "grant" | "deny";
  /** Ignore user account dial-in properties. Default: false. */
  readonly ignoreDialInPermission?: boolean | undefined;
  readonly constraints?: NetworkConstraints | undefined;
  readonly settings?: NetworkAccessSettings | undefined;
}

/** The protocols of an authentication that this server makes itself. */
export type AuthenticationMethod = Exclude<AuthenticationType, "extension" | "unauthenticated">;

/** What must hold once the policy has matched; what does not rejects the request, and no further policy is tried. */
export interface NetworkConstraints {
  /** Authentication Methods (reason 66). What an extension accepted, or nobody had to authenticate, is not asked. */
  readonly authenticationMethods?: readonly AuthenticationMethod[] | undefined;
  /** EAP Types, offered in this order (reason 66); an empty list refuses EAP. Default: those of the EAP service. */
  readonly eapTypes?: readonly EapMethodType[] | undefined;
  /** What may be used inside of EAP methods that carry others (reason 66). Default: any. */
  readonly eapInnerMethods?: readonly EapInnerMethods[] | undefined;
  /** Day and time restrictions (reason 68): "Mo-Fr 08:00-18:00". */
  readonly dayAndTime?: string | undefined;
  /** NAS Port Type (reason 70): "Ethernet", "Wireless-802.11", "Virtual". */
  readonly nasPortTypes?: readonly string[] | undefined;
  /** Called Station ID (reason 69). */
  readonly calledStationId?: AttributeConditionSettings | undefined;
  /** Session Timeout, in seconds: the access server ends the session after that time. */
  readonly sessionTimeout?: number | undefined;
  /** Idle Timeout, in seconds. */
  readonly idleTimeout?: number | undefined;
}

/** What an Access-Accept carries. */
export interface NetworkAccessSettings {
  /** RADIUS attributes, standard and of vendors, by name. */
  readonly attributes?: AttributeInput | undefined;
  /** The VLAN, by number or name (RFC 3580 section 3.31). */
  readonly vlan?: number | string | undefined;
  /** Encryption of a VPN's link (MPPE): what may be used; without "none" the link must be encrypted. */
  readonly encryption?: readonly EncryptionStrength[] | undefined;
}

/** No encryption; MPPE with 40, 56 and 128 bits. */
export const encryptionStrengths = ["none", "basic", "strong", "strongest"] as const;
export type EncryptionStrength = (typeof encryptionStrengths)[number];

/**
 * Makes a network policy of settings.
 *
 * @param options.timeZone in which `dayAndTime` is meant, an IANA name; `UTC` by default
 * @throws {TypeError} or {RangeError} with the first thing that cannot be used; `policyFindings` tells all of them
 *
 * @example
 * ```ts
 * const policy = networkPolicy({
 *   name: "Staff on Wi-Fi",
 *   conditions: { groups: ["staff"], attributes: { "NAS-Port-Type": "Wireless-802.11" } },
 *   access: "grant",
 *   constraints: { authenticationMethods: ["EAP"], sessionTimeout: 3600 },
 *   settings: { vlan: 20 },
 * });
 * ```
 */
export function networkPolicy(
  settings: NetworkPolicySettings,
  { timeZone = "UTC" }: { readonly timeZone?: string } = {},
): NetworkPolicy {
  const { name, access, conditions = {}, constraints = {}, ignoreDialInPermission } = settings;
  const eapTypes = offeredTypes(constraints);
  return {
    name,
    access,
    conditions: policyConditions(conditions, timeZone),
    constraints: networkConstraints(constraints, timeZone),
    attributes: networkAttributes(constraints, settings.settings ?? {}),
    ...(ignoreDialInPermission !== undefined && { ignoreDialInPermission }),
    ...(eapTypes !== undefined && { eapTypes }),
    ...(constraints.eapInnerMethods !== undefined && { eapInnerMethods: constraints.eapInnerMethods }),
  };
}

/** Where EAP is not among the methods there is none to be offered. */
function offeredTypes({ authenticationMethods, eapTypes }: NetworkConstraints): NetworkPolicy["eapTypes"] {
  return authenticationMethods?.includes("EAP") === false ? [] : eapTypes;
}

/** The constraints in the order in which they are asked. */
export function networkConstraints(constraints: NetworkConstraints, timeZone: string): PolicyConstraint[] {
  const {
    authenticationMethods,
    eapTypes,
    eapInnerMethods = [],
    dayAndTime,
    calledStationId,
    nasPortTypes,
  } = constraints;
  const made: PolicyConstraint[] = [];
  const add = (condition: PolicyCondition, reason: number): void => void made.push({ ...condition, reason });
  if (authenticationMethods !== undefined) {
    // An extension or the connection request policy took the decision out of the hands of the methods.
    const allowed = authenticationTypeCondition([...authenticationMethods, "extension", "unauthenticated"]);
    const description = `authentication type is ${oneOf(authenticationMethods)}`;
    add({ ...allowed, description }, Reason.AuthenticationMethodNotAllowed);
  }
  if (eapTypes !== undefined) add(eapTypeConstraint(eapTypes), Reason.AuthenticationMethodNotAllowed);
  for (const inner of eapInnerMethods) {
    add(innerMethodCondition(inner), Reason.AuthenticationMethodNotAllowed);
  }
  if (dayAndTime !== undefined) {
    add(timeCondition(parseLogonHours(dayAndTime, timeZone), dayAndTime), Reason.DialInHours);
  }
  if (calledStationId !== undefined) {
    add(attributeCondition("Called-Station-Id", calledStationId), Reason.CalledStationNotAllowed);
  }
  if (nasPortTypes !== undefined) {
    add(attributeCondition("NAS-Port-Type", nasPortTypes), Reason.PortTypeNotAllowed);
  }
  return made;
}

/** The policy that matches in the end may be another than the one that offered the methods. */
function eapTypeConstraint(types: readonly EapMethodType[]): PolicyCondition {
  const condition = eapTypeCondition(types);
  return {
    ...condition,
    matches: (request) => request.authenticationType !== "EAP" || condition.matches(request),
  };
}

/** Why a constraint fails for a request, in words. */
export function constraintFailure(
  constraint: PolicyConstraint,
  request: Parameters<PolicyCondition["matches"]>[0],
): string {
  if (!isFactCondition(constraint)) return constraint.description;
  const { fact } = constraint;
  return `${fact.name} ${fact.show(fact.read(request))}`;
}

function networkAttributes(
  { sessionTimeout, idleTimeout }: NetworkConstraints,
  { attributes = {}, vlan, encryption }: NetworkAccessSettings,
): NetworkPolicy["attributes"] {
  return policyAttributes({
    ...(sessionTimeout !== undefined && { "Session-Timeout": sessionTimeout }),
    ...(idleTimeout !== undefined && { "Idle-Timeout": idleTimeout }),
    ...(vlan !== undefined && vlanAttributes(vlan)),
    ...attributes,
    ...(encryption !== undefined && encryptionAttributes(encryption)),
  });
}

function vlanAttributes(vlan: number | string): AttributeInput {
  return {
    "Tunnel-Type": "VLAN",
    "Tunnel-Medium-Type": "IEEE-802",
    "Tunnel-Private-Group-ID": String(vlan),
  };
}

/** MS-MPPE-Encryption-Policy and -Types (RFC 2548 sections 2.4.4 and 2.4.5; bit 3 is the 56 bits of Windows). */
function encryptionAttributes(strengths: readonly EncryptionStrength[]): AttributeInput {
  const bits = strengths.reduce((sum, strength) => sum | strengthBits[strength], 0);
  return {
    "MS-MPPE-Encryption-Policy": strengths.includes("none") ? "Encryption-Allowed" : "Encryption-Required",
    "MS-MPPE-Encryption-Types": bits,
  };
}

const strengthBits: Readonly<Record<EncryptionStrength, number>> = {
  none: 0,
  basic: 0x2,
  strong: 0x8,
  strongest: 0x4,
};
