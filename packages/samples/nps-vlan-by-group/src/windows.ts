/**
 * The VLAN by group with the entry points of a Windows NPS extension DLL, so that a ported one can be read beside it. It
 * does what `index.ts` does.
 */
import { foldCase } from "@sallyport/accounts";
import {
  attributeText,
  type ExtensionEnvironment,
  type RadiusAttributeArray,
  type RadiusExtensionControlBlock,
  radiusAttribute,
  ratMediumType,
  ratStrippedUserName,
  ratTunnelPrivateGroupID,
  ratTunnelType,
  rcAccessAccept,
  rcAccessReject,
  rcAccessRequest,
  repAuthorization,
} from "@sallyport/nps";
import { type Configuration, configurationOf } from "./configuration.ts";
import { asThePolicySays, vlanOf } from "./vlans.ts";

const NO_ERROR = 0;
/** ERROR_NOT_READY of winerror.h: nobody is let in before the settings are read. */
const ERROR_NOT_READY = 21;
/** ERROR_INVALID_PARAMETER of winerror.h: the settings cannot be used, so the server must not start. */
const ERROR_INVALID_PARAMETER = 87;

/** Values of RFC 2868 section 3.1 and 3.2, and RFC 3580 section 3.31. */
const tunnelTypeVlan = 13;
const tunnelMediumIeee802 = 6;

let configuration: Configuration | undefined;

export function RadiusExtensionInit(environment: ExtensionEnvironment): number {
  const { configuration: read, mistakes } = configurationOf(environment);
  for (const mistake of mistakes) environment.log.error(mistake);
  if (mistakes.length > 0) return ERROR_INVALID_PARAMETER;
  configuration = read;
  return NO_ERROR;
}

export function RadiusExtensionTerm(): void {
  configuration = undefined;
}

export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number {
  if (ecb.requestType !== rcAccessRequest || ecb.point !== repAuthorization) return NO_ERROR;
  const accept = ecb.getResponse(rcAccessAccept);
  if (ecb.responseType !== rcAccessAccept || accept === null) return NO_ERROR;
  if (configuration === undefined) return ERROR_NOT_READY;
  const { rules, directory } = configuration;
  const user = ecb.getRequest().find(ratStrippedUserName);
  const account = user === undefined ? "" : foldCase(attributeText(user));
  const vlan = vlanOf(rules, directory, account);
  if (vlan === asThePolicySays) return NO_ERROR;
  if (vlan === undefined) {
    ecb.log.warning("rejected: a user of no group", { user: account });
    return ecb.setResponseType(rcAccessReject);
  }
  for (const type of [ratTunnelType, ratMediumType, ratTunnelPrivateGroupID]) removeAll(accept, type);
  // RFC 2868: the tag is the first octet; a number has the three that remain.
  const number = (value: number): number => (rules.tag << 24) | value;
  accept.add(radiusAttribute(ratTunnelType, number(tunnelTypeVlan)));
  accept.add(radiusAttribute(ratMediumType, number(tunnelMediumIeee802)));
  const name = Uint8Array.of(rules.tag, ...new TextEncoder().encode(vlan));
  accept.add(radiusAttribute(ratTunnelPrivateGroupID, name));
  return NO_ERROR;
}

function removeAll(array: RadiusAttributeArray, type: number): void {
  for (let index = array.getSize() - 1; index >= 0; index--) {
    if (array.attributeAt(index)?.attrType === type) array.removeAt(index);
  }
}
