import { parseLogonHours } from "@sallyport/accounts";
import type { EapMethodType } from "../eap/eap-service.ts";
import { type AttributeConditionSettings, attributeCondition } from "./attribute-condition.ts";
import {
  type AuthenticationType,
  addressCondition,
  authenticationTypeCondition,
  clientCondition,
  eapTypeCondition,
  groupsCondition,
  timeCondition,
} from "./conditions.ts";
import type { PolicyCondition } from "./policy.ts";

/** The conditions of a connection request policy; every key that is given must hold. */
export interface ConnectionRequestConditions {
  /** Client Friendly Name: names of RADIUS clients. */
  readonly clients?: readonly string[] | undefined;
  /** Client IPv4 and IPv6 Address: source addresses and networks, such as "10.0.0.0/8". */
  readonly addresses?: readonly string[] | undefined;
  /** Day and Time Restrictions: "Mo-Fr 08:00-18:00", as `parseLogonHours` of `@sallyport/accounts` reads it. */
  readonly dayAndTime?: string | undefined;
  /** Everything else that the request carries, by the names of the RFCs. */
  readonly attributes?: Readonly<Record<string, AttributeConditionSettings>> | undefined;
}

/** The conditions of a network policy: the user is known here. */
export interface NetworkConditions extends ConnectionRequestConditions {
  /** Windows Groups and User Groups: names of groups, of which the account must be in one. */
  readonly groups?: readonly string[] | undefined;
  /** Authentication Type: how the request was authenticated. */
  readonly authenticationTypes?: readonly AuthenticationType[] | undefined;
  /** Allowed EAP Types, by number. Holds as well while the method of a conversation is not chosen yet. */
  readonly eapTypes?: readonly EapMethodType[] | undefined;
}

/**
 * Makes conditions ready, in the order in which they are written.
 *
 * @param timeZone in which `dayAndTime` is meant, an IANA name
 * @throws {TypeError} for an attribute or an address that does not exist
 * @throws {RangeError} for a value, a time or a pattern that cannot be used
 */
export function policyConditions(settings: NetworkConditions, timeZone: string): PolicyCondition[] {
  const conditions: PolicyCondition[] = [];
  for (const [key, value] of Object.entries(settings)) {
    if (value !== undefined) conditions.push(...conditionsOf(key, settings, timeZone));
  }
  return conditions;
}

/** The conditions of one key. */
function conditionsOf(key: string, settings: NetworkConditions, timeZone: string): PolicyCondition[] {
  const { clients, addresses, groups, dayAndTime, authenticationTypes, eapTypes, attributes } = settings;
  if (key === "clients" && clients) return [clientCondition(clients)];
  if (key === "addresses" && addresses) return [addressCondition(addresses)];
  if (key === "groups" && groups) return [groupsCondition(groups)];
  if (key === "dayAndTime" && dayAndTime) {
    return [timeCondition(parseLogonHours(dayAndTime, timeZone), dayAndTime)];
  }
  if (key === "authenticationTypes" && authenticationTypes) {
    return [authenticationTypeCondition(authenticationTypes)];
  }
  if (key === "eapTypes" && eapTypes) return [eapTypeCondition(eapTypes)];
  if (key !== "attributes" || attributes === undefined)
    throw new TypeError(`no condition is called "${key}"`);
  return Object.entries(attributes).map(([name, wanted]) => attributeCondition(name, wanted));
}
