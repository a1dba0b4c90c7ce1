import type { TlsAlertName, TlsConnection, TlsSession } from "@sallyport/tls-engine";
import type { RasAuthAttribute } from "../../contract/auth-attribute.ts";
import type { MppeKeyPair } from "../../contract/mppe-key-attributes.ts";

// The seam between a TLS method's outside and its inside. The outside (`TlsAuthenticator`, `TlsPeer`) is the same for
// EAP-TLS, PEAP and TTLS: Start, fragments, acknowledgements, the handshake, alerts, Success. The inside is a phase: it
// hears of the handshake and of decrypted data, and answers each with one move. A phase never sees a packet of EAP's
// outside, and may be asynchronous wherever it answers.

/** What goes with a success. */
export interface TlsSuccess {
  /** Who was authenticated, where that is not the identity of the session (EAP-46). */
  readonly identity?: string | undefined;
  readonly attributes?: readonly RasAuthAttribute[] | undefined;
  /** Keys from the view of the access server; by default those of the handshake, none with null. */
  readonly keys?: MppeKeyPair | null | undefined;
}

/** What an authenticator's phase wants done. */
export type TlsAuthenticatorMove =
  /**
   * Send a request: the flight of the handshake that is still waiting, with `data` encrypted behind it. Without either, an
   * empty request: the peer has the word.
   */
  | {
      readonly kind: "send";
      readonly data?: Uint8Array | undefined;
      readonly interactive?: boolean | undefined;
    }
  /** Ask the provider (EAP-50); `authenticated` hears what it says. */
  | { readonly kind: "authenticate"; readonly attributes: readonly RasAuthAttribute[] }
  /**
   * The peer is authenticated. What is still waiting, and `data`, are sent first, and the peer's acknowledgement awaited;
   * without either, Success goes out at once.
   */
  | { readonly kind: "succeed"; readonly data?: Uint8Array | undefined; readonly success: TlsSuccess }
  /**
   * The peer is refused. In answer to `established` an alert takes the place of the flight that waits; later, `data` are
   * sent, and the peer's answer awaited. Then Failure.
   */
  | {
      readonly kind: "fail";
      readonly code: number;
      readonly alert?: TlsAlertName | undefined;
      readonly data?: Uint8Array | undefined;
      /** Who claimed to be there, where that is another than outside the tunnel. */
      readonly identity?: string | undefined;
    };

/** What runs behind the handshake on the side of the authenticator, in one session. */
export interface TlsAuthenticatorPhase {
  /**
   * The handshake is complete; its last flight waits for the move, so that a refusal may replace it. The session is
   * there for `remember` and `forget`; everything else of it is not the phase's.
   */
  established(
    connection: TlsConnection,
    session: TlsSession,
  ): TlsAuthenticatorMove | PromiseLike<TlsAuthenticatorMove>;
  /** Application data of the peer: all that one message of it had. The array is the phase's own. */
  received(data: Uint8Array<ArrayBuffer>): TlsAuthenticatorMove | PromiseLike<TlsAuthenticatorMove>;
  /** The peer answered with an empty packet: it has the flight, and nothing to say. Without it, such a packet is discarded. */
  acknowledged?(): TlsAuthenticatorMove | PromiseLike<TlsAuthenticatorMove>;
  /** What the provider said after `authenticate`. */
  authenticated?(
    result: number,
    attributes: readonly RasAuthAttribute[],
  ): TlsAuthenticatorMove | PromiseLike<TlsAuthenticatorMove>;
  /** The session is over, whatever the reason; called once. */
  end?(): void;
}

/** What a peer's phase wants done. */
export type TlsPeerMove =
  /** Answer: the flight that is waiting, with `data` encrypted behind it; without either, an empty response. */
  | { readonly kind: "send"; readonly data?: Uint8Array | undefined }
  /** Answer likewise; from now on Success is believed. Further data may still come, and are answered. */
  | {
      readonly kind: "succeed";
      readonly data?: Uint8Array | undefined;
      readonly success?: TlsSuccess | undefined;
    }
  /**
   * The authenticator is refused, or refuses. In answer to `established` an alert takes the place of the flight that
   * waits; later, `data` or an empty response are sent. The session ends with the Failure that follows.
   */
  | {
      readonly kind: "fail";
      readonly code: number;
      readonly alert?: TlsAlertName | undefined;
      readonly data?: Uint8Array | undefined;
    }
  /** Show the dialog of the method (EAP-64); `typed` hears what the user typed. */
  | { readonly kind: "ask"; readonly contextData: Uint8Array };

/** What runs behind the handshake on the side of the peer, in one session. */
export interface TlsPeerPhase {
  /** The handshake is complete; as above. */
  established(connection: TlsConnection): TlsPeerMove | PromiseLike<TlsPeerMove>;
  /** Application data of the authenticator: all that one message of it had. */
  received(data: Uint8Array<ArrayBuffer>): TlsPeerMove | PromiseLike<TlsPeerMove>;
  /** A request without application data came: the authenticator gives the word. Without it, it is answered with an empty response. */
  acknowledged?(): TlsPeerMove | PromiseLike<TlsPeerMove>;
  /** What the user typed; null where the dialog was closed. */
  typed?(data: Uint8Array<ArrayBuffer> | null): TlsPeerMove | PromiseLike<TlsPeerMove>;
  /**
   * Success came before `succeed`: what goes with it where it is to be believed all the same; undefined discards it. Without
   * it, it is discarded.
   */
  believes?(): TlsSuccess | undefined | PromiseLike<TlsSuccess | undefined>;
  /** Success came and was believed: the session of TLS now has the ticket that resumes it, where the server gave one. */
  succeeded?(session: TlsSession): void;
  end?(): void;
}
