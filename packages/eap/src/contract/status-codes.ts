import {
  ERROR_ACCT_DISABLED,
  ERROR_ALLOWED_PORT_TYPE_RESTRICTION,
  ERROR_AUTH_INTERNAL,
  ERROR_AUTH_PROTOCOL_REJECTED,
  ERROR_AUTH_PROTOCOL_RESTRICTION,
  ERROR_AUTH_SERVER_TIMEOUT,
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_CHANGING_PASSWORD,
  ERROR_DIALIN_HOURS_RESTRICTION,
  ERROR_INTERACTIVE_MODE,
  ERROR_INVALID_FUNCTION_FOR_ENTRY,
  ERROR_INVALID_RADIUS_RESPONSE,
  ERROR_NO_AUTH_PROTOCOL_AVAILABLE,
  ERROR_NO_DIALIN_PERMISSION,
  ERROR_NO_RADIUS_SERVERS,
  ERROR_PASSWD_EXPIRED,
  ERROR_PEAP_CRYPTOBINDING_INVALID,
  ERROR_PEAP_CRYPTOBINDING_NOTRECEIVED,
  ERROR_PEER_REFUSED_AUTH,
  ERROR_PPP_INVALID_PACKET,
  ERROR_PPP_NO_RESPONSE,
  ERROR_PPP_REMOTE_TERMINATED,
  ERROR_PPP_TIMEOUT,
  ERROR_RESTRICTED_LOGON_HOURS,
} from "@sallyport/errors/ras";
import {
  ERROR_MUTUAL_AUTH_FAILED,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_NOT_SUPPORTED,
} from "@sallyport/errors/win32";

// The status codes of the EAP interface (Table E-8), from raserror.h and winerror.h.
export {
  ERROR_ACCT_DISABLED,
  ERROR_ALLOWED_PORT_TYPE_RESTRICTION,
  ERROR_AUTH_INTERNAL,
  ERROR_AUTH_PROTOCOL_REJECTED,
  ERROR_AUTH_PROTOCOL_RESTRICTION,
  ERROR_AUTH_SERVER_TIMEOUT,
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_CHANGING_PASSWORD,
  ERROR_DIALIN_HOURS_RESTRICTION,
  ERROR_INTERACTIVE_MODE,
  ERROR_INVALID_FUNCTION_FOR_ENTRY,
  ERROR_INVALID_RADIUS_RESPONSE,
  ERROR_MUTUAL_AUTH_FAILED,
  ERROR_NO_AUTH_PROTOCOL_AVAILABLE,
  ERROR_NO_DIALIN_PERMISSION,
  ERROR_NO_RADIUS_SERVERS,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_NOT_SUPPORTED,
  ERROR_PASSWD_EXPIRED,
  ERROR_PEAP_CRYPTOBINDING_INVALID,
  ERROR_PEAP_CRYPTOBINDING_NOTRECEIVED,
  ERROR_PEER_REFUSED_AUTH,
  ERROR_PPP_INVALID_PACKET,
  ERROR_PPP_NO_RESPONSE,
  ERROR_PPP_REMOTE_TERMINATED,
  ERROR_PPP_TIMEOUT,
  ERROR_RESTRICTED_LOGON_HOURS,
};

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
  [ERROR_PEAP_CRYPTOBINDING_INVALID, "The proof that tunnel and inner method belong together is wrong"],
  [ERROR_PEAP_CRYPTOBINDING_NOTRECEIVED, "The proof that tunnel and inner method belong together is missing"],
  [ERROR_AUTH_PROTOCOL_REJECTED, "The other side rejected the authentication protocol"],
  [ERROR_NO_AUTH_PROTOCOL_AVAILABLE, "The two sides have no EAP type in common"],
  [ERROR_PEER_REFUSED_AUTH, "The peer refused to authenticate"],
  [ERROR_AUTH_SERVER_TIMEOUT, "The authentication server did not answer in time"],
  [ERROR_NO_RADIUS_SERVERS, "No RADIUS server could be reached"],
  [ERROR_INVALID_RADIUS_RESPONSE, "The answer of the RADIUS server makes no sense"],
  [ERROR_DIALIN_HOURS_RESTRICTION, "Access is not allowed at this time of day"],
  [ERROR_ALLOWED_PORT_TYPE_RESTRICTION, "Access is not allowed over this kind of port"],
  [ERROR_AUTH_PROTOCOL_RESTRICTION, "Access is not allowed with this authentication method"],
  [ERROR_MUTUAL_AUTH_FAILED, "The other side could not prove who it is"],
]);
