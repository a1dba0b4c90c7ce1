import type { Clock, Milliseconds } from "@sallyport/runtime";
import type { ContextFeature } from "../contract/features.ts";
import { tlsBindingsOf } from "../node/http/tls-bindings.ts";
import type { ChannelBindings, TlsBindingKind } from "../wire/channel-bindings.ts";
import type { HalfOpen } from "./half-open.ts";
import { ServerHandshake } from "./server-handshake.ts";
import type { SessionCookies } from "./session-cookie.ts";
import type { SignOnEvent, SignOnOffer } from "./sign-on.ts";
import { answer } from "./sign-on-answer.ts";
import type { SignOnConnection, SignOnHeader, SignOnOutcome } from "./sign-on-connection.ts";
import type { SignedOnUser } from "./signed-on-user.ts";
import { type Authorization, decodeAuthorization, encodeAuthorization } from "./wire/authorization.ts";
import { HttpAuthFormatError } from "./wire/http-auth-format-error.ts";
import { isNtlmNegotiate } from "./wire/ntlm-negotiate.ts";

/** What holds for every connection of a sign-on. */
export interface ConnectionRules {
  readonly schemes: readonly SignOnOffer[];
  readonly require: readonly ContextFeature[];
  readonly channelBindings: "ignore" | "when-supported" | "required";
  readonly bindingKind: TlsBindingKind;
  readonly maximumToken: number;
  readonly stepLimit: Milliseconds;
  readonly challengeName: string;
  readonly credentialsName: string;
  readonly unauthorized: number;
  readonly halfOpen: HalfOpen;
  readonly sessions: SessionCookies | undefined;
  readonly clock: Clock;
  readonly onEvent: (event: SignOnEvent) => void;
}

/** How many requests of one connection may wait for those before them. */
const longestQueue = 64;

/** One connection: nobody yet, in the middle of a handshake, or a user. */
export class BoundConnection {
  readonly #connection: SignOnConnection;
  readonly #rules: ConnectionRules;
  readonly #address: string;
  #user: { readonly user: SignedOnUser; readonly until: Milliseconds } | undefined;
  #handshake: ServerHandshake | undefined;
  #isGone = false;
  /** The last of the requests that wait. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(connection: SignOnConnection, rules: ConnectionRules) {
    this.#connection = connection;
    this.#rules = rules;
    this.#address = connection.remoteAddress ?? "";
    connection.once("close", () => {
      this.#isGone = true;
      this.#user = undefined;
      this.#handshake?.giveUp("closed");
    });
  }

  /** The user is forgotten; so is a handshake under way. */
  forget(): void {
    this.#user = undefined;
    this.#handshake?.giveUp("interrupted");
  }

  /** A pipelined request waits for the one before it: what that comes to decides who this one is from. */
  async decide(credentials: string | undefined): Promise<SignOnOutcome> {
    if (this.#waiting >= longestQueue) {
      return answer(503, "too many requests wait on this connection", [["connection", "close"]]);
    }
    this.#waiting += 1;
    const decided = this.#last.then(() => this.#decide(credentials));
    this.#last = decided.catch(() => {});
    try {
      return await decided;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #decide(credentials: string | undefined): Promise<SignOnOutcome> {
    if (credentials === undefined) return this.#withoutCredentials();
    this.#user = undefined; // who signs on again is nobody until it has succeeded
    let read: Authorization;
    try {
      read = decodeAuthorization(credentials, this.#rules.maximumToken);
    } catch (error) {
      if (!(error instanceof HttpAuthFormatError)) throw error;
      this.#handshake?.giveUp("interrupted");
      this.#rules.onEvent({ kind: "malformed", address: this.#address, reason: error.reason });
      return error.reason === "too-long" ? answer(431, "the token is too long") : this.#challenge();
    }
    const offer = this.#rules.schemes.find(
      ({ scheme }) => scheme.toLowerCase() === read.scheme.toLowerCase(),
    );
    if (offer === undefined || read.token.length === 0) {
      this.#handshake?.giveUp("interrupted");
      return this.#challenge();
    }
    const bindings = this.#bindings();
    if (bindings === "missing") return answer(403, "sign on works over TLS only");
    return this.#step(offer, read.token, bindings);
  }

  #withoutCredentials(): SignOnOutcome {
    this.#handshake?.giveUp("interrupted");
    const known = this.#user;
    if (known !== undefined && known.until > this.#rules.clock.now()) {
      return { kind: "admitted", user: known.user, headers: [] };
    }
    this.#user = undefined;
    return this.#challenge();
  }

  async #step(
    offer: SignOnOffer,
    token: Uint8Array,
    bindings: ChannelBindings | undefined,
  ): Promise<SignOnOutcome> {
    const { scheme } = offer;
    const under = this.#handshake;
    if (under !== undefined && (under.offer !== offer || startsOver(token))) under.giveUp("started-over");
    const handshake = this.#handshake ?? this.#begin(offer, bindings);
    const result = await handshake.step(token, this.#rules.stepLimit);
    if (result.kind === "continue") {
      if (this.#isGone) handshake.giveUp("closed");
      return this.#challenge(encodeAuthorization(scheme, result.token));
    }
    handshake.end();
    if (result.kind === "refused") {
      const { symbol, code, cause } = result;
      this.#rules.onEvent({ kind: "refused", address: this.#address, scheme, symbol, code, cause });
      return result.isUnavailable
        ? answer(503, "nobody can be signed on at the moment", [["retry-after", "5"]])
        : this.#challenge();
    }
    if (result.kind === "given-up") return this.#challenge();
    if (!this.#isGone)
      this.#user = { user: Object.freeze({ ...result.user, by: "connection" }), until: result.until };
    return this.#admit(result.user, encodeAuthorization(scheme, result.token), result.token.length > 0);
  }

  #admit(user: SignedOnUser, lastWord: string, isNeeded: boolean): SignOnOutcome {
    const { sessions, challengeName, onEvent } = this.#rules;
    const address = this.#address;
    onEvent({ kind: "signed-on", address, user });
    const headers: SignOnHeader[] = [["persistent-auth", "true"]];
    if (isNeeded) headers.push([challengeName, lastWord]);
    const cookie = sessions?.issue(user, this.#connection.encrypted === true);
    if (cookie !== undefined) headers.push(["set-cookie", cookie]);
    else if (sessions !== undefined) onEvent({ kind: "session-too-large", address, user });
    return { kind: "admitted", user, headers };
  }

  #begin(offer: SignOnOffer, bindings: ChannelBindings | undefined): ServerHandshake {
    const { require, channelBindings, halfOpen, onEvent } = this.#rules;
    const handshake = new ServerHandshake(offer, this.#address, {
      require,
      bindings,
      isBindingOptional: channelBindings !== "required",
      ended: (reason) => {
        halfOpen.remove(handshake);
        if (this.#handshake === handshake) this.#handshake = undefined;
        if (reason === undefined) return;
        onEvent({ kind: "given-up", address: this.#address, scheme: offer.scheme, reason });
      },
    });
    this.#handshake = handshake;
    halfOpen.add(handshake);
    return handshake;
  }

  /** What there is to sign on with, or the next token of a handshake: then this alone. */
  #challenge(token?: string): SignOnOutcome {
    const { challengeName, schemes, unauthorized } = this.#rules;
    const values = token === undefined ? schemes.map(({ scheme }) => scheme) : [token];
    return answer(
      unauthorized,
      token === undefined ? "sign on to see this" : "the handshake goes on",
      values.map((value) => [challengeName, value]),
      token !== undefined,
    );
  }

  #bindings(): ChannelBindings | "missing" | undefined {
    const { channelBindings, bindingKind } = this.#rules;
    if (channelBindings === "ignore") return undefined;
    const found =
      this.#connection.encrypted === true
        ? tlsBindingsOf(this.#connection, bindingKind, ownCertificate(this.#connection), "server")
        : undefined;
    return found ?? (channelBindings === "required" ? "missing" : undefined);
  }
}

/** The first message of NTLM, and the first token of GSS-API, which alone begins with an application tag (RFC 2743 3.1). */
function startsOver(token: Uint8Array): boolean {
  return token[0] === 0x60 || isNtlmNegotiate(token);
}

function ownCertificate(connection: SignOnConnection): Uint8Array | undefined {
  const certificate = connection.getCertificate?.();
  if (typeof certificate !== "object" || certificate === null || !("raw" in certificate)) return undefined;
  return certificate.raw instanceof Uint8Array ? certificate.raw : undefined;
}
