import { Secret } from "@sallyport/crypto";
import {
  findAuthAttribute,
  findMppeKeys,
  type RasAuthAttribute,
  raatFramedIPAddress,
  raatIdleTimeout,
  raatSessionTimeout,
} from "@sallyport/eap";
import { formatIpv4 } from "../network/ipv4-address.ts";
import { numberOf } from "../wire/options.ts";
import type { PppGrant } from "./credentials.ts";

/**
 * What attributes of a RADIUS server or an EAP method grant: the address, the time-outs and the keys among them, and
 * all of them as they are.
 *
 * @example
 * ```ts
 * import { raatSessionTimeout } from "@sallyport/eap";
 * import { grantOf } from "@sallyport/ppp";
 *
 * grantOf([{ type: raatSessionTimeout, value: 3600 }]).sessionTimeoutSeconds; // 3600
 * ```
 */
export function grantOf(attributes: readonly RasAuthAttribute[]): PppGrant {
  const number = (type: number): number | undefined => {
    const value = findAuthAttribute(attributes, type)?.value;
    if (value === undefined || typeof value === "number") return value;
    return value.length === 4 ? numberOf(value) : undefined;
  };
  const address = number(raatFramedIPAddress);
  const keys = findMppeKeys(attributes);
  return {
    attributes,
    address: address === undefined ? undefined : formatIpv4(address),
    sessionTimeoutSeconds: number(raatSessionTimeout),
    idleTimeoutSeconds: number(raatIdleTimeout),
    keys: keys && { send: new Secret(keys.send), receive: new Secret(keys.receive) },
  };
}
