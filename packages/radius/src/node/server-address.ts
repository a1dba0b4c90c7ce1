import { isIP } from "node:net";
import type { Endpoint } from "../engine/receiver-types.ts";

/**
 * Reads `host:port`, `192.0.2.1:1812` or `[2001:db8::1]:1812`.
 *
 * @throws {TypeError} when it is none of them
 */
export function parseServerAddress(server: string): Endpoint {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(server) ?? [];
  const address = bracketed ?? plain;
  const port = Number(digits);
  if (
    address === undefined ||
    !(port >= 1 && port <= 65_535) ||
    (bracketed !== undefined && isIP(bracketed) !== 6)
  ) {
    throw new TypeError(`server must be "host:port" or "[address]:port", found "${server}"`);
  }
  return { address, port };
}
