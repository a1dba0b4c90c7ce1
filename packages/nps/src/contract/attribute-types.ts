/**
 * RADIUS_ATTRIBUTE_TYPE of `authif.h`: the attribute numbers under their Windows names (Tables N-3 and N-4).
 * 1 to 255 are the attributes of the wire; 256 and above exist inside the server only and are never sent.
 */

/** Ends an attribute array (NPS-14). */
export const ratMinimum = 0;

export const ratUserName = 1;
export const ratUserPassword = 2;
export const ratCHAPPassword = 3;
export const ratNASIPAddress = 4;
export const ratNASPort = 5;
export const ratServiceType = 6;
export const ratFramedProtocol = 7;
export const ratFramedIPAddress = 8;
export const ratFramedIPNetmask = 9;
export const ratFramedRouting = 10;
export const ratFilterId = 11;
export const ratFramedMTU = 12;
export const ratFramedCompression = 13;
export const ratLoginIPHost = 14;
export const ratLoginService = 15;
export const ratLoginPort = 16;
export const ratReplyMessage = 18;
export const ratCallbackNumber = 19;
export const ratCallbackId = 20;
export const ratFramedRoute = 22;
export const ratFramedIPXNetwork = 23;
export const ratState = 24;
export const ratClass = 25;
export const ratVendorSpecific = 26;
export const ratSessionTimeout = 27;
export const ratIdleTimeout = 28;
export const ratTerminationAction = 29;
export const ratCalledStationId = 30;
export const ratCallingStationId = 31;
export const ratNASIdentifier = 32;
export const ratProxyState = 33;
export const ratLoginLATService = 34;
export const ratLoginLATNode = 35;
export const ratLoginLATGroup = 36;
export const ratFramedAppleTalkLink = 37;
export const ratFramedAppleTalkNetwork = 38;
export const ratFramedAppleTalkZone = 39;
export const ratAcctStatusType = 40;
export const ratAcctDelayTime = 41;
export const ratAcctInputOctets = 42;
export const ratAcctOutputOctets = 43;
export const ratAcctSessionId = 44;
export const ratAcctAuthentic = 45;
export const ratAcctSessionTime = 46;
export const ratAcctInputPackets = 47;
export const ratAcctOutputPackets = 48;
export const ratAcctTerminationCause = 49;
export const ratCHAPChallenge = 60;
export const ratNASPortType = 61;
export const ratPortLimit = 62;
export const ratTunnelType = 64;
export const ratMediumType = 65;
export const ratTunnelPassword = 69;
export const ratTunnelPrivateGroupID = 81;
export const ratNASIPv6Address = 95;
export const ratFramedInterfaceId = 96;
export const ratFramedIPv6Prefix = 97;
export const ratLoginIPv6Host = 98;
export const ratFramedIPv6Route = 99;
export const ratFramedIPv6Pool = 100;

/** Request code (first and second form only; the third has it in the control block). Read-only. */
export const ratCode = 262;
/** Packet identifier. Read-only. */
export const ratIdentifier = 263;
/** Request authenticator. Read-only. */
export const ratAuthenticator = 264;
/** Source IPv4 address. Read-only. */
export const ratSrcIPAddress = 265;
/** Source port. Read-only. */
export const ratSrcPort = 266;
/** Authentication provider chosen. Read-only. */
export const ratProvider = 267;
/** After realm stripping, Domain\User. */
export const ratStrippedUserName = 268;
/** Domain\User; at authorization possibly canonical directory path. */
export const ratFQUserName = 269;
/** Network policy that matched (authorization). */
export const ratPolicyName = 270;
/** Unique id of the request. Read-only. */
export const ratUniqueId = 271;
/** Private state between modules of one request. */
export const ratExtensionState = 272;
/** EAP-TLV packet. */
export const ratEAPTLV = 273;
/** RADIUS_REJECT_REASON_CODE for a rejection. */
export const ratRejectReasonCode = 274;
/** Connection request policy that matched. */
export const ratCRPPolicyName = 275;
/** Remote server group; changing it redirects a proxied request. */
export const ratProviderName = 276;
/** Clear password supplied by a module, for PEAP-MS-CHAPv2 against another user database. */
export const ratClearTextPassword = 277;
/** Source IPv6 address. Read-only. */
export const ratSrcIPv6Address = 278;
/** Client certificate thumbprint (recent headers). Read-only. */
export const ratCertificateThumbprint = 279;
