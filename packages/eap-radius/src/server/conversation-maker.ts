import {
  completeEngineSettings,
  EapAuthenticatorHost,
  type EapAuthenticatorOptions,
  type EapMethod,
  type EapType,
  isSameEapType,
  RAS_EAP_FLAG_8021X_AUTH,
} from "@sallyport/eap";
import type { ReceivedRequest } from "@sallyport/radius";
import type { Clock, Random } from "@sallyport/runtime";
import { eapPacketSize } from "../wire/packet-size.ts";
import { is8021x } from "../wire/port-type.ts";
import { Conversation } from "./conversation.ts";
import type { EapRadiusServerOptions } from "./eap-radius-server.ts";
import { sessionAttributes } from "./session-attributes.ts";

/** Makes the conversations of one server; what they share is made once. */
export class ConversationMaker {
  readonly random: Random;
  readonly #methods: readonly EapMethod[];
  readonly #clock: Clock;
  readonly #shared: Omit<EapAuthenticatorOptions, "events" | "methods">;
  /** What was offered last, and what for: one policy offers the same again and again. */
  #lastTypes: readonly EapType[] | undefined;
  #lastOffer: readonly EapMethod[] = [];

  constructor(options: EapRadiusServerOptions) {
    const {
      methods,
      clock,
      random,
      log,
      provider,
      connectionData,
      requireEncryption = false,
      limits,
    } = options;
    this.random = random;
    this.#methods = methods;
    this.#clock = clock;
    this.#shared = {
      clock,
      random,
      log,
      ...(provider !== undefined && { provider }),
      ...(connectionData !== undefined && { connectionData }),
      settings: completeEngineSettings({
        // RFC 3579 section 2.2: the access server sends again what got lost.
        retransmission: "lower-layer",
        requireEncryption,
        ...(limits?.rounds !== undefined && { maxRounds: limits.rounds }),
      }),
    };
  }

  /** @param types what may be offered, first to be offered first; all methods where it is undefined */
  make({ packet, client }: ReceivedRequest, types: readonly EapType[] | undefined): Conversation {
    const methods = types === undefined ? this.#methods : this.#offered(types);
    const conversation = new Conversation({
      client: client.name,
      begunAt: this.#clock.monotonic(),
    });
    const authenticator = new EapAuthenticatorHost({
      ...this.#shared,
      methods,
      maxPacketSize: eapPacketSize(packet),
      flags: is8021x(packet) ? RAS_EAP_FLAG_8021X_AUTH : 0,
      accountName: (identity) => {
        conversation.outerIdentity = conversation.accountName ?? identity;
        return conversation.outerIdentity;
      },
      suppliedPassword: () => conversation.suppliedPassword,
      userAttributes: sessionAttributes(packet),
      events: { send: conversation.send, finished: conversation.finish },
    });
    conversation.ledBy(authenticator);
    return conversation;
  }

  #offered(types: readonly EapType[]): readonly EapMethod[] {
    if (types !== this.#lastTypes) {
      this.#lastTypes = types;
      this.#lastOffer = types.flatMap(
        (type) => this.#methods.find((method) => isSameEapType(method.type, type)) ?? [],
      );
    }
    return this.#lastOffer;
  }
}
