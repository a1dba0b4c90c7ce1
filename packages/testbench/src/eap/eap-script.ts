import {
  decodeEapPacket,
  EAPCODE_Failure,
  EAPCODE_Request,
  EAPCODE_Response,
  EAPCODE_Success,
  type EapCode,
  type EapPacket,
  EapPacketError,
  type EapPacketFields,
  type EapType,
  eapTypeIdentity,
  encodeEapPacket,
  encodeNak,
} from "@sallyport/eap";
import type { Clock, Milliseconds } from "@sallyport/runtime";
import type { Activity } from "./passing-time.ts";

/** What either script can do with the line. */
export interface ScriptedSide {
  /** The next packet that arrives; those that came meanwhile first. Octets that are no packet are passed over. */
  receive(): Promise<EapPacket>;
  /** Sends octets as they are, or a packet made of these fields. */
  send(packet: Uint8Array | EapPacketFields): void;
  /** Lets virtual time pass. */
  wait(ms: Milliseconds): Promise<void>;
}

/** The line as a scripted peer has it. */
export interface ScriptedPeer extends ScriptedSide {
  /** Waits for the identity request and answers it; with the identity of the bench by default. */
  identify(identity?: string): Promise<void>;
  /** Answers the request received last: with its identifier and type unless told otherwise. */
  respond(
    data: Uint8Array | string,
    fields?: { readonly identifier?: number; readonly type?: EapType },
  ): void;
  /** Refuses the type of the request received last; without types nothing else is possible either. */
  nak(types?: readonly EapType[]): void;
}

/** The line as a scripted authenticator has it. Its identifiers count up from 1. */
export interface ScriptedAuthenticator extends ScriptedSide {
  /** Sends a request and waits for the next packet. Type 1, the identity, is as good as any. */
  request(type: EapType, data?: Uint8Array | string): Promise<EapPacket>;
  /** Sends Success, with the identifier of the last request. */
  succeed(): void;
  /** Sends Failure, with the identifier of the last request. */
  fail(): void;
}

/** Stands in for a peer: says what it sends, packet by packet. What it throws comes out of `finished()`. */
export type PeerScript = (line: ScriptedPeer) => PromiseLike<void>;

/** Stands in for an authenticator. */
export type AuthenticatorScript = (line: ScriptedAuthenticator) => PromiseLike<void>;

/** Runs a script at one end of a line. */
export class ScriptRun {
  readonly #send: (packet: Uint8Array) => void;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #arrived: EapPacket[] = [];
  #waiting: { resolve: (packet: EapPacket) => void; reject: (error: unknown) => void } | undefined;
  #last: EapPacket | undefined;
  #identifier = 0;
  #over = false;
  /** What the script threw. */
  failure: { readonly error: unknown } | undefined;
  ended = false;

  constructor(options: { send: (packet: Uint8Array) => void; clock: Clock; activity: Activity }) {
    this.#send = options.send;
    this.#clock = options.clock;
    this.#activity = options.activity;
  }

  /** Whether the script has ended, or waits for a packet. */
  get quiet(): boolean {
    return this.ended || this.#waiting !== undefined;
  }

  runAsPeer(script: PeerScript, identity: string): void {
    this.#run(async () => script({ ...this.#side(), ...this.#peer(identity) }));
  }

  runAsAuthenticator(script: AuthenticatorScript): void {
    this.#run(async () => script({ ...this.#side(), ...this.#authenticator() }));
  }

  /** A packet arrived. */
  take(bytes: Uint8Array): void {
    let packet: EapPacket;
    try {
      packet = decodeEapPacket(bytes);
    } catch (error) {
      if (error instanceof EapPacketError) return;
      throw error;
    }
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#arrived.push(packet);
      return;
    }
    this.#waiting = undefined;
    this.#activity.enter();
    waiting.resolve(this.#note(packet));
  }

  /** Nothing will arrive any more. */
  over(): void {
    this.#over = true;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    this.#activity.enter();
    waiting.reject(new SessionOver());
  }

  #run(script: () => Promise<void>): void {
    void this.#activity.track(
      script().then(
        () => {
          this.ended = true;
        },
        (error: unknown) => {
          this.ended = true;
          if (!(error instanceof SessionOver)) this.failure = { error };
        },
      ),
    );
  }

  #side(): ScriptedSide {
    return {
      receive: () => this.#receive(),
      send: (packet) => this.#send(packet instanceof Uint8Array ? packet : encodeEapPacket(packet)),
      wait: (ms) => {
        this.#activity.leave();
        return new Promise((resolve) => {
          this.#clock.after(ms, () => {
            this.#activity.enter();
            resolve();
          });
        });
      },
    };
  }

  #peer(benchIdentity: string): Omit<ScriptedPeer, keyof ScriptedSide> {
    const respond: ScriptedPeer["respond"] = (data, { identifier, type } = {}) => {
      const last = this.#request();
      this.#send(
        encodeEapPacket({
          code: EAPCODE_Response,
          identifier: identifier ?? last.identifier,
          type: type ?? last.type,
          data: octets(data),
        }),
      );
    };
    return {
      respond,
      identify: async (identity = benchIdentity) => {
        await this.#receive();
        respond(identity, { type: eapTypeIdentity });
      },
      nak: (types = []) => {
        const { identifier, expanded } = this.#request();
        this.#send(encodeNak(identifier, types, { expanded }));
      },
    };
  }

  #authenticator(): Omit<ScriptedAuthenticator, keyof ScriptedSide> {
    const result = (code: EapCode): void =>
      this.#send(encodeEapPacket({ code, identifier: this.#identifier }));
    return {
      request: (type, data = "") => {
        this.#identifier = (this.#identifier + 1) & 255;
        const identifier = this.#identifier;
        this.#send(encodeEapPacket({ code: EAPCODE_Request, identifier, type, data: octets(data) }));
        return this.#receive();
      },
      succeed: () => result(EAPCODE_Success),
      fail: () => result(EAPCODE_Failure),
    };
  }

  #receive(): Promise<EapPacket> {
    if (this.#waiting !== undefined) throw new TypeError("the script waits for a packet already");
    const packet = this.#arrived.shift();
    if (packet !== undefined) return Promise.resolve(this.#note(packet));
    if (this.#over) return Promise.reject(new SessionOver());
    this.#activity.leave();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #note(packet: EapPacket): EapPacket {
    this.#last = packet;
    return packet;
  }

  #request(): EapPacket {
    if (this.#last === undefined) throw new TypeError("the script has received no request yet");
    return this.#last;
  }
}

/** What a script gets that goes on receiving. */
class SessionOver extends Error {
  constructor() {
    super("the EAP session is over");
  }
}

function octets(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
