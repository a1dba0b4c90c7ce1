import { EapEvent, type EapMethod, type EapProvider, type EapType, eapEventSource } from "@sallyport/eap";
import type { Answer, ReceivedRequest } from "@sallyport/radius";
import { RadiusCode, StateTable } from "@sallyport/radius";
import { type Clock, isThenable, type Log, type Milliseconds, type Random } from "@sallyport/runtime";
import { stateType } from "../wire/attribute-types.ts";
import { ConversationMaker } from "./conversation-maker.ts";
import type { EapOutcome } from "./eap-outcome.ts";
import { requestFingerprint } from "./request-fingerprint.ts";
import { EapRound, type RoundContext, type Turn } from "./round.ts";
import { isSameUser } from "./user-name.ts";

/** The kind of State that stands for an EAP conversation. */
const conversationKind = 2;

export interface EapRadiusServerOptions {
  /** The methods, in the order in which they are offered where nobody says otherwise. */
  readonly methods: readonly EapMethod[];
  /** Verifies passwords for methods that ask for it (EAP-50). */
  readonly provider?: EapProvider | undefined;
  /**
   * The server's settings of each method: pConnectionData of begin; the registration's `configData` by default.
   * `innerMethods` is what the policy allows inside of it, undefined where it does not say.
   */
  readonly connectionData?:
    | ((method: EapMethod, innerMethods: readonly string[] | undefined) => Uint8Array | null)
    | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly limits?: EapRadiusLimits | undefined;
  /** The Session-Timeout of a challenge that a user has to answer by hand, in seconds; 300 by default (EAP-62). */
  readonly interactiveTimeout?: number | undefined;
  /** Whether a method that yields no session keys counts as a failure; false by default (EAP-85). */
  readonly requireEncryption?: boolean | undefined;
}

/** What a server keeps at most. */
export interface EapRadiusLimits {
  /** Conversations that wait for their peer; beyond it the one that has waited longest is ended. 10 000 by default. */
  readonly conversations?: number | undefined;
  /** How long a peer may take to answer, in milliseconds; 330 000 by default. */
  readonly idle?: Milliseconds | undefined;
  /** How long a conversation may take as a whole, in milliseconds; 900 000 by default. */
  readonly age?: Milliseconds | undefined;
  /** Packets of the peer that its method may accept, in a conversation; 100 by default (EAP-90). */
  readonly rounds?: number | undefined;
  /** Invalid EAP packets in a conversation, each answered with Error-Cause 202; 5 by default (RFC 3579 section 2.2). */
  readonly invalidPackets?: number | undefined;
}

/** What a request is, to somebody who leads conversations. */
export type EapOpening =
  /** Its State is used, altered or expired, or belongs to somebody else: an Access-Reject. */
  | { readonly kind: "refused"; readonly why: string; readonly round: EapRound }
  /** The same request once more: it gets the same answer. */
  | { readonly kind: "repeated"; readonly answer: Answer | null | Promise<Answer | null> }
  | { readonly kind: "round"; readonly round: EapRound };

/**
 * The server side of EAP inside RADIUS (RFC 3579): finds the conversation of a request by its State, takes the peer's
 * packet to the method, and says what the answer carries. It sends nothing and decides about nobody's admission: NPS
 * does, or {@link EapRadiusServer.handle} for a server without policies.
 *
 * No timer of EAP runs here and no method is called without a packet: the access server sends again what got lost, and
 * the receiver answers duplicates. The one timer is that of conversations whose peer went away; their method's end
 * function is called.
 *
 * @example
 * ```ts
 * import { openEapMethods } from "@sallyport/eap";
 * import { EapRadiusServer } from "@sallyport/eap-radius";
 * import { RadiusReceiver } from "@sallyport/radius";
 * import { silentLog, systemClock, systemRandom } from "@sallyport/runtime";
 * import echo from "./echo-method.ts";
 *
 * const { methods } = await openEapMethods([echo], { log: silentLog });
 * const eap = new EapRadiusServer({ methods, clock: systemClock, random: systemRandom, log: silentLog });
 * const receiver = new RadiusReceiver({
 *   port: "authentication", clients: [], clock: systemClock, handler: (request) => eap.handle(request),
 * });
 * ```
 */
export class EapRadiusServer {
  readonly #states: StateTable<Turn>;
  readonly #context: RoundContext;

  /** @throws {RangeError} when a limit is impossible */
  constructor(options: EapRadiusServerOptions) {
    const { clock, random, limits = {}, interactiveTimeout = 300 } = options;
    const { conversations = 10_000, idle = 330_000, age = 900_000, invalidPackets = 5 } = limits;
    for (const [name, value] of Object.entries({ idle, age, interactiveTimeout })) {
      if (!(value > 0 && Number.isFinite(value)))
        throw new RangeError(`${name} must be above 0, found ${value}`);
    }
    if (!Number.isSafeInteger(invalidPackets) || invalidPackets < 0) {
      throw new RangeError(`invalidPackets must be a whole number of at least 0, found ${invalidPackets}`);
    }
    const overflow = overflowReport(options.log, clock, conversations);
    this.#states = new StateTable({
      clock,
      random,
      kind: conversationKind,
      limit: conversations,
      lifetime: idle,
      // A new object: the old one, where it has grown old, would keep the conversation from the garbage collector.
      whenUsed: ({ client, user }) => ({ client, user, place: undefined }),
      onEnd: (turn, why) => {
        turn.place?.conversation.stop();
        if (why === "evicted") overflow();
      },
    });
    this.#context = {
      states: this.#states,
      conversations: new ConversationMaker(options),
      clock,
      age,
      interactiveTimeout,
      invalidPackets,
    };
  }

  /** How many conversations wait for their peer. */
  get size(): number {
    return this.#states.size;
  }

  /**
   * The first look at an Access-Request with EAP-Message. The State of a conversation is used up by it; call `settle` of
   * the round with what the request came to. Never throws.
   */
  open(received: ReceivedRequest): EapOpening {
    const state = received.packet.first(stateType);
    if (state === undefined || !this.#states.isOwn(state)) {
      return { kind: "round", round: new EapRound(this.#context, received, undefined) };
    }
    const fingerprint = requestFingerprint(received.packet);
    const verdict = this.#states.redeem(
      state,
      () => fingerprint,
      ({ client, user }) => {
        if (client !== received.client.name) return "other client";
        return user === undefined || isSameUser(user, received) ? undefined : "other user";
      },
    );
    switch (verdict.kind) {
      case "repeated":
        return verdict;
      case "valid":
        return {
          kind: "round",
          round: new EapRound(this.#context, received, { use: verdict.use, fingerprint }),
        };
      default: {
        const why = verdict.kind === "foreign" ? "unknown" : verdict.why;
        const round = new EapRound(this.#context, received, undefined);
        return { kind: "refused", why: `the State is refused: ${why}`, round };
      }
    }
  }

  /**
   * Answers a request by EAP alone: whoever the method authenticates is admitted. For servers without policies. A
   * request without EAP-Message is rejected. A promise is returned only when a method returned one.
   *
   * @param types what may be offered, first to be offered first; all methods in their order by default
   */
  handle(received: ReceivedRequest, types?: readonly EapType[]): Answer | null | Promise<Answer | null> {
    const opening = this.open(received);
    if (opening.kind === "repeated") return opening.answer;
    const { round } = opening;
    const answer =
      opening.kind === "refused"
        ? rejection(round)
        : whenSettled(round.proceed({ types }), (outcome) => answerOf(outcome, round));
    round.settle(answer);
    return answer;
  }

  /** Ends every conversation and the timer. */
  close(): void {
    this.#states.close();
  }
}

/** How long an overflow stays silent after it was reported: whoever can begin conversations could fill the log. */
const quietPeriod: Milliseconds = 10_000;

function overflowReport(log: Log, clock: Clock, limit: number): () => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + quietPeriod;
    log.write({
      source: eapEventSource,
      id: EapEvent.SessionLimit,
      severity: "warning",
      message: `more than ${limit} EAP conversations wait for their peers; those that have waited longest are ended`,
      fields: { limit },
    });
  };
}

function answerOf(outcome: EapOutcome, round: EapRound): Answer | null {
  switch (outcome.kind) {
    case "challenge":
      return { code: RadiusCode.AccessChallenge, attributes: outcome.attributes };
    case "success":
      return {
        code: RadiusCode.AccessAccept,
        attributes: [...outcome.attributes, ...round.ending("accept")],
      };
    case "failure":
      return rejection(round);
    case "discard":
      return null;
  }
}

function rejection(round: EapRound): Answer {
  return { code: RadiusCode.AccessReject, attributes: round.ending("reject") };
}

function whenSettled<From, To>(value: From | PromiseLike<From>, then: (value: From) => To): To | Promise<To> {
  return isThenable(value) ? Promise.resolve(value).then(then) : then(value);
}
