import type { Clock, Random } from "@sallyport/runtime";
import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import type { RasEapModule, RasEapUserInterfaceModule } from "../contract/eap-module.ts";
import type { MppeKeyPair } from "../contract/mppe-key-attributes.ts";
import type { EapSignal } from "../contract/ppp-eap.ts";
import type { EapMethodRegistration } from "../contract/registration.ts";
import type { EapType } from "../wire/eap-type.ts";

/** A method as two coroutines; a role that is left out is not supported. */
export interface EapMethodDefinition {
  /** 4 to 253, 255, or an expanded type. */
  readonly type: EapType;
  readonly name: string;
  /** The side of the server. What it throws ends the session: a `WindowsError` with its code, all else with 645. */
  authenticator?(session: EapAuthenticatorSession): PromiseLike<EapVerdict>;
  /** The side of the user. */
  peer?(session: EapPeerSession): PromiseLike<EapVerdict>;
  /** Whether successes come with session keys; false by default. */
  readonly keys?: boolean;
  /** The dialogs of the peer; the interactive one is what `session.askUser` shows. */
  readonly userInterface?: RasEapUserInterfaceModule;
}

/** A method made by `defineEapMethod`: the module and its registration in one. */
export interface DefinedEapMethod extends RasEapModule, EapMethodRegistration {
  readonly friendlyName: string;
}

/** How a session is to end. Made by `session.succeed` and `session.fail`, and returned by the coroutine. */
export interface EapVerdict {
  readonly result: number;
  readonly identity: string | null;
  readonly attributes: readonly RasAuthAttribute[];
}

/** What goes with a success. */
export interface EapSuccess {
  /** Who was authenticated, where that is not the identity of the session (EAP-46). */
  readonly identity?: string;
  readonly attributes?: readonly RasAuthAttribute[];
  /** Session keys, named from the view of the access server on both sides. */
  readonly keys?: MppeKeyPair;
}

/** What both sides' coroutines have. */
export interface EapSession {
  readonly type: EapType;
  readonly identity: string;
  /** How much Type-Data fits into one packet. */
  readonly maxDataLength: number;
  readonly connectionData: Uint8Array | null;
  /** `RAS_EAP_FLAG_...` */
  readonly flags: number;
  /** Aborted when the session ends. */
  readonly signal: EapSignal;
  readonly clock: Clock;
  readonly random: Random;
  succeed(success?: EapSuccess): EapVerdict;
  /** @param code a status code, 691 by default */
  fail(code?: number): EapVerdict;
}

/** The session of an authenticator's coroutine. */
export interface EapAuthenticatorSession extends EapSession {
  /** What the host knows of the session (EAP-86). */
  readonly attributes: readonly RasAuthAttribute[];
  /**
   * Sends a request and waits for the response to it: one round. The host asks for resends, and packets with another
   * identifier are discarded.
   *
   * @param data Type-Data, at most `maxDataLength` octets
   */
  request(data: Uint8Array, options?: EapRequestOptions): Promise<EapReply>;
  /** Has the provider verify a clear password or an MD5-challenge answer (EAP-50). */
  authenticate(attributes: readonly RasAuthAttribute[]): Promise<EapProviderAnswer>;
}

/** How a request is sent. */
export interface EapRequestOptions {
  /** A user is at work at the other side: wait without limit (EAP-29); false by default. */
  readonly interactive?: boolean;
  /** Refuses a response: it is discarded as if it had not come, and the wait goes on (EAP-22). */
  readonly accept?: (data: Uint8Array) => boolean;
}

/** A response that answered a request. */
export interface EapReply {
  readonly identifier: number;
  /** Type-Data, the coroutine's own copy. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What the provider found. */
export interface EapProviderAnswer {
  readonly result: number;
  readonly attributes: readonly RasAuthAttribute[];
}

/** What reaches a peer's coroutine. */
export type EapPeerEvent =
  | { readonly kind: "request"; readonly identifier: number; readonly data: Uint8Array<ArrayBuffer> }
  /** The packet; or, with `inferred`, the network phase began without it (EAP-48). */
  | { readonly kind: "success"; readonly inferred: boolean }
  | { readonly kind: "failure" };

/** The session of a peer's coroutine. */
export interface EapPeerSession extends EapSession {
  readonly password: string | null;
  readonly userData: Uint8Array | null;
  /** hTokenImpersonateUser. */
  readonly user: unknown;
  /** The next request, without an answer to the one before; the first request at the start. */
  receive(): Promise<EapPeerEvent>;
  /**
   * Answers the request received last and waits for what comes next: one round. A byte-identical duplicate of a request
   * is answered again without the coroutine (EAP-34).
   */
  respond(data: Uint8Array): Promise<EapPeerEvent>;
  /** Shows the method's interactive dialog (EAP-64); null when the user cancelled. */
  askUser(contextData?: Uint8Array): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Has the host keep something in the phone-book entry. */
  saveConnectionData(data: Uint8Array): void;
  /** Has the host keep something for the user. */
  saveUserData(data: Uint8Array): void;
}
