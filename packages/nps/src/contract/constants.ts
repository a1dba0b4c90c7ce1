/**
 * The enumerations of `authif.h`, under their Windows names and values (Table N-2).
 * They are plain numbers so that a ported module compares them as it did before.
 */

/** RADIUS_ACTION: what a first- or second-form module decides. */
export const raContinue = 0;
export const raReject = 1;
export const raAccept = 2;
export type RadiusAction = typeof raContinue | typeof raReject | typeof raAccept;

/** RADIUS_EXTENSION_POINT: which of the two lists a module is called from (NPS-08). */
export const repAuthentication = 0;
export const repAuthorization = 1;
export type RadiusExtensionPoint = typeof repAuthentication | typeof repAuthorization;

/** RADIUS_CODE: packet codes, and the disposition of a request in the third form. */
export const rcUnknown = 0;
export const rcAccessRequest = 1;
export const rcAccessAccept = 2;
export const rcAccessReject = 3;
export const rcAccountingRequest = 4;
export const rcAccountingResponse = 5;
export const rcAccessChallenge = 11;
export const rcDiscard = 256;
export type RadiusRequestType = typeof rcAccessRequest | typeof rcAccountingRequest;
export type RadiusResponseType =
  | typeof rcAccessAccept
  | typeof rcAccessReject
  | typeof rcAccountingResponse
  | typeof rcAccessChallenge
  | typeof rcDiscard;

/** RADIUS_DATA_TYPE: which member of the value union of RADIUS_ATTRIBUTE is meant. */
export const rdtUnknown = 0;
export const rdtString = 1;
export const rdtAddress = 2;
export const rdtInteger = 3;
export const rdtTime = 4;
export const rdtIpv6Address = 5;
export type RadiusNumberDataType = typeof rdtAddress | typeof rdtInteger | typeof rdtTime;
export type RadiusBytesDataType = typeof rdtUnknown | typeof rdtString | typeof rdtIpv6Address;
export type RadiusDataType = RadiusNumberDataType | RadiusBytesDataType;

/** RADIUS_AUTHENTICATION_PROVIDER: the value of `ratProvider` (NPS-23). */
export const rapUnknown = 0;
export const rapUsersFile = 1;
export const rapProxy = 2;
export const rapWindowsNT = 3;
export const rapMCIS = 4;
export const rapODBC = 5;
export const rapNone = 6;
export type RadiusAuthenticationProvider =
  | typeof rapUnknown
  | typeof rapUsersFile
  | typeof rapProxy
  | typeof rapWindowsNT
  | typeof rapMCIS
  | typeof rapODBC
  | typeof rapNone;

/** RADIUS_REJECT_REASON_CODE: the value of `ratRejectReasonCode` (NPS-58). */
export const rrrcUndefined = 0;
export const rrrcAccountUnknown = 1;
export const rrrcAccountDisabled = 2;
export const rrrcAccountExpired = 3;
export const rrrcAuthenticationFailure = 4;
