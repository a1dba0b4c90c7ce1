import { SECBUFFER_TOKEN } from "@sallyport/errors/sspi";
import type { Clock, Log, Random } from "@sallyport/runtime";
import { bufferType, type SecBuffer, secBuffer } from "../../buffers/sec-buffer.ts";
import type { CallSignal } from "../../contract/call-signal.ts";
import type { ContextStep, PackageCredential } from "../../contract/security-package.ts";
import type { ChannelBindings } from "../../wire/channel-bindings.ts";

/** A step of Negotiate, as the mechanism inside sees it: with the token that was meant for it. */
export class MechanismStep implements ContextStep {
  readonly token: Uint8Array;
  readonly contextReq: number;
  /** Another credential is never brought to a Negotiate context. */
  readonly credential: PackageCredential | undefined = undefined;
  readonly #step: ContextStep;
  readonly #addedFlags: number;

  constructor(step: ContextStep, token: Uint8Array, addedFlags: number) {
    this.token = token;
    this.#step = step;
    this.#addedFlags = addedFlags;
    const low = ((step.contextReq % 2 ** 32) | addedFlags) >>> 0;
    this.contextReq = step.contextReq - (step.contextReq % 2 ** 32) + low;
  }

  get clock(): Clock {
    return this.#step.clock;
  }

  get random(): Random {
    return this.#step.random;
  }

  get log(): Log {
    return this.#step.log;
  }

  get environment(): Readonly<Record<string, string | undefined>> {
    return this.#step.environment;
  }

  /** Taken only when the mechanism takes it: that says that the call may be cut off. */
  get signal(): CallSignal {
    return this.#step.signal;
  }

  get targetName(): string {
    return this.#step.targetName;
  }

  get dataRepresentation(): number {
    return this.#step.dataRepresentation;
  }

  get channelBindings(): ChannelBindings | undefined {
    return this.#step.channelBindings;
  }

  get requiresChannelBindings(): boolean {
    return this.#step.requiresChannelBindings;
  }

  /** The caller's buffers, but with this token in the place of SPNEGO's. */
  get input(): readonly SecBuffer[] {
    const others = this.#step.input.filter((buffer) => bufferType(buffer) !== SECBUFFER_TOKEN);
    return this.token.length === 0 ? others : [secBuffer(SECBUFFER_TOKEN, this.token), ...others];
  }

  asks(flag: number): boolean {
    return this.#step.asks(flag) || (flag <= 0xffffffff && (this.#addedFlags & flag) !== 0);
  }

  find(type: number): Uint8Array | undefined {
    if (type === SECBUFFER_TOKEN) return this.token.length === 0 ? undefined : this.token;
    return this.#step.find(type);
  }
}
