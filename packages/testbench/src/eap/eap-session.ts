import { constantTimeEqual } from "@sallyport/crypto";
import {
  createEapAuthenticator,
  createEapPeer,
  type EapAuthenticatorHost,
  type EapAuthenticatorOptions,
  type EapMethod,
  type EapOutcome,
  type EapPeerHost,
  type EapPeerOptions,
  eapStatusText,
  findMppeKeys,
  type MppeKeyPair,
  type SendDetails,
} from "@sallyport/eap";
import type { Milliseconds } from "@sallyport/runtime";
import { eapDiagram, shortDiagram } from "./eap-diagram.ts";
import type { EapFault } from "./eap-fault.ts";
import { EapLine } from "./eap-line.ts";
import { type AuthenticatorScript, type PeerScript, ScriptRun } from "./eap-script.ts";
import { EapTranscript, type EapTranscriptEntry } from "./eap-transcript.ts";
import { type EapBenchUser, virtualUser } from "./eap-user.ts";
import { observedMethod } from "./observed-method.ts";
import { observedProvider } from "./observed-provider.ts";
import { type PassingTime, passUntil, passWords } from "./passing-time.ts";
import type { EapSide } from "./side.ts";

/** Everything about an authenticator's host but what the bench gives it. */
export type EapBenchAuthenticator = Partial<
  Omit<EapAuthenticatorOptions, "methods" | "clock" | "log" | "events">
>;

/** Everything about a peer's host but what the bench gives it. */
export type EapBenchPeer = Partial<Omit<EapPeerOptions, "methods" | "clock" | "log" | "events" | "user">>;

/** What a session is to be like; what is not said here is as the bench has it. */
export interface EapSessionOptions {
  /** What the peer answers the identity request with. Default: `alice`. */
  readonly identity?: string;
  /** The peer's password. Default: `wonderland`; null for none. */
  readonly password?: string | null;
  /** What befalls packets, in this order. */
  readonly faults?: readonly EapFault[];
  /** How long packets take; 0 by default. */
  readonly latencyMs?: Milliseconds;
  /**
   * Whether a side that ends with a failure hangs up, so that the other one ends with 719, as over PPP. Default: true;
   * false where nobody is told, as behind an access point.
   */
  readonly hangUp?: boolean;
  /** Who sits in front of the peer's dialogs; nobody by default. */
  readonly user?: EapBenchUser;
  /** The real host with these options, or a script that stands in for it. */
  readonly authenticator?: EapBenchAuthenticator | AuthenticatorScript;
  /** The real host with these options, or a script that stands in for it. */
  readonly peer?: EapBenchPeer | PeerScript;
}

/** How a session's keys compare. */
export type EapBenchKeys = "none" | "match" | "differ" | "only the peer" | "only the authenticator";

/** What a session gets from its bench. */
export interface SessionGround extends PassingTime {
  readonly authenticator: Pick<
    EapAuthenticatorOptions,
    "clock" | "random" | "log" | "provider" | "conformance"
  >;
  readonly peer: Pick<EapPeerOptions, "clock" | "random" | "log" | "conformance">;
  readonly methods: Readonly<Record<EapSide, readonly EapMethod[]>>;
}

/** One session between the two sides, from the identity request to the end of both. Made by `EapBench.start`. */
export class EapBenchSession {
  readonly #ground: SessionGround;
  readonly #transcript: EapTranscript;
  readonly #line: EapLine;
  readonly #outcomes: Partial<Record<EapSide, EapOutcome>> = {};
  readonly #hosts: { authenticator?: EapAuthenticatorHost; peer?: EapPeerHost } = {};
  readonly #scripts: Partial<Record<EapSide, ScriptRun>> = {};
  readonly #hangUp: boolean;
  readonly #latencyMs: Milliseconds;
  #lineLost = false;
  #crash: { readonly error: unknown } | undefined;
  readonly #saved: { connectionData?: Uint8Array; userData?: Uint8Array } = {};

  constructor(ground: SessionGround, options: EapSessionOptions) {
    this.#ground = ground;
    this.#hangUp = options.hangUp ?? true;
    this.#latencyMs = options.latencyMs ?? 0;
    this.#transcript = new EapTranscript(() => ground.clock.monotonic());
    this.#line = new EapLine({
      clock: ground.schedule,
      transcript: this.#transcript,
      faults: options.faults ?? [],
      latencyMs: this.#latencyMs,
      receivers: {
        peer: (packet) => this.#arrived("peer", packet),
        authenticator: (packet) => this.#arrived("authenticator", packet),
      },
    });
    this.#begin(options);
  }

  /** How the authenticator's host ended; undefined while it goes on, or where a script stands in for it. */
  get authenticator(): EapOutcome | undefined {
    return this.#outcomes.authenticator;
  }

  /** How the peer's host ended; undefined while it goes on, or where a script stands in for it. */
  get peer(): EapOutcome | undefined {
    return this.#outcomes.peer;
  }

  /** Whether every real host ended with success. */
  get succeeded(): boolean {
    const ended = Object.values(this.#outcomes);
    return this.#isOver() && ended.length > 0 && ended.every(({ result }) => result === 0);
  }

  /** The session keys that each side handed out, named from the view of the access server on both. */
  get keys(): { readonly peer: MppeKeyPair | undefined; readonly authenticator: MppeKeyPair | undefined } {
    const swapped = findMppeKeys(this.peer?.attributes ?? []);
    return {
      peer: swapped && { send: swapped.receive, receive: swapped.send },
      authenticator: findMppeKeys(this.authenticator?.attributes ?? []),
    };
  }

  /** How they compare. */
  get keysCompared(): EapBenchKeys {
    const { peer, authenticator } = this.keys;
    if (peer === undefined) return authenticator === undefined ? "none" : "only the authenticator";
    if (authenticator === undefined) return "only the peer";
    const same =
      constantTimeEqual(peer.send, authenticator.send) &&
      constantTimeEqual(peer.receive, authenticator.receive);
    return same ? "match" : "differ";
  }

  /** What the peer's method had kept in the phone-book entry, or for the user. */
  get saved(): { readonly connectionData?: Uint8Array; readonly userData?: Uint8Array } {
    return this.#saved;
  }

  /** All that happened so far, in order. Passwords, keys and what users typed are not in its texts. */
  get transcript(): readonly EapTranscriptEntry[] {
    return this.#transcript.entries;
  }

  /** The transcript as lines: `to the peer: Request 7 MD5-Challenge`, `peer: RasEapEnd() -> 0`. */
  get lines(): readonly string[] {
    return this.transcript.map(({ text }) => text);
  }

  /** The packets that were sent, late arrivals left out: `to the peer: Request 7 MD5-Challenge`. */
  get packets(): readonly string[] {
    return this.transcript.flatMap((entry) =>
      entry.kind === "packet" && !entry.notes.includes("arrives") ? [entry.text] : [],
    );
  }

  /** The calls of a side's modules: `RasEapBegin("alice", bInitialId 7) -> 0`. */
  calls(side: EapSide): readonly string[] {
    return this.transcript.flatMap((entry) =>
      entry.kind === "call" && entry.side === side
        ? [`${entry.call} -> ${entry.returned ?? "(still running)"}`]
        : [],
    );
  }

  /** The session as a ladder diagram for people. */
  diagram(): string {
    return eapDiagram(this.transcript);
  }

  /**
   * Lets time pass until both sides have ended, and returns this session.
   *
   * @param options.withinMs virtual time that this may take; 600 000 by default
   * @throws {Error} with the diagram, as {@link EapBenchSession.until}
   * @throws what a script threw
   */
  async finished(options: { readonly withinMs?: Milliseconds } = {}): Promise<this> {
    const came = await this.#pass(() => this.#isOver(), options);
    const scripts = Object.values(this.#scripts);
    for (const script of scripts) script.over();
    if (scripts.length > 0) await this.#ground.clock.advanceAsync(0);
    for (const { failure } of scripts) if (failure !== undefined) throw failure.error;
    if (came !== undefined) throw came;
    return this;
  }

  /**
   * Lets time pass until something has happened, and returns this session.
   *
   * @param options.withinMs virtual time that this may take; 600 000 by default
   * @throws {Error} with the diagram: when it does not happen in that time, when nothing can happen any more, or when a
   *   module's promise does not settle within 3 seconds of real time
   */
  async until(happened: () => boolean, options: { readonly withinMs?: Milliseconds } = {}): Promise<this> {
    const came = await this.#pass(happened, options);
    if (came !== undefined) throw came;
    return this;
  }

  /** A packet arrives at a side from somebody else than the other one. */
  async inject(to: EapSide, packet: Uint8Array): Promise<void> {
    this.#line.inject(to, packet);
    await this.#ground.clock.advanceAsync(0);
  }

  /** A packet of the network phase reaches the peer: Success must have been sent and lost (EAP-48). */
  async networkPhaseSeen(): Promise<void> {
    this.#transcript.event("peer", "the network phase begins");
    await this.#hosts.peer?.networkPhaseSeen();
  }

  /** The line is lost: both sides end. */
  async disconnect(): Promise<void> {
    this.#loseLine("peer", "the line is lost");
    await this.#ground.clock.advanceAsync(0);
  }

  async #pass(
    happened: () => boolean,
    { withinMs = 600_000 }: { readonly withinMs?: Milliseconds },
  ): Promise<Error | undefined> {
    const came = await passUntil(this.#ground, () => this.#crash !== undefined || happened(), withinMs);
    if (this.#crash !== undefined) throw this.#crash.error;
    return came === "happened"
      ? undefined
      : new Error(`${passWords(came, withinMs)}\n${shortDiagram(this.transcript)}`);
  }

  #begin({
    authenticator = {},
    peer = {},
    identity = "alice",
    password = "wonderland",
    user,
  }: EapSessionOptions): void {
    if (typeof peer === "function") this.#script("peer").runAsPeer(peer, identity);
    else {
      this.#hosts.peer = createEapPeer({
        ...this.#ground.peer,
        identity,
        password,
        ...peer,
        methods: this.#methods("peer"),
        ...(user && {
          user: virtualUser(user, {
            clock: this.#ground.schedule,
            transcript: this.#transcript,
            activity: this.#ground.activity,
          }),
        }),
        events: {
          send: (packet, details) => this.#transmit("authenticator", packet, details),
          finished: (outcome) => this.#ended("peer", outcome),
          notification: (text) => this.#transcript.event("peer", `notification ${JSON.stringify(text)}`),
          saveConnectionData: (data) => (this.#saved.connectionData = data),
          saveUserData: (data) => (this.#saved.userData = data),
        },
      });
      this.#watch(this.#hosts.peer.start());
    }
    if (typeof authenticator === "function") this.#script("authenticator").runAsAuthenticator(authenticator);
    else {
      const provider = authenticator.provider ?? this.#ground.authenticator.provider;
      this.#hosts.authenticator = createEapAuthenticator({
        ...this.#ground.authenticator,
        ...authenticator,
        ...(provider && { provider: observedProvider(provider, this.#transcript, this.#ground.activity) }),
        methods: this.#methods("authenticator"),
        events: {
          send: (packet, details) => this.#transmit("peer", packet, details),
          finished: (outcome) => this.#ended("authenticator", outcome),
        },
      });
      this.#watch(this.#hosts.authenticator.start());
    }
  }

  #methods(side: EapSide): readonly EapMethod[] {
    const { activity, methodSchedule } = this.#ground;
    const observer = { side, transcript: this.#transcript, activity, clock: methodSchedule };
    return this.#ground.methods[side].map((method) => observedMethod(method, observer));
  }

  #script(side: EapSide): ScriptRun {
    const other = side === "peer" ? "authenticator" : "peer";
    const script = new ScriptRun({
      send: (packet) => this.#line.transmit(other, packet),
      clock: this.#ground.schedule,
      activity: this.#ground.activity,
    });
    this.#scripts[side] = script;
    return script;
  }

  #transmit(to: EapSide, packet: Uint8Array, { retransmission, interactive }: SendDetails): void {
    const notes = retransmission > 0 ? [`resend ${retransmission}`] : [];
    this.#line.transmit(to, packet, interactive ? [...notes, "interactive"] : notes);
  }

  #arrived(to: EapSide, packet: Uint8Array): void {
    const host = this.#hosts[to];
    if (host === undefined) this.#scripts[to]?.take(packet);
    else this.#watch(host.receive(packet));
  }

  /** Hosts do not fail; one that does must not do so in silence. */
  #watch(promise: Promise<void> | undefined): void {
    promise?.catch((error: unknown) => {
      this.#crash = { error };
    });
  }

  #ended(side: EapSide, outcome: EapOutcome): void {
    this.#outcomes[side] = outcome;
    const { result, identity, endedBy } = outcome;
    const how =
      result === 0 ? `authenticated: ${JSON.stringify(identity)}` : `failed: ${eapStatusText(result)}`;
    this.#transcript.event(side, `${how}${endedByWords[endedBy]}`);
    if (result === 0 || !this.#hangUp) return;
    // Behind what it has sent last, which still arrives.
    this.#ground.schedule.after(this.#latencyMs, () => {
      if (!this.#isOver()) this.#loseLine(side, "hangs up");
    });
  }

  #loseLine(side: EapSide, what: string): void {
    if (this.#lineLost) return;
    this.#lineLost = true;
    this.#transcript.event(side, what);
    this.#watch(this.#hosts.peer?.stop());
    this.#watch(this.#hosts.authenticator?.stop());
    for (const script of Object.values(this.#scripts)) script.over();
  }

  /** A script that waits for a packet is as good as ended once nobody is left who could send one. */
  #isOver(): boolean {
    const settled = (side: EapSide): boolean => {
      const script = this.#scripts[side];
      return script === undefined ? this.#outcomes[side] !== undefined : script.quiet;
    };
    if (!settled("peer") || !settled("authenticator") || this.#line.underway > 0) return false;
    return Object.keys(this.#scripts).length < 2 || Object.values(this.#scripts).some(({ ended }) => ended);
  }
}

const endedByWords: Readonly<Record<EapOutcome["endedBy"], string>> = {
  method: "",
  negotiation: "",
  "no-answer": "",
  "method-error": " (the method failed)",
  limit: " (a limit)",
  host: " (stopped)",
};
