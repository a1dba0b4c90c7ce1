import { initializeSecurityContext } from "../../define/open-context.ts";
import type { SecurityContext } from "../../define/security-context.ts";
import { SspiError } from "../../sspi-error.ts";
import type { ChannelBindings } from "../../wire/channel-bindings.ts";
import type { SignOnOffer } from "../sign-on.ts";
import { encodeAuthorization } from "../wire/authorization.ts";
import { type Challenge, decodeChallenges } from "../wire/challenges.ts";
import { isNtlmNegotiate } from "../wire/ntlm-negotiate.ts";
import { NegotiateError } from "./negotiate-error.ts";

/** The next header of a handshake. */
export interface ClientToken {
  /** For `Authorization` or `Proxy-Authorization`. */
  readonly value: string;
  /** Whether the server is sure to ask for more, so that the body need not be sent along. */
  readonly isOpening: boolean;
}

/** More tokens than any package needs. */
const mostTokens = 10;

/** The client's side of one handshake: challenges in, credentials out. */
export class ClientHandshake {
  readonly #schemes: readonly SignOnOffer[];
  readonly #target: string;
  readonly #bindings: ChannelBindings | undefined;
  #current: { readonly offer: SignOnOffer; readonly context: SecurityContext } | undefined;
  #tokens = 0;

  /** @param schemes with outbound credentials, the best first */
  constructor(schemes: readonly SignOnOffer[], target: string, bindings: ChannelBindings | undefined) {
    this.#schemes = schemes;
    this.#target = target;
    this.#bindings = bindings;
  }

  /** Whether it has begun: from here on the connection must stay the same. */
  get isUnderWay(): boolean {
    return this.#current !== undefined;
  }

  /**
   * Takes the challenges of a 401 or 407. Undefined when there is nothing more to say: no scheme that there are credentials
   * for, or a refusal.
   *
   * @throws {NegotiateError} `handshake-failed`, `too-many-tokens`
   */
  async next(values: readonly string[], signal?: AbortSignal): Promise<ClientToken | undefined> {
    const challenges = decodeChallenges(values);
    if (this.#current === undefined) {
      const offer = this.#schemes.find(({ scheme }) => find(challenges, scheme) !== undefined);
      if (offer === undefined) return undefined;
      this.#current = { offer, context: this.#begin(offer) };
      return this.#step(undefined, signal);
    }
    const challenge = find(challenges, this.#current.offer.scheme);
    if (challenge === undefined || challenge.token.length === 0) return undefined;
    return this.#step(challenge.token, signal);
  }

  /**
   * Takes what came with the answer that was no challenge: the last word of the server.
   *
   * @throws {NegotiateError} `handshake-failed` for a wrong one, `server-not-proved` for a missing one
   */
  async finish(values: readonly string[], signal?: AbortSignal): Promise<void> {
    if (this.#current === undefined) return;
    const { context, offer } = this.#current;
    const last = find(decodeChallenges(values), offer.scheme);
    if (!context.established && last !== undefined && last.token.length > 0) {
      await this.#step(last.token, signal);
    }
    if (context.established) return;
    throw new NegotiateError("server-not-proved", `the server ended the ${offer.scheme} handshake too early`);
  }

  /** Nothing is left of it. */
  async close(): Promise<void> {
    await this.#current?.context.close();
  }

  #begin({ credentials }: SignOnOffer): SecurityContext {
    return initializeSecurityContext(credentials, {
      target: this.#target,
      ...(this.#bindings && { channelBindings: this.#bindings }),
    });
  }

  async #step(
    token: Uint8Array | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ClientToken | undefined> {
    const current = this.#current;
    if (current === undefined) return undefined;
    const { context, offer } = current;
    if (context.established) return undefined;
    this.#tokens += 1;
    if (this.#tokens > mostTokens) {
      throw new NegotiateError("too-many-tokens", `the server asks for more than ${mostTokens} tokens`);
    }
    try {
      const result = await context.step(token, signal === undefined ? {} : { signal });
      if (result.token.length === 0) return undefined;
      const value = encodeAuthorization(offer.scheme, result.token);
      return { value, isOpening: !result.established && containsNegotiate(result.token) };
    } catch (error) {
      if (!(error instanceof SspiError)) throw error;
      signal?.throwIfAborted();
      const message = `the ${offer.scheme} handshake failed: ${error.symbol ?? error.code}`;
      throw new NegotiateError("handshake-failed", message, { cause: error });
    }
  }
}

function find(challenges: readonly Challenge[], scheme: string): Challenge | undefined {
  return challenges.find((challenge) => challenge.scheme.toLowerCase() === scheme.toLowerCase());
}

/** A NEGOTIATE message, bare or inside SPNEGO: no server ends a handshake on it. */
function containsNegotiate(token: Uint8Array): boolean {
  for (let at = token.indexOf(0x4e); at >= 0; at = token.indexOf(0x4e, at + 1)) {
    if (isNtlmNegotiate(token, at)) return true;
  }
  return false;
}
