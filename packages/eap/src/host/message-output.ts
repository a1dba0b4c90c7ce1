import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import { EAPACTION_NoAction, type PppEapAction } from "../contract/constants.ts";
import type { PppEapOutput } from "../contract/ppp-eap.ts";

/** PPP_EAP_OUTPUT with its preset values. */
export class MessageOutput implements PppEapOutput {
  action: PppEapAction = EAPACTION_NoAction;
  authResultCode = 0;
  userAttributes: readonly RasAuthAttribute[] | null = null;
  invokeInteractiveUI = false;
  uiContextData: Uint8Array | null = null;
  saveConnectionData = false;
  connectionData: Uint8Array | null = null;
  saveUserData = false;
  userData: Uint8Array | null = null;
  idExpected: number | null = null;
  identity: string | null = null;
}
