import { hmacMd5, rc4 } from "@sallyport/crypto";
import * as codes from "@sallyport/errors/sspi";
import type { ContextStep, StepAnswer } from "../../contract/security-package.ts";
import { channelBindingsHash } from "../../wire/channel-bindings-hash.ts";
import type { ClientIdentity } from "./client-identity.ts";
import { hasProtection, NtlmContext } from "./ntlm-context.ts";
import type { NtlmShared } from "./ntlm-shared.ts";
import { lmv2Response, responseProof } from "./response-keys.ts";
import {
  type AuthenticateContent,
  encodeAuthenticateMessage,
  micOffset,
} from "./wire/authenticate-message.ts";
import * as av from "./wire/av-pairs.ts";
import { type ChallengeMessage, decodeChallengeMessage } from "./wire/challenge-message.ts";
import { fileTime } from "./wire/file-time.ts";
import * as flag from "./wire/negotiate-flags.ts";
import { encodeNegotiateMessage } from "./wire/negotiate-message.ts";
import { NtlmFormatError } from "./wire/ntlm-format-error.ts";
import { encodeNtlmv2Response } from "./wire/ntlmv2-response.ts";
import { writeUint32 } from "./wire/payload.ts";
import { encodeUtf16 } from "./wire/text.ts";

/** The client: NEGOTIATE, then AUTHENTICATE. */
export class NtlmInitiator extends NtlmContext {
  readonly #shared: NtlmShared;
  readonly #identity: ClientIdentity | undefined;
  readonly #peerAlwaysSeals: boolean;
  #offer = 0;
  #negotiate: Uint8Array<ArrayBuffer> | undefined;
  // What the caller said with the first call counts for the second, which may leave it out.
  #isAnonymous = false;
  #isTargetUnverified = false;
  #targetName = "";
  #bindings: Uint8Array | undefined;

  constructor(shared: NtlmShared, identity: ClientIdentity | undefined, peerAlwaysSeals: boolean) {
    super("initiate");
    this.#shared = shared;
    this.#identity = identity;
    this.#peerAlwaysSeals = peerAlwaysSeals;
  }

  step(step: ContextStep): number | StepAnswer {
    this.#isAnonymous ||= step.asks(codes.ISC_REQ_NULL_SESSION);
    this.#isTargetUnverified ||= step.asks(codes.ISC_REQ_UNVERIFIED_TARGET_NAME);
    this.#targetName = step.targetName || this.#targetName;
    this.#bindings = (step.channelBindings && channelBindingsHash(step.channelBindings)) ?? this.#bindings;
    if (this.#targetName.length > maximumTargetName) return codes.SEC_E_TARGET_UNKNOWN;
    if (this.#negotiate === undefined) return this.#begin(step);
    try {
      return this.#answer(step, this.#negotiate, decodeChallengeMessage(step.token));
    } catch (error) {
      if (error instanceof NtlmFormatError) return { status: codes.SEC_E_INVALID_TOKEN, cause: error };
      throw error;
    }
  }

  #begin(step: ContextStep): number | StepAnswer {
    if (step.asks(codes.ISC_REQ_DATAGRAM)) return codes.SEC_E_UNSUPPORTED_FUNCTION;
    if (this.#identity === undefined && !this.#isAnonymous) return codes.SEC_E_NO_CREDENTIALS;
    this.#offer = offeredFlags(step);
    this.#negotiate = encodeNegotiateMessage(this.#offer, this.#shared.version);
    return { status: codes.SEC_I_CONTINUE_NEEDED, token: this.#negotiate, attributes: 0 };
  }

  #answer(step: ContextStep, negotiate: Uint8Array, challenge: ChallengeMessage): number | StepAnswer {
    const { targetInfo, serverChallenge } = challenge;
    if (targetInfo === undefined || !isAnswerTo(challenge.flags, this.#offer))
      return codes.SEC_E_INVALID_TOKEN;
    const serverPairs = av.decodeAvPairs(targetInfo, 48);
    const identity = this.#isAnonymous ? undefined : this.#identity;
    const flags = agreedFlags(challenge.flags, this.#offer, identity === undefined);
    if (identity === undefined)
      return this.#finish(step, flags, this.#anonymous(flags), new Uint8Array(16), "");

    const serverTime = av.findAvPair(serverPairs, av.MsvAvTimestamp);
    const pairs = this.#responsePairs(step, serverPairs, serverTime !== undefined);
    const clientChallenge = step.random(8);
    const ntResponse = encodeNtlmv2Response(serverTime ?? fileTime(step.clock.now()), clientChallenge, pairs);
    const key = identity.responseKey();
    const { proof, sessionBaseKey } = responseProof(key, serverChallenge, ntResponse.subarray(16));
    ntResponse.set(proof);
    const exchangesKey = (flags & flag.NTLMSSP_NEGOTIATE_KEY_EXCH) !== 0;
    const exportedKey = exchangesKey ? step.random(16) : sessionBaseKey;
    const token = encodeAuthenticateMessage({
      flags,
      // NTLM-21: the LMv2 response has no MIC, so it is left out where there can be one.
      lmResponse:
        serverTime === undefined ? lmv2Response(key, serverChallenge, clientChallenge) : new Uint8Array(24),
      ntResponse,
      domain: identity.domain,
      user: identity.user,
      workstation: this.#shared.workstation,
      encryptedSessionKey: exchangesKey ? rc4(sessionBaseKey, exportedKey) : nothing,
      version: this.#shared.version,
    });
    if (serverTime !== undefined) token.set(hmacMd5(exportedKey, negotiate, step.token, token), micOffset);
    if (exchangesKey) sessionBaseKey.fill(0);
    return this.#finish(step, flags, token, exportedKey, identity.name);
  }

  /** NTLM-23: what the server said, and what the client adds to it. */
  #responsePairs(step: ContextStep, serverPairs: readonly av.AvPair[], hasMic: boolean): av.AvPair[] {
    const pairs = serverPairs.filter(({ id }) => !addedPairs.has(id));
    const flags =
      av.avFlags(serverPairs) |
      (hasMic ? av.avFlagMicPresent : 0) |
      (this.#isTargetUnverified ? av.avFlagUntrustedTarget : 0);
    const value = new Uint8Array(4);
    writeUint32(value, 0, flags);
    pairs.push({ id: av.MsvAvFlags, value });
    pairs.push({ id: av.MsvAvSingleHost, value: this.#shared.singleHost(step.random) });
    if (this.#bindings !== undefined) pairs.push({ id: av.MsvAvChannelBindings, value: this.#bindings });
    if (this.#targetName !== "") {
      pairs.push({ id: av.MsvAvTargetName, value: encodeUtf16(this.#targetName) });
    }
    return pairs;
  }

  #anonymous(flags: number): Uint8Array<ArrayBuffer> {
    const content: AuthenticateContent = {
      flags,
      lmResponse: new Uint8Array(1),
      ntResponse: nothing,
      domain: "",
      user: "",
      workstation: this.#shared.workstation,
      encryptedSessionKey: nothing,
      version: this.#shared.version,
    };
    return encodeAuthenticateMessage(content);
  }

  #finish(
    step: ContextStep,
    flags: number,
    token: Uint8Array<ArrayBuffer>,
    exportedKey: Uint8Array<ArrayBuffer>,
    userName: string,
  ): StepAnswer {
    this.establish({
      flags,
      exportedKey,
      seals: (flags & flag.NTLMSSP_NEGOTIATE_SEAL) !== 0 || (this.#peerAlwaysSeals && hasProtection(flags)),
      userName,
      targetName: this.#targetName,
      peer: undefined,
      passwordExpires: undefined,
      isLoopback: false,
    });
    return { status: codes.SEC_E_OK, token, attributes: resultAttributes(step, flags) };
  }
}

/** Letters of an SPN; a pair has a length of 16 bits, and Active Directory allows no more than this. */
const maximumTargetName = 1024;

/** The pairs of a server that the client writes itself. */
const addedPairs: ReadonlySet<number> = new Set([
  av.MsvAvFlags,
  av.MsvAvSingleHost,
  av.MsvAvChannelBindings,
  av.MsvAvTargetName,
]);

const nothing = new Uint8Array(0);

/** NTLM-05. */
function offeredFlags(step: ContextStep): number {
  const seals = step.asks(codes.ISC_REQ_CONFIDENTIALITY);
  const signs =
    seals ||
    step.asks(codes.ISC_REQ_INTEGRITY) ||
    step.asks(codes.ISC_REQ_REPLAY_DETECT) ||
    step.asks(codes.ISC_REQ_SEQUENCE_DETECT);
  return (
    (flag.NTLMSSP_NEGOTIATE_UNICODE |
      flag.NTLMSSP_REQUEST_TARGET |
      flag.NTLMSSP_NEGOTIATE_NTLM |
      flag.NTLMSSP_NEGOTIATE_ALWAYS_SIGN |
      flag.NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY |
      flag.NTLMSSP_NEGOTIATE_128 |
      flag.NTLMSSP_NEGOTIATE_56 |
      flag.NTLMSSP_NEGOTIATE_VERSION |
      (signs ? flag.NTLMSSP_NEGOTIATE_SIGN | flag.NTLMSSP_NEGOTIATE_KEY_EXCH : 0) |
      (seals ? flag.NTLMSSP_NEGOTIATE_SEAL : 0) |
      (step.asks(codes.ISC_REQ_IDENTIFY) ? flag.NTLMSSP_NEGOTIATE_IDENTIFY : 0) |
      (step.asks(codes.ISC_REQ_NULL_SESSION) ? flag.NTLMSSP_NEGOTIATE_ANONYMOUS : 0)) >>>
    0
  );
}

/** What only a server says, and what it may say although it was not offered (NTLM-22). */
const serverFlags =
  flag.NTLMSSP_NEGOTIATE_TARGET_INFO |
  flag.NTLMSSP_TARGET_TYPE_DOMAIN |
  flag.NTLMSSP_TARGET_TYPE_SERVER |
  flag.NTLMSSP_NEGOTIATE_VERSION |
  flag.NTLMSSP_NEGOTIATE_KEY_EXCH |
  flag.NTLMSSP_NEGOTIATE_128;

function isAnswerTo(answered: number, offered: number): boolean {
  if ((answered & ~(offered | serverFlags)) !== 0) return false;
  const needed = flag.NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY | flag.NTLMSSP_NEGOTIATE_UNICODE;
  if ((answered & needed) !== needed) return false;
  return !hasProtection(answered) || (answered & flag.NTLMSSP_NEGOTIATE_128) !== 0; // NTLM-38
}

function agreedFlags(answered: number, offered: number, isAnonymous: boolean): number {
  const agreed = (answered & offered) | flag.NTLMSSP_NEGOTIATE_TARGET_INFO | flag.NTLMSSP_NEGOTIATE_VERSION;
  // NTLM-33: nobody has a key.
  if (isAnonymous) return ((agreed & ~protection) | flag.NTLMSSP_NEGOTIATE_ANONYMOUS) >>> 0;
  return (hasProtection(agreed) ? agreed : agreed & ~flag.NTLMSSP_NEGOTIATE_KEY_EXCH) >>> 0;
}

const protection =
  flag.NTLMSSP_NEGOTIATE_SIGN | flag.NTLMSSP_NEGOTIATE_SEAL | flag.NTLMSSP_NEGOTIATE_KEY_EXCH;

function resultAttributes(step: ContextStep, flags: number): number {
  const signs = codes.ISC_RET_INTEGRITY | codes.ISC_RET_REPLAY_DETECT | codes.ISC_RET_SEQUENCE_DETECT;
  return (
    (hasProtection(flags) ? signs : 0) |
    ((flags & flag.NTLMSSP_NEGOTIATE_SEAL) === 0 ? 0 : codes.ISC_RET_CONFIDENTIALITY) |
    ((flags & flag.NTLMSSP_NEGOTIATE_IDENTIFY) === 0 ? 0 : codes.ISC_RET_IDENTIFY) |
    ((flags & flag.NTLMSSP_NEGOTIATE_ANONYMOUS) === 0 ? 0 : codes.ISC_RET_NULL_SESSION) |
    (step.asks(codes.ISC_REQ_CONNECTION) ? codes.ISC_RET_CONNECTION : 0)
  );
}
