/**
 * The device allow-list with the entry points of a Windows NPS extension DLL, so that a ported one can be read beside it.
 * It does what `index.ts` does.
 */
import {
  attributeText,
  type ExtensionEnvironment,
  type RadiusExtensionControlBlock,
  radiusAttribute,
  ratCallingStationId,
  ratReplyMessage,
  ratUserName,
  rcAccessReject,
  rcAccessRequest,
  repAuthentication,
} from "@sallyport/nps";
import { type Device, devicesOf, refusalFor } from "./devices.ts";

const NO_ERROR = 0;
/** ERROR_INVALID_PARAMETER of winerror.h: the settings cannot be used, so the server must not start. */
const ERROR_INVALID_PARAMETER = 87;

let devices: ReadonlyMap<string, Device> = new Map();

export function RadiusExtensionInit({ settings, log }: ExtensionEnvironment): number {
  const { list, mistakes } = devicesOf(settings);
  for (const mistake of mistakes) log.error(mistake);
  if (mistakes.length > 0) return ERROR_INVALID_PARAMETER;
  devices = list;
  log.information(`${list.size} devices are on the list`);
  return NO_ERROR;
}

export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number {
  // One entry point for every request and both points; this module judges Access-Requests before the password.
  if (ecb.requestType !== rcAccessRequest || ecb.point !== repAuthentication) return NO_ERROR;
  const station = ecb.getRequest().find(ratCallingStationId);
  if (station === undefined) return NO_ERROR;
  const user = ecb.getRequest().find(ratUserName);
  const refusal = refusalFor(devices, attributeText(station), user === undefined ? "" : attributeText(user));
  if (refusal === undefined) return NO_ERROR;
  ecb.getResponse(rcAccessReject)?.add(radiusAttribute(ratReplyMessage, refusal));
  return ecb.setResponseType(rcAccessReject);
}
