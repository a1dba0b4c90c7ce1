import type { Account } from "@sallyport/accounts";
import { parseIpv4, parseIpv6, type RawAttribute, type ReceivedRequest } from "@sallyport/radius";
import { AttributeList, HeldAttribute } from "./attribute-list.ts";
import type { AnsweredState, ChallengeBinding } from "./challenge/challenge-table.ts";
import {
  ratAuthenticator,
  ratCode,
  ratIdentifier,
  ratRejectReasonCode,
  ratSrcIPAddress,
  ratSrcIPv6Address,
  ratSrcPort,
  ratUniqueId,
  ratUserName,
} from "./contract/attribute-types.ts";
import {
  type RadiusAuthenticationProvider,
  type RadiusRequestType,
  type RadiusResponseType,
  rapUnknown,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
  rcAccessRequest,
  rcAccountingResponse,
  rcDiscard,
  rrrcAccountDisabled,
  rrrcAccountExpired,
  rrrcAccountUnknown,
  rrrcAuthenticationFailure,
} from "./contract/constants.ts";
import type { EapMethodFacts, EapRound } from "./eap/eap-service.ts";
import type { ExtensionForm } from "./host/load-extension.ts";
import type { MicrosoftAttributes } from "./pipeline/credentials.ts";
import type { AuthenticationType } from "./policies/conditions.ts";
import { Reason } from "./reason.ts";
import type { RequestTrace } from "./trace/request-trace.ts";

/** Who took the decision that stands; the reason of a rejection depends on it (NPS-58). */
export type DecidedBy = "nothing" | "server" | ExtensionForm;

/** What is known of a request's EAP conversation. */
export interface EapFacts {
  readonly round: EapRound;
  method?: EapMethodFacts;
  /** What the method wants on the Access-Accept (EAP-82). */
  attributes?: readonly RawAttribute[];
}

/** One request on its way through the pipeline: what came in, what is known, and what will be answered. */
export class NpsRequest {
  readonly received: ReceivedRequest;
  readonly requestType: RadiusRequestType;
  readonly uniqueId: number;
  readonly trace: RequestTrace;
  /** The attributes of the packet, then those NPS knows itself. Modules may have changed them (NPS-59). */
  readonly attributes: AttributeList;
  provider: RadiusAuthenticationProvider = rapUnknown;
  account: Account | undefined;
  responseType: RadiusResponseType | 0 = 0;
  reason: number = Reason.Success;
  decidedBy: DecidedBy = "nothing";
  /** How the request is authenticated; undefined before that. */
  authenticationType: AuthenticationType | undefined;
  /** The User-Name after the realm rules of the connection request policy, where they changed it (NPS-78). */
  realmUserName: string | undefined;
  /** The attributes of the connection request policy. */
  requestPolicyAttributes: readonly HeldAttribute[] = [];
  /** What NPS authorization put into the answer, before any authorization extension. */
  profile: readonly HeldAttribute[] = [];
  /** Microsoft's attributes as they came, taken apart when the request was checked. */
  microsoftAttributes: MicrosoftAttributes | undefined;
  /** What an Access-Accept proves to the peer beside the profile: MS-CHAP success and keys. */
  proof: readonly RawAttribute[] = [];
  /** The MS-CHAP exchange that an Access-Reject has to end with an error. */
  msChap: { readonly version: 1 | 2; readonly identifier: number } | undefined;
  /** Whether the peer has just replaced its password: that the old one had expired is then over. */
  passwordChanged = false;
  /** The round of EAP that this request is, and the method once it is known. */
  eap: EapFacts | undefined;
  /** Whether an event has told already how the request ended (NPS-29). */
  eventWritten = false;
  /** The challenge that this request answers. */
  challenge: AnsweredState | undefined;
  /** The answers that were asked for: one, seldom more. */
  readonly #responses: { readonly type: RadiusResponseType; readonly list: AttributeList }[] = [];

  constructor(
    received: ReceivedRequest,
    options: { uniqueId: number; trace: RequestTrace; revealPassword: (hidden: Uint8Array) => Uint8Array },
  ) {
    this.received = received;
    this.requestType = received.packet.code as RadiusRequestType;
    this.uniqueId = options.uniqueId;
    this.trace = options.trace;
    this.attributes = AttributeList.ofPacket(received.packet, options.revealPassword);
    this.#addWhatIsKnown();
  }

  get isAccess(): boolean {
    return this.requestType === rcAccessRequest;
  }

  /** The User-Name as the wire carried it, or what a module made of it. */
  get userName(): string | undefined {
    return this.attributes.first(ratUserName)?.text;
  }

  get challengeBinding(): ChallengeBinding {
    return { client: this.received.client.name, user: this.userName ?? "" };
  }

  /** The attributes of one possible answer; undefined for a type that the request cannot have (Table N-6). */
  response(type: RadiusResponseType): AttributeList | undefined {
    if (!isValidResponseType(this.requestType, type)) return undefined;
    for (const response of this.#responses) if (response.type === type) return response.list;
    const list = new AttributeList();
    this.#responses.push({ type, list });
    return list;
  }

  decide(type: RadiusResponseType, by: DecidedBy, reason: number = Reason.Success): void {
    this.responseType = type;
    this.decidedBy = by;
    this.reason = reason;
  }

  accept(): void {
    this.decide(rcAccessAccept, "server");
  }

  reject(reason: number): void {
    this.decide(rcAccessReject, "server", reason);
  }

  /** Table N-3, as far as it is known when the request arrives (NPS-13). */
  #addWhatIsKnown(): void {
    const { packet, source } = this.received;
    const { attributes } = this;
    attributes.add(HeldAttribute.ofNumber(ratCode, packet.code));
    attributes.add(HeldAttribute.ofNumber(ratIdentifier, packet.identifier));
    attributes.add(HeldAttribute.ofBytes(ratAuthenticator, packet.authenticator));
    attributes.add(sourceAddress(source.address));
    attributes.add(HeldAttribute.ofNumber(ratSrcPort, source.port));
    attributes.add(HeldAttribute.ofNumber(ratUniqueId, this.uniqueId));
  }
}

/** Table N-6. */
export function isValidResponseType(requestType: RadiusRequestType, type: RadiusResponseType): boolean {
  return requestType === rcAccessRequest
    ? type === rcAccessAccept || type === rcAccessReject || type === rcAccessChallenge || type === rcDiscard
    : type === rcAccountingResponse || type === rcDiscard;
}

/** Parsed when a module looks at it. */
function sourceAddress(address: string): HeldAttribute {
  return address.includes(":")
    ? HeldAttribute.ofHidden(
        ratSrcIPv6Address,
        () => parseIpv6(address.replace(/%.*$/, "")) ?? new Uint8Array(16),
      )
    : HeldAttribute.ofHidden(ratSrcIPAddress, () => parseIpv4(address) ?? new Uint8Array(4));
}

/** The reason that goes with the decision that stands; an extension may name its own for a rejection (NPS-58). */
export function finalReason(request: NpsRequest): number {
  const byExtension = typeof request.decidedBy === "number";
  if (!byExtension || request.responseType !== rcAccessReject) return request.reason;
  switch (request.response(rcAccessReject)?.first(ratRejectReasonCode)?.number) {
    case rrrcAccountUnknown:
      return Reason.NoSuchUser;
    case rrrcAccountDisabled:
      return Reason.AccountDisabled;
    case rrrcAccountExpired:
      return Reason.AccountExpired;
    case rrrcAuthenticationFailure:
      return Reason.CredentialsMismatch;
    default:
      return request.reason;
  }
}
