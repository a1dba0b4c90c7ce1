import {
  ASC_REQ_ALLOW_MISSING_BINDINGS,
  ASC_REQ_CONNECTION,
  ASC_RET_NULL_SESSION,
  SEC_E_INSUFFICIENT_MEMORY,
  SEC_E_INTERNAL_ERROR,
  SEC_E_LOGON_DENIED,
  SEC_E_NO_AUTHENTICATING_AUTHORITY,
  SEC_E_SHUTDOWN_IN_PROGRESS,
  SECPKG_ATTR_NEGOTIATION_INFO,
} from "@sallyport/errors/sspi";
import type { Milliseconds } from "@sallyport/runtime";
import type { ContextFeature } from "../contract/features.ts";
import { acceptSecurityContext } from "../define/open-context.ts";
import type { SecurityContext, StepResult } from "../define/security-context.ts";
import { SspiError } from "../sspi-error.ts";
import { statusName } from "../status.ts";
import type { ChannelBindings } from "../wire/channel-bindings.ts";
import type { GivenUp, HalfOpenEntry } from "./half-open.ts";
import type { SignOnOffer } from "./sign-on.ts";
import type { SignedOnUser } from "./signed-on-user.ts";

/** What a token from the client came to. */
export type HandshakeResult =
  | { readonly kind: "continue"; readonly token: Uint8Array }
  | {
      readonly kind: "established";
      readonly user: SignedOnUser;
      readonly token: Uint8Array;
      readonly until: Milliseconds;
    }
  /** `isUnavailable`: nobody could decide, which says nothing about the client. */
  | {
      readonly kind: "refused";
      readonly symbol: string;
      readonly code: number;
      readonly cause: unknown;
      readonly isUnavailable: boolean;
    }
  | { readonly kind: "given-up" };

interface HandshakeParts {
  readonly require: readonly ContextFeature[];
  readonly bindings: ChannelBindings | undefined;
  readonly isBindingOptional: boolean;
  /** Called once, when it is over; with the reason where it was not decided. */
  readonly ended: (reason: GivenUp | undefined) => void;
}

/** More tokens than any package needs: SPNEGO with a change of mechanism takes five. */
const mostSteps = 10;

const unavailable: ReadonlySet<number> = new Set([
  SEC_E_NO_AUTHENTICATING_AUTHORITY,
  SEC_E_INSUFFICIENT_MEMORY,
  SEC_E_INTERNAL_ERROR,
  SEC_E_SHUTDOWN_IN_PROGRESS,
]);

/** One handshake on one connection: a security context while it is being made. */
export class ServerHandshake implements HalfOpenEntry {
  readonly offer: SignOnOffer;
  readonly address: string;
  readonly #context: SecurityContext;
  readonly #ended: (reason: GivenUp | undefined) => void;
  #isOver = false;
  #reason: GivenUp | undefined;
  #steps = 0;

  constructor(offer: SignOnOffer, address: string, parts: HandshakeParts) {
    const { require, bindings, isBindingOptional, ended } = parts;
    this.offer = offer;
    this.address = address;
    this.#ended = ended;
    this.#context = acceptSecurityContext(offer.credentials, {
      require,
      flags: ASC_REQ_CONNECTION | (isBindingOptional ? ASC_REQ_ALLOW_MISSING_BINDINGS : 0),
      requireChannelBindings: !isBindingOptional,
      ...(bindings && { channelBindings: bindings }),
    });
  }

  async step(token: Uint8Array, timeoutMs: Milliseconds): Promise<HandshakeResult> {
    this.#steps += 1;
    try {
      const result = await this.#context.step(token, { timeoutMs });
      if (this.#isOver) return this.#overtaken();
      if (result.established) return this.#established(result);
      return this.#steps < mostSteps
        ? { kind: "continue", token: result.token }
        : refused(SEC_E_LOGON_DENIED);
    } catch (error) {
      if (!(error instanceof SspiError)) throw error;
      return this.#isOver ? this.#overtaken() : refused(error.code, error.cause);
    }
  }

  /** It was decided. */
  end(): void {
    this.#over(undefined);
  }

  giveUp(reason: GivenUp): void {
    this.#over(reason);
  }

  /** It was given up while a step was at work. At its age that was not the client's fault: nobody decided in time. */
  #overtaken(): HandshakeResult {
    return this.#reason === "age" ? refused(SEC_E_NO_AUTHENTICATING_AUTHORITY) : { kind: "given-up" };
  }

  #established({ token }: StepResult): HandshakeResult {
    const isAnonymous = (this.#context.attributes & ASC_RET_NULL_SESSION) !== 0;
    const identity = isAnonymous ? undefined : this.#context.identity();
    if (identity === undefined) return refused(SEC_E_LOGON_DENIED);
    const user: SignedOnUser = Object.freeze({
      name: identity.name,
      groups: identity.groups ?? [],
      scheme: this.offer.scheme,
      mechanism: this.#mechanism(),
      by: "handshake",
      identity,
    });
    return { kind: "established", user, token, until: this.#context.expiry?.getTime() ?? Infinity };
  }

  #mechanism(): string {
    try {
      const info = this.#context.query(SECPKG_ATTR_NEGOTIATION_INFO);
      return info?.packageInfo.name ?? this.offer.credentials.package;
    } catch (error) {
      if (!(error instanceof SspiError)) throw error;
      return this.offer.credentials.package; // a package that negotiates nothing
    }
  }

  #over(reason: GivenUp | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reason = reason;
    // Whatever a late end of the step comes to, nobody waits for it any more.
    void this.#context.close().catch(() => {});
    this.#ended(reason);
  }
}

function refused(code: number, cause?: unknown): HandshakeResult {
  return {
    kind: "refused",
    symbol: statusName(code) ?? `0x${code.toString(16)}`,
    code,
    cause,
    isUnavailable: unavailable.has(code),
  };
}
