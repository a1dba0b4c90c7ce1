import type { TlsConnection } from "@sallyport/tls-engine";
import type { RasAuthAttribute } from "../../contract/auth-attribute.ts";
import type { EapQuestion } from "../../contract/eap-module.ts";
import type { PppEapBeginInput } from "../../contract/ppp-eap.ts";

/** The keys that a session exports: 64 octets each (RFC 5247 section 1.2). */
export interface TunnelKeys {
  readonly msk: Uint8Array;
  readonly emsk: Uint8Array;
}

/** The tunnel, as those see it who speak inside. */
export interface Tunnel {
  /** Begin of the outer method. */
  readonly input: PppEapBeginInput;
  readonly connection: TlsConnection;
  /** Whether the session of somebody was resumed who had been authenticated inside. */
  readonly resumed: boolean;
  /** The longest message that fits into one outer packet. */
  readonly maxMessageSize: number;
  /** Those of the handshake. */
  readonly keys: TunnelKeys;
}

/** Who an authenticator's tunnel admitted, and what is to be told to the host. */
export interface InnerSuccess {
  /** The inner identity: of whom policies speak. */
  readonly identity: string;
  /** What the inner method returned beside name and keys. */
  readonly attributes: readonly RasAuthAttribute[];
  readonly keys: TunnelKeys;
  /** The type of the inner EAP method; undefined where none ran. */
  readonly innerType?: number | undefined;
  /** The password in clear where the peer gave one: for extensions of the server, never for an answer. */
  readonly password?: Uint8Array | undefined;
}

/** What an authenticator does next inside the tunnel. */
export type PhaseStep =
  /** Octets for the tunnel; `interactive`: the peer's user is at work. */
  | { readonly kind: "send"; readonly data: Uint8Array; readonly interactive: boolean }
  /** It is the peer's turn, and there is nothing to say. */
  | { readonly kind: "listen" }
  /** `data` go through the tunnel first. */
  | { readonly kind: "succeeded"; readonly success: InnerSuccess; readonly data?: Uint8Array | undefined }
  | { readonly kind: "failed"; readonly code: number; readonly identity?: string | undefined }
  /** What came makes no sense here. */
  | { readonly kind: "discard" };

/** What is said inside the tunnel, on the authenticator. One call at a time; `stop` at any time. */
export interface AuthenticatorPhase {
  /** The tunnel stands. `identifier` is that of the outer request which is to be sent next. */
  begin(identifier: number): PhaseStep | PromiseLike<PhaseStep>;
  /** Octets came through the tunnel, or an empty packet that answers the last ones. */
  receive(data: Uint8Array, identifier: number): PhaseStep | PromiseLike<PhaseStep>;
  stop(): void;
}

/** What a peer does next inside the tunnel. */
export type PeerStep =
  | { readonly kind: "send"; readonly data: Uint8Array }
  | { readonly kind: "listen" }
  /** From now on EAP-Success is believed, with the keys of the handshake or others. */
  | { readonly kind: "succeeded"; readonly data?: Uint8Array; readonly keys?: TunnelKeys | undefined }
  | { readonly kind: "question"; readonly question: EapQuestion }
  /** Nothing but EAP-Failure is believed any more. */
  | { readonly kind: "failed"; readonly code: number; readonly data?: Uint8Array }
  | { readonly kind: "discard" };

/** What is said inside the tunnel, on the peer. */
export interface PeerPhase {
  begin(): PeerStep | PromiseLike<PeerStep>;
  /** `identifier` is that of the outer request; no octets where the request had none. */
  receive(data: Uint8Array, identifier: number): PeerStep | PromiseLike<PeerStep>;
  answered(text: string | null): PeerStep | PromiseLike<PeerStep>;
  /** EAP-Success came before `succeeded`: whether it may be believed. */
  believes(): boolean | PromiseLike<boolean>;
  stop(): void;
}
