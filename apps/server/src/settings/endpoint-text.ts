import type { EndpointSetting } from "./settings.ts";

/** An address with its port as settings write it: IPv6 in brackets. */
export function endpointText({ address, port }: EndpointSetting): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
