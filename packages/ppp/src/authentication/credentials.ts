import type { Secret } from "@sallyport/crypto";
import type { RasAuthAttribute } from "@sallyport/eap";

/** What the other side sent to prove who it is. The arrays belong to the receiver. */
export type PppCredentials =
  | {
      readonly protocol: "PAP";
      /** As it came, read as UTF-8. */
      readonly userName: string;
      readonly password: Secret;
    }
  | {
      readonly protocol: "CHAP";
      readonly userName: string;
      /** Of the challenge and its response: it goes into the hash. */
      readonly identifier: number;
      readonly challenge: Uint8Array<ArrayBuffer>;
      /** As it came: 16 octets when it is an answer at all. */
      readonly response: Uint8Array<ArrayBuffer>;
    }
  | {
      readonly protocol: "MS-CHAPv2";
      readonly userName: string;
      /** The octets of the name: they go into the hash. */
      readonly userNameOctets: Uint8Array<ArrayBuffer>;
      readonly identifier: number;
      /** 16 octets. */
      readonly authenticatorChallenge: Uint8Array<ArrayBuffer>;
      /** 16 octets. */
      readonly peerChallenge: Uint8Array<ArrayBuffer>;
      /** 24 octets. */
      readonly ntResponse: Uint8Array<ArrayBuffer>;
      /** 0 where the other side keeps to RFC 2759. */
      readonly flags: number;
    };

/** What somebody is allowed who proved who he is. All of it is optional. */
export interface PppGrant {
  /** Who it is, where that is not the name that came. */
  readonly userName?: string | undefined;
  /** Framed-IP-Address: the address to assign, in dotted decimal. 255.255.255.254 leaves it to the server (RFC 2865). */
  readonly address?: string | undefined;
  /** Session-Timeout: after how many seconds the link is closed. */
  readonly sessionTimeoutSeconds?: number | undefined;
  /** Idle-Timeout: after how many seconds without a packet of the network layer the link is closed. */
  readonly idleTimeoutSeconds?: number | undefined;
  /** The keys of the link, as the authenticator uses them. */
  readonly keys?: { readonly send: Secret; readonly receive: Secret } | undefined;
  /** Whatever else came with the verdict. */
  readonly attributes?: readonly RasAuthAttribute[] | undefined;
}

/** What the provider found. */
export type PppVerdict =
  | ({
      readonly kind: "accepted";
      /** With MS-CHAPv2, `S=` and 40 digits: the proof that this side knows the password, too (RFC 2759 section 5). */
      readonly authenticatorResponse?: string | undefined;
      /** A text for the user. Default: empty. */
      readonly message?: string | undefined;
    } & PppGrant)
  | {
      readonly kind: "refused";
      /** Of raserror.h: 691, 647, 646, 649 ... */
      readonly code: number;
      readonly message?: string | undefined;
    };

/**
 * Who verifies credentials: accounts of one's own, or a RADIUS server. What it throws, or rejects with, is 645. It is
 * asked once for every answer of the other side.
 */
export interface PppAuthenticationProvider {
  verify(credentials: PppCredentials): PppVerdict | PromiseLike<PppVerdict>;
}

/** How the authentication of one side ended. */
export type AuthenticationOutcome =
  | { readonly kind: "accepted"; readonly userName: string; readonly grant: PppGrant }
  | {
      readonly kind: "refused";
      readonly userName: string;
      /** Of raserror.h. */
      readonly code: number;
      readonly reason: string;
    };

/** What every authentication of PPP has, on either side. */
export interface Authentication {
  readonly protocol: number;
  start(): void;
  /** A packet of its protocol. */
  receive(packet: Uint8Array): void;
  /** A packet of the network phase came while this side waited: the other side is done (EAP-48). */
  networkPhaseSeen?(): void;
  /** The link goes down: timers stop, nothing more is told. */
  stop(): void;
}
