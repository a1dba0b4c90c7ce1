import type { Account, AccountSource, ScryptVerifier, StoredPassword } from "@sallyport/accounts";
import type { Answer } from "@sallyport/radius";
import type { Clock, Random } from "@sallyport/runtime";
import type { ChallengeTable } from "../challenge/challenge-table.ts";
import type { EapService } from "../eap/eap-service.ts";
import type { CallFailure, ExtensionHost } from "../host/extension-host.ts";
import type { NpsExtension } from "../host/load-extension.ts";
import type { AccountLockout } from "../lockout/account-lockout.ts";
import type { ConnectionRequestPolicy, NetworkPolicy } from "../policies/policy.ts";
import type { PolicyList } from "../policies/policy-list.ts";
import type { Prepared } from "../policies/prepared-policy.ts";
import type { NpsRequest } from "../request.ts";
import type { AccountingLog } from "./accounting-log.ts";

/**
 * One step of the pipeline. It records its decision on the request and says how to go on; it returns a promise only
 * when something it called did.
 */
export type Stage = (request: NpsRequest, context: PipelineContext) => Disposition | PromiseLike<Disposition>;

export type Disposition =
  /** The next stage follows. */
  | { readonly kind: "next" }
  /** The request is answered as decided so far; the stages in between are left out (NPS-81). */
  | { readonly kind: "answer" }
  /** The answer that an identical request got a moment ago; nothing is logged again. */
  | { readonly kind: "repeat"; readonly answer: Answer }
  /** Nothing is sent and nothing is logged. */
  | { readonly kind: "discard"; readonly reason: number };

export const next: Disposition = { kind: "next" };
export const answerNow: Disposition = { kind: "answer" };

export function discard(reason: number): Disposition {
  return { kind: "discard", reason };
}

/** What the stages of one server work with. */
export interface PipelineContext {
  readonly extensions: ExtensionHost;
  readonly connectionRequestPolicies: PolicyList<Prepared<ConnectionRequestPolicy>>;
  readonly networkPolicies: PolicyList<Prepared<NetworkPolicy>>;
  /** Carries EAP; without it, EAP is refused. */
  readonly eap: EapService | undefined;
  readonly accounts: AccountSource;
  readonly defaultDomain: string;
  readonly pingUserName: string | undefined;
  /** Whether MS-CHAP, version 1, is accepted; it is broken, and off unless somebody needs it. */
  readonly allowMsChap: boolean;
  readonly scryptVerifier: ScryptVerifier | undefined;
  readonly changePassword: ChangePassword | undefined;
  readonly random: Random;
  readonly remoteServers: RemoteServers | undefined;
  readonly accountingLog: AccountingLog;
  readonly challenges: ChallengeTable;
  readonly lockout: AccountLockout | undefined;
  readonly compatibility: Compatibility;
  readonly clock: Clock;
  readonly report: PipelineReports;
}

/** The events that stages cause. */
export interface PipelineReports {
  /** A module's error return: one event a discarded packet, naming module and code (NPS-29). */
  extensionFailed(
    request: NpsRequest,
    extension: NpsExtension,
    failure: CallFailure,
    consequence: "discarded" | "rejected",
  ): void;
  /** A module did what is not allowed at its point (NPS-41). */
  acceptNotAllowed(request: NpsRequest, extension: NpsExtension): void;
  /** An accounting record could not be written. */
  recordNotWritten(request: NpsRequest, error: unknown): void;
}

/** Stores the new password of an account (RFC 2759 section 7). Throwing, or rejecting, tells the peer that it failed. */
export type ChangePassword = (account: Account, password: StoredPassword) => void | PromiseLike<void>;

/** Where a request goes whose connection request policy names a remote RADIUS server group. */
export interface RemoteServers {
  /** The remote server's answer; null when the request is to be discarded because nobody answered. */
  forward(request: NpsRequest, group: string): PromiseLike<Answer | null>;
}

/** Choices between two readings of the documentation; the defaults are this project's resolutions. */
export interface Compatibility {
  /** Third-form modules are called even after a first- or second-form Reject. */
  readonly process2AfterReject: boolean;
  /** SetResponseType(rcAccessAccept) at the authorization point may overrule a Reject (NPS-68). */
  readonly allowAuthorizationAccept: boolean;
  /** Add fails with E_ACCESSDENIED (0x80070005), as it is documented, instead of 5, as its neighbours. */
  readonly rawErrorCodes: boolean;
  /** Modules see and give IPv4 addresses with the first octet least significant, as before Server 2008 (NPS-73, X-20). */
  readonly littleEndianAddresses: boolean;
  /**
   * Network policy is evaluated on every leg that ends in Accept. False: when an extension accepts the answer to a
   * challenge, the policy's attributes are missing, as administrators know it from Windows (NPS-64).
   */
  readonly enforceNetworkPolicyOnChallengeResponse: boolean;
}
