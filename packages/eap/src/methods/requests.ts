import { NO_ERROR } from "@sallyport/errors/win32";
import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import { textAttribute } from "../contract/auth-attribute.ts";
import { raatUserName } from "../contract/auth-attribute-types.ts";
import { EAPACTION_NoAction, EAPACTION_SendAndDone, type PppEapAction } from "../contract/constants.ts";
import type { PppEapBeginInput, PppEapOutput } from "../contract/ppp-eap.ts";
import { EAPCODE_Failure, EAPCODE_Request, EAPCODE_Response, EAPCODE_Success } from "../wire/codes.ts";

/** Where the data of a packet stand: after Code, Identifier, Length and Type. */
export const dataOffset = 5;

/** The requests of an authenticator: their identifiers, and the one that may have to be sent again. */
export class Requests {
  readonly #type: number;
  #identifier: number;
  #last: Uint8Array | undefined;
  #lastAction: PppEapAction = EAPACTION_NoAction;

  constructor(type: number, input: PppEapBeginInput) {
    this.#type = type;
    this.#identifier = (input.initialId + 255) & 255;
  }

  /** The identifier of the last request. */
  get identifier(): number {
    return this.#identifier;
  }

  /** The identifier that the next request will have (EAP-59). */
  get nextIdentifier(): number {
    return (this.#identifier + 1) & 255;
  }

  /** Whether a request was sent. */
  get begun(): boolean {
    return this.#last !== undefined;
  }

  /** Completes a request, whose data stand in the packet already. */
  send(sendPacket: Uint8Array, dataLength: number, action: PppEapAction, output: PppEapOutput): number {
    this.#identifier = this.nextIdentifier;
    writeHeader(sendPacket, EAPCODE_Request, this.#identifier, this.#type, dataLength);
    this.#last = sendPacket.slice(0, dataOffset + dataLength);
    this.#lastAction = action;
    output.action = action;
    return NO_ERROR;
  }

  /** Sends the last request again (EAP-16, EAP-30). */
  again(sendPacket: Uint8Array, output: PppEapOutput): number {
    if (this.#last === undefined) return NO_ERROR;
    sendPacket.set(this.#last);
    output.action = this.#lastAction;
    return NO_ERROR;
  }

  /** The data of the response to the last request; undefined for any other packet. */
  answer(packet: Uint8Array): Uint8Array | undefined {
    if (!this.begun || packet[0] !== EAPCODE_Response || packet[1] !== this.#identifier) return undefined;
    return typeData(packet, this.#type);
  }

  /** Ends the session with Success, and tells who the user is (EAP-45, EAP-46). */
  succeed(
    sendPacket: Uint8Array,
    output: PppEapOutput,
    identity: string,
    attributes: readonly RasAuthAttribute[] = [],
  ): number {
    writeResult(sendPacket, EAPCODE_Success, this.#identifier);
    output.action = EAPACTION_SendAndDone;
    output.authResultCode = NO_ERROR;
    output.userAttributes = [textAttribute(raatUserName, identity), ...attributes];
    return NO_ERROR;
  }

  /** Ends the session with Failure (EAP-43, EAP-45). */
  fail(sendPacket: Uint8Array, output: PppEapOutput, code: number): number {
    writeResult(sendPacket, EAPCODE_Failure, this.#identifier);
    output.action = EAPACTION_SendAndDone;
    output.authResultCode = code;
    return NO_ERROR;
  }
}

/** What follows the type, in a packet of this type whose length is right; otherwise undefined. */
export function typeData(packet: Uint8Array, type: number): Uint8Array | undefined {
  const length = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
  if (length < dataOffset || length > packet.length || packet[4] !== type) return undefined;
  return packet.subarray(dataOffset, length);
}

/** Code, Identifier, Length and Type. */
export function writeHeader(
  packet: Uint8Array,
  code: number,
  identifier: number,
  type: number,
  dataLength: number,
): void {
  const length = dataOffset + dataLength;
  packet[0] = code;
  packet[1] = identifier;
  packet[2] = length >> 8;
  packet[3] = length;
  packet[4] = type;
}

function writeResult(packet: Uint8Array, code: number, identifier: number): void {
  packet[0] = code;
  packet[1] = identifier;
  packet[2] = 0;
  packet[3] = 4;
}
