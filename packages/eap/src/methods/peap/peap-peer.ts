import { NO_ERROR } from "@sallyport/errors/win32";
import type { MppeKeyPair } from "../../contract/mppe-key-attributes.ts";
import { findMppeKeys } from "../../contract/mppe-key-attributes.ts";
import {
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_MUTUAL_AUTH_FAILED,
  ERROR_PEAP_CRYPTOBINDING_INVALID,
  ERROR_PEAP_CRYPTOBINDING_NOTRECEIVED,
} from "../../contract/status-codes.ts";
import { EAPCODE_Request, EAPCODE_Response } from "../../wire/codes.ts";
import type { InnerMethods } from "../tunnel/inner-methods.ts";
import { InnerPeer, type InnerPeerProgress } from "../tunnel/inner-peer.ts";
import type { PeerPhase, PeerStep, Tunnel, TunnelKeys } from "../tunnel/phase.ts";
import { boundTlv, compoundKeys, compoundSessionKeys, innerSessionKey, isBound } from "./crypto-binding.ts";
import { extensionData, extensionPacket, withHeader, withoutHeader } from "./inner-packet.ts";
import type { CryptoBindingUse } from "./peap-authenticator.ts";
import { decodePeapTlvs, encodePeapTlvs, type PeapTlvs } from "./peap-tlv.ts";
import { PeapTlvError } from "./peap-tlv-error.ts";

/** Inner EAP and the extension packets at its end, on the client ([MS-PEAP] section 3.2). */
export class PeapPeer implements PeerPhase {
  readonly #tunnel: Tunnel;
  readonly #conversation: InnerPeer;
  readonly #cryptoBinding: CryptoBindingUse;
  /** Whether the server asked anything of an inner method: a resumed session goes without. */
  #asked = false;
  /** Whether the results were told: there is nothing to say after them. */
  #concluded = false;

  constructor(
    tunnel: Tunnel,
    inner: InnerMethods,
    options: { readonly cryptoBinding: CryptoBindingUse; readonly identity: string },
  ) {
    this.#tunnel = tunnel;
    this.#cryptoBinding = options.cryptoBinding;
    this.#conversation = new InnerPeer(tunnel.input, inner, {
      identity: options.identity,
      maxPacketSize: tunnel.maxMessageSize + 4,
    });
  }

  /** The server speaks first. */
  begin(): PeerStep {
    return { kind: "listen" };
  }

  async receive(data: Uint8Array, identifier: number): Promise<PeerStep> {
    // After the results there is nothing left to say.
    if (this.#concluded) return data.length === 0 ? { kind: "listen" } : { kind: "discard" };
    // RFC 9427: one octet of 0 says that the server has nothing more to say in the tunnel.
    if (data.length === 0 || (data.length === 1 && data[0] === 0)) return { kind: "listen" };
    const extension = extensionData(EAPCODE_Request, data);
    if (extension !== undefined) return this.#result(extension, data[1] ?? 0);
    const packet = withHeader(EAPCODE_Request, identifier, data);
    if (packet === undefined) return { kind: "discard" };
    this.#asked = true;
    return this.#progressed(await this.#conversation.receive(packet));
  }

  async answered(text: string | null): Promise<PeerStep> {
    return this.#progressed(await this.#conversation.answered(text));
  }

  /** What EAP-Success says alone counts for nothing: the results are told inside. */
  believes(): boolean {
    return false;
  }

  stop(): void {
    this.#conversation.stop();
  }

  #progressed(progress: InnerPeerProgress): PeerStep {
    switch (progress.kind) {
      case "response":
        return { kind: "send", data: withoutHeader(progress.packet) };
      case "finished":
        // The server is still to tell the result; a method that succeeded waits for that.
        if (progress.outcome.result !== NO_ERROR) return { kind: "failed", code: progress.outcome.result };
        return { kind: "listen" };
      case "question":
        return progress;
      case "nothing":
        return { kind: "discard" };
    }
  }

  async #result(typeData: Uint8Array, identifier: number): Promise<PeerStep> {
    let tlvs: PeapTlvs;
    try {
      tlvs = decodePeapTlvs(typeData);
    } catch (error) {
      if (error instanceof PeapTlvError) return this.#refuse(identifier, ERROR_AUTHENTICATION_FAILURE);
      throw error;
    }
    if (tlvs.result !== "success") return this.#refuse(identifier, await this.#conversation.fails());
    const resumed = this.#tunnel.resumed && !this.#asked;
    const outcome = resumed ? undefined : await this.#conversation.succeeds();
    // Success before the inner method succeeded comes from somebody who never knew the password.
    if (!resumed && outcome === undefined) return this.#refuse(identifier, ERROR_MUTUAL_AUTH_FAILED);
    return this.#bind(
      tlvs,
      resumed ? undefined : serverView(findMppeKeys(outcome?.attributes ?? [])),
      identifier,
      resumed,
    );
  }

  #bind(
    { cryptoBinding }: PeapTlvs,
    innerKeys: MppeKeyPair | undefined,
    identifier: number,
    resumed: boolean,
  ): PeerStep {
    const { keys: handshakeKeys, input } = this.#tunnel;
    if (this.#cryptoBinding === "never" || cryptoBinding === undefined) {
      if (this.#cryptoBinding === "required")
        return this.#refuse(identifier, ERROR_PEAP_CRYPTOBINDING_NOTRECEIVED);
      return this.#agree({ result: "success" }, identifier, handshakeKeys);
    }
    const tunnelKey = handshakeKeys.msk.subarray(0, 60);
    const keys = compoundKeys(tunnelKey, resumed ? undefined : innerSessionKey(innerKeys));
    if (!isBound(cryptoBinding, "request", keys))
      return this.#refuse(identifier, ERROR_PEAP_CRYPTOBINDING_INVALID);
    const answer = boundTlv("response", input.random(32), keys);
    return this.#agree({ result: "success", cryptoBinding: answer }, identifier, compoundSessionKeys(keys));
  }

  #agree(tlvs: PeapTlvs, identifier: number, keys: TunnelKeys): PeerStep {
    this.#concluded = true;
    return { kind: "succeeded", data: extensionResponse(tlvs, identifier), keys };
  }

  /** The server learns of it, and ends the session. */
  #refuse(identifier: number, code: number): PeerStep {
    this.#concluded = true;
    return { kind: "failed", code, data: extensionResponse({ result: "failure" }, identifier) };
  }
}

function extensionResponse(tlvs: PeapTlvs, identifier: number): Uint8Array<ArrayBuffer> {
  return extensionPacket(EAPCODE_Response, identifier, encodePeapTlvs(tlvs));
}

/** The keys of a peer's method are named from its own view (EAP-84). */
function serverView(keys: MppeKeyPair | undefined): MppeKeyPair | undefined {
  return keys === undefined ? undefined : { send: keys.receive, receive: keys.send };
}
