import { ratCHAPPassword, ratUserPassword } from "../contract/attribute-types.ts";
import { rapNone } from "../contract/constants.ts";
import { LogAuthenticationType } from "../logs/packet-types.ts";
import type { NpsRequest } from "../request.ts";

/** Whether PEAP is at work: logs and events have a name of its own for it. */
export function isPeap(request: NpsRequest): boolean {
  return request.eap?.method?.type === eapTypePeap;
}

/** PEAP among the EAP types. */
const eapTypePeap = 25;

/** Authentication-Type of the logs (Table N-12): how the request was, or would have been, authenticated. */
export function authenticationType(request: NpsRequest): number {
  if (typeof request.decidedBy === "number") return LogAuthenticationType.Custom;
  if (isPeap(request)) return LogAuthenticationType.Peap;
  if (request.eap !== undefined) return LogAuthenticationType.Eap;
  if (request.provider === rapNone) return LogAuthenticationType.None;
  if (request.msChap !== undefined) {
    if (request.passwordChanged) return LogAuthenticationType.MsChapV2PasswordChange;
    return request.msChap.version === 1 ? LogAuthenticationType.MsChap : LogAuthenticationType.MsChapV2;
  }
  if (request.attributes.has(ratUserPassword)) return LogAuthenticationType.Pap;
  return request.attributes.has(ratCHAPPassword) ? LogAuthenticationType.Chap : LogAuthenticationType.None;
}
