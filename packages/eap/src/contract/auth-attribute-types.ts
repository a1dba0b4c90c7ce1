// RAS_AUTH_ATTRIBUTE_TYPE of raseapif.h (Table E-7), under their Windows names. Numbers below 256 are those of RADIUS.

/** Ends an array. */
export const raatMinimum = 0;
export const raatUserName = 1;
export const raatUserPassword = 2;
/** CHAP-Password: the identifier and the MD5 answer. */
export const raatMD5CHAPPassword = 3;
export const raatNASIPAddress = 4;
export const raatNASPort = 5;
export const raatServiceType = 6;
export const raatFramedProtocol = 7;
export const raatFramedIPAddress = 8;
export const raatFramedIPNetmask = 9;
export const raatFramedRouting = 10;
export const raatFilterId = 11;
export const raatFramedMTU = 12;
export const raatFramedCompression = 13;
export const raatLoginIPHost = 14;
export const raatLoginService = 15;
export const raatLoginTCPPort = 16;
export const raatUnassigned17 = 17;
export const raatReplyMessage = 18;
export const raatCallbackNumber = 19;
export const raatCallbackId = 20;
export const raatUnassigned21 = 21;
export const raatFramedRoute = 22;
export const raatFramedIPXNetwork = 23;
export const raatState = 24;
export const raatClass = 25;
export const raatVendorSpecific = 26;
export const raatSessionTimeout = 27;
export const raatIdleTimeout = 28;
export const raatTerminationAction = 29;
export const raatCalledStationId = 30;
export const raatCallingStationId = 31;
export const raatNASIdentifier = 32;
export const raatProxyState = 33;
export const raatLoginLATService = 34;
export const raatLoginLATNode = 35;
export const raatLoginLATGroup = 36;
export const raatFramedAppleTalkLink = 37;
export const raatFramedAppleTalkNetwork = 38;
export const raatFramedAppleTalkZone = 39;
export const raatAcctStatusType = 40;
export const raatAcctDelayTime = 41;
export const raatAcctInputOctets = 42;
export const raatAcctOutputOctets = 43;
export const raatAcctSessionId = 44;
export const raatAcctAuthentic = 45;
export const raatAcctSessionTime = 46;
export const raatAcctInputPackets = 47;
export const raatAcctOutputPackets = 48;
export const raatAcctTerminateCause = 49;
export const raatAcctMultiSessionId = 50;
export const raatAcctLinkCount = 51;
export const raatAcctEventTimeStamp = 55;
/** CHAP-Challenge. */
export const raatMD5CHAPChallenge = 60;
export const raatNASPortType = 61;
export const raatPortLimit = 62;
export const raatLoginLATPort = 63;
export const raatTunnelType = 64;
export const raatTunnelMediumType = 65;
export const raatTunnelClientEndpoint = 66;
export const raatTunnelServerEndpoint = 67;
export const raatARAPPassword = 70;
export const raatARAPFeatures = 71;
export const raatARAPZoneAccess = 72;
export const raatARAPSecurity = 73;
export const raatARAPSecurityData = 74;
export const raatPasswordRetry = 75;
export const raatPrompt = 76;
export const raatConnectInfo = 77;
export const raatConfigurationToken = 78;
export const raatEAPMessage = 79;
/** Message-Authenticator. */
export const raatSignature = 80;
export const raatARAPChallengeResponse = 84;
export const raatAcctInterimInterval = 85;
export const raatNASIPv6Address = 95;
export const raatFramedInterfaceId = 96;
export const raatFramedIPv6Prefix = 97;
export const raatLoginIPv6Host = 98;
export const raatFramedIPv6Route = 99;
export const raatFramedIPv6Pool = 100;
export const raatARAPGuestLogon = 8096;
export const raatCertificateOID = 8097;
export const raatEAPConfiguration = 8098;
export const raatPEAPEmbeddedEAPTypeId = 8099;
export const raatInnerEAPTypeId = 8099;
export const raatPEAPFastRoamedSession = 8100;
export const raatFastRoamedSession = 8100;
export const raatEAPTLV = 8102;
/** 0 or 1. */
export const raatCredentialsChanged = 8103;
export const raatCertificateThumbprint = 8250;
export const raatPeerId = 9000;
export const raatServerId = 9001;
export const raatMethodId = 9002;
export const raatEMSK = 9003;
export const raatSessionId = 9004;
export const raatReserved = 0xffffffff;

/** Whether attributes of a type hold a number; all others hold octets. */
export function isNumberAttribute(type: number): boolean {
  return numbers.has(type);
}

const numbers: ReadonlySet<number> = new Set<number>([
  raatNASIPAddress,
  raatNASPort,
  raatServiceType,
  raatFramedProtocol,
  raatFramedIPAddress,
  raatFramedIPNetmask,
  raatFramedRouting,
  raatFramedMTU,
  raatFramedCompression,
  raatLoginIPHost,
  raatLoginService,
  raatLoginTCPPort,
  raatFramedIPXNetwork,
  raatSessionTimeout,
  raatIdleTimeout,
  raatTerminationAction,
  raatFramedAppleTalkLink,
  raatFramedAppleTalkNetwork,
  raatAcctStatusType,
  raatAcctDelayTime,
  raatAcctInputOctets,
  raatAcctOutputOctets,
  raatAcctAuthentic,
  raatAcctSessionTime,
  raatAcctInputPackets,
  raatAcctOutputPackets,
  raatAcctTerminateCause,
  raatAcctLinkCount,
  raatAcctEventTimeStamp,
  raatNASPortType,
  raatPortLimit,
  raatTunnelType,
  raatTunnelMediumType,
  raatARAPZoneAccess,
  raatARAPSecurity,
  raatPasswordRetry,
  raatPrompt,
  raatAcctInterimInterval,
  raatARAPGuestLogon,
  raatPEAPEmbeddedEAPTypeId,
  raatInnerEAPTypeId,
  raatPEAPFastRoamedSession,
  raatFastRoamedSession,
  raatCredentialsChanged,
]);
