/**
 * A device allow-list: only listed devices may log on. The device is what the access server says in
 * Calling-Station-Id, a MAC address in one of its many spellings.
 *
 * `windows.ts` is the same extension with the entry points of a Windows DLL.
 */
import { defineNpsExtension, type NpsExtensionModule, reject } from "@sallyport/nps";
import { type Device, type DeviceSettings, devicesOf, refusalFor } from "./devices.ts";

export type { DeviceSettings };

let devices: ReadonlyMap<string, Device> = new Map();

const deviceAllowlist: NpsExtensionModule = defineNpsExtension({
  /** Takes the list from the module's settings; the server does not start with a list it cannot read. */
  initialize({ settings, log }) {
    const { list, mistakes } = devicesOf(settings);
    if (mistakes.length > 0) throw new TypeError(mistakes.join("; "));
    devices = list;
    log.information(`${list.size} devices are on the list`);
  },

  /** Rejects devices that are not on the list, and decides nothing for those that are: their password is checked next. */
  authentication(request) {
    // Without the attribute there is nothing to judge by; another extension may know more (NPS-26).
    const station = request.get("Calling-Station-Id");
    if (station === undefined) return;
    const refusal = refusalFor(devices, station, request.userName ?? "");
    return refusal === undefined ? undefined : reject({ message: refusal });
  },
});

export default deviceAllowlist;
