import { constantTimeEqual, Secret } from "@sallyport/crypto";
import {
  decodeEapPacket,
  EAPCODE_Failure,
  EAPCODE_Request,
  EAPCODE_Response,
  EAPCODE_Success,
  EapPacketError,
  type EapType,
  ERROR_AUTH_INTERNAL,
  eapTypeIdentity,
  encodeEapResult,
  encodeNak,
  findAuthAttribute,
  raatUserPassword,
} from "@sallyport/eap";
import type { Answer, RawAttribute, ReceivedRequest, StateTable, StateUse } from "@sallyport/radius";
import { RadiusCode } from "@sallyport/radius";
import { type Clock, isThenable, type Milliseconds } from "@sallyport/runtime";
import { errorCauseType, sessionTimeoutType, stateType } from "../wire/attribute-types.ts";
import { type EapMessage, joinEapMessage, splitEapMessage } from "../wire/eap-message.ts";
import { EapMessageError } from "../wire/eap-message-error.ts";
import { uint32Value } from "../wire/uint32.ts";
import { acceptAttributes, keyAttributes } from "./accept-attributes.ts";
import { type Conversation, type ConversationStep, failureText } from "./conversation.ts";
import type { ConversationMaker } from "./conversation-maker.ts";
import type { EapOutcome } from "./eap-outcome.ts";
import { isUserName, userOf } from "./user-name.ts";

/** RFC 5176 section 3.6: "Invalid EAP Packet (Ignored)". */
const invalidEapPacket = 202;

/** What the rounds of one server work with. */
export interface RoundContext {
  readonly states: StateTable<Turn>;
  readonly conversations: ConversationMaker;
  readonly clock: Clock;
  readonly age: Milliseconds;
  readonly interactiveTimeout: number;
  readonly invalidPackets: number;
}

/** What a conversation may begin with, and whose it is. */
export interface EapOffer {
  /** EAP types, the one to be offered first at the head; undefined offers all methods. Counts where a conversation begins. */
  readonly types: readonly EapType[] | undefined;
  /** The name of the account where it is not what the peer says to be; counts in the round in which the peer says so. */
  readonly accountName?: string | undefined;
  /** A password that a module brought for this user (NPS-66): methods verify against it from this round on. */
  readonly suppliedPassword?: Uint8Array | undefined;
}

/** What a State stands for: a turn of one peer. */
export interface Turn {
  /** The RADIUS client's name. */
  readonly client: string;
  /** The User-Name that the request must have; undefined until the peer has told its identity. */
  readonly user: Uint8Array | undefined;
  /** Where in which conversation; undefined once somebody was answered: a used State keeps little in memory. */
  readonly place: Place | undefined;
}

interface Place {
  readonly conversation: Conversation;
  /** What the request that used the State led to; kept for a resend that comes because nobody was answered. */
  result?: { readonly fingerprint: Uint8Array; readonly outcome: EapOutcome } | undefined;
}

/** One Access-Request of a conversation. */
export class EapRound {
  /** Whether a conversation begins with it; otherwise its methods are chosen already. */
  readonly begins: boolean;
  readonly #context: RoundContext;
  readonly #received: ReceivedRequest;
  readonly #used: { readonly use: StateUse<Turn>; readonly fingerprint: Uint8Array } | undefined;
  readonly #message: EapMessage | EapMessageError;
  #conversation: Conversation | undefined;
  #outcome: EapOutcome | undefined;
  /** The State that the outcome carries. */
  #issued: Uint8Array | undefined;

  constructor(
    context: RoundContext,
    received: ReceivedRequest,
    used: { readonly use: StateUse<Turn>; readonly fingerprint: Uint8Array } | undefined,
  ) {
    this.#context = context;
    this.#received = received;
    this.#used = used;
    this.begins = used === undefined;
    this.#conversation = used?.use.payload.place?.conversation;
    this.#message = messageOf(received);
  }

  /** Takes the peer's packet to the method. A promise is returned only when the method returned one. */
  proceed(offer: EapOffer): EapOutcome | PromiseLike<EapOutcome> {
    const step = this.#used === undefined ? this.#begin(offer) : this.#goOn(this.#used, offer);
    return isThenable(step) ? step.then((settled) => this.#concluded(settled)) : this.#concluded(step);
  }

  /**
   * What an answer that ends the conversation carries: EAP-Success or EAP-Failure, and with a method's success its keys
   * (RFC 3579 section 2.6.3).
   */
  ending(code: "accept" | "reject"): readonly RawAttribute[] {
    const identifier = this.#identifier();
    if (code === "reject") {
      // Section 2.6.2: a peer that wants to authenticate us learns that there is no way.
      const roles = this.#peerCode() === EAPCODE_Request;
      return splitEapMessage(
        roles ? encodeNak(identifier, [], { expanded: false }) : encodeEapResult(EAPCODE_Failure, identifier),
      );
    }
    const success = splitEapMessage(encodeEapResult(EAPCODE_Success, identifier));
    const finished = this.#conversation?.finished;
    if (this.#outcome?.kind !== "success" || finished === undefined) return success;
    return [
      ...success,
      ...keyAttributes(finished.attributes, this.#received, this.#context.conversations.random),
    ];
  }

  /** To be called once, with what the request came to in the end; null is silence. */
  settle(answer: Answer | null | Promise<Answer | null>): void {
    if (this.#used !== undefined) this.#context.states.settle(this.#used.use, answer);
    if (isThenable(answer)) {
      void answer.then(
        (known) => this.#settled(known),
        () => this.#settled(null),
      );
    } else {
      this.#settled(answer);
    }
  }

  #settled(answer: Answer | null): void {
    if (answer === null) {
      // Nobody got a State of a conversation that began in silence; a later round is processed anew with its old one.
      if (this.begins) this.#stop();
    } else if (answer.code !== RadiusCode.AccessChallenge || this.#outcome?.kind !== "challenge") {
      this.#stop();
    }
  }

  #stop(): void {
    if (this.#issued !== undefined) this.#context.states.withdraw(this.#issued);
    this.#conversation?.stop();
  }

  #begin({ types, accountName, suppliedPassword }: EapOffer): Step | PromiseLike<Step> {
    const message = this.#message;
    const { conversations } = this.#context;
    if (message instanceof EapMessageError) return { kind: "outcome", outcome: discard(message.message) };
    if (message.kind === "none") return failed("there is no EAP-Message");
    if (message.kind === "start") {
      const conversation = conversations.make(this.#received, types);
      conversation.suppliedPassword = suppliedPassword?.slice();
      return this.#led(conversation, conversation.start());
    }
    let packet: ReturnType<typeof decodeEapPacket>;
    try {
      packet = decodeEapPacket(message.bytes);
    } catch (error) {
      if (error instanceof EapPacketError) return { kind: "outcome", outcome: discard(error.message) };
      throw error;
    }
    if (packet.code !== EAPCODE_Response) return failed("the peer takes the part of the authenticator");
    if (packet.type !== eapTypeIdentity)
      return failed("no conversation is known that this response belongs to");
    if (!isUserName(packet.data, this.#received)) return identityDiffers;
    const conversation = conversations.make(this.#received, types);
    conversation.user = userOf(this.#received);
    conversation.accountName = accountName;
    conversation.suppliedPassword = suppliedPassword?.slice();
    return this.#led(conversation, conversation.receive(message.bytes));
  }

  #goOn(
    used: { readonly use: StateUse<Turn>; readonly fingerprint: Uint8Array },
    { accountName, suppliedPassword }: EapOffer,
  ): Step | PromiseLike<Step> {
    const { place } = used.use.payload;
    if (place === undefined) return { kind: "outcome", outcome: discard("the State was used") };
    const { conversation, result } = place;
    if (result !== undefined) {
      return constantTimeEqual(result.fingerprint, used.fingerprint)
        ? { kind: "outcome", outcome: result.outcome }
        : { kind: "outcome", outcome: discard("another request has used the State") };
    }
    const message = this.#message;
    if (this.#context.clock.monotonic() - conversation.begunAt > this.#context.age) {
      return failed(`the conversation has lasted for more than ${this.#context.age / 1_000} seconds`);
    }
    if (message instanceof EapMessageError || message.kind !== "packet") {
      return this.#led(conversation, { kind: "nothing" });
    }
    if (conversation.user === undefined) {
      const identity = identityIn(message.bytes);
      if (identity !== undefined && !isUserName(identity, this.#received)) return identityDiffers;
      if (identity !== undefined) {
        conversation.user = userOf(this.#received);
        conversation.accountName = accountName;
      }
    }
    // Modules run in every round; what one brought counts until another one is brought.
    conversation.suppliedPassword = suppliedPassword?.slice() ?? conversation.suppliedPassword;
    return this.#led(conversation, conversation.receive(message.bytes));
  }

  #led(
    conversation: Conversation,
    step: ConversationStep | PromiseLike<ConversationStep>,
  ): Step | PromiseLike<Step> {
    this.#conversation = conversation;
    return isThenable(step)
      ? step.then((settled) => ({ kind: "led", step: settled }))
      : { kind: "led", step };
  }

  #concluded(step: Step): EapOutcome {
    const outcome = step.kind === "outcome" ? step.outcome : this.#outcomeOf(step.step);
    this.#outcome = outcome;
    const place = this.#used?.use.payload.place;
    if (place !== undefined && this.#used !== undefined) {
      place.result = { fingerprint: this.#used.fingerprint, outcome };
    }
    return outcome;
  }

  #outcomeOf(step: ConversationStep): EapOutcome {
    const conversation = this.#conversation;
    if (conversation === undefined) return discard("no conversation");
    const { method } = conversation;
    switch (step.kind) {
      case "request":
        return this.#challenge(conversation, step.packet, step.interactive);
      case "finished": {
        const { result, identity, attributes } = step.outcome;
        if (result !== 0) {
          const other = identity === conversation.outerIdentity ? undefined : identity;
          return { kind: "failure", method, error: result, why: failureText(step.outcome), identity: other };
        }
        const password = findAuthAttribute(attributes, raatUserPassword)?.value;
        return {
          kind: "success",
          method,
          identity,
          attributes: acceptAttributes(attributes),
          ...(password instanceof Uint8Array && { password: new Secret(password) }),
        };
      }
      case "nothing": {
        conversation.invalidPackets++;
        const { lastRequest } = conversation;
        if (lastRequest === undefined) return discard("the method had nothing to say");
        if (conversation.invalidPackets > this.#context.invalidPackets) {
          const why = `more than ${this.#context.invalidPackets} invalid EAP packets`;
          return { kind: "failure", method, error: ERROR_AUTH_INTERNAL, why };
        }
        // Section 2.2: the last request once more; the access server goes on waiting for a better response.
        const outcome = this.#challenge(conversation, lastRequest.packet, lastRequest.interactive);
        return {
          ...outcome,
          attributes: [...outcome.attributes, { type: errorCauseType, value: uint32Value(invalidEapPacket) }],
          note: "the EAP packet was invalid and is ignored",
        };
      }
    }
  }

  #challenge(
    conversation: Conversation,
    packet: Uint8Array,
    interactive: boolean,
  ): Extract<EapOutcome, { readonly kind: "challenge" }> {
    const { states, interactiveTimeout } = this.#context;
    const { client, user } = conversation;
    const state = states.issue({ client, user, place: { conversation } });
    this.#issued = state;
    const attributes = [...splitEapMessage(packet), { type: stateType, value: state }];
    if (interactive) attributes.push({ type: sessionTimeoutType, value: uint32Value(interactiveTimeout) });
    return { kind: "challenge", method: conversation.method, attributes };
  }

  #identifier(): number {
    const message = this.#message;
    return message instanceof EapMessageError || message.kind !== "packet" ? 0 : (message.bytes[1] ?? 0);
  }

  #peerCode(): number | undefined {
    const message = this.#message;
    return message instanceof EapMessageError || message.kind !== "packet" ? undefined : message.bytes[0];
  }
}

/** What a round came to before it is told. */
type Step =
  | { readonly kind: "outcome"; readonly outcome: EapOutcome }
  | { readonly kind: "led"; readonly step: ConversationStep };

function messageOf({ packet }: ReceivedRequest): EapMessage | EapMessageError {
  try {
    return joinEapMessage(packet);
  } catch (error) {
    if (error instanceof EapMessageError) return error;
    throw error;
  }
}

function discard(why: string): EapOutcome {
  return { kind: "discard", why };
}

function failed(why: string): Step {
  return {
    kind: "outcome",
    outcome: { kind: "failure", method: undefined, error: ERROR_AUTH_INTERNAL, why },
  };
}

/** RFC 3579 section 2.1: what is authenticated here must be what proxies and policies went by. */
const identityDiffers: Step = failed("the EAP identity is not the User-Name");

/** The identity in a response that tells one. */
function identityIn(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const packet = decodeEapPacket(bytes);
    return packet.code === EAPCODE_Response && packet.type === eapTypeIdentity ? packet.data : undefined;
  } catch (error) {
    if (error instanceof EapPacketError) return undefined;
    throw error;
  }
}
