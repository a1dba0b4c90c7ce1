import type { Milliseconds } from "@sallyport/runtime";
import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import type { PppEapInput } from "../contract/ppp-eap.ts";
import type { EapType } from "../wire/eap-type.ts";

/** What an authenticator's engine wants done. */
export type AuthenticatorEffect =
  | CommonEffect
  /** Ask the provider, then call `providerFinished` (EAP-50). */
  | { readonly kind: "ask-provider"; readonly attributes: readonly RasAuthAttribute[] };

/** What a peer's engine wants done. */
export type PeerEffect =
  | CommonEffect
  /** Show the method's dialog, then call `userLeftDialog` (EAP-64). */
  | { readonly kind: "invoke-interactive-ui"; readonly contextData: Uint8Array | null }
  /** Keep what the method wants kept: for the phone-book entry, or for the user. */
  | { readonly kind: "save-connection-data" | "save-user-data"; readonly data: Uint8Array }
  /** Show a message of the authenticator (RFC 3748 section 5.2). */
  | { readonly kind: "notification"; readonly text: string };

/** What either engine wants done. A call of the method is always the last effect of a list. */
export type CommonEffect =
  /** Call the begin function of an offered method, then `methodBegun`. */
  | {
      readonly kind: "begin";
      /** Its index among the methods given to the engine. */
      readonly method: number;
      readonly initialId: number;
      readonly identity: string;
    }
  /** Call RasEapMakeMessage, then `methodReturned`. */
  | { readonly kind: "make-message"; readonly received: Uint8Array | null; readonly input: PppEapInput }
  /** Call RasEapEnd; when a call is outstanding, give it up first (EAP-91). */
  | { readonly kind: "end" }
  | SendEffect
  | { readonly kind: "finished"; readonly outcome: EapOutcome }
  | DiagnosticEffect;

/** Transmit a packet. */
export interface SendEffect {
  readonly kind: "send";
  readonly packet: Uint8Array<ArrayBuffer>;
  /** The other side's user is at work: waiting may take long (EAP-29). */
  readonly interactive: boolean;
  /** How many resends of this packet went before; 0 for interactive ones (EAP-28). */
  readonly retransmission: number;
  /** When a resend will be due; `"never"` where no timer runs. */
  readonly retransmitAfter: Milliseconds | "never";
}

/** Something that somebody who looks for a fault wants to know. Never holds packet contents. */
export interface DiagnosticEffect {
  readonly kind: "diagnostic";
  readonly diagnostic: EapDiagnostic;
  /** The number that belongs to it: a status code, an action, an identifier, a type. */
  readonly detail: number | string;
}

/** What went wrong, or seems to. */
export type EapDiagnostic =
  /** Octets that are no EAP packet were dropped (EAP-40). */
  | "malformed-packet"
  /** A packet that has no meaning at this point was dropped: wrong code, wrong type, a Nak too late. */
  | "unexpected-packet"
  /** The queue of a session with a call outstanding was full (EAP-39). */
  | "packet-queue-full"
  /** The method discarded a packet with 722 (EAP-22). */
  | "packet-discarded"
  /** Begin or MakeMessage returned an error (EAP-07, EAP-35). */
  | "method-error"
  /** What the method wants sent is no packet (EAP-19). */
  | "bad-send-packet"
  /** An action that is none of the seven, or not for this role. */
  | "bad-action"
  /** The identity that the method told has more than 256 characters, or is no text (EAP-46). */
  | "bad-identity"
  /** No answer after all resends (EAP-26). */
  | "no-answer"
  /** The session took longer than allowed (EAP-89). */
  | "session-limit"
  /** The method went on for too many rounds (EAP-90). */
  | "round-limit"
  /** A peer's method uses a timeout action (EAP-33). */
  | "peer-retransmits"
  /** The method repeated attributes that it was given in begin (EAP-54). */
  | "attributes-repeated"
  /** A success without session keys where encryption is required (EAP-85). */
  | "no-session-keys"
  /** The two sides have no type in common (EAP-57). */
  | "no-common-type"
  /** The method wants a dialog and has none, or may not show one (EAP-63, EAP-69). */
  | "no-interactive-ui"
  /** The method wants something that is for peers only, or refused by the settings (EAP-77, EAP-79). */
  | "request-ignored";

/** How a session ended. */
export interface EapOutcome {
  /** 0 is success; any other number a Windows status code (EAP-42, EAP-43). */
  readonly result: number;
  /** Who was authenticated (EAP-46); after a failure, who claimed to be there: inside a tunnel, where a method tells that. */
  readonly identity: string;
  /** With success: the provider's attributes with those of the method on top (EAP-82). Keys are among them. */
  readonly attributes: readonly RasAuthAttribute[];
  /** The method that ran last; undefined when none did. */
  readonly method: EapType | undefined;
  /** What ended it: the method's Done, its error, or the engine. */
  readonly endedBy: "method" | "method-error" | "negotiation" | "no-answer" | "limit" | "host";
  /** The Success or Failure that went out at last, if one did. */
  readonly finalPacketSent: boolean;
  /** The identifier of the last request: that of a Failure which the lower layer adds. */
  readonly lastIdentifier: number;
}
