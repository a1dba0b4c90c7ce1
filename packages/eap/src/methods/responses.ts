import { constantTimeEqual } from "@sallyport/crypto";
import { NO_ERROR } from "@sallyport/errors/win32";
import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import { EAPACTION_Done, EAPACTION_Send } from "../contract/constants.ts";
import type { PppEapOutput } from "../contract/ppp-eap.ts";
import { EAPCODE_Failure, EAPCODE_Request, EAPCODE_Response, EAPCODE_Success } from "../wire/codes.ts";
import { dataOffset, typeData, writeHeader } from "./requests.ts";

/** What a packet is to a peer. */
export type PeerEvent =
  /** Its last request once more: the response has been written again, where there was one. */
  | { readonly kind: "duplicate"; readonly answered: boolean }
  | { readonly kind: "request"; readonly data: Uint8Array }
  | { readonly kind: "success" | "failure" }
  /** Nothing for this session: to be discarded. */
  | { readonly kind: "none" };

const none: PeerEvent = { kind: "none" };

/** The responses of a peer: the request that is to be answered, and the answer that may have to be sent again. */
export class Responses {
  readonly #type: number;
  #request: Uint8Array | undefined;
  #response: Uint8Array | undefined;

  constructor(type: number) {
    this.#type = type;
  }

  /** Whether a request of the method has been answered. */
  get answered(): boolean {
    return this.#response !== undefined;
  }

  /** The identifier of the request that is, or was, to be answered. */
  get identifier(): number {
    return this.#request?.[1] ?? 0;
  }

  /** Says what a packet is. A request that is new has to be taken with {@link take} before it is answered. */
  read(packet: Uint8Array, sendPacket: Uint8Array, output: PppEapOutput): PeerEvent {
    const code = packet[0];
    if (code === EAPCODE_Success || code === EAPCODE_Failure) {
      return this.#ends(packet) ? { kind: code === EAPCODE_Success ? "success" : "failure" } : none;
    }
    if (code !== EAPCODE_Request) return none;
    if (this.#request !== undefined && constantTimeEqual(this.#request, packet)) {
      if (this.#response === undefined) return { kind: "duplicate", answered: false };
      sendPacket.set(this.#response);
      output.action = EAPACTION_Send;
      return { kind: "duplicate", answered: true };
    }
    const data = typeData(packet, this.#type);
    return data === undefined ? none : { kind: "request", data };
  }

  /** From now on this is the request to answer; called once it has turned out to be right. */
  take(packet: Uint8Array): void {
    this.#request = packet.slice();
    this.#response = undefined;
  }

  /** Completes the response, whose data stand in the packet already. */
  send(sendPacket: Uint8Array, dataLength: number, output: PppEapOutput): number {
    writeHeader(sendPacket, EAPCODE_Response, this.identifier, this.#type, dataLength);
    this.#response = sendPacket.slice(0, dataOffset + dataLength);
    output.action = EAPACTION_Send;
    return NO_ERROR;
  }

  /**
   * Whether Success or Failure belongs to the last response (RFC 3748 section 4.2). Some authenticators count on: the
   * next identifier is taken, too.
   */
  #ends(packet: Uint8Array): boolean {
    if (packet.length < 4 || packet[2] !== 0 || packet[3] !== 4) return false;
    if (this.#request === undefined) return packet[0] === EAPCODE_Failure;
    return packet[1] === this.identifier || packet[1] === ((this.identifier + 1) & 255);
  }
}

/** Ends the session of a peer. */
export function done(
  output: PppEapOutput,
  code: number,
  attributes: readonly RasAuthAttribute[] | null = null,
): number {
  output.action = EAPACTION_Done;
  output.authResultCode = code;
  output.userAttributes = attributes;
  return NO_ERROR;
}
