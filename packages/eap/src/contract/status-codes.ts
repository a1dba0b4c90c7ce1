// Status codes of the EAP interface (Table E-8): raserror.h, and three of winerror.h.

/** Not enough memory. */
export const ERROR_NOT_ENOUGH_MEMORY = 8;
/** The request is not supported: a method without machine authentication (EAP-70). */
export const ERROR_NOT_SUPPORTED = 50;
/** An internal authentication error: an exception in a method, nonsense from it (EAP-93, EAP-19). */
export const ERROR_AUTH_INTERNAL = 645;
/** The account may not log on at this time of day. */
export const ERROR_RESTRICTED_LOGON_HOURS = 646;
/** The account is disabled. */
export const ERROR_ACCT_DISABLED = 647;
/** The password has expired. */
export const ERROR_PASSWD_EXPIRED = 648;
/** The account may not dial in. */
export const ERROR_NO_DIALIN_PERMISSION = 649;
/** Unknown user name or wrong password. */
export const ERROR_AUTHENTICATION_FAILURE = 691;
/** The user would have to be asked, and may not be. */
export const ERROR_INTERACTIVE_MODE = 703;
/** The password could not be changed. */
export const ERROR_CHANGING_PASSWORD = 709;
/** The other side did not answer in time. */
export const ERROR_PPP_TIMEOUT = 718;
/** The other side ended the connection. */
export const ERROR_PPP_REMOTE_TERMINATED = 719;
/** The other side does not answer. */
export const ERROR_PPP_NO_RESPONSE = 721;
/** From RasEapMakeMessage: the packet is discarded silently (EAP-22). */
export const ERROR_PPP_INVALID_PACKET = 722;
/** The entry does not use EAP. */
export const ERROR_INVALID_FUNCTION_FOR_ENTRY = 780;
/** The other side rejected the authentication protocol. */
export const ERROR_AUTH_PROTOCOL_REJECTED = 917;
/** No EAP type that both sides have and allow. */
export const ERROR_NO_AUTH_PROTOCOL_AVAILABLE = 918;
/** The peer refused to authenticate. */
export const ERROR_PEER_REFUSED_AUTH = 919;
/** The authentication server did not answer in time. */
export const ERROR_AUTH_SERVER_TIMEOUT = 930;
/** No RADIUS server could be reached. */
export const ERROR_NO_RADIUS_SERVERS = 938;
/** The RADIUS server's answer makes no sense. */
export const ERROR_INVALID_RADIUS_RESPONSE = 939;
/** Access is not allowed at this time of day. */
export const ERROR_DIALIN_HOURS_RESTRICTION = 940;
/** Access is not allowed over this kind of port. */
export const ERROR_ALLOWED_PORT_TYPE_RESTRICTION = 941;
/** Access is not allowed with this authentication method. */
export const ERROR_AUTH_PROTOCOL_RESTRICTION = 942;

/**
 * A status code of the EAP interface as text for people: what happened, and the number. An unknown number shows as
 * itself (EAP-44).
 *
 * @example
 * ```ts
 * import { eapStatusText } from "@sallyport/eap";
 *
 * eapStatusText(647); // "The account is disabled (647)."
 * eapStatusText(4711); // "Error 4711."
 * ```
 */
export function eapStatusText(code: number): string {
  const text = texts.get(code);
  return text === undefined ? `Error ${code}.` : `${text} (${code}).`;
}

const texts: ReadonlyMap<number, string> = new Map([
  [0, "Success"],
  [ERROR_NOT_ENOUGH_MEMORY, "There is not enough memory"],
  [ERROR_NOT_SUPPORTED, "The method does not support this"],
  [ERROR_AUTH_INTERNAL, "The authentication failed for an internal reason"],
  [ERROR_RESTRICTED_LOGON_HOURS, "The account may not log on at this time of day"],
  [ERROR_ACCT_DISABLED, "The account is disabled"],
  [ERROR_PASSWD_EXPIRED, "The password has expired"],
  [ERROR_NO_DIALIN_PERMISSION, "The account may not dial in"],
  [ERROR_AUTHENTICATION_FAILURE, "Unknown user name or wrong password"],
  [ERROR_INTERACTIVE_MODE, "The user must be asked, and no dialog may be shown"],
  [ERROR_CHANGING_PASSWORD, "The password could not be changed"],
  [ERROR_PPP_TIMEOUT, "The other side did not answer in time"],
  [ERROR_PPP_REMOTE_TERMINATED, "The other side ended the connection"],
  [ERROR_PPP_NO_RESPONSE, "The other side does not answer"],
  [ERROR_PPP_INVALID_PACKET, "The packet is not valid"],
  [ERROR_INVALID_FUNCTION_FOR_ENTRY, "The connection does not use EAP"],
  [ERROR_AUTH_PROTOCOL_REJECTED, "The other side rejected the authentication protocol"],
  [ERROR_NO_AUTH_PROTOCOL_AVAILABLE, "The two sides have no EAP type in common"],
  [ERROR_PEER_REFUSED_AUTH, "The peer refused to authenticate"],
  [ERROR_AUTH_SERVER_TIMEOUT, "The authentication server did not answer in time"],
  [ERROR_NO_RADIUS_SERVERS, "No RADIUS server could be reached"],
  [ERROR_INVALID_RADIUS_RESPONSE, "The answer of the RADIUS server makes no sense"],
  [ERROR_DIALIN_HOURS_RESTRICTION, "Access is not allowed at this time of day"],
  [ERROR_ALLOWED_PORT_TYPE_RESTRICTION, "Access is not allowed over this kind of port"],
  [ERROR_AUTH_PROTOCOL_RESTRICTION, "Access is not allowed with this authentication method"],
]);
