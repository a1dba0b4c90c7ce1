import { NO_ERROR } from "@sallyport/errors/win32";
import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import {
  EAPACTION_Authenticate,
  EAPACTION_SendAndDone,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
} from "../contract/constants.ts";
import { mppeKeyAttributes } from "../contract/mppe-key-attributes.ts";
import type { PppEapBeginInput, PppEapInput, PppEapOutput, RasEapStatus } from "../contract/ppp-eap.ts";
import { ERROR_PPP_INVALID_PACKET } from "../contract/status-codes.ts";
import { EAPCODE_Failure, EAPCODE_Request, EAPCODE_Success } from "../wire/codes.ts";
import type { EapType } from "../wire/eap-type.ts";
import { decodeEapPacket, encodeEapPacket, encodeEapResult } from "../wire/packet.ts";
import type {
  EapAuthenticatorSession,
  EapProviderAnswer,
  EapReply,
  EapRequestOptions,
  EapSuccess,
  EapVerdict,
} from "./session.ts";
import { checkVerdict, SessionBase, verdictAttributes } from "./session-base.ts";
import { Awaited, Turns } from "./turns.ts";

/** A request that is out and not answered. */
interface Question {
  readonly packet: Uint8Array;
  readonly interactive: boolean;
  readonly accept: ((data: Uint8Array) => boolean) | undefined;
  readonly reply: Awaited<EapReply>;
}

/** One session of an authenticator's coroutine: its work buffer, which turns calls of MakeMessage into rounds. */
export class AuthenticatorCoroutine extends SessionBase implements EapAuthenticatorSession {
  readonly attributes: readonly RasAuthAttribute[];
  readonly #run: (session: EapAuthenticatorSession) => PromiseLike<EapVerdict>;
  readonly #turns: Turns = new Turns();
  /** The identifier of the next request. */
  #identifier: number;
  #started = false;
  #question: Question | undefined;
  #provider: Awaited<EapProviderAnswer> | undefined;

  constructor(
    type: EapType,
    input: PppEapBeginInput,
    run: (session: EapAuthenticatorSession) => PromiseLike<EapVerdict>,
  ) {
    super(type, input);
    this.#run = run;
    this.#identifier = input.initialId;
    this.attributes = input.userAttributes.map((attribute) =>
      typeof attribute.value === "number"
        ? attribute
        : { ...attribute, value: new Uint8Array(attribute.value) },
    );
  }

  succeed(success: EapSuccess = {}): EapVerdict {
    const { identity = null, attributes = [], keys } = success;
    const all = keys === undefined ? attributes : [...attributes, ...mppeKeyAttributes(keys)];
    return { result: NO_ERROR, identity, attributes: all };
  }

  request(data: Uint8Array, options: EapRequestOptions = {}): Promise<EapReply> {
    this.checkData(data);
    const { interactive = false, accept } = options;
    const { type } = this;
    const packet = encodeEapPacket({ code: EAPCODE_Request, identifier: this.#identifier, type, data });
    this.#identifier = (this.#identifier + 1) & 255;
    const question: Question = { packet, interactive, accept, reply: new Awaited() };
    this.#turns.take((output, sendPacket) => {
      this.#question = question;
      return ask(question, output, sendPacket);
    });
    return question.reply.promise;
  }

  authenticate(attributes: readonly RasAuthAttribute[]): Promise<EapProviderAnswer> {
    const answer = new Awaited<EapProviderAnswer>();
    this.#turns.take((output) => {
      this.#provider = answer;
      output.action = EAPACTION_Authenticate;
      output.userAttributes = attributes;
      return NO_ERROR;
    });
    return answer.promise;
  }

  makeMessage(
    received: Uint8Array | null,
    sendPacket: Uint8Array,
    output: PppEapOutput,
    input: PppEapInput | null,
  ): RasEapStatus {
    if (received !== null) {
      if (!this.#answered(received)) return ERROR_PPP_INVALID_PACKET;
    } else if (input?.authenticationComplete === true) {
      this.#provider?.resolve({ result: input.authResultCode ?? 0, attributes: input.userAttributes ?? [] });
      this.#provider = undefined;
    } else if (this.#started) {
      return this.#question === undefined ? NO_ERROR : ask(this.#question, output, sendPacket);
    } else {
      this.#start();
    }
    return this.#turns.next(output, sendPacket);
  }

  /** The session is over: whatever the coroutine waits for will not come. */
  end(): void {
    const gone = new Error("the EAP session is over");
    this.#question?.reply.reject(gone);
    this.#provider?.reject(gone);
  }

  #answered(received: Uint8Array): boolean {
    const question = this.#question;
    if (question === undefined || received[1] !== question.packet[1]) return false;
    const data = new Uint8Array(decodeEapPacket(received).data);
    if (question.accept !== undefined && !question.accept(data)) return false;
    this.#question = undefined;
    question.reply.resolve({ identifier: received[1] ?? 0, data });
    return true;
  }

  #start(): void {
    this.#started = true;
    this.#runs().catch((error: unknown) => this.#turns.fail(error));
  }

  async #runs(): Promise<void> {
    const verdict = checkVerdict(await this.#run(this));
    this.#turns.take((output, sendPacket) => {
      // RFC 3748 section 4.2: the identifier of the response that this answers.
      const identifier = (this.#identifier - 1) & 255;
      sendPacket.set(
        encodeEapResult(verdict.result === NO_ERROR ? EAPCODE_Success : EAPCODE_Failure, identifier),
      );
      output.action = EAPACTION_SendAndDone;
      output.authResultCode = verdict.result;
      output.userAttributes = verdictAttributes(verdict);
      return NO_ERROR;
    });
  }
}

function ask(question: Question, output: PppEapOutput, sendPacket: Uint8Array): number {
  sendPacket.set(question.packet);
  output.action = question.interactive ? EAPACTION_SendWithTimeoutInteractive : EAPACTION_SendWithTimeout;
  return NO_ERROR;
}
