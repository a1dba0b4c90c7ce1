import { ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, NO_ERROR } from "@sallyport/errors/win32";
import type { AttributeList } from "../attribute-list.ts";
import type { Challenge, ChallengeBinding } from "../challenge/challenge-table.ts";
import {
  type RadiusExtensionPoint,
  type RadiusRequestType,
  type RadiusResponseType,
  rcAccessAccept,
  rcAccessReject,
  repAuthorization,
} from "../contract/constants.ts";
import type {
  AnsweredChallenge,
  CallSignal,
  ExtensionLog,
  RadiusAttributeArray,
  RadiusExtensionControlBlock,
} from "../contract/extension-module.ts";
import { Reason } from "../reason.ts";
import { type DecidedBy, isValidResponseType } from "../request.ts";
import { HostAttributeArray } from "./attribute-array.ts";
import type { RunningCall } from "./running-call.ts";

/** What a control block stands over: a request, or the replica of one in a worker. */
export interface ControlBlockRequest {
  readonly requestType: RadiusRequestType;
  readonly responseType: RadiusResponseType | 0;
  readonly attributes: AttributeList;
  /** Whom a challenge of this request is sent to. */
  readonly challengeBinding: ChallengeBinding;
  /** The challenge that this request answers. */
  readonly challenge: { readonly payload: Pick<Challenge, "extension" | "data"> } | undefined;
  response(type: RadiusResponseType): AttributeList | undefined;
  decide(type: RadiusResponseType, by: DecidedBy, reason: number): void;
}

/** Who makes the State of a challenge. */
export interface StateIssuer {
  issue(extension: string, binding: ChallengeBinding, data: unknown): Uint8Array<ArrayBuffer>;
}

/** RADIUS_EXTENSION_CONTROL_BLOCK over a request (Table N-5). Inert once its call has ended. */
export class HostControlBlock implements RadiusExtensionControlBlock {
  readonly version = 1;
  readonly point: RadiusExtensionPoint;
  readonly #request: ControlBlockRequest;
  readonly #call: RunningCall;
  readonly #extension: string;
  readonly #challenges: StateIssuer;
  readonly #allowAuthorizationAccept: boolean;

  constructor(
    request: ControlBlockRequest,
    point: RadiusExtensionPoint,
    call: RunningCall,
    options: { extension: string; challenges: StateIssuer; allowAuthorizationAccept: boolean },
  ) {
    this.point = point;
    this.#request = request;
    this.#call = call;
    this.#extension = options.extension;
    this.#challenges = options.challenges;
    this.#allowAuthorizationAccept = options.allowAuthorizationAccept;
    Object.freeze(this);
  }

  get requestType(): RadiusRequestType {
    return this.#request.requestType;
  }

  get responseType(): RadiusResponseType | 0 {
    return this.#request.responseType;
  }

  get signal(): CallSignal {
    return this.#call.signal;
  }

  get log(): ExtensionLog {
    return this.#call.log;
  }

  get answeredChallenge(): AnsweredChallenge | undefined {
    const challenge = this.#request.challenge?.payload;
    return challenge?.extension === this.#extension ? { data: challenge.data } : undefined;
  }

  issueState(data?: unknown): Uint8Array<ArrayBuffer> {
    return this.#challenges.issue(this.#extension, this.#request.challengeBinding, data);
  }

  getRequest(): RadiusAttributeArray {
    return new HostAttributeArray(this.#request.attributes, this.#call);
  }

  getResponse(type: RadiusResponseType): RadiusAttributeArray | null {
    const list = this.#request.response(type);
    return list === undefined ? null : new HostAttributeArray(list, this.#call);
  }

  setResponseType(type: RadiusResponseType): number {
    if (!this.#call.live) return ERROR_ACCESS_DENIED;
    if (!isValidResponseType(this.#request.requestType, type)) return ERROR_INVALID_PARAMETER;
    if (this.#wouldAdmitTheRefused(type)) return ERROR_INVALID_PARAMETER;
    if (type !== this.#request.responseType) {
      this.#request.decide(type, 3, type === rcAccessReject ? Reason.ExtensionRejected : Reason.Success);
    }
    return NO_ERROR;
  }

  /** NPS-68: no network policy is evaluated after the authorization point. */
  #wouldAdmitTheRefused(type: RadiusResponseType): boolean {
    return (
      type === rcAccessAccept &&
      this.point === repAuthorization &&
      this.#request.responseType !== rcAccessAccept &&
      !this.#allowAuthorizationAccept
    );
  }
}
