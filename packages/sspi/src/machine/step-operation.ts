import * as codes from "@sallyport/errors/sspi";
import { usableBuffers } from "../buffers/descriptor.ts";
import { bufferBytes, findBuffer, type SecBuffer, type SecBufferDesc } from "../buffers/sec-buffer.ts";
import { attributesInProgress, type ContextFeature, isFeature, resultFlags } from "../contract/features.ts";
import type { Out } from "../contract/out.ts";
import type { ContextRole, PackageContext, StepAnswer } from "../contract/security-package.ts";
import { type SecHandle, SecInvalidateHandle } from "../handles/sec-handle.ts";
import { isContinuable } from "../status.ts";
import { type TimeStamp, timeStamp } from "../time-stamp.ts";
import { decodeChannelBindings } from "../wire/channel-bindings.ts";
import type { AsyncCall } from "./async-context.ts";
import { ContextEntry } from "./context-entry.ts";
import type { Core } from "./core.ts";
import type { CredentialEntry } from "./credential-entry.ts";
import { Operation, packageStatus } from "./operation.ts";
import { type RememberedInput, rememberInput } from "./remembered-input.ts";
import { writeCounts, writeOtherBuffers, writeToken } from "./step-output.ts";
import { StepView } from "./step-view.ts";

/** The arguments of InitializeSecurityContext and AcceptSecurityContext. */
export interface StepArguments {
  readonly role: ContextRole;
  readonly phCredential: SecHandle | null;
  readonly phContext: SecHandle | null;
  /** Undefined when it was no text. */
  readonly targetName: string | undefined;
  readonly fContextReq: number;
  /** Both reserved parameters are zero. */
  readonly areReservedZero: boolean;
  readonly TargetDataRep: number;
  readonly pInput: SecBufferDesc | null;
  readonly phNewContext: SecHandle | null;
  readonly pOutput: SecBufferDesc | null;
  readonly pfContextAttr: Out<number> | null;
  readonly ptsExpiry: Out<TimeStamp> | null;
  readonly require: readonly ContextFeature[];
  readonly requireChannelBindings: boolean;
}

const nothing: readonly SecBuffer[] = [];
const allocatedMemory = codes.ASC_RET_ALLOCATED_MEMORY; // the same bit as ISC_RET_ALLOCATED_MEMORY

/** One step of a handshake, of either side. */
export class StepOperation extends Operation<number | StepAnswer> {
  readonly view: StepView;
  readonly #arguments: StepArguments;
  readonly #isFirst: boolean;
  /** Found, and held, when the call was queued: the caller may free the handle meanwhile (SSPI-24). */
  readonly #credential: CredentialEntry | undefined;
  readonly #remembered: RememberedInput | undefined;
  #context: ContextEntry | undefined;
  #output: readonly SecBuffer[] = nothing;
  /** The package has been asked; what it says now counts. */
  #isEntered = false;
  #holdsCredential = true;

  constructor(core: Core, call: AsyncCall, step: StepArguments) {
    const entry = step.phContext === null ? undefined : core.contexts.find(step.phContext);
    super(core, call, entry);
    this.view = new StepView(core);
    this.#arguments = step;
    this.#isFirst = step.phContext === null;
    this.#credential = core.credentials.find(step.phCredential);
    this.#credential?.hold();
    this.#context = entry;
    this.#remembered = core.debug ? rememberInput(step.pInput) : undefined;
  }

  protected begin(): number | StepAnswer | PromiseLike<number | StepAnswer> {
    const refused = this.#checkArguments() || this.#checkContext();
    if (refused !== codes.SEC_E_OK) return refused;
    const entry = this.#context ?? this.#beginContext();
    if (typeof entry === "number") return entry;
    this.#context = entry;
    this.#isEntered = true;
    if (entry.withheld !== undefined) return entry.withheld;
    if (this.#isTooLong(entry)) return codes.SEC_E_INVALID_TOKEN;
    return entry.context.step(this.view);
  }

  protected deliver(given: number | StepAnswer): number {
    this.#checkInput();
    if (!this.#isEntered && typeof given === "number") {
      this.#refused();
      return given;
    }
    const entry = this.#context;
    if (entry === undefined) return codes.SEC_E_INTERNAL_ERROR;
    if (!this.#isFirst && this.core.contexts.find(entry.handle) !== entry) {
      this.fail();
      return codes.SEC_E_UNFINISHED_CONTEXT_DELETED; // DeleteSecurityContext was quicker
    }
    const answer = typeof given === "object" && given !== null ? given : { status: given };
    this.call.cause = answer.cause;
    const status = this.#judged(entry, answer);
    return isContinuable(status) ? this.#goOn(entry, answer, status) : this.#fails(entry, answer, status);
  }

  protected fail(): void {
    if (this.#isEntered && this.#context !== undefined) this.#bury(this.#context);
    else this.#refused();
  }

  protected discard(): void {}

  protected override occupied(): void {
    if (this.#context !== undefined) this.#context.isOccupied = true;
  }

  protected override late(): void {
    this.#context?.vacate(this.core);
  }

  /** SSPI-05: what is wrong without asking any package. */
  #checkArguments(): number {
    const { fContextReq, areReservedZero, TargetDataRep, pInput, pOutput, phNewContext } = this.#arguments;
    const { require, requireChannelBindings, targetName } = this.#arguments;
    if (!areReservedZero || targetName === undefined) return codes.SEC_E_INVALID_PARAMETER;
    if (!Array.isArray(require) || !require.every(isFeature)) return codes.SEC_E_INVALID_PARAMETER;
    if (typeof requireChannelBindings !== "boolean") return codes.SEC_E_INVALID_PARAMETER;
    if (TargetDataRep !== codes.SECURITY_NATIVE_DREP && TargetDataRep !== codes.SECURITY_NETWORK_DREP) {
      return codes.SEC_E_INVALID_PARAMETER;
    }
    if (!Number.isInteger(fContextReq) || fContextReq < 0 || fContextReq > 0xffffffff) {
      return codes.SEC_E_INVALID_PARAMETER;
    }
    if (this.#isFirst && phNewContext === null) return codes.SEC_E_INVALID_PARAMETER;
    const input = this.#inputBuffers(pInput);
    const output = pOutput === null ? nothing : usableBuffers(pOutput);
    if (input === undefined || output === undefined) return codes.SEC_E_INVALID_PARAMETER;
    this.#output = output;
    return this.#readInput(input);
  }

  #inputBuffers(pInput: SecBufferDesc | null): readonly SecBuffer[] | undefined {
    if (pInput === null) return nothing;
    const remembered = this.#remembered;
    if (remembered === undefined) return usableBuffers(pInput);
    this.#checkInput();
    return usableBuffers({ version: pInput.version, buffers: [...remembered.buffers] });
  }

  /** SSPI-07, debug mode: the input belongs to the call until it has ended. */
  #checkInput(): void {
    if (this.#remembered?.hasChanged() !== true) return;
    this.core.warn(
      "SSPI_INPUT_CHANGED",
      "An input buffer was changed while its call was pending; the call works with the bytes as queued.",
    );
  }

  #readInput(input: readonly SecBuffer[]): number {
    const { view } = this;
    const { role, targetName, fContextReq, TargetDataRep, requireChannelBindings } = this.#arguments;
    view.requiresChannelBindings = requireChannelBindings;
    view.targetName = targetName ?? "";
    view.contextReq = fContextReq;
    view.dataRepresentation = TargetDataRep;
    view.input = input;
    if (input.length > 1) {
      const flags = view.find(codes.SECBUFFER_FLAGS);
      if (flags !== undefined && flags.length < 8) return codes.SEC_E_INVALID_PARAMETER;
      if (flags !== undefined) view.contextReq = withHighFlags(fContextReq, flags);
      const bindings = view.find(codes.SECBUFFER_CHANNEL_BINDINGS);
      if (bindings !== undefined) {
        try {
          view.channelBindings = decodeChannelBindings(bindings);
        } catch {
          return codes.SEC_E_INVALID_TOKEN;
        }
      }
    }
    const token = findBuffer(input, codes.SECBUFFER_TOKEN);
    if (token === undefined) return role === "accept" ? codes.SEC_E_INVALID_TOKEN : codes.SEC_E_OK;
    view.token = bufferBytes(token);
    return codes.SEC_E_OK;
  }

  /** Whether the handles of a later call name a context that can go on. */
  #checkContext(): number {
    if (this.#isFirst) return codes.SEC_E_OK;
    const entry = this.#context;
    const { role, phCredential } = this.#arguments;
    if (entry === undefined || this.core.contexts.find(entry.handle) !== entry || entry.role !== role) {
      return codes.SEC_E_INVALID_HANDLE;
    }
    if (entry.phase === "dead") return codes.SEC_E_INVALID_HANDLE;
    if (entry.phase === "established" && entry.securityPackage.stepsAfterEstablished !== true) {
      return role === "accept" ? codes.SEC_E_INVALID_HANDLE : codes.SEC_E_UNSUPPORTED_FUNCTION;
    }
    if (phCredential === null || this.#credential === entry.credential) return codes.SEC_E_OK;
    if (this.#credential === undefined) return codes.SEC_E_INVALID_HANDLE;
    return this.#changesCredential(entry, this.#credential);
  }

  /** Only a client that was told that its credential does not suffice may come with another (SSPI-23). */
  #changesCredential(entry: ContextEntry, credential: CredentialEntry): number {
    const mayChange =
      entry.role === "initiate" &&
      entry.lastStatus === codes.SEC_I_INCOMPLETE_CREDENTIALS &&
      credential.securityPackage === entry.securityPackage;
    if (!mayChange) return codes.SEC_E_WRONG_CREDENTIAL_HANDLE;
    credential.hold();
    entry.credential?.letGo(this.core);
    entry.credential = credential;
    this.view.credential = credential.credential;
    return codes.SEC_E_OK;
  }

  #beginContext(): ContextEntry | number {
    const { role } = this.#arguments;
    const credential = this.#credential;
    if (credential === undefined) return codes.SEC_E_INVALID_HANDLE; // E-02
    const { securityPackage } = credential;
    if (role === "initiate") {
      if (this.view.token.length > 0 && securityPackage.acceptsInitialToken !== true)
        return codes.SEC_E_INVALID_TOKEN;
      // E-04: nobody is ever prompted.
      if (this.view.asks(codes.ISC_REQ_PROMPT_FOR_CREDS)) return codes.SEC_E_UNSUPPORTED_FUNCTION;
    }
    const context = beginSide(credential, role);
    if (context === undefined) return codes.SEC_E_NO_CREDENTIALS; // E-02, SSPI-10
    const entry = new ContextEntry(securityPackage, context, role, credential);
    entry.targetName = this.view.targetName;
    entry.begun = this.core.clock.now();
    return entry;
  }

  #isTooLong({ securityPackage }: ContextEntry): boolean {
    return this.view.token.length > (securityPackage.maximumInputToken ?? Infinity);
  }

  /** The status, after what the caller insisted on has been looked at (SSPI-19). */
  #judged(entry: ContextEntry, answer: StepAnswer): number {
    if (answer.token !== undefined && !(answer.token instanceof Uint8Array)) {
      this.core.complain(
        `security package ${entry.securityPackage.info.name}`,
        "answered with a token that is no bytes",
      );
      throw new TypeError("the token of a security package is no Uint8Array");
    }
    const status = packageStatus(answer.status);
    if (status !== codes.SEC_E_OK) return status;
    const { role, require } = this.#arguments;
    const wanted = resultFlags(role, [...require, ...(entry.credential?.require ?? [])]);
    return (wanted & ~(answer.attributes ?? 0)) === 0 ? status : codes.SEC_E_SECURITY_QOS_FAILED;
  }

  #goOn(entry: ContextEntry, answer: StepAnswer, status: number): number {
    const written = this.#writeToken(answer.token);
    if (written !== codes.SEC_E_OK) {
      if (this.#isFirst) this.#bury(entry);
      else entry.withheld = answer;
      return written;
    }
    entry.withheld = undefined;
    if (this.#isFirst && !this.#publish(entry)) return codes.SEC_E_INSUFFICIENT_MEMORY;
    if (status !== codes.SEC_E_INCOMPLETE_MESSAGE) {
      entry.lastStatus = status;
      entry.attributes = (answer.attributes ?? entry.attributes) >>> 0;
      if (answer.expiry !== undefined) entry.expiry = answer.expiry;
      if (status === codes.SEC_E_OK) entry.phase = "established";
    }
    this.#letCredentialGo();
    if (this.isDetached) return status;
    const { phNewContext, pInput, pfContextAttr, ptsExpiry } = this.#arguments;
    if (phNewContext !== null && entry.handle !== undefined) Object.assign(phNewContext, entry.handle);
    writeOtherBuffers(this.#output, answer);
    writeCounts(pInput, this.#output, answer);
    if (pfContextAttr !== null) pfContextAttr.value = this.#visibleAttributes(entry, status);
    if (ptsExpiry !== null && status === codes.SEC_E_OK) ptsExpiry.value = timeStamp(entry.expiry);
    return status;
  }

  /** An error may have a token too, and it should be sent (SSPI-14); what fails is final all the same. */
  #fails(entry: ContextEntry, answer: StepAnswer, status: number): number {
    const isOurs = status === codes.SEC_E_SECURITY_QOS_FAILED && packageStatus(answer.status) !== status;
    // A token that does not fit is not sent in part: what failed is told first, and there is no second try.
    if (this.#writeToken(isOurs ? undefined : answer.token) !== codes.SEC_E_OK) this.#writeToken(undefined);
    if (!this.isDetached) {
      writeOtherBuffers(this.#output, answer);
      const { pfContextAttr } = this.#arguments;
      if (pfContextAttr !== null) pfContextAttr.value = this.#allocates() ? allocatedMemory : 0;
    }
    this.#bury(entry);
    return status;
  }

  #writeToken(token: Uint8Array | undefined): number {
    return this.isDetached ? codes.SEC_E_OK : writeToken(this.core, this.#output, token, this.#allocates());
  }

  #allocates(): boolean {
    return this.view.asks(codes.ASC_REQ_ALLOCATE_MEMORY); // the same bit as ISC_REQ_ALLOCATE_MEMORY
  }

  #visibleAttributes(entry: ContextEntry, status: number): number {
    const { attributes, role } = entry;
    const visible = status === codes.SEC_E_OK ? attributes : attributesInProgress(role, attributes);
    return (this.#allocates() ? visible | allocatedMemory : visible & ~allocatedMemory) >>> 0;
  }

  /** Gives a new context its handle. When nobody waits for it, it goes again at once (SSPI-51). */
  #publish(entry: ContextEntry): boolean {
    if (this.isDetached) {
      this.#bury(entry);
      return true;
    }
    if (this.core.contexts.add(entry)) return true;
    this.#bury(entry);
    return false;
  }

  /** A failed step: a first one leaves nothing, a later one a dead context that wants to be deleted (SSPI-21). */
  #bury(entry: ContextEntry): void {
    this.#letCredentialGo();
    const { phContext, phNewContext } = this.#arguments;
    if (this.#isFirst) {
      entry.delete(this.core);
      if (phNewContext !== null && !this.isDetached) SecInvalidateHandle(phNewContext);
    } else if (this.core.contexts.find(entry.handle) === entry) {
      entry.die(this.core, phContext ?? undefined);
    } else if (!this.isCut) {
      entry.vacate(this.core);
    }
  }

  #refused(): void {
    this.#letCredentialGo();
    const { phNewContext } = this.#arguments;
    if (this.#isFirst && phNewContext !== null && !this.isDetached) SecInvalidateHandle(phNewContext);
  }

  #letCredentialGo(): void {
    if (!this.#holdsCredential) return;
    this.#holdsCredential = false;
    this.#credential?.letGo(this.core);
  }
}

function beginSide({ credential, use }: CredentialEntry, role: ContextRole): PackageContext | undefined {
  const needed = role === "accept" ? codes.SECPKG_CRED_INBOUND : codes.SECPKG_CRED_OUTBOUND;
  if ((use & codes.SECPKG_CRED_DEFAULT) === 0 && (use & needed) === 0) return undefined;
  return role === "accept" ? credential.accept?.() : credential.initiate?.();
}

/** The flags of a SECBUFFER_FLAGS buffer, 64 bits, little-endian; what is above 53 bits is no flag. */
function withHighFlags(low: number, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return ((low | view.getUint32(0, true)) >>> 0) + (view.getUint32(4, true) & 0x1fffff) * 2 ** 32;
}
