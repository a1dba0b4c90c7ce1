import * as codes from "@sallyport/errors/sspi";
import type { ContextStep, StepAnswer } from "../../contract/security-package.ts";
import { isSuccess } from "../../status.ts";
import { isNamed, type MechanismChoice } from "./mechanism-choice.ts";
import { decoded, NegotiateContext } from "./negotiate-context.ts";
import { whenReturned } from "./when-returned.ts";
import {
  encodeMechTypeList,
  encodeNegTokenInit,
  encodeNegTokenResp,
  type NegTokenResp,
} from "./wire/spnego-token.ts";

/** What a credential wants of the initiating side. */
export interface InitiatorWishes {
  /** Send the first mechanism's tokens as they are, without SPNEGO (SPN-08). */
  readonly isRaw: boolean;
}

/** No ticket can be had: the mechanism is left out, and the next one leads (SPN-03). */
const unreachable: ReadonlySet<number> = new Set([
  codes.SEC_E_TARGET_UNKNOWN,
  codes.SEC_E_NO_AUTHENTICATING_AUTHORITY,
]);

/** The client of a negotiation (RFC 4178 section 3). */
export class NegotiateInitiator extends NegotiateContext {
  readonly #wishes: InitiatorWishes;
  /** What is offered, in order; those without a ticket go before the first token is sent. */
  #offered: readonly MechanismChoice[];
  #current: MechanismChoice | undefined;
  #hasBegun = false;
  #isAnswered = false;
  #addedFlags = 0;
  /** Why mechanisms were left out of the offer. */
  #leftOut: StepAnswer | undefined;

  constructor(offered: readonly MechanismChoice[], wishes: InitiatorWishes) {
    super("initiate");
    this.#offered = offered;
    this.#wishes = wishes;
  }

  step(step: ContextStep): StepAnswer | PromiseLike<StepAnswer> {
    if (this.isDirect) return this.ask(step, step.token);
    if (this.#hasBegun) return this.#answer(step);
    this.#hasBegun = true;
    const [first] = this.#offered;
    if (first === undefined) return { status: codes.SEC_E_NO_CREDENTIALS };
    if (this.#wishes.isRaw) {
      if (step.token.length > 0) return { status: codes.SEC_E_INVALID_TOKEN };
      this.goDirect(first);
      return this.ask(step, step.token);
    }
    if (step.token.length > 0) {
      // A hint tells nothing that can be trusted: the offer does not depend on it. It must be one, though.
      const hint = decoded(step.token);
      if (!("kind" in hint)) return hint;
      if (hint.kind !== "init") return { status: codes.SEC_E_INVALID_TOKEN };
    }
    return this.#offer(step);
  }

  /** Sends the list with the token of its first mechanism; whoever cannot reach its authority leaves the list. */
  #offer(step: ContextStep): StepAnswer | PromiseLike<StepAnswer> {
    const [first, ...rest] = this.#offered;
    if (first === undefined) return this.#leftOut ?? { status: codes.SEC_E_NO_CREDENTIALS };
    this.#begin(first);
    // The list of several mechanisms may have to be signed (SPN-06).
    const mayNeedMic = rest.length > 0 && !step.asks(codes.ISC_REQ_NO_INTEGRITY);
    this.#addedFlags = mayNeedMic ? codes.ISC_REQ_INTEGRITY : 0;
    return whenReturned(this.ask(step, empty, this.#addedFlags), (answer) => {
      if (unreachable.has(answer.status)) {
        this.#leftOut ??= { status: answer.status, cause: answer.cause };
        step.log.write(leftOutEvent(first, answer.status));
        this.#offered = rest;
        return this.#offer(step);
      }
      if (!isSuccess(answer.status)) return { status: answer.status, cause: answer.cause };
      this.mechTypeList = encodeMechTypeList(this.#offered.flatMap(({ mechanism }) => mechanism.oids));
      this.negotiationState = codes.SECPKG_NEGOTIATION_OPTIMISTIC;
      const token = encodeNegTokenInit({ mechTypeList: this.mechTypeList, mechToken: answer.token });
      return { ...this.#goOn(token, answer), cause: this.#leftOut?.cause };
    });
  }

  #begin(choice: MechanismChoice): void {
    this.#current = choice;
    this.begin(choice);
  }

  #answer(step: ContextStep): StepAnswer | PromiseLike<StepAnswer> {
    const response = decoded(step.token);
    if (!("kind" in response)) return response;
    if (response.kind !== "response") return { status: codes.SEC_E_INVALID_TOKEN };
    if (response.negState === "reject") return { status: codes.SEC_E_LOGON_DENIED }; // SPN-05
    if (response.negState === "request-mic") this.isMicRequired = true;
    const isFirstAnswer = !this.#isAnswered;
    this.#isAnswered = true;
    const { supportedMech } = response;
    const chosen =
      supportedMech === undefined
        ? this.#current
        : this.#offered.find((choice) => isNamed(choice, supportedMech));
    if (chosen === undefined || (!isFirstAnswer && chosen !== this.#current)) {
      return { status: codes.SEC_E_INVALID_TOKEN };
    }
    this.negotiationState = codes.SECPKG_NEGOTIATION_IN_PROGRESS;
    const hasToken = response.responseToken !== undefined && response.responseToken.length > 0;
    if (isFirstAnswer && chosen !== this.#current) {
      // Not our first choice: whoever changed the list in flight must be found out (SPN-06).
      this.isMicRequired = true;
      if (hasToken || response.negState === "accept-completed") return { status: codes.SEC_E_INVALID_TOKEN };
      return this.#restart(step, chosen);
    }
    const isIgnored =
      isFirstAnswer && !hasToken && !this.isComplete && response.negState !== "accept-completed";
    return isIgnored ? this.#restart(step, chosen) : this.#advance(step, response, hasToken);
  }

  /** The optimistic token was of no use: the mechanism that the acceptor wants begins anew (SPN-04). */
  #restart(step: ContextStep, chosen: MechanismChoice): StepAnswer | PromiseLike<StepAnswer> {
    this.#begin(chosen);
    return whenReturned(this.ask(step, empty, this.#addedFlags), (answer) => {
      if (!isSuccess(answer.status)) return { status: answer.status, cause: answer.cause };
      if (this.isComplete)
        return this.#finish({ kind: "response", negState: "accept-incomplete" }, answer.token);
      return this.#goOn(this.#pack(answer.token, undefined), answer);
    });
  }

  #advance(
    step: ContextStep,
    response: NegTokenResp,
    hasToken: boolean,
  ): StepAnswer | PromiseLike<StepAnswer> {
    if (this.isComplete) {
      return hasToken ? { status: codes.SEC_E_INVALID_TOKEN } : this.#finish(response, undefined);
    }
    if (!hasToken) return { status: codes.SEC_E_INVALID_TOKEN }; // SPN-12
    return whenReturned(this.ask(step, response.responseToken ?? empty, this.#addedFlags), (answer) => {
      if (!isSuccess(answer.status)) return { status: answer.status, cause: answer.cause };
      if (this.isComplete) return this.#finish(response, answer.token);
      // The mechanism wants more, so the peer cannot be done (SPN-12), nor have signed anything.
      if (response.negState === "accept-completed" || micOf(response) !== undefined) {
        return { status: codes.SEC_E_INVALID_TOKEN };
      }
      return this.#goOn(this.#pack(answer.token, undefined), answer);
    });
  }

  /** The mechanism is done; what is left is the list of mechanisms (RFC 4178 section 5). */
  #finish(response: NegTokenResp, given: Uint8Array | undefined): StepAnswer {
    const mic = micOf(response);
    const token = given !== undefined && given.length > 0 ? given : undefined;
    // Without a word about its state the peer is done when we are (SPN-09).
    const isPeerDone =
      (response.negState ?? (token === undefined ? "accept-completed" : "")) === "accept-completed";
    if (isPeerDone && token !== undefined) return { status: codes.SEC_E_INVALID_TOKEN }; // SPN-12
    if (this.isMicRequired && !this.hasIntegrity) return { status: codes.SEC_E_DOWNGRADE_DETECTED };
    if (mic !== undefined) {
      if (!this.hasIntegrity || this.isMicReceived) return { status: codes.SEC_E_INVALID_TOKEN };
      if (!this.checkMic(mic)) return { status: codes.SEC_E_MESSAGE_ALTERED };
      this.isMicRequired = true;
      this.isMicReceived = true;
    }
    if (this.isMicRequired && isPeerDone && !this.isMicReceived) {
      return { status: codes.SEC_E_DOWNGRADE_DETECTED };
    }
    // Where a token goes to the peer anyway, a signature costs nothing.
    const sendsMic = this.hasIntegrity && !this.isMicSent && (this.isMicRequired || !isPeerDone);
    const ownMic = sendsMic ? this.makeMic() : undefined;
    if (sendsMic && ownMic === undefined) return { status: codes.SEC_E_INTERNAL_ERROR };
    this.isMicSent ||= sendsMic;
    const isDone = isPeerDone || (this.isMicSent && this.isMicReceived);
    const hasMessage = token !== undefined || ownMic !== undefined;
    if (isDone) return this.established(hasMessage ? this.#pack(token, ownMic, true) : undefined);
    // The peer waits, and there is nothing that it could wait for.
    if (!hasMessage) return { status: codes.SEC_E_INVALID_TOKEN };
    return { status: codes.SEC_I_CONTINUE_NEEDED, token: this.#pack(token, ownMic) };
  }

  #pack(
    responseToken: Uint8Array | undefined,
    mechListMIC: Uint8Array | undefined,
    isDone = false,
  ): Uint8Array {
    return encodeNegTokenResp({
      negState: isDone ? "accept-completed" : "accept-incomplete",
      responseToken,
      mechListMIC,
    });
  }

  #goOn(token: Uint8Array, { attributes }: StepAnswer): StepAnswer {
    return {
      status: codes.SEC_I_CONTINUE_NEEDED,
      token,
      ...(attributes === undefined ? {} : { attributes }),
    };
  }
}

/** Old servers repeat their token in the place of the signature ([MS-SPNG] section 5.1): that is none. */
function micOf({ mechListMIC, responseToken }: NegTokenResp): Uint8Array | undefined {
  const isRepeated =
    mechListMIC !== undefined &&
    mechListMIC.length === responseToken?.length &&
    mechListMIC.every((octet, index) => octet === responseToken[index]);
  return isRepeated ? undefined : mechListMIC;
}

function leftOutEvent({ mechanism }: MechanismChoice, status: number) {
  const { name } = mechanism.package.info;
  const code = `0x${status.toString(16).toUpperCase()}`;
  return {
    source: "SSPI",
    id: 2,
    severity: "warning",
    message: `Negotiate leaves ${name} out of its offer: ${code}`,
  } as const;
}

const empty = new Uint8Array(0);
