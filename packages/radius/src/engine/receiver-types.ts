import type { Secret } from "@sallyport/crypto";
import type { Clock, Milliseconds } from "@sallyport/runtime";
import type { RadiusPacket, RawAttribute } from "../wire/packet.ts";

/** One side of a UDP exchange. */
export interface Endpoint {
  /** An IPv4 or IPv6 address in text form. */
  readonly address: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** What a server knows of one access server or proxy, its RADIUS client. */
export interface RadiusClientSettings {
  /** What logs and policies call it. */
  readonly name: string;
  /** An IPv4 or IPv6 address, or a prefix such as `192.0.2.0/24`; of several that fit, the longest counts. */
  readonly address: string;
  readonly secret: Secret;
  /**
   * Whether an Access-Request must carry a Message-Authenticator, which protects against the forgery of 2024
   * (CVE-2024-3596). `"always"`: yes. `"auto"`, the default: with EAP-Message or Proxy-State, and once the client was
   * seen to send it of its own accord. `"never"`: with EAP-Message only (RFC 3579 section 3.2). One that is present must be right in any case.
   */
  readonly requireMessageAuthenticator?: "always" | "auto" | "never" | undefined;
}

/** Which requests a port serves. */
export type RadiusPort = "authentication" | "accounting";

/** A request that is worth an answer: sound, from a known client, verified, and no duplicate. */
export interface ReceivedRequest {
  /** A view on the datagram. */
  readonly packet: RadiusPacket;
  readonly client: RadiusClientSettings;
  readonly source: Endpoint;
  /** By the wall clock, milliseconds since the Unix epoch. */
  readonly receivedAt: Milliseconds;
  readonly port: RadiusPort;
}

/**
 * What a request is answered with. Message-Authenticator (80) and Proxy-State (33) are the receiver's business and are
 * ignored here; all other attributes are sent as they are, in order.
 */
export interface Answer {
  /** 2, 3 or 11 for an Access-Request, 5 for an Accounting-Request. */
  readonly code: number;
  readonly attributes: readonly RawAttribute[];
}

/** Decides about a request; null is silence, and the client's retransmission is then a new request (NPS-84). */
export type Handler = (request: ReceivedRequest) => Answer | null | Promise<Answer | null>;

/** What can happen to a datagram. */
export type ReceiverEventKind =
  /** The source address belongs to no client: silence (RFC 2865 section 3). */
  | "unknown-client"
  /** No RADIUS packet; `reason` and `offset` say why. */
  | "malformed"
  /** The Request Authenticator of an Accounting-Request is wrong, which mostly means another shared secret. */
  | "bad-authenticator"
  /** Required but not there; `reason` is `always`, `eap-message`, `remembered` or `status-server`. */
  | "message-authenticator-missing"
  /** There but not right; `reason` is `value`, `length` or `repeated`. */
  | "message-authenticator-wrong"
  /** Dropped: Proxy-State without Message-Authenticator is how the forgery of 2024 works. */
  | "proxy-state-without-message-authenticator"
  /** Accepted under `"auto"`, although it could have been forged. */
  | "message-authenticator-absent"
  /** A code that this port does not serve; `reason` is its name. */
  | "unexpected-code"
  /** The request is being worked on: nothing is sent. */
  | "duplicate-in-progress"
  /** The same answer was sent again. */
  | "duplicate-answered"
  /** An answer was sent; `code` is its code. */
  | "answered"
  /** The handler said null; or, `reason` `superseded`, the client meanwhile used the identifier for another request. */
  | "discarded"
  /** The answer makes no packet, or sending it failed (`reason` `send`). */
  | "unsendable-answer"
  /** The handler threw, rejected or returned no answer. */
  | "handler-failed"
  /** The limit is reached and nothing can be forgotten: the request was dropped. */
  | "overloaded";

/** One thing that happened to a datagram. */
export interface ReceiverEvent {
  readonly kind: ReceiverEventKind;
  readonly source: Endpoint;
  /** Of every kind but `unknown-client`. */
  readonly client?: RadiusClientSettings | undefined;
  /** The code of the answer sent. */
  readonly code?: number | undefined;
  /** A word of a closed set that the kind's description names. */
  readonly reason?: string | undefined;
  /** Where a malformed datagram is wrong, in octets. */
  readonly offset?: number | undefined;
  /** What was thrown. */
  readonly error?: unknown;
}

/** Which clients were seen to send Message-Authenticator; keep it beyond a restart where `"auto"` is to mean much. */
export interface SeenMessageAuthenticator {
  has(clientName: string): boolean;
  add(clientName: string): void;
}

export interface RadiusReceiverOptions {
  readonly port: RadiusPort;
  readonly clients: readonly RadiusClientSettings[];
  readonly handler: Handler;
  readonly clock: Clock;
  /** Called for every event, in the turn in which it happens. What it throws is ignored. */
  readonly onEvent?: ((event: ReceiverEvent) => void) | undefined;
  /** Kept in memory by default. */
  readonly seenMessageAuthenticator?: SeenMessageAuthenticator | undefined;
  readonly duplicates?:
    | {
        /** How long an answer is kept for retransmissions, in milliseconds; 5000 by default. */
        readonly keepAnswersFor?: Milliseconds | undefined;
        /**
         * How many requests, answered or being worked on, are remembered; 65 536 by default. Beyond it the oldest
         * answers are forgotten; when all are being worked on, new requests are dropped (`overloaded`).
         */
        readonly limit?: number | undefined;
      }
    | undefined;
}
