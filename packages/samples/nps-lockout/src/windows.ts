/**
 * The lockout with the entry points of a Windows NPS extension DLL, so that a ported one can be read beside it. It does what
 * `index.ts` does.
 */
import { foldCase } from "@sallyport/accounts";
import {
  attributeText,
  type ExtensionEnvironment,
  type RadiusExtensionControlBlock,
  radiusAttribute,
  ratCallingStationId,
  ratRejectReasonCode,
  ratReplyMessage,
  ratStrippedUserName,
  rcAccessAccept,
  rcAccessReject,
  rcAccessRequest,
  repAuthentication,
  rrrcAuthenticationFailure,
} from "@sallyport/nps";
import { forgetLockout } from "./lockout.ts";
import { type Configuration, configurationOf, lockedMessage } from "./settings.ts";

const NO_ERROR = 0;
/** ERROR_NOT_READY of winerror.h: nobody is let in before the settings are read. */
const ERROR_NOT_READY = 21;
/** ERROR_INVALID_PARAMETER of winerror.h: the settings cannot be used, so the server must not start. */
const ERROR_INVALID_PARAMETER = 87;

let configuration: Configuration | undefined;

export function RadiusExtensionInit(environment: ExtensionEnvironment): number {
  try {
    configuration = configurationOf(environment);
    return NO_ERROR;
  } catch (error) {
    environment.log.error(String(error));
    return ERROR_INVALID_PARAMETER;
  }
}

export function RadiusExtensionTerm(): void {
  if (configuration !== undefined) forgetLockout(configuration.name);
  configuration = undefined;
}

export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number {
  if (ecb.requestType !== rcAccessRequest) return NO_ERROR;
  if (configuration === undefined) return ERROR_NOT_READY;
  const { lockout } = configuration;
  const key = keyOf(ecb, configuration);
  const unlocksInMs = lockout.unlocksInMs(key);
  const accepted = ecb.responseType === rcAccessAccept;
  if (unlocksInMs > 0 && (ecb.point === repAuthentication || accepted)) return refuse(ecb, unlocksInMs);
  if (ecb.point === repAuthentication) return NO_ERROR;
  if (accepted) lockout.succeeded(key);
  if (ecb.responseType === rcAccessReject) lockout.failed(key);
  return NO_ERROR;
}

function refuse(ecb: RadiusExtensionControlBlock, unlocksInMs: number): number {
  ecb.log.warning("locked out: the attempt is not looked at", { user: accountOf(ecb), unlocksInMs });
  const response = ecb.getResponse(rcAccessReject);
  response?.add(radiusAttribute(ratReplyMessage, lockedMessage(unlocksInMs)));
  response?.add(radiusAttribute(ratRejectReasonCode, rrrcAuthenticationFailure));
  return ecb.setResponseType(rcAccessReject);
}

function keyOf(ecb: RadiusExtensionControlBlock, { keyOf }: Configuration): string {
  const station = ecb.getRequest().find(ratCallingStationId);
  return keyOf(accountOf(ecb), station && attributeText(station));
}

function accountOf(ecb: RadiusExtensionControlBlock): string {
  const user = ecb.getRequest().find(ratStrippedUserName);
  return user === undefined ? "" : foldCase(attributeText(user));
}
