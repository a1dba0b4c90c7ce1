import type { Secret } from "@sallyport/crypto";
import type {
  EapAuthenticatorOptions,
  EapMultilinkConnection,
  EapPeerEvents,
  EapPeerOptions,
  RelayAnswer,
} from "@sallyport/eap";
import type { Clock, Log, Milliseconds, Random } from "@sallyport/runtime";
import type { PppAuthenticationProtocol } from "../authentication/authentication-protocol.ts";
import type { PppAuthenticationProvider, PppGrant } from "../authentication/credentials.ts";
import type { NegotiationSettings } from "../negotiation/negotiation-settings.ts";
import type { PppTraceEvent } from "../trace/trace-event.ts";
import type { PppOutcome } from "./outcome.ts";

/** What a link is made of. */
export type PppLinkOptions = PppServerOptions | PppCallerOptions;

interface CommonOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: none. */
  readonly log?: Log | undefined;
  /** Names the link in the log: the port. Default: empty. */
  readonly name?: string | undefined;
  readonly events: PppLinkEvents;
  readonly settings?: PppLinkSettings | undefined;
}

/** The side that is called: it asks who the other side is and assigns addresses. */
export interface PppServerOptions extends CommonOptions {
  readonly role: "server";
  readonly authentication: PppServerAuthentication;
  readonly addresses: PppAddressProvider;
  /**
   * Decides whether somebody who proved who he is may come in, before an address is assigned. What it throws is 645.
   * Default: everybody.
   */
  readonly admit?: ((session: PppSession) => PppAdmission | PromiseLike<PppAdmission>) | undefined;
}

/** How the other side proves who it is. */
export interface PppServerAuthentication {
  /** In the order in which they are asked for, each once; an empty list lets everybody in. */
  readonly protocols: readonly PppAuthenticationProtocol[];
  /** Verifies PAP, CHAP and MS-CHAPv2; without one they are refused with 645. */
  readonly provider?: PppAuthenticationProvider | undefined;
  /** Needed where EAP is among the protocols. */
  readonly eap?: PppServerEap | undefined;
  /** How this side calls itself in challenges. Default: `sallyport`. */
  readonly name?: string | undefined;
  /** After how long CHAP and MS-CHAPv2 ask again while the link is up. Default: never. */
  readonly rechallengeMs?: Milliseconds | undefined;
}

/** Where the EAP methods run (EAP-13). */
export type PppServerEap =
  /** Here. */
  | ({ readonly kind: "methods" } & Omit<EapAuthenticatorOptions, "clock" | "random" | "log" | "events">)
  /** On a RADIUS server: packets pass unread, no method is consulted here. */
  | {
      readonly kind: "relay";
      /**
       * Has a packet of the other side answered. What it throws counts as silence: the packet is asked for again.
       * `packetSize` is how long a packet of the answer may be on this link, in octets: what Framed-MTU tells a RADIUS server.
       */
      readonly forward: (
        packet: Uint8Array,
        identity: string,
        packetSize: number,
      ) => RelayAnswer | PromiseLike<RelayAnswer>;
      readonly settings?: EapAuthenticatorOptions["settings"];
    };

/** Somebody who has proved who he is. */
export interface PppSession {
  readonly userName: string;
  /** Undefined where nobody was asked. */
  readonly protocol: PppAuthenticationProtocol | undefined;
  readonly grant: PppGrant;
}

export type PppAdmission =
  | { readonly kind: "admitted" }
  | {
      readonly kind: "refused";
      /** Of raserror.h. */
      readonly code: number;
      readonly reason: string;
    };

/** Who assigns addresses: an {@link AddressPool}, an administration module, a RADIUS server. */
export interface PppAddressProvider {
  /** Asked once for a link, when the user is admitted. What it throws is 645. */
  assign(session: PppSession): PppAddressAnswer | PromiseLike<PppAddressAnswer>;
}

export type PppAddressAnswer = PppAddressAssignment | Extract<PppAdmission, { kind: "refused" }>;

/** Addresses in dotted decimal. */
export interface PppAddressAssignment {
  readonly kind: "assigned";
  /** The other side's. */
  readonly address: string;
  /** This side's. */
  readonly local: string;
  /** Of the servers of names, at most two each. */
  readonly dns?: readonly string[] | undefined;
  readonly nbns?: readonly string[] | undefined;
  /** The link is down: called once. */
  readonly release?: (() => void) | undefined;
}

/** The side that calls. */
export interface PppCallerOptions extends CommonOptions {
  readonly role: "caller";
  /** Without them this side refuses to say who it is. */
  readonly credentials?: PppCallerCredentials | undefined;
  /** The address that this side must have, in dotted decimal. Default: what the other side assigns. */
  readonly address?: string | undefined;
  /** Whether servers of names are asked for. Default: true. */
  readonly askForServers?: boolean | undefined;
}

export interface PppCallerCredentials {
  readonly userName: string;
  readonly password: string | Uint8Array | Secret;
  /** In the order of preference. Default: EAP where `eap` is there, MS-CHAPv2, CHAP; PAP has to be asked for. */
  readonly protocols?: readonly PppAuthenticationProtocol[] | undefined;
  readonly eap?: PppCallerEap | undefined;
}

/** The EAP methods of a caller. */
export interface PppCallerEap
  extends Omit<EapPeerOptions, "clock" | "random" | "log" | "events" | "identity" | "password"> {
  readonly events?: Omit<EapPeerEvents, "send" | "finished"> | undefined;
  /** The connection that this link is one of (EAP-78). */
  readonly connection?: EapMultilinkConnection | undefined;
  /** The server calls back: not a first link (EAP-78). Default: false. */
  readonly callback?: boolean | undefined;
}

/** What a link tells. Called synchronously, in the order in which things happen; what one throws is logged. */
export interface PppLinkEvents {
  /**
   * Octets for the line: whole frames, in an array of the receiver's own.
   *
   * @returns `false` when the line takes no more for now, as `write` of a socket does. Until `drained` is called every
   *   frame is dropped and counted: whoever needs an answer in PPP asks again.
   */
  send(octets: Uint8Array<ArrayBuffer>): unknown;
  /** A phase has begun (RFC 1661 section 3). */
  phase?(phase: PppPhase): void;
  /** The user has proved who he is: before he is admitted. */
  authenticated?(session: PppSession): void;
  /** Packets of the network layer go both ways from now on. */
  up?(connection: PppConnection): void;
  /** They do not any more. */
  down?(): void;
  /** A packet of IP came: valid until this function returns. Echo requests to this side are answered already. */
  packet?(packet: Uint8Array): void;
  /** The link is over; nothing comes after this. The line can be dropped. */
  closed?(outcome: PppOutcome): void;
  /** Everything that was said, in words. Costs nothing where it is left out. */
  trace?(event: PppTraceEvent): void;
}

/** The phases of RFC 1661 section 3.2. */
export type PppPhase = "dead" | "establish" | "authenticate" | "network" | "terminate";

/** What the two sides agreed on. Addresses in dotted decimal. */
export interface PppConnection {
  readonly local: string;
  readonly peer: string;
  /** Of a caller: what the server told. */
  readonly dns: readonly string[];
  readonly nbns: readonly string[];
  /** The longest packets of either direction. */
  readonly mru: number;
  readonly peerMru: number;
  readonly session: PppSession;
}

export interface PppLinkSettings {
  readonly negotiation?: NegotiationSettings | undefined;
  /** The longest packet that this side receives, 128 to 16 384. Default: 1 500. */
  readonly mru?: number | undefined;
  /** The control characters that the other side must escape. Default: 0, none. */
  readonly characterMap?: number | undefined;
  /** Whether headers may be compressed. Default: true. */
  readonly compressHeaders?: boolean | undefined;
  /** How long an answer of authentication is waited for. Default: 3 000 milliseconds. */
  readonly authenticationRetransmitMs?: Milliseconds | undefined;
  /** How often a packet of authentication is sent. Default: 10. */
  readonly authenticationTransmissions?: number | undefined;
  /** How long it may take until the network is up; EAP has its own limit and does not count. Default: 150 000 (RAS-55). */
  readonly negotiationLimitMs?: Milliseconds | undefined;
  /** How often an open link is tried with an Echo-Request, 0 for never. Default: 30 000 milliseconds. */
  readonly echoIntervalMs?: Milliseconds | undefined;
  /** How many Echo-Requests in a row stay without reply until the link counts as lost. Default: 4. */
  readonly echoFailures?: number | undefined;
  /** Whether echo requests (ICMP) to this side's address are answered. Default: true. */
  readonly answerPing?: boolean | undefined;
}
