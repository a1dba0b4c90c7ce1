import { constantTimeEqual, hmacMd5, rc4 } from "@sallyport/crypto";
import * as codes from "@sallyport/errors/sspi";
import { isThenable } from "@sallyport/runtime";
import type { ContextStep, StepAnswer } from "../../contract/security-package.ts";
import { timeStamp } from "../../time-stamp.ts";
import { channelBindingsHash } from "../../wire/channel-bindings-hash.ts";
import { bindingsStatus, targetStatus, timeStatus } from "./acceptor-checks.ts";
import { answeredFlags, finalFlags, resultAttributes } from "./acceptor-flags.ts";
import { hasProtection, NtlmContext } from "./ntlm-context.ts";
import type { NtlmLogon, NtlmLogonAuthority, NtlmLogonResult, NtlmRefusalReason } from "./ntlm-logon.ts";
import type { NtlmAcceptorPolicy } from "./ntlm-options.ts";
import type { NtlmShared } from "./ntlm-shared.ts";
import { type AuthenticateMessage, decodeAuthenticateMessage } from "./wire/authenticate-message.ts";
import * as av from "./wire/av-pairs.ts";
import { encodeChallengeMessage } from "./wire/challenge-message.ts";
import * as flag from "./wire/negotiate-flags.ts";
import { decodeNegotiateMessage } from "./wire/negotiate-message.ts";
import { NtlmFormatError } from "./wire/ntlm-format-error.ts";
import { decodeNtlmv2Response, type Ntlmv2Response } from "./wire/ntlmv2-response.ts";
import { decodeUtf16 } from "./wire/text.ts";

/**
 * Why a client was refused, for the `cause` of the error. The client gets the code alone.
 *
 * @example
 * ```ts
 * import { NtlmRefusal, type SecurityContext, SspiError } from "@sallyport/sspi";
 *
 * export async function lastStep(server: SecurityContext, token: Uint8Array): Promise<string> {
 *   try {
 *     return (await server.step(token)).established ? "welcome" : "go on";
 *   } catch (error) {
 *     if (error instanceof SspiError && error.cause instanceof NtlmRefusal) return error.cause.reason;
 *     throw error;
 *   }
 * }
 * ```
 */
export class NtlmRefusal extends Error {
  readonly reason: NtlmRefusalReason | "not-ntlmv2" | "no-mic" | "anonymous" | "time" | "loopback";
  /**
   * Who the client said it was, which is not proven: `DOMAIN\\user`, the user alone where it named no domain, empty for nobody.
   * At most 256 letters of what it sent; any letter may be among them.
   */
  readonly claimedName: string;

  constructor(reason: NtlmRefusal["reason"], claimedName = "") {
    super(`NTLM refused the client: ${reason}`);
    this.reason = reason;
    this.claimedName = claimedName.slice(0, 256);
  }

  static {
    Object.defineProperty(NtlmRefusal.prototype, "name", { value: "NtlmRefusal" });
  }
}

/** The server: CHALLENGE, then the verdict. */
export class NtlmAcceptor extends NtlmContext {
  readonly #shared: NtlmShared;
  readonly #authority: NtlmLogonAuthority;
  readonly #policy: NtlmAcceptorPolicy;
  #negotiate: Uint8Array | undefined;
  #challenge: Uint8Array<ArrayBuffer> | undefined;
  #serverChallenge: Uint8Array<ArrayBuffer> = new Uint8Array(8);
  #answered = 0;
  /** Those of the first call count for the second, which may leave them out. */
  #bindings: Uint8Array | undefined;

  constructor(shared: NtlmShared, authority: NtlmLogonAuthority, policy: NtlmAcceptorPolicy) {
    super("accept");
    this.#shared = shared;
    this.#authority = authority;
    this.#policy = policy;
  }

  step(step: ContextStep): number | StepAnswer | PromiseLike<number | StepAnswer> {
    this.#bindings = (step.channelBindings && channelBindingsHash(step.channelBindings)) ?? this.#bindings;
    try {
      return this.#challenge === undefined ? this.#begin(step) : this.#judge(step);
    } catch (error) {
      if (error instanceof NtlmFormatError) return { status: codes.SEC_E_INVALID_TOKEN, cause: error };
      throw error;
    }
  }

  #begin(step: ContextStep): number | StepAnswer {
    // E-03; and there are no datagrams.
    if (step.asks(codes.ASC_REQ_DELEGATE) || step.asks(codes.ASC_REQ_DATAGRAM))
      return codes.SEC_E_UNSUPPORTED_FUNCTION;
    const { flags: offered } = decodeNegotiateMessage(step.token);
    const flags = answeredFlags(offered, this.#shared.kind, this.#policy.allowLegacy === true);
    if (flags === undefined) return codes.SEC_E_INVALID_TOKEN;
    this.#serverChallenge = step.random(8);
    this.#negotiate = step.token.slice();
    this.#answered = flags;
    this.#challenge = encodeChallengeMessage({
      flags,
      serverChallenge: this.#serverChallenge,
      targetName: (flags & flag.NTLMSSP_REQUEST_TARGET) === 0 ? "" : this.#shared.targetName,
      targetInfo: this.#shared.targetInfo(step.clock.now()),
      version: this.#shared.version,
    });
    return { status: codes.SEC_I_CONTINUE_NEEDED, token: this.#challenge, attributes: 0 };
  }

  #judge(step: ContextStep): number | StepAnswer | PromiseLike<number | StepAnswer> {
    const message = decodeAuthenticateMessage(step.token);
    const flags = finalFlags(message, this.#answered, this.#policy.allowLegacy === true);
    if (flags === undefined) return codes.SEC_E_INVALID_TOKEN;
    if (isAnonymous(message)) return this.#acceptNobody(step, flags);
    const response = isNtlmv2(message) ? decodeNtlmv2Response(message.ntResponse) : undefined;
    const result = this.#authority.logon(new LogonView(step, message, this.#serverChallenge));
    if (!isThenable(result)) return this.#conclude(step, message, flags, response, result);
    void step.signal; // who waits may be cut off
    return result.then((late) => this.#conclude(step, message, flags, response, late));
  }

  #conclude(
    step: ContextStep,
    message: AuthenticateMessage,
    flags: number,
    response: Ntlmv2Response | undefined,
    result: NtlmLogonResult,
  ): number | StepAnswer {
    if (result.kind === "unavailable") {
      return { status: codes.SEC_E_NO_AUTHENTICATING_AUTHORITY, cause: result.cause };
    }
    // NTLM-32: whatever the authority thinks of it.
    if (response === undefined) return denied("not-ntlmv2", message);
    if (result.kind !== "accepted") return denied(result.reason, message);
    const { sessionBaseKey } = result;
    if (!(sessionBaseKey instanceof Uint8Array) || sessionBaseKey.length !== 16) {
      const cause = new TypeError("the authority accepted without a session base key of 16 bytes");
      return { status: codes.SEC_E_NO_AUTHENTICATING_AUTHORITY, cause };
    }
    const exchangesKey = (flags & flag.NTLMSSP_NEGOTIATE_KEY_EXCH) !== 0;
    const exportedKey = exchangesKey
      ? rc4(sessionBaseKey, message.encryptedSessionKey)
      : sessionBaseKey.slice();
    sessionBaseKey.fill(0);
    const refused = this.#refusal(step, message, response, exportedKey);
    if (refused !== undefined) {
      exportedKey.fill(0);
      return refused;
    }
    return this.#accept(step, message, flags, response, exportedKey, result.account);
  }

  /** What speaks against a client that knows the password; the first reason decides. */
  #refusal(
    step: ContextStep,
    message: AuthenticateMessage,
    response: Ntlmv2Response,
    exportedKey: Uint8Array,
  ): number | StepAnswer | undefined {
    const { pairs } = response;
    if ((av.avFlags(pairs) & av.avFlagMicPresent) === 0) {
      if (this.#policy.requireMic === "always") return denied("no-mic", message);
    } else if (!this.#isMicRight(step.token, message.micOffset, exportedKey)) {
      return codes.SEC_E_MESSAGE_ALTERED;
    }
    if (timeStatus(response.time, step.clock.now(), this.#policy) !== codes.SEC_E_OK)
      return denied("time", message);
    // NTLM-37: the proof covers what a client says of its process, so that it cannot be taken out on the way.
    if (this.#policy.refuseLoopback === true && this.#isLoopback(pairs)) return denied("loopback", message);
    const { channelBindings = "when-supported" } = this.#policy;
    const bindingPolicy = step.requiresChannelBindings ? "required" : channelBindings;
    const status = bindingsStatus(this.#bindings, pairs, bindingPolicy) || targetStatus(pairs, this.#policy);
    return status === codes.SEC_E_OK ? undefined : status;
  }

  /** HMAC-MD5(exported key, NEGOTIATE ∥ CHALLENGE ∥ AUTHENTICATE with zeros for the MIC) (NTLM-24). */
  #isMicRight(token: Uint8Array, offset: number | undefined, exportedKey: Uint8Array): boolean {
    const negotiate = this.#negotiate;
    const challenge = this.#challenge;
    if (offset === undefined || negotiate === undefined || challenge === undefined) return false;
    const end = offset + 16;
    const mic = hmacMd5(
      exportedKey,
      negotiate,
      challenge,
      token.subarray(0, offset),
      noMic,
      token.subarray(end),
    );
    return constantTimeEqual(mic, token.subarray(offset, end));
  }

  #isLoopback(pairs: readonly av.AvPair[]): boolean {
    return this.#shared.isOwnHost(av.findAvPair(pairs, av.MsvAvSingleHost));
  }

  #accept(
    step: ContextStep,
    message: AuthenticateMessage,
    flags: number,
    { pairs }: Ntlmv2Response,
    exportedKey: Uint8Array<ArrayBuffer>,
    account: Extract<NtlmLogonResult, { kind: "accepted" }>["account"],
  ): StepAnswer {
    const user = account?.name ?? message.user;
    const domain = account?.domain ?? (message.domain || this.#shared.domain);
    const target = av.findAvPair(pairs, av.MsvAvTargetName);
    const userName = `${domain}\\${user}`;
    this.establish({
      flags,
      exportedKey,
      seals:
        (flags & flag.NTLMSSP_NEGOTIATE_SEAL) !== 0 ||
        (this.#policy.peerAlwaysSeals === true && hasProtection(flags)),
      userName,
      targetName: target === undefined ? "" : decodeUtf16(target),
      peer: {
        name: userName,
        user,
        domain,
        workstation: message.workstation,
        ...(account?.groups && { groups: [...account.groups] }),
      },
      passwordExpires: account?.passwordExpires && timeStamp(account.passwordExpires.getTime()),
      isLoopback: this.#isLoopback(pairs),
    });
    this.#forgetMessages();
    return { status: codes.SEC_E_OK, attributes: resultAttributes(step, flags, false) };
  }

  /** NTLM-33. */
  #acceptNobody(step: ContextStep, flags: number): StepAnswer {
    if (!step.asks(codes.ASC_REQ_ALLOW_NULL_SESSION)) return denied("anonymous");
    const unprotected = (flags & ~protection) >>> 0;
    this.establish({
      flags: unprotected,
      exportedKey: new Uint8Array(16),
      seals: false,
      userName: "",
      targetName: "",
      peer: undefined,
      passwordExpires: undefined,
      isLoopback: false,
    });
    this.#forgetMessages();
    return { status: codes.SEC_E_OK, attributes: resultAttributes(step, unprotected, true) };
  }

  #forgetMessages(): void {
    this.#negotiate = undefined;
  }
}

const protection =
  flag.NTLMSSP_NEGOTIATE_SIGN | flag.NTLMSSP_NEGOTIATE_SEAL | flag.NTLMSSP_NEGOTIATE_KEY_EXCH;

const noMic = new Uint8Array(16);

/** SEC_E_LOGON_DENIED for every reason; the reason is for the server alone. */
function denied(reason: NtlmRefusal["reason"], claimed?: AuthenticateMessage): StepAnswer {
  const { domain = "", user = "" } = claimed ?? {};
  const name = domain === "" ? user : `${domain}\\${user}`;
  return { status: codes.SEC_E_LOGON_DENIED, cause: new NtlmRefusal(reason, name) };
}

/** An empty user, no NT response, and an LM response of nothing or one zero byte. */
function isAnonymous({ user, ntResponse, lmResponse }: AuthenticateMessage): boolean {
  return (
    user === "" &&
    ntResponse.length === 0 &&
    (lmResponse.length === 0 || (lmResponse.length === 1 && lmResponse[0] === 0))
  );
}

/** NTLMv1 has a response of 24 bytes, with and without a challenge of the client; LM alone has none. */
function isNtlmv2({ ntResponse }: AuthenticateMessage): boolean {
  return ntResponse.length > 24;
}

/** What an authority is given. */
class LogonView implements NtlmLogon {
  readonly domain: string;
  readonly user: string;
  readonly workstation: string;
  readonly ntResponse: Uint8Array;
  readonly lmResponse: Uint8Array;
  readonly serverChallenge: Uint8Array;
  readonly now: number;
  readonly #step: ContextStep;

  constructor(step: ContextStep, message: AuthenticateMessage, serverChallenge: Uint8Array) {
    this.domain = message.domain;
    this.user = message.user;
    this.workstation = message.workstation;
    this.ntResponse = message.ntResponse;
    this.lmResponse = message.lmResponse;
    this.serverChallenge = serverChallenge;
    this.now = step.clock.now();
    this.#step = step;
  }

  get signal(): NtlmLogon["signal"] {
    return this.#step.signal;
  }
}
