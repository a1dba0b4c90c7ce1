import type { Clock, Random } from "@sallyport/runtime";
import type { AuthenticationOutcome, PppCredentials } from "./credentials.ts";
import type { RetransmissionSettings } from "./retransmission.ts";

/** What each side of an authentication is made of. */
export interface AuthenticationOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly retransmission: RetransmissionSettings;
  /** Transmits a packet of the authentication protocol. */
  readonly send: (packet: Uint8Array) => void;
  /** It is over. Called once; a challenge in the network phase that fails calls it again with a refusal. */
  readonly done: (outcome: AuthenticationOutcome) => void;
  /** A packet was left out. */
  readonly discarded: (reason: string) => void;
}

/** What the side that asks has besides. */
export interface AuthenticatorOptions extends AuthenticationOptions {
  /** Have the credentials verified, then call `concluded`. */
  readonly verify: (credentials: PppCredentials) => void;
  /** How this side calls itself in challenges. */
  readonly name: Uint8Array;
}
