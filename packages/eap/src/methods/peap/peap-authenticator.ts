import { NO_ERROR } from "@sallyport/errors/win32";
import { findMppeKeys } from "../../contract/mppe-key-attributes.ts";
import {
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_PEAP_CRYPTOBINDING_INVALID,
  ERROR_PEAP_CRYPTOBINDING_NOTRECEIVED,
} from "../../contract/status-codes.ts";
import type { EapOutcome } from "../../engine/effects.ts";
import { EAPCODE_Request, EAPCODE_Response } from "../../wire/codes.ts";
import { eapTypeIdentity } from "../../wire/eap-type.ts";
import { withoutNameAndKeys } from "../tunnel/inner-attributes.ts";
import { InnerAuthenticator, type InnerProgress } from "../tunnel/inner-authenticator.ts";
import type { InnerMethods } from "../tunnel/inner-methods.ts";
import type { AuthenticatorPhase, InnerSuccess, PhaseStep, Tunnel, TunnelKeys } from "../tunnel/phase.ts";
import { whenKnown } from "../when-known.ts";
import {
  boundTlv,
  type CompoundKeys,
  compoundKeys,
  compoundSessionKeys,
  innerSessionKey,
  isBound,
} from "./crypto-binding.ts";
import { extensionData, extensionPacket, withHeader, withoutHeader } from "./inner-packet.ts";
import { decodePeapTlvs, encodePeapTlvs, type PeapTlvs } from "./peap-tlv.ts";
import { PeapTlvError } from "./peap-tlv-error.ts";

/** Whether a side of PEAP takes part in cryptobinding ([MS-PEAP] section 3.1.1: isCryptoSupported, isCryptoRequired). */
export type CryptoBindingUse = "never" | "optional" | "required";

/** Who was admitted by the inner method, or by the session that was resumed. */
type Admission = Pick<InnerSuccess, "identity" | "attributes" | "innerType">;

type State =
  | { readonly awaits: "inner" }
  /** The peer's Result TLV, after ours said success. */
  | { readonly awaits: "success"; readonly admission: Admission; readonly keys: CompoundKeys | undefined }
  | { readonly awaits: "failure"; readonly code: number; readonly identity: string };

/** Type Identity, without the header. */
const identityRequest: Uint8Array = Uint8Array.of(eapTypeIdentity);

/** Inner EAP and the extension packets at its end, on the server ([MS-PEAP] section 3.3). */
export class PeapAuthenticator implements AuthenticatorPhase {
  readonly #tunnel: Tunnel;
  readonly #inner: InnerMethods;
  readonly #cryptoBinding: CryptoBindingUse;
  readonly #remembered: Admission | undefined;
  #conversation: InnerAuthenticator | undefined;
  #state: State = { awaits: "inner" };

  /** @param remembered who the resumed session belongs to */
  constructor(
    tunnel: Tunnel,
    inner: InnerMethods,
    options: { readonly cryptoBinding: CryptoBindingUse; readonly remembered: Admission | undefined },
  ) {
    this.#tunnel = tunnel;
    this.#inner = inner;
    this.#cryptoBinding = options.cryptoBinding;
    this.#remembered = options.remembered;
  }

  begin(identifier: number): PhaseStep | PromiseLike<PhaseStep> {
    if (this.#remembered !== undefined) return this.#tellSuccess(this.#remembered, undefined, identifier);
    // The header stays behind.
    const size = this.#tunnel.maxMessageSize + 4;
    this.#conversation = new InnerAuthenticator(this.#tunnel.input, this.#inner, size);
    return { kind: "send", data: identityRequest, interactive: false };
  }

  receive(data: Uint8Array, identifier: number): PhaseStep | PromiseLike<PhaseStep> {
    const state = this.#state;
    if (state.awaits !== "inner") return this.#concluded(data, state);
    const conversation = this.#conversation;
    // MD5-Challenge hashes the identifier, which for the peer is that of the outer request: the method's first request has
    // the identifier of the packet that will carry it.
    const asked = conversation?.identifier ?? (identifier + 255) & 255;
    const packet = withHeader(EAPCODE_Response, asked, data);
    // A Result before the inner method has had its say is nobody's.
    if (
      conversation === undefined ||
      packet === undefined ||
      extensionData(EAPCODE_Response, data) !== undefined
    ) {
      return { kind: "discard" };
    }
    return whenKnown(conversation.receive(packet), (progress) => this.#progressed(progress, identifier));
  }

  stop(): void {
    this.#conversation?.stop();
  }

  #progressed(progress: InnerProgress, identifier: number): PhaseStep {
    switch (progress.kind) {
      case "nothing":
        return { kind: "discard" };
      case "request":
        return { kind: "send", data: withoutHeader(progress.packet), interactive: progress.interactive };
      case "finished":
        return this.#finished(progress.outcome, identifier);
    }
  }

  #finished(outcome: EapOutcome, identifier: number): PhaseStep {
    const { result, identity, attributes, method } = outcome;
    if (result !== NO_ERROR) {
      this.#state = { awaits: "failure", code: result, identity };
      return this.#say({ result: "failure" }, identifier);
    }
    const admission = {
      identity,
      attributes: withoutNameAndKeys(attributes),
      innerType: typeof method === "number" ? method : undefined,
    };
    return this.#tellSuccess(admission, innerSessionKey(findMppeKeys(attributes)), identifier);
  }

  #tellSuccess(admission: Admission, innerKey: Uint8Array | undefined, identifier: number): PhaseStep {
    const keys =
      this.#cryptoBinding === "never"
        ? undefined
        : compoundKeys(this.#tunnel.keys.msk.subarray(0, 60), innerKey);
    this.#state = { awaits: "success", admission, keys };
    const nonce = this.#tunnel.input.random(32);
    const cryptoBinding = keys === undefined ? undefined : boundTlv("request", nonce, keys);
    return this.#say({ result: "success", cryptoBinding }, identifier);
  }

  #say(tlvs: PeapTlvs, identifier: number): PhaseStep {
    const data = extensionPacket(EAPCODE_Request, identifier, encodePeapTlvs(tlvs));
    return { kind: "send", data, interactive: false };
  }

  #concluded(data: Uint8Array, state: Exclude<State, { readonly awaits: "inner" }>): PhaseStep {
    if (state.awaits === "failure") return { kind: "failed", code: state.code, identity: state.identity };
    const { admission, keys } = state;
    const refused = (code: number): PhaseStep => ({ kind: "failed", code, identity: admission.identity });
    const typeData = extensionData(EAPCODE_Response, data);
    if (typeData === undefined) return refused(ERROR_AUTHENTICATION_FAILURE);
    let tlvs: PeapTlvs;
    try {
      tlvs = decodePeapTlvs(typeData);
    } catch (error) {
      if (error instanceof PeapTlvError) return refused(ERROR_AUTHENTICATION_FAILURE);
      throw error;
    }
    const { result, cryptoBinding } = tlvs;
    if (result !== "success") return refused(ERROR_AUTHENTICATION_FAILURE);
    const succeeded = (exported: TunnelKeys): PhaseStep => ({
      kind: "succeeded",
      success: { ...admission, keys: exported },
    });
    if (keys === undefined) return succeeded(this.#tunnel.keys);
    if (cryptoBinding === undefined) {
      return this.#cryptoBinding === "required"
        ? refused(ERROR_PEAP_CRYPTOBINDING_NOTRECEIVED)
        : succeeded(this.#tunnel.keys);
    }
    if (!isBound(cryptoBinding, "response", keys)) return refused(ERROR_PEAP_CRYPTOBINDING_INVALID);
    return succeeded(compoundSessionKeys(keys));
  }
}
