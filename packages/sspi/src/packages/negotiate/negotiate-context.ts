import { WindowsError } from "@sallyport/errors";
import * as codes from "@sallyport/errors/sspi";
import { isThenable } from "@sallyport/runtime";
import type { PeerIdentity, SecPkgContextSizes } from "../../contract/attributes.ts";
import { messageFlags } from "../../contract/features.ts";
import type { PackageMessage } from "../../contract/package-message.ts";
import type {
  ContextRole,
  ContextStep,
  PackageContext,
  StepAnswer,
} from "../../contract/security-package.ts";
import { packageStatus } from "../../machine/operation.ts";
import { DerError } from "../../wire/der-error.ts";
import type { MechanismChoice } from "./mechanism-choice.ts";
import { isMechListMic, makeMechListMic } from "./mechanism-list-mic.ts";
import { MechanismStep } from "./mechanism-step.ts";
import type { NegotiateMechanism } from "./negotiate-mechanism.ts";
import { whenReturned } from "./when-returned.ts";
import { decodeSpnegoToken, type NegTokenInit, type NegTokenResp } from "./wire/spnego-token.ts";

/** cbMaxToken (SSPI-97). */
export const negotiateMaxToken = 48_256;

/**
 * What both sides of a negotiation share: the mechanism at work and its context, to which everything is handed over but
 * the steps (SPN-10).
 */
export abstract class NegotiateContext implements PackageContext {
  readonly #role: ContextRole;
  #mechanism: NegotiateMechanism | undefined;
  #context: PackageContext | undefined;
  #state: number = codes.SECPKG_NEGOTIATION_IN_PROGRESS;
  /** What the mechanism said when it was done; undefined before. */
  #completion: StepAnswer | undefined;
  /** No SPNEGO around the tokens (SPN-08). */
  #isDirect = false;
  /** The list of mechanisms as the client sent it (SPN-06). */
  protected mechTypeList: Uint8Array = new Uint8Array(0);
  protected isMicRequired = false;
  protected isMicSent = false;
  protected isMicReceived = false;

  constructor(role: ContextRole) {
    this.#role = role;
  }

  abstract step(step: ContextStep): StepAnswer | PromiseLike<StepAnswer>;

  protected get isDirect(): boolean {
    return this.#isDirect;
  }

  /** Whether the mechanism is done. */
  protected get isComplete(): boolean {
    return this.#completion !== undefined;
  }

  /** Whether the finished mechanism can sign the list. */
  protected get hasIntegrity(): boolean {
    const attributes = this.#completion?.attributes ?? 0;
    const { sign, verify } = this.#context ?? {};
    return sign !== undefined && verify !== undefined && (attributes & messageFlags[this.#role].sign) !== 0;
  }

  /** Begins a context of a mechanism; one that was at work is given up. */
  protected begin({ mechanism, credential }: MechanismChoice): void {
    this.#drop();
    this.#mechanism = mechanism;
    this.#context = this.#role === "accept" ? credential.accept?.() : credential.initiate?.();
  }

  /** Goes on with a context that is established. */
  protected take(mechanism: NegotiateMechanism, context: PackageContext, state: number): void {
    this.#mechanism = mechanism;
    this.#context = context;
    this.#state = state;
  }

  /** Speaks the mechanism's own tokens from here on. */
  protected goDirect(choice: MechanismChoice): void {
    this.begin(choice);
    this.#isDirect = true;
    this.#state = codes.SECPKG_NEGOTIATION_DIRECT;
  }

  protected set negotiationState(state: number) {
    if (!this.#isDirect) this.#state = state;
  }

  /** Hands a token to the mechanism. What it throws as a code counts as that code. */
  protected ask(step: ContextStep, token: Uint8Array, addedFlags = 0): StepAnswer | PromiseLike<StepAnswer> {
    const limit = this.#mechanism?.package.maximumInputToken ?? Number.POSITIVE_INFINITY;
    const context = this.#context;
    if (context === undefined || token.length > limit) return { status: codes.SEC_E_INVALID_TOKEN };
    let answer: ReturnType<PackageContext["step"]>;
    try {
      answer = context.step(new MechanismStep(step, token, addedFlags));
    } catch (error) {
      return thrown(error);
    }
    const settled = isThenable(answer) ? answer.then(undefined, thrown) : answer;
    return whenReturned(settled, (given) => this.#judged(given));
  }

  #judged(given: number | StepAnswer): StepAnswer {
    const answer = typeof given === "object" && given !== null ? given : { status: given };
    const status = packageStatus(answer.status);
    if (status === codes.SEC_E_OK) this.#completion = answer;
    // A token of SPNEGO is whole, so what is inside it is too.
    return {
      ...answer,
      status: status === codes.SEC_E_INCOMPLETE_MESSAGE ? codes.SEC_E_INVALID_TOKEN : status,
    };
  }

  /** Signs the list; undefined when the mechanism failed to. */
  protected makeMic(): Uint8Array | undefined {
    return this.#context && makeMechListMic(this.#context, this.mechTypeList);
  }

  protected checkMic(mic: Uint8Array): boolean {
    return this.#context !== undefined && isMechListMic(this.#context, this.mechTypeList, mic);
  }

  /** The end of it: attributes and expiry are those of the mechanism. */
  protected established(token: Uint8Array | undefined): StepAnswer {
    this.#state = codes.SECPKG_NEGOTIATION_COMPLETE;
    const { attributes = 0, expiry, cause } = this.#completion ?? {};
    return {
      status: codes.SEC_E_OK,
      attributes,
      ...(token === undefined ? {} : { token }),
      ...(expiry === undefined ? {} : { expiry }),
      ...(cause === undefined ? {} : { cause }),
    };
  }

  #drop(): void {
    this.#completion = undefined;
    this.#context?.delete?.();
    this.#context = undefined;
  }

  get sizes(): SecPkgContextSizes {
    const sizes = this.#context?.sizes;
    return { maxSignature: 0, blockSize: 0, securityTrailer: 0, ...sizes, maxToken: negotiateMaxToken };
  }

  get messageErrorsAreFatal(): boolean {
    return this.#context?.messageErrorsAreFatal ?? this.#mechanism?.package.messageErrorsAreFatal ?? false;
  }

  query(attribute: number): unknown {
    if (attribute !== codes.SECPKG_ATTR_NEGOTIATION_INFO) return this.#context?.query?.(attribute);
    if (this.#mechanism === undefined) return undefined;
    return { packageInfo: { ...this.#mechanism.package.info }, negotiationState: this.#state };
  }

  set(attribute: number, value: unknown, size: number): number {
    return this.#context?.set?.(attribute, value, size) ?? codes.SEC_E_UNSUPPORTED_FUNCTION;
  }

  identity(): PeerIdentity | undefined {
    return this.#context?.identity?.();
  }

  seal(message: PackageMessage): number {
    return this.#context?.seal?.(message) ?? codes.SEC_E_UNSUPPORTED_FUNCTION;
  }

  unseal(message: PackageMessage): number {
    return this.#context?.unseal?.(message) ?? codes.SEC_E_UNSUPPORTED_FUNCTION;
  }

  sign(message: PackageMessage): number {
    return this.#context?.sign?.(message) ?? codes.SEC_E_UNSUPPORTED_FUNCTION;
  }

  verify(message: PackageMessage): number {
    return this.#context?.verify?.(message) ?? codes.SEC_E_UNSUPPORTED_FUNCTION;
  }

  /** @throws {WindowsError} SEC_E_UNSUPPORTED_FUNCTION where the mechanism cannot */
  export(options: { readonly resetSequence: boolean }): Uint8Array {
    const state = this.#context?.export?.(options);
    if (state === undefined || this.#mechanism === undefined) {
      const { SEC_E_UNSUPPORTED_FUNCTION } = codes;
      throw new WindowsError({ SEC_E_UNSUPPORTED_FUNCTION }, { space: "hresult" });
    }
    const name = new TextEncoder().encode(this.#mechanism.package.info.name);
    const packed = Uint8Array.from([this.#state, name.length, ...name, ...state]);
    state.fill(0);
    return packed;
  }

  delete(): void {
    this.#drop();
  }
}

/** The token of the peer, or why there is none. */
export function decoded(token: Uint8Array): NegTokenInit | NegTokenResp | StepAnswer {
  try {
    return decodeSpnegoToken(token);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return { status: codes.SEC_E_INVALID_TOKEN, cause: error };
  }
}

function thrown(error: unknown): StepAnswer {
  if (!WindowsError.is(error)) throw error;
  return { status: error.code, cause: error };
}
