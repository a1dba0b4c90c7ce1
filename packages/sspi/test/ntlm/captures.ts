import { ntHash } from "@sallyport/crypto";
import { type ResponseProof, responseKey, responseProof } from "../../src/packages/ntlm/response-keys.ts";
import {
  type AuthenticateMessage,
  decodeAuthenticateMessage,
} from "../../src/packages/ntlm/wire/authenticate-message.ts";
import {
  type ChallengeMessage,
  decodeChallengeMessage,
} from "../../src/packages/ntlm/wire/challenge-message.ts";
import vectors from "../vectors/ntlm.json" with { type: "json" };
import captured from "../vectors/ntlm-captures.json" with { type: "json" };
import { fromHex } from "./ntlm-harness.ts";

/** A message of MS-NLMP or of a real peer, sealed or signed. */
interface CapturedMessage {
  readonly from_: string;
  readonly kind: string;
  readonly plain: string;
  readonly token: string;
}

export interface Capture {
  readonly label: string;
  readonly password: string;
  readonly negotiate: string;
  readonly challenge: string;
  readonly authenticate: string;
  readonly channelBindingApplicationData?: string | null;
  readonly user: string;
  readonly domain: string;
  readonly workstation: string;
  readonly flags: string;
  readonly avIds: readonly number[];
  readonly sessionBaseKey: string;
  readonly exportedSessionKey: string;
  readonly lmIsZero: boolean;
  readonly mic?: string;
  readonly channelBindingAv?: string;
  readonly messages?: readonly CapturedMessage[];
}

/** Seven live exchanges of gss-ntlmssp and Samba. */
export const captures: readonly Capture[] = captured.groups.captures;

/** MS-NLMP section 4.2. */
export const common: typeof vectors.groups.common = vectors.groups.common;
export const ntlmv1: typeof vectors.groups.ntlmv1 = vectors.groups.ntlmv1;
export const ntlmv1Extended: typeof vectors.groups.ntlmv1_ess = vectors.groups.ntlmv1_ess;
export const ntlmv2: typeof vectors.groups.ntlmv2 = vectors.groups.ntlmv2;

export function captureOf(label: string): Capture {
  const found = captures.find((capture) => capture.label === label);
  if (found === undefined) throw new Error(`there is no capture ${label}`);
  return found;
}

export interface OpenedCapture extends ResponseProof {
  readonly challenge: ChallengeMessage;
  readonly authenticate: AuthenticateMessage;
  readonly key: Uint8Array;
}

/** A capture read and verified with its password. */
export function opened(capture: Capture): OpenedCapture {
  const challenge = decodeChallengeMessage(fromHex(capture.challenge));
  const authenticate = decodeAuthenticateMessage(fromHex(capture.authenticate));
  const key = responseKey(ntHash(capture.password), authenticate.user, authenticate.domain);
  const { ntResponse } = authenticate;
  return {
    challenge,
    authenticate,
    key,
    ...responseProof(key, challenge.serverChallenge, ntResponse.subarray(16)),
  };
}
