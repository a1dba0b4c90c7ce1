/** The settings of the device allow-list. */
export interface DeviceSettings {
  /** A MAC address each, alone or with the users it belongs to. */
  readonly devices: readonly (string | { readonly id: string; readonly users?: readonly string[] })[];
}

export interface Device {
  /** In lower case; undefined when everybody may use the device. */
  readonly users: ReadonlySet<string> | undefined;
}

/** One spelling for all: "00-00-5E-00-53-01", "00:00:5e:00:53:01" and "0000.5e00.5301:SSID" are the same device. */
function deviceId(calledFrom: string): string {
  const digits = calledFrom.toLowerCase().replace(/[-:.]/g, "");
  return /^[0-9a-f]{12}/.exec(digits)?.[0] ?? calledFrom.trim().toLowerCase();
}

/** What the user is told who must not use this device; undefined for who may. */
export function refusalFor(
  devices: ReadonlyMap<string, Device>,
  calledFrom: string,
  user: string,
): string | undefined {
  const device = devices.get(deviceId(calledFrom));
  if (device === undefined) return "This device is not registered.";
  if (device.users !== undefined && !device.users.has(user.toLowerCase()))
    return "This device is registered for somebody else.";
  return undefined;
}

/** Reads the settings; every mistake is told, with its place. */
export function devicesOf(settings: unknown): {
  readonly list: ReadonlyMap<string, Device>;
  readonly mistakes: readonly string[];
} {
  const entries: unknown = (settings as Partial<DeviceSettings> | undefined)?.devices;
  if (!Array.isArray(entries)) {
    return {
      list: new Map(),
      mistakes: ['settings.devices is no list; write { "devices": ["00-00-5E-00-53-01"] }'],
    };
  }
  const list = new Map<string, Device>();
  const mistakes: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const { id, users } = typeof entry === "string" ? { id: entry, users: undefined } : Object(entry);
    if (typeof id !== "string" || !/^[0-9a-f]{12}$/.test(deviceId(id))) {
      mistakes.push(`settings.devices[${index}] is no MAC address; write for example "00-00-5E-00-53-01"`);
    } else if (
      users !== undefined &&
      !(Array.isArray(users) && users.every((user) => typeof user === "string"))
    ) {
      mistakes.push(`settings.devices[${index}].users is no list of user names`);
    } else {
      list.set(deviceId(id), { users: users && new Set(users.map((user: string) => user.toLowerCase())) });
    }
  }
  return { list, mistakes };
}
