import { ERROR_AUTH_INTERNAL } from "@sallyport/errors/ras";
import { type Clock, silentLog } from "@sallyport/runtime";
import type { PppAuthenticationProtocol } from "../authentication/authentication-protocol.ts";
import type { Authentication, AuthenticationOutcome } from "../authentication/credentials.ts";
import { isNetworkControlProtocol } from "../wire/protocols.ts";
import type { Ask } from "./ask.ts";
import type { FrameLine } from "./frame-line.ts";
import type { PppLinkOptions, PppSession } from "./link-options.ts";
import type { CompleteLinkSettings } from "./link-settings.ts";
import {
  type AuthenticationSurroundings,
  demandedAuthentication,
  promisedAuthentication,
} from "./make-authentication.ts";
import type { Tell } from "./tell.ts";

export interface AuthenticationPhaseOptions {
  readonly link: PppLinkOptions;
  readonly settings: CompleteLinkSettings;
  readonly clock: Clock;
  readonly ask: Ask;
  readonly line: FrameLine;
  readonly tell: Tell;
  readonly discarded: (reason: string) => void;
  /** Everybody has proved what was asked for. */
  readonly proven: (session: PppSession) => void;
  /** At any time until `stop`: a later challenge of CHAP may fail, too. */
  readonly refused: (code: number, reason: string) => void;
}

/** Who is at the other end, or who this side is: the one authentication that LCP agreed on (RFC 1661 section 3.5). */
export class AuthenticationPhase {
  readonly #options: AuthenticationPhaseOptions;
  #running: Authentication | undefined;
  #session: PppSession = nobody;

  constructor(options: AuthenticationPhaseOptions) {
    this.#options = options;
  }

  /** Who proved himself, or tried to. */
  get session(): PppSession {
    return this.#session;
  }

  get protocol(): number | undefined {
    return this.#running?.protocol;
  }

  /**
   * @param protocol undefined where nothing was agreed on
   * @param peerMru what LCP agreed that the other side takes
   */
  start(protocol: PppAuthenticationProtocol | undefined, peerMru: number): void {
    const { link, proven, refused } = this.#options;
    this.#session = nobody;
    if (protocol === undefined) {
      proven(nobody);
      return;
    }
    const surroundings = this.#surroundings(protocol, peerMru);
    this.#running =
      link.role === "server"
        ? demandedAuthentication(protocol, link.authentication, surroundings)
        : link.credentials && promisedAuthentication(protocol, link.credentials, surroundings);
    if (this.#running !== undefined) this.#running.start();
    else refused(ERROR_AUTH_INTERNAL, `${protocol} is asked for, and is not set up`);
  }

  receive(packet: Uint8Array): void {
    this.#running?.receive(packet);
  }

  /** A packet of another protocol came before authentication was over. */
  otherPacket(protocol: number): void {
    if (isNetworkControlProtocol(protocol)) this.#running?.networkPhaseSeen?.();
  }

  stop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.stop();
  }

  #surroundings(protocol: PppAuthenticationProtocol, peerMru: number): AuthenticationSurroundings {
    const { link, settings, clock, ask, line, discarded } = this.#options;
    const { random, log = silentLog } = link;
    return {
      clock,
      random,
      log,
      settings,
      peerMru,
      ask,
      send: (number, packet) => void line.send(number, packet),
      note: (text) => line.note(text),
      discarded,
      done: (outcome) => {
        // A method that took its time comes from outside of any other work.
        if (this.#running !== undefined) line.atomically(() => this.#done(outcome, protocol));
      },
    };
  }

  #done(outcome: AuthenticationOutcome, protocol: PppAuthenticationProtocol): void {
    const { link, line, tell, proven, refused } = this.#options;
    if (outcome.kind === "refused") {
      this.#session = { ...this.#session, userName: outcome.userName };
      refused(outcome.code, `${protocol}: ${outcome.reason}`);
      return;
    }
    // A later challenge that was met changes nothing.
    if (this.#session !== nobody) return;
    const { grant } = outcome;
    this.#session = { userName: grant.userName ?? outcome.userName, protocol, grant };
    line.note(`${protocol} accepted ${JSON.stringify(this.#session.userName)}`);
    tell("authenticated", () => link.events.authenticated?.(this.#session));
    proven(this.#session);
  }
}

const nobody: PppSession = { userName: "", protocol: undefined, grant: {} };
