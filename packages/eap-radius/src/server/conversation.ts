import {
  EAPCODE_Request,
  type EapMethod,
  type EapOutcome,
  eapStatusText,
  type SendDetails,
} from "@sallyport/eap";
import type { Milliseconds } from "@sallyport/runtime";
import type { EapMethodFacts } from "./eap-outcome.ts";

/** What a packet of the peer led to. */
export type ConversationStep =
  | { readonly kind: "request"; readonly packet: Uint8Array; readonly interactive: boolean }
  | { readonly kind: "finished"; readonly outcome: EapOutcome }
  /** It was discarded. */
  | { readonly kind: "nothing" };

/** What leads a conversation on the side of EAP: the authenticator of `@sallyport/eap`. */
export interface ConversationLeader {
  /** The method that is at work, or was last. */
  readonly method: EapMethod | undefined;
  /** These three return a promise only when a method did. */
  start(): Promise<void> | undefined;
  receive(packet: Uint8Array): Promise<void> | undefined;
  stop(): Promise<void> | undefined;
}

/** One EAP conversation: collects what its authenticator does while it takes a packet. */
export class Conversation {
  /** The RADIUS client's name: nobody else can go on with it. */
  readonly client: string;
  readonly begunAt: Milliseconds;
  /** The User-Name that every request must have; undefined until the peer has told its identity. */
  user: Uint8Array | undefined = undefined;
  /** The account's name, where it is not what the peer says to be. */
  accountName: string | undefined = undefined;
  /** Who the peer says to be outside of any tunnel, by its account's name. */
  outerIdentity: string | undefined = undefined;
  /** A password that a module brought for the user. */
  suppliedPassword: Uint8Array | undefined = undefined;
  invalidPackets = 0;
  /** The request that the peer has to answer. */
  lastRequest: { readonly packet: Uint8Array; readonly interactive: boolean } | undefined = undefined;
  finished: EapOutcome | undefined = undefined;
  #leader: ConversationLeader | undefined = undefined;
  #sent: { readonly packet: Uint8Array; readonly interactive: boolean } | undefined = undefined;

  constructor(facts: {
    readonly client: string;
    readonly begunAt: Milliseconds;
  }) {
    this.client = facts.client;
    this.begunAt = facts.begunAt;
  }

  /** To be called once, before anything else. */
  ledBy(leader: ConversationLeader): void {
    this.#leader = leader;
  }

  /** The authenticator wants a packet sent. */
  readonly send = (packet: Uint8Array, { interactive }: SendDetails): void => {
    this.#sent = { packet, interactive };
    if (packet[0] === EAPCODE_Request) this.lastRequest = this.#sent;
  };

  /** The authenticator's session is over. */
  readonly finish = (outcome: EapOutcome): void => {
    this.finished = outcome;
  };

  /** The method that is at work, or was last. */
  get method(): EapMethodFacts | undefined {
    const method = this.#leader?.method;
    return method && { type: method.type, name: method.name };
  }

  /** Asks the peer who it is: what an EAP-Start wants. Otherwise the first response that is received begins. */
  start(): ConversationStep | PromiseLike<ConversationStep> {
    return this.#step(this.#leader?.start());
  }

  receive(packet: Uint8Array): ConversationStep | PromiseLike<ConversationStep> {
    if (this.finished !== undefined) return { kind: "nothing" };
    return this.#step(this.#leader?.receive(packet));
  }

  /** The method's end function is called, unless it was. */
  stop(): void {
    if (this.finished === undefined) void this.#leader?.stop();
  }

  #step(done: Promise<void> | undefined): ConversationStep | PromiseLike<ConversationStep> {
    return done === undefined ? this.#taken() : done.then(() => this.#taken());
  }

  #taken(): ConversationStep {
    const sent = this.#sent;
    this.#sent = undefined;
    if (this.finished !== undefined) return { kind: "finished", outcome: this.finished };
    return sent === undefined ? { kind: "nothing" } : { kind: "request", ...sent };
  }
}

/** Why a conversation failed, in words. */
export function failureText({ result, endedBy }: EapOutcome): string {
  return `${eapStatusText(result)} ${endedByWords[endedBy]}`;
}

const endedByWords: Readonly<Record<EapOutcome["endedBy"], string>> = {
  method: "The method said so.",
  "method-error": "The method failed.",
  negotiation: "The peer and the server have no method in common.",
  "no-answer": "The peer did not answer.",
  limit: "A limit was reached.",
  host: "The conversation was ended.",
};
