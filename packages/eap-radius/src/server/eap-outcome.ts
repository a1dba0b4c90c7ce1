import type { Secret } from "@sallyport/crypto";
import type { EapType } from "@sallyport/eap";
import type { RawAttribute } from "@sallyport/radius";

/** The method of a conversation, as traces and logs name it. */
export interface EapMethodFacts {
  readonly type: EapType;
  /** FriendlyName: "MD5-Challenge". */
  readonly name: string;
}

/** What one packet of the peer led to. */
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
      /** The password that the peer gave in clear inside a tunnel: for extensions of the server. */
      readonly password?: Secret | undefined;
      /** What the method wants on the Access-Accept, keys left out: they are part of the ending. */
      readonly attributes: readonly RawAttribute[];
    }
  | {
      readonly kind: "failure";
      readonly method: EapMethodFacts | undefined;
      /** A Windows status code. */
      readonly error: number;
      /** Who claimed to be there, where that is another than outside the tunnel. */
      readonly identity?: string | undefined;
      readonly why: string;
    }
  /** Nothing is sent. */
  | { readonly kind: "discard"; readonly why: string };
