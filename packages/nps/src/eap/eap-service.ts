import type { Secret } from "@sallyport/crypto";
import type { Answer, RawAttribute, ReceivedRequest } from "@sallyport/radius";

/**
 * Who carries the EAP conversations of a server. `EapRadiusServer` of `@sallyport/eap-radius` fits; NPS says when a
 * request comes to it, which methods it may offer, and what becomes of a success.
 */
export interface EapService {
  /**
   * The first look at an Access-Request with EAP-Message, before any policy or extension. The State of a conversation
   * is used up by it. Never throws.
   */
  open(received: ReceivedRequest): EapOpening;
}

export type EapOpening =
  /** The State is used, altered or expired, or the packets contradict themselves: an Access-Reject. */
  | { readonly kind: "refused"; readonly why: string; readonly round: EapRound }
  /** The same request once more: it gets the same answer. */
  | { readonly kind: "repeated"; readonly answer: Answer | null | Promise<Answer | null> }
  | { readonly kind: "round"; readonly round: EapRound };

/** One request of an EAP conversation. */
export interface EapRound {
  /** Whether a conversation begins with it; otherwise its methods are chosen already. */
  readonly begins: boolean;
  /** Takes the peer's packet to the method. A promise is returned only when the method returned one. */
  proceed(offer: EapOffer): EapOutcome | PromiseLike<EapOutcome>;
  /**
   * What an answer that ends the conversation carries: EAP-Success or EAP-Failure, and the keys where the method
   * succeeded (RFC 3579 section 2.6.3).
   */
  ending(code: "accept" | "reject"): readonly RawAttribute[];
  /** To be called once, with what the request came to in the end; null is silence. */
  settle(answer: Answer | null | Promise<Answer | null>): void;
}

/** What a conversation may begin with, and whose it is. */
export interface EapOffer {
  /** EAP types, the one to be offered first at the head; undefined leaves the choice to the service. */
  readonly types: readonly EapMethodType[] | undefined;
  /** The name of the account where it is not what the peer says to be: realm rules changed it (NPS-78). */
  readonly accountName?: string | undefined;
  /** ratClearTextPassword, where a module set it: the method verifies against it instead of the account's (NPS-66). */
  readonly suppliedPassword?: Uint8Array | undefined;
}

/** An EAP type: its number, or vendor and number of an expanded type (RFC 3748 section 5.7). */
export type EapMethodType = number | { readonly vendorId: number; readonly vendorType: number };

/** The method of a conversation, as traces and logs name it. */
export interface EapMethodFacts {
  /** The EAP type, 4 for MD5-Challenge. */
  readonly type: EapMethodType;
  /** FriendlyName: "MD5-Challenge". */
  readonly name: string;
}

export type EapOutcome =
  /** The conversation goes on: what the Access-Challenge carries. */
  | {
      readonly kind: "challenge";
      readonly method: EapMethodFacts | undefined;
      readonly attributes: readonly RawAttribute[];
      /** What happened, where it is not the ordinary course. */
      readonly note?: string | undefined;
    }
  | {
      readonly kind: "success";
      readonly method: EapMethodFacts | undefined;
      /** Who was authenticated (EAP-46). */
      readonly identity: string;
      /** The password that the peer gave in clear inside a tunnel: extensions find it as ratClearTextPassword. */
      readonly password?: Secret | undefined;
      /** The method's own attributes; they replace those of the policy (EAP-82). Keys are part of the ending. */
      readonly attributes: readonly RawAttribute[];
    }
  | {
      readonly kind: "failure";
      readonly method: EapMethodFacts | undefined;
      /** A Windows status code, as dwAuthResultCode has it. */
      readonly error: number;
      /** Who claimed to be there, where that is another than outside the tunnel. */
      readonly identity?: string | undefined;
      readonly why: string;
    }
  /** Nothing is sent. */
  | { readonly kind: "discard"; readonly why: string };
