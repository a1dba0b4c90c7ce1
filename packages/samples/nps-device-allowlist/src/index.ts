/**
 * A device allow-list: only listed devices may log on. The device is what the access server says in
 * Calling-Station-Id, a MAC address in one of its many spellings.
 *
 * The entry points are those of a Windows NPS extension DLL, so that a ported one can be read beside it.
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
} from "@sallyport/nps";
import { type Device, type DeviceSettings, deviceId, devicesOf } from "./devices.ts";

export type { DeviceSettings };

const NO_ERROR = 0;
/** ERROR_INVALID_PARAMETER of winerror.h: the settings cannot be used, so the server must not start. */
const ERROR_INVALID_PARAMETER = 87;

let devices: ReadonlyMap<string, Device> = new Map();

/** Takes the list from the module's settings; the server does not start with a list it cannot read. */
export function RadiusExtensionInit({ settings, log }: ExtensionEnvironment): number {
  const { list, mistakes } = devicesOf(settings);
  for (const mistake of mistakes) log.error(mistake);
  if (mistakes.length > 0) return ERROR_INVALID_PARAMETER;
  devices = list;
  log.information(`${list.size} devices are on the list`);
  return NO_ERROR;
}

/** Rejects devices that are not on the list, and decides nothing for those that are: their password is checked next. */
export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number {
  if (ecb.requestType !== rcAccessRequest) return NO_ERROR;

  // Without the attribute there is nothing to judge by; another extension may know more (NPS-26).
  const station = ecb.getRequest().find(ratCallingStationId);
  if (station === undefined) return NO_ERROR;

  const device = devices.get(deviceId(attributeText(station)));
  if (device === undefined) return refuse(ecb, "This device is not registered.");

  const user = ecb.getRequest().find(ratUserName);
  const userName = user === undefined ? "" : attributeText(user).toLowerCase();
  if (device.users !== undefined && !device.users.has(userName)) {
    return refuse(ecb, "This device is registered for somebody else.");
  }
  return NO_ERROR;
}

function refuse(ecb: RadiusExtensionControlBlock, text: string): number {
  ecb.getResponse(rcAccessReject)?.add(radiusAttribute(ratReplyMessage, text));
  return ecb.setResponseType(rcAccessReject);
}
