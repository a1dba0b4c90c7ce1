import type { PppCredentials } from "@sallyport/ppp";
import { type AttributeInput, attributesFromNames, parseIpv4, type RawAttribute } from "@sallyport/radius";
import { portAttributes } from "../accounting/accounting-attributes.ts";
import type { ProviderCall } from "./provider.ts";

/** How this server calls itself towards RADIUS servers. */
export interface RadiusNas {
  /** NAS-Identifier, 1 to 253 octets. */
  readonly identifier: string;
  /** NAS-IP-Address. */
  readonly address?: string | undefined;
}

/** What stands in every packet that this server sends. */
export function nasAttributes({ identifier, address }: RadiusNas): RawAttribute[] {
  return attributesFromNames({
    "NAS-Identifier": identifier,
    ...(address !== undefined && {
      [parseIpv4(address) === undefined ? "NAS-IPv6-Address" : "NAS-IP-Address"]: address,
    }),
  });
}

/** What stands in every Access-Request of a call (RFC 2865 section 5.44). */
export function callAttributes(userName: string, call: ProviderCall, nas: RadiusNas): RawAttribute[] {
  return [
    ...attributesFromNames({
      "User-Name": userName,
      "Service-Type": "Framed",
      "Framed-Protocol": "PPP",
      "Acct-Session-Id": call.sessionId,
      ...portAttributes(call),
      ...(call.from !== "" && { "Calling-Station-Id": call.from }),
    }),
    ...nasAttributes(nas),
  ];
}

/** An Access-Request that has a password, or the answer to a challenge, verified. The client hides User-Password. */
export function passwordAttributes(
  request: PppCredentials,
  call: ProviderCall,
  nas: RadiusNas,
): RawAttribute[] {
  return [...callAttributes(request.userName, call, nas), ...attributesFromNames(credentials(request))];
}

function credentials(request: PppCredentials): AttributeInput {
  switch (request.protocol) {
    case "PAP":
      return { "User-Password": request.password.reveal() };
    case "CHAP":
      return {
        "CHAP-Password": Uint8Array.of(request.identifier, ...request.response),
        "CHAP-Challenge": request.challenge,
      };
    case "MS-CHAPv2":
      // RFC 2548 section 2.3.2: Ident, Flags, Peer-Challenge, eight octets of zero, Response.
      return {
        "MS-CHAP-Challenge": request.authenticatorChallenge,
        "MS-CHAP2-Response": Uint8Array.of(
          request.identifier,
          0,
          ...request.peerChallenge,
          ...new Uint8Array(8),
          ...request.ntResponse,
        ),
      };
  }
}
