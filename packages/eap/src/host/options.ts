import type { Clock, Log, Milliseconds, Random } from "@sallyport/runtime";
import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import type { EapUserInterface } from "../contract/eap-module.ts";
import type { EapOutcome, SendEffect } from "../engine/effects.ts";
import type { EapEngineSettings } from "../engine/settings.ts";
import type { EapMethod } from "./method-registry.ts";
import type { EapProvider } from "./provider.ts";

/** What both hosts are made of. One object can serve as the basis of many sessions: `{ ...shared, events }`. */
export interface EapHostOptions {
  /** In the order in which they are offered, or preferred: from {@link EapMethodRegistry.methods}. */
  readonly methods: readonly EapMethod[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** From `completeEngineSettings` where many sessions share them. */
  readonly settings?: EapEngineSettings;
  /** The longest packet, 1 020 (the least that RFC 3748 section 3.1 allows) to 65 535 octets; 1 500 by default (EAP-38). */
  readonly maxPacketSize?: number;
  /** How long a method's promise may take before the session fails with 645; 60 000 by default. */
  readonly callTimeoutMs?: Milliseconds;
  /** From which time a synchronous call counts as blocking and is reported; 100 by default (EAP-68). */
  readonly makeMessageWarnMs?: Milliseconds;
  /** `RAS_EAP_FLAG_...` for begin; 0 by default. */
  readonly flags?: number;
  /** isVpn of begin; false by default. Also leaves out methods that exclude it (EAP-87). */
  readonly isVpn?: boolean;
  /** guidConnectionId of begin. */
  readonly connectionId?: string | null;
  /** For testing methods. */
  readonly conformance?: EapConformance;
}

/** Modes in which a method shows whether it keeps to the contract. */
export interface EapConformance {
  /** Pass copies and overwrite them after each call (EAP-10). */
  readonly overwriteBuffers?: boolean;
  /** Pass null as input of MakeMessage wherever there is nothing to say (EAP-12). */
  readonly nullInput?: boolean;
}

/** What an authenticator's host is made of. */
export interface EapAuthenticatorOptions extends EapHostOptions {
  readonly events: EapAuthenticatorEvents;
  /** Needed by methods that use `EAPACTION_Authenticate`; without one they fail with 645. */
  readonly provider?: EapProvider;
  /** What is known of the session: pUserAttributes of begin (EAP-86). */
  readonly userAttributes?: readonly RasAuthAttribute[];
  /** Known already: no identity exchange takes place. */
  readonly identity?: string;
  /**
   * The name under which methods and the provider know a peer that says to be `identity`, where rules rewrite names (NPS-78).
   * Default: what the peer said.
   */
  readonly accountName?: (identity: string) => string;
  /** A password that somebody else brings for the user, where there is one by now (NPS-66): goes to begin and to the provider. */
  readonly suppliedPassword?: () => Uint8Array | undefined;
  /** The server's settings of each method: pConnectionData of begin; the registration's `configData` by default. */
  readonly connectionData?: (method: EapMethod) => Uint8Array | null;
}

/** What an authenticator's host tells. Called synchronously, in the order in which things happen. */
export interface EapAuthenticatorEvents {
  /** A packet for the peer. The array belongs to the receiver. */
  send(packet: Uint8Array<ArrayBuffer>, details: SendDetails): void;
  /** The session is over; nothing comes after this. */
  finished(outcome: EapOutcome): void;
}

/** What is known of a packet that is to be sent. */
export type SendDetails = Pick<SendEffect, "interactive" | "retransmission" | "retransmitAfter">;

/** What a peer's host is made of. */
export interface EapPeerOptions extends EapHostOptions {
  readonly events: EapPeerEvents;
  /** Who the user is: answers the identity request, and goes to begin. */
  readonly identity: string;
  readonly password?: string | null;
  /** hTokenImpersonateUser of begin and MakeMessage. */
  readonly tokenImpersonateUser?: unknown;
  /** Of the phone-book entry; the registration's `configData` where it is null (EAP-76). */
  readonly connectionData?: Uint8Array | null;
  readonly userData?: Uint8Array | null;
  /** Who is asked by interactive dialogs; without one modules get a null window. */
  readonly user?: EapUserInterface;
  /** Dialog data that the first link of the connection got: later links use it instead of a dialog (EAP-78). */
  readonly dialogData?: Uint8Array | null;
  /** Called once, when begin has returned or none took place: frees what RasEapGetIdentity returned (EAP-73). */
  readonly releaseIdentity?: () => void;
}

/** What a peer's host tells. Called synchronously, in the order in which things happen. */
export interface EapPeerEvents {
  /** A packet for the authenticator. The array belongs to the receiver. */
  send(packet: Uint8Array<ArrayBuffer>, details: SendDetails): void;
  /** The session is over; nothing comes after this. An error is to be shown with its text (EAP-36). */
  finished(outcome: EapOutcome): void;
  /** An error ended the session: to be shown to the user (EAP-36). Comes before `finished`. */
  error?(code: number, text: string): void;
  /** What the user's dialog returned: for the further links of the connection, never to be stored (EAP-78). */
  dialogData?(data: Uint8Array<ArrayBuffer>): void;
  /** The authenticator's message for the user. */
  notification?(text: string): void;
  /** The method wants this kept in the phone-book entry. */
  saveConnectionData?(data: Uint8Array<ArrayBuffer>): void;
  /** The method wants this kept for the user. */
  saveUserData?(data: Uint8Array<ArrayBuffer>): void;
}
