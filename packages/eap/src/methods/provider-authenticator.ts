import { NO_ERROR } from "@sallyport/errors/win32";
import { findAuthAttribute, type RasAuthAttribute, textAttribute } from "../contract/auth-attribute.ts";
import { raatUserName } from "../contract/auth-attribute-types.ts";
import { EAPACTION_Authenticate, type PppEapAction } from "../contract/constants.ts";
import type { PppEapBeginInput, PppEapInput, PppEapOutput } from "../contract/ppp-eap.ts";
import {
  ERROR_AUTH_INTERNAL,
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_PPP_INVALID_PACKET,
} from "../contract/status-codes.ts";
import type { MethodSide } from "./method-side.ts";
import { dataOffset, Requests } from "./requests.ts";

/** What a method adds to {@link ProviderAuthenticator}. */
export interface ProviderStep {
  /** What waiting for the answer is: a machine's or a user's (EAP-29). */
  readonly action: PppEapAction;
  /** Writes the data of the request; returns their length. */
  write(target: Uint8Array): number;
  /**
   * The credentials in the data of the response; an empty array where the user is refused without asking: a provider
   * without credentials would take the user as authentic (EAP-52).
   *
   * @throws {MethodPacketError} when the packet is to be discarded
   */
  credentials(data: Uint8Array, identifier: number): readonly RasAuthAttribute[];
}

/** One request, one response, and the authentication provider decides (EAP-50, EAP-51). */
export class ProviderAuthenticator implements MethodSide {
  readonly #requests: Requests;
  readonly #input: PppEapBeginInput;
  readonly #step: ProviderStep;
  #waitsForProvider = false;

  constructor(type: number, input: PppEapBeginInput, step: ProviderStep) {
    this.#requests = new Requests(type, input);
    this.#input = input;
    this.#step = step;
  }

  makeMessage(
    received: Uint8Array | null,
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
    input: PppEapInput | null,
  ): number {
    if (this.#waitsForProvider) return this.#conclude(received, sendPacket, output, input);
    if (received !== null) return this.#receive(received, sendPacket, output);
    if (this.#requests.begun) return this.#requests.again(sendPacket, output);
    const length = this.#step.write(sendPacket.subarray(dataOffset));
    return this.#requests.send(sendPacket, length, this.#step.action, output);
  }

  #receive(packet: Uint8Array, sendPacket: Uint8Array, output: PppEapOutput): number {
    const data = this.#requests.answer(packet);
    if (data === undefined) return ERROR_PPP_INVALID_PACKET;
    const credentials = this.#step.credentials(data, this.#requests.identifier);
    if (credentials.length === 0)
      return this.#requests.fail(sendPacket, output, ERROR_AUTHENTICATION_FAILURE);
    this.#waitsForProvider = true;
    output.action = EAPACTION_Authenticate;
    output.userAttributes = [...this.#userName(), ...credentials];
    return NO_ERROR;
  }

  /** The user's name, unless the provider has it from the host already (EAP-54). */
  #userName(): readonly RasAuthAttribute[] {
    const { identity, userAttributes } = this.#input;
    if (findAuthAttribute(userAttributes, raatUserName) !== undefined) return [];
    return [textAttribute(raatUserName, identity)];
  }

  #conclude(
    received: Uint8Array | null,
    sendPacket: Uint8Array,
    output: PppEapOutput,
    input: PppEapInput | null,
  ): number {
    if (input?.authenticationComplete !== true)
      return received === null ? NO_ERROR : ERROR_PPP_INVALID_PACKET;
    const code = input.authResultCode ?? ERROR_AUTH_INTERNAL;
    return code === NO_ERROR
      ? this.#requests.succeed(sendPacket, output, this.#input.identity)
      : this.#requests.fail(sendPacket, output, code);
  }
}
