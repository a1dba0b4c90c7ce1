import * as codes from "@sallyport/errors/sspi";
import type { ContextStep, StepAnswer } from "../../contract/security-package.ts";
import { isSuccess } from "../../status.ts";
import { isNamed, type MechanismChoice, speaks } from "./mechanism-choice.ts";
import { decoded, NegotiateContext } from "./negotiate-context.ts";
import { whenReturned } from "./when-returned.ts";
import {
  encodeMechTypeList,
  encodeNegTokenInit,
  encodeNegTokenResp,
  ignoredHintName,
  type NegTokenInit,
} from "./wire/spnego-token.ts";

/** The server of a negotiation (RFC 4178 section 3). */
export class NegotiateAcceptor extends NegotiateContext {
  /** In the acceptor's order of preference. */
  readonly #choices: readonly MechanismChoice[];
  #chosen: MechanismChoice | undefined;
  #hasHinted = false;
  /** Told with the first answer. */
  #supportedMech: string | undefined;

  constructor(choices: readonly MechanismChoice[]) {
    super("accept");
    this.#choices = choices;
  }

  step(step: ContextStep): StepAnswer | PromiseLike<StepAnswer> {
    if (this.isDirect) return this.ask(step, step.token);
    if (this.#chosen !== undefined) return this.#receive(step, this.#chosen);
    if (step.token.length === 0) return this.#hint();
    const raw = this.#choices.find((choice) => speaks(choice, step.token));
    if (raw !== undefined) {
      this.goDirect(raw);
      return this.ask(step, step.token);
    }
    const init = decoded(step.token);
    if (!("kind" in init)) return this.#refuse(step, init);
    if (init.kind !== "init") return this.#refuse(step, { status: codes.SEC_E_INVALID_TOKEN });
    return this.#choose(step, init);
  }

  /** Speaks first, as SMB servers do ([MS-SPNG] section 3.2.5.2). */
  #hint(): StepAnswer {
    if (this.#hasHinted) return { status: codes.SEC_E_INVALID_TOKEN };
    this.#hasHinted = true;
    const token = encodeNegTokenInit({
      mechTypeList: encodeMechTypeList(this.#choices.flatMap(({ mechanism }) => mechanism.oids)),
      negHints: { hintName: ignoredHintName },
    });
    return { status: codes.SEC_I_CONTINUE_NEEDED, token };
  }

  #choose(step: ContextStep, init: NegTokenInit): StepAnswer | PromiseLike<StepAnswer> {
    const chosen = this.#choices.find((choice) => init.mechTypes.some((oid) => isNamed(choice, oid)));
    if (chosen === undefined) return this.#refuse(step, { status: codes.SEC_E_INVALID_TOKEN });
    this.#chosen = chosen;
    this.#supportedMech = init.mechTypes.find((oid) => isNamed(chosen, oid));
    this.mechTypeList = init.mechTypeList.slice();
    this.begin(chosen);
    const isFirst = isNamed(chosen, init.mechTypes[0]);
    this.isMicRequired = !isFirst;
    const { mechToken } = init;
    const isUsable =
      isFirst && mechToken !== undefined && mechToken.length > 0 && this.#isFor(chosen, mechToken);
    if (isUsable) return this.#advance(step, mechToken, init.mechListMIC);
    // Another mechanism than the client's first is taken only against its signature, and clients want to be asked for it.
    const token = this.#pack(isFirst ? "accept-incomplete" : "request-mic", undefined, undefined);
    return { status: codes.SEC_I_CONTINUE_NEEDED, token };
  }

  /** Some clients send the token of one mechanism and put another first. */
  #isFor(chosen: MechanismChoice, mechToken: Uint8Array): boolean {
    return !this.#choices.some((other) => other !== chosen && speaks(other, mechToken));
  }

  #receive(step: ContextStep, chosen: MechanismChoice): StepAnswer | PromiseLike<StepAnswer> {
    const response = decoded(step.token);
    if (!("kind" in response)) return this.#refuse(step, response);
    if (response.kind !== "response") return this.#refuse(step, { status: codes.SEC_E_INVALID_TOKEN });
    if (response.negState === "reject") return { status: codes.SEC_E_LOGON_DENIED };
    const { supportedMech, responseToken = empty, mechListMIC } = response;
    const isOther = supportedMech !== undefined && !isNamed(chosen, supportedMech);
    if (isOther || this.isComplete === responseToken.length > 0) {
      return this.#refuse(step, { status: codes.SEC_E_INVALID_TOKEN });
    }
    if (this.isComplete) return this.#finish(step, mechListMIC, undefined);
    return this.#advance(step, responseToken, mechListMIC);
  }

  #advance(
    step: ContextStep,
    token: Uint8Array,
    mechListMIC: Uint8Array | undefined,
  ): StepAnswer | PromiseLike<StepAnswer> {
    return whenReturned(this.ask(step, token), (answer) => {
      if (!isSuccess(answer.status)) return this.#refuse(step, answer);
      if (this.isComplete) return this.#finish(step, mechListMIC, answer.token);
      // Nobody can have signed with a mechanism that is not done.
      if (mechListMIC !== undefined) return this.#refuse(step, { status: codes.SEC_E_INVALID_TOKEN });
      return {
        status: codes.SEC_I_CONTINUE_NEEDED,
        token: this.#pack("accept-incomplete", answer.token, undefined),
        ...(answer.attributes === undefined ? {} : { attributes: answer.attributes }),
      };
    });
  }

  /** The mechanism is done; what is left is the list of mechanisms (RFC 4178 section 5). */
  #finish(step: ContextStep, mic: Uint8Array | undefined, token: Uint8Array | undefined): StepAnswer {
    const refuse = (status: number): StepAnswer => this.#refuse(step, { status });
    if (this.isMicRequired && !this.hasIntegrity) return refuse(codes.SEC_E_DOWNGRADE_DETECTED);
    if (mic !== undefined) {
      if (!this.hasIntegrity) return refuse(codes.SEC_E_INVALID_TOKEN);
      if (!this.checkMic(mic)) return refuse(codes.SEC_E_MESSAGE_ALTERED);
      this.isMicRequired = true;
      this.isMicReceived = true;
    }
    // It had the chance to sign, and was asked to.
    if (this.isMicSent && !this.isMicReceived) return refuse(codes.SEC_E_DOWNGRADE_DETECTED);
    const sendsMic = this.isMicRequired && !this.isMicSent;
    const ownMic = sendsMic ? this.makeMic() : undefined;
    if (sendsMic && ownMic === undefined) return refuse(codes.SEC_E_INTERNAL_ERROR);
    const hasAsked = this.isMicSent;
    this.isMicSent ||= sendsMic;
    if (!this.isMicRequired || this.isMicReceived) {
      // Who got our signature before it sent its own is done and waits for nothing.
      return this.established(hasAsked ? undefined : this.#pack("accept-completed", token, ownMic));
    }
    return {
      status: codes.SEC_I_CONTINUE_NEEDED,
      token: this.#pack("accept-incomplete", token, ownMic),
    };
  }

  #pack(
    negState: "accept-completed" | "accept-incomplete" | "request-mic",
    token: Uint8Array | undefined,
    mechListMIC: Uint8Array | undefined,
  ): Uint8Array {
    const supportedMech = this.#supportedMech;
    this.#supportedMech = undefined;
    const responseToken = token !== undefined && token.length > 0 ? token : undefined;
    return encodeNegTokenResp({ negState, supportedMech, responseToken, mechListMIC });
  }

  /** Whoever asked for errors gets a token that says no, with what the mechanism has to say (SPN-05). */
  #refuse(step: ContextStep, { status, cause, token }: StepAnswer): StepAnswer {
    if (!step.asks(codes.ASC_REQ_EXTENDED_ERROR)) return { status, cause };
    return { status, cause, token: encodeNegTokenResp({ negState: "reject", responseToken: token }) };
  }
}

const empty = new Uint8Array(0);
