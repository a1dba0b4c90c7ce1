import type { RasAuthAttribute } from "../../contract/auth-attribute.ts";
import { raatEMSK, raatSessionId, raatUserName } from "../../contract/auth-attribute-types.ts";
import { isMppeKeyAttribute } from "../../contract/mppe-key-attributes.ts";

/** What an inner method returned, without what the tunnel has of its own: name and keys. */
export function withoutNameAndKeys(attributes: readonly RasAuthAttribute[]): readonly RasAuthAttribute[] {
  return attributes.filter((attribute) => !isMppeKeyAttribute(attribute) && !ownOfTunnel.has(attribute.type));
}

const ownOfTunnel: ReadonlySet<number> = new Set([raatUserName, raatEMSK, raatSessionId]);
