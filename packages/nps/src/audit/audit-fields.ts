import { formatAttribute, type RawAttribute } from "@sallyport/radius";
import {
  ratCalledStationId,
  ratCallingStationId,
  ratCRPPolicyName,
  ratFQUserName,
  ratNASIdentifier,
  ratNASIPAddress,
  ratNASIPv6Address,
  ratNASPort,
  ratNASPortType,
  ratPolicyName,
  ratStrippedUserName,
} from "../contract/attribute-types.ts";
import { type RadiusAuthenticationProvider, rapNone, rapProxy, rapUnknown } from "../contract/constants.ts";
import { isPeap } from "../pipeline/authentication-type.ts";
import { credentialsOf } from "../pipeline/credentials.ts";
import type { NpsRequest } from "../request.ts";

const ratAcctSessionId = 44;

/** What an administrator is told of a request, under the names that the fields have in the Windows event log. */
export interface AuditFields {
  /** The number under which traces and log lines know the request. */
  readonly request: number;
  /** The User-Name as the wire carried it. */
  readonly SubjectUserName: string | undefined;
  readonly SubjectDomainName: string | undefined;
  /** `DOMAIN\user`. */
  readonly FullyQualifiedSubjectUserName: string | undefined;
  readonly CalledStationID: string | undefined;
  readonly CallingStationID: string | undefined;
  readonly NASIPv4Address: string | undefined;
  readonly NASIPv6Address: string | undefined;
  readonly NASIdentifier: string | undefined;
  readonly NASPortType: string | undefined;
  readonly NASPort: string | undefined;
  /** The RADIUS client, by its name in the settings. */
  readonly ClientName: string;
  readonly ClientIPAddress: string;
  /** The connection request policy. */
  readonly ProxyPolicyName: string | undefined;
  readonly NetworkPolicyName: string | undefined;
  readonly AuthenticationProvider: string | undefined;
  readonly AuthenticationServer: string | undefined;
  /** PAP, CHAP, MS-CHAP, MS-CHAPv2, EAP, Extension or Unauthenticated. */
  readonly AuthenticationType: string | undefined;
  readonly EAPType: string | undefined;
  readonly AccountSessionIdentifier: string | undefined;
}

/** The fields of the events 6272 to 6278 (NPS-89), as far as they are known. None of them is a secret. */
export function auditFields(request: NpsRequest, serverName: string | undefined): AuditFields {
  const text = (attrType: number): string | undefined => {
    const held = request.attributes.first(attrType);
    return held && formatAttribute({ type: attrType, value: held.bytes } satisfies RawAttribute).text;
  };
  const internal = (attrType: number): string | undefined => request.attributes.first(attrType)?.text;
  const stripped = internal(ratStrippedUserName);
  const { client, source } = request.received;
  return {
    request: request.uniqueId,
    SubjectUserName: request.userName,
    SubjectDomainName: stripped?.includes("\\") ? stripped.slice(0, stripped.indexOf("\\")) : undefined,
    FullyQualifiedSubjectUserName: internal(ratFQUserName),
    CalledStationID: text(ratCalledStationId),
    CallingStationID: text(ratCallingStationId),
    NASIPv4Address: text(ratNASIPAddress),
    NASIPv6Address: text(ratNASIPv6Address),
    NASIdentifier: text(ratNASIdentifier),
    NASPortType: text(ratNASPortType),
    NASPort: text(ratNASPort),
    ClientName: client.name,
    ClientIPAddress: source.address,
    ProxyPolicyName: internal(ratCRPPolicyName),
    NetworkPolicyName: internal(ratPolicyName),
    AuthenticationProvider: providerName(request.provider),
    AuthenticationServer: serverName,
    AuthenticationType: authenticationType(request),
    EAPType: request.eap?.method?.name,
    AccountSessionIdentifier: text(ratAcctSessionId),
  };
}

function providerName(provider: RadiusAuthenticationProvider): string | undefined {
  switch (provider) {
    case rapUnknown:
      return undefined;
    case rapProxy:
      return "RADIUS Proxy";
    case rapNone:
      return "None";
    default:
      return "Windows";
  }
}

function authenticationType(request: NpsRequest): string | undefined {
  if (!request.isAccess) return undefined;
  if (isPeap(request)) return "PEAP";
  if (request.eap !== undefined) return "EAP";
  if (typeof request.decidedBy === "number") return "Extension";
  if (request.provider === rapNone) return "Unauthenticated";
  return credentialsOf(request)?.protocol;
}
