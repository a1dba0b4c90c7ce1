import {
  authenticatorResponse,
  challengeHash,
  challengeResponse,
  constantTimeEqual,
  md5,
  ntHash,
} from "@sallyport/crypto";
import { NO_ERROR } from "@sallyport/errors/win32";
import { ERROR_AUTHENTICATION_FAILURE, ERROR_MUTUAL_AUTH_FAILED } from "../../contract/status-codes.ts";
import { EAPCODE_Request } from "../../wire/codes.ts";
import { eapTypeIdentity } from "../../wire/eap-type.ts";
import { encodeEapPacket } from "../../wire/packet.ts";
import { MethodPacketError } from "../method-packet-error.ts";
import { decodeMsChap2Failure } from "../ms-chap-v2/ms-chap2-message.ts";
import type { InnerMethods } from "../tunnel/inner-methods.ts";
import { InnerPeer, type InnerPeerProgress } from "../tunnel/inner-peer.ts";
import type { PeerPhase, PeerStep, Tunnel } from "../tunnel/phase.ts";
import { type DiameterAvp, decodeAvps, encodeAvps } from "./avp.ts";
import { AvpError } from "./avp-error.ts";
import {
  AvpMessage,
  avpChapChallenge,
  avpChapPassword,
  avpEapMessage,
  avpMsChap2Response,
  avpMsChap2Success,
  avpMsChapChallenge,
  avpMsChapError,
  avpMsChapResponse,
  avpUserName,
  avpUserPassword,
  microsoftAvp,
  standardAvp,
} from "./ttls-avps.ts";
import { implicitChallenge } from "./ttls-challenge.ts";
import type { TtlsProtocol } from "./ttls-credentials.ts";

/** What the server has to prove in turn. */
interface Proof {
  readonly identifier: number;
  readonly text: string;
}

/** What is said inside TTLS, on the client (RFC 5281 section 11). */
export class TtlsPeer implements PeerPhase {
  readonly #tunnel: Tunnel;
  readonly #protocol: TtlsProtocol;
  readonly #identity: string;
  readonly #conversation: InnerPeer;
  #password: string | null;
  #said = false;
  #proof: Proof | undefined;

  constructor(
    tunnel: Tunnel,
    inner: InnerMethods,
    options: { readonly protocol: TtlsProtocol; readonly identity: string },
  ) {
    this.#tunnel = tunnel;
    this.#protocol = options.protocol;
    this.#identity = options.identity;
    this.#password = tunnel.input.password;
    this.#conversation = new InnerPeer(tunnel.input, inner, {
      identity: options.identity,
      maxPacketSize: tunnel.maxMessageSize - 8,
    });
  }

  /**
   * The client speaks first, unless a session was resumed: then the server may have nothing to ask. TLS 1.3 has an octet for
   * that (RFC 9427 section 3.1); in TLS 1.2 the handshake has said it all.
   */
  async begin(): Promise<PeerStep> {
    const { resumed, connection } = this.#tunnel;
    if (!resumed) return this.#speak();
    return { kind: connection.protocol === "TLSv1.2" ? "succeeded" : "listen" };
  }

  async receive(data: Uint8Array): Promise<PeerStep> {
    if (data.length === 0) return this.#said ? { kind: "listen" } : this.#speak();
    if (data.length === 1 && data[0] === 0) return this.#heardTheEnd();
    let avps: AvpMessage;
    try {
      avps = new AvpMessage(decodeAvps(data));
    } catch (error) {
      if (error instanceof AvpError) return { kind: "discard" };
      throw error;
    }
    if (avps.hasUnknownMandatory) return { kind: "failed", code: ERROR_AUTHENTICATION_FAILURE };
    const packet = avps.eapMessage();
    if (this.#protocol === "eap") {
      if (packet === undefined) return { kind: "discard" };
      this.#said = true;
      return this.#progressed(await this.#conversation.receive(packet));
    }
    return this.#protocol === "mschapv2" ? this.#judge(avps) : { kind: "discard" };
  }

  async answered(text: string | null): Promise<PeerStep> {
    if (this.#protocol === "eap") return this.#progressed(await this.#conversation.answered(text));
    if (text === null) return { kind: "failed", code: ERROR_AUTHENTICATION_FAILURE };
    this.#password = text;
    return this.#speak();
  }

  /**
   * EAP inside has no results of its own: the method that ran says whether it can be success. A resumed session is success
   * without the octet that RFC 9427 wants, too: who resumed it has its secret, and hostapd sends none.
   */
  async believes(): Promise<boolean> {
    if (!this.#said) return this.#tunnel.resumed;
    if (this.#protocol !== "eap") return false;
    return (await this.#conversation.succeeds()) !== undefined;
  }

  stop(): void {
    this.#conversation.stop();
  }

  /** The octet that says that nothing more comes through the tunnel. */
  async #heardTheEnd(): Promise<PeerStep> {
    return (await this.believes()) ? { kind: "succeeded" } : { kind: "listen" };
  }

  #speak(): PeerStep | PromiseLike<PeerStep> {
    const protocol = this.#protocol;
    if (protocol === "eap") {
      this.#said = true;
      const request = encodeEapPacket({ code: EAPCODE_Request, identifier: 0, type: eapTypeIdentity });
      return this.#conversation.receive(request).then((progress) => this.#progressed(progress));
    }
    const password = this.#password;
    if (password === null) {
      return { kind: "question", question: { text: `Password of ${this.#identity}:`, echo: false } };
    }
    this.#said = true;
    const name = new TextEncoder().encode(this.#identity);
    const avps = [standardAvp(avpUserName, name), ...this.#credentials(protocol, name, password)];
    const data = encodeAvps(avps);
    // With these, the server proves nothing inside; with MS-CHAPv2 it has to (RFC 2759 section 8.8).
    return protocol === "mschapv2" ? { kind: "send", data } : { kind: "succeeded", data };
  }

  #credentials(protocol: Exclude<TtlsProtocol, "eap">, name: Uint8Array, password: string): DiameterAvp[] {
    const octets = new TextEncoder().encode(password);
    switch (protocol) {
      case "pap": {
        // RFC 5281 section 11.2.5: to a multiple of 16, so that its length does not show.
        const padded = new Uint8Array(Math.max(16, Math.ceil(octets.length / 16) * 16));
        padded.set(octets);
        return [standardAvp(avpUserPassword, padded)];
      }
      case "chap": {
        const [challenge, identifier] = split(implicitChallenge(this.#tunnel.connection, 17));
        const response = md5(Uint8Array.of(identifier), octets, challenge);
        return [
          standardAvp(avpChapChallenge, challenge),
          standardAvp(avpChapPassword, Uint8Array.of(identifier, ...response)),
        ];
      }
      case "mschap": {
        const [challenge, identifier] = split(implicitChallenge(this.#tunnel.connection, 9));
        const value = new Uint8Array(50);
        value[0] = identifier;
        value[1] = 1;
        value.set(challengeResponse(challenge, ntHash(password)), 26);
        return [microsoftAvp(avpMsChapChallenge, challenge), microsoftAvp(avpMsChapResponse, value)];
      }
      case "mschapv2":
        return this.#msChap2(name, password);
    }
  }

  #msChap2(name: Uint8Array, password: string): DiameterAvp[] {
    const [challenge, identifier] = split(implicitChallenge(this.#tunnel.connection, 17));
    const hash = ntHash(password);
    const peerChallenge = this.#tunnel.input.random(16);
    const hashed = challengeHash(peerChallenge, challenge, name);
    const ntResponse = challengeResponse(hashed, hash);
    this.#proof = { identifier, text: authenticatorResponse(hash, ntResponse, hashed) };
    const value = new Uint8Array(50);
    value[0] = identifier;
    value.set(peerChallenge, 2);
    value.set(ntResponse, 26);
    return [microsoftAvp(avpMsChapChallenge, challenge), microsoftAvp(avpMsChap2Response, value)];
  }

  /** The server's proof, or its error; either is acknowledged with an empty packet. */
  #judge(avps: AvpMessage): PeerStep {
    const error = avps.microsoft(avpMsChapError);
    if (error !== undefined) {
      return { kind: "failed", code: failureCode(error.subarray(1)) };
    }
    const success = avps.microsoft(avpMsChap2Success);
    const proof = this.#proof;
    if (success === undefined || proof === undefined) return { kind: "discard" };
    const expected = new TextEncoder().encode(proof.text);
    const right =
      success[0] === proof.identifier &&
      constantTimeEqual(success.subarray(1, 1 + expected.length), expected);
    if (!right) return { kind: "failed", code: ERROR_MUTUAL_AUTH_FAILED };
    return { kind: "succeeded" };
  }

  #progressed(progress: InnerPeerProgress): PeerStep {
    switch (progress.kind) {
      case "response":
        return { kind: "send", data: encodeAvps([standardAvp(avpEapMessage, progress.packet)]) };
      case "finished":
        if (progress.outcome.result !== NO_ERROR) return { kind: "failed", code: progress.outcome.result };
        return { kind: "listen" };
      case "question":
        return progress;
      case "nothing":
        return { kind: "discard" };
    }
  }
}

/** A challenge that both sides take from the tunnel, and the identifier behind it. */
function split(implicit: Uint8Array): readonly [Uint8Array, number] {
  const last = implicit.length - 1;
  return [implicit.subarray(0, last), implicit[last] ?? 0];
}

function failureCode(message: Uint8Array): number {
  try {
    const { code } = decodeMsChap2Failure(message);
    return code === NO_ERROR ? ERROR_AUTHENTICATION_FAILURE : code;
  } catch (error) {
    if (error instanceof MethodPacketError) return ERROR_AUTHENTICATION_FAILURE;
    throw error;
  }
}
