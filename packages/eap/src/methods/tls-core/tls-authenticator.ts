import { NO_ERROR } from "@sallyport/errors/win32";
import type { TlsSession } from "@sallyport/tls-engine";
import { findAuthAttribute, type RasAuthAttribute } from "../../contract/auth-attribute.ts";
import { raatSessionId } from "../../contract/auth-attribute-types.ts";
import {
  EAPACTION_Authenticate,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
} from "../../contract/constants.ts";
import { mppeKeyAttributes } from "../../contract/mppe-key-attributes.ts";
import type { PppEapBeginInput, PppEapInput, PppEapOutput, RasEapStatus } from "../../contract/ppp-eap.ts";
import { ERROR_AUTHENTICATION_FAILURE, ERROR_PPP_INVALID_PACKET } from "../../contract/status-codes.ts";
import type { MethodSide } from "../method-side.ts";
import { Requests } from "../requests.ts";
import { mppeKeysOf, tlsMethodKeys } from "./tls-keys.ts";
import { type TlsMessageSettings, TlsMessages } from "./tls-messages.ts";
import type { TlsAuthenticatorMove, TlsAuthenticatorPhase, TlsSuccess } from "./tls-phase.ts";
import { handshakeRefusal, type TlsRefusal } from "./tls-refusal.ts";

/** What a session of the authenticator is made of. */
export interface TlsAuthenticatorParts extends TlsMessageSettings {
  /** Opens a session of the endpoint of the server; its exporters are those of `tlsMethodExporters`. */
  readonly open: () => TlsSession;
  readonly phase: TlsAuthenticatorPhase;
  /** Hears why TLS itself ended the session; the phase knows of its own refusals. */
  readonly onRefused?: ((refusal: TlsRefusal) => void) | undefined;
}

type State =
  | { readonly awaits: "peer" }
  | { readonly awaits: "provider" }
  /** The acknowledgement of the last message before Success or Failure. */
  | { readonly awaits: "success"; readonly success: TlsSuccess }
  | { readonly awaits: "failure"; readonly code: number; readonly identity?: string | undefined };

/**
 * The authenticator of a TLS method in one session, from Start to Success or Failure (RFC 5216 section 2.1): what PEAP,
 * TTLS and EAP-TLS have in common. What is said inside the tunnel is for the phase.
 *
 * A packet that breaks the rules of fragments is discarded with 722. What breaks those of TLS is answered with the
 * alert, and then with Failure.
 */
export class TlsAuthenticator implements MethodSide {
  readonly #requests: Requests;
  readonly #input: PppEapBeginInput;
  readonly #parts: TlsAuthenticatorParts;
  readonly #messages: TlsMessages;
  #state: State = { awaits: "peer" };
  #ended = false;

  constructor(input: PppEapBeginInput, parts: TlsAuthenticatorParts) {
    this.#requests = new Requests(parts.type, input);
    this.#input = input;
    this.#parts = parts;
    this.#messages = new TlsMessages(parts.open, parts);
  }

  /** The identifier that the next request will have: what PEAP says inside follows it. */
  get nextIdentifier(): number {
    return this.#requests.nextIdentifier;
  }

  makeMessage(
    received: Uint8Array | null,
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
    input: PppEapInput | null,
  ): RasEapStatus {
    const turn = new Turn(this.#requests, sendPacket, output);
    if (received !== null) return this.#receive(received, turn);
    if (input?.authenticationComplete === true && this.#state.awaits === "provider") {
      return this.#judged(input.authResultCode ?? NO_ERROR, input.userAttributes ?? [], turn);
    }
    if (this.#requests.begun) return this.#requests.again(sendPacket, output);
    return turn.send(this.#messages.writeStart(sendPacket));
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#messages.end();
    this.#parts.phase.end?.();
  }

  #receive(received: Uint8Array, turn: Turn): RasEapStatus {
    const data = this.#requests.answer(received);
    if (data === undefined || this.#state.awaits === "provider") return ERROR_PPP_INVALID_PACKET;
    const event = this.#messages.receive(data);
    switch (event?.kind) {
      case "fragment":
        return turn.send(this.#messages.acknowledge(turn.sendPacket));
      case "acknowledged":
        return turn.send(this.#messages.writeNext(turn.sendPacket));
      case "empty":
        return this.#acknowledged(turn);
      case "message":
        return this.#heard(event.message, turn);
      default:
        return ERROR_PPP_INVALID_PACKET;
    }
  }

  #acknowledged(turn: Turn): RasEapStatus {
    const state = this.#state;
    if (state.awaits === "success") return this.#succeed(state.success, turn);
    if (state.awaits === "failure") return turn.fail(state.code, state.identity);
    const { phase } = this.#parts;
    if (this.#messages.connection === undefined || phase.acknowledged === undefined) {
      return ERROR_PPP_INVALID_PACKET;
    }
    return this.#acknowledgedPhase(phase.acknowledged(), turn);
  }

  async #acknowledgedPhase(
    move: TlsAuthenticatorMove | PromiseLike<TlsAuthenticatorMove>,
    turn: Turn,
  ): Promise<number> {
    return this.#make(await move, turn);
  }

  async #judged(result: number, attributes: readonly RasAuthAttribute[], turn: Turn): Promise<number> {
    this.#state = { awaits: "peer" };
    const { phase } = this.#parts;
    if (phase.authenticated === undefined) return turn.fail(ERROR_AUTHENTICATION_FAILURE);
    return this.#make(await phase.authenticated(result, attributes), turn);
  }

  async #heard(message: Uint8Array, turn: Turn): Promise<number> {
    const before = this.#state;
    // In answer to an alert, whatever it is, comes Failure (RFC 5216 section 2.1.3).
    if (before.awaits === "failure") return turn.fail(before.code, before.identity);
    const heard = await this.#messages.hear(message);
    const { connection, session } = this.#messages;
    switch (heard.kind) {
      case "failed": {
        const refusal = handshakeRefusal(heard.error);
        // A session that was ended meanwhile has refused nobody.
        if (!this.#ended) this.#parts.onRefused?.(refusal);
        return this.#refuse(heard.error.flight, refusal.code, turn);
      }
      case "handshake":
        // A message is a whole flight: what TLS has no answer to was cut off.
        if (heard.flight.length > 0) return turn.send(this.#messages.write(heard.flight, turn.sendPacket));
        this.#parts.onRefused?.(cutOff);
        return turn.fail(cutOff.code);
      case "established":
        if (connection === undefined || session === undefined) return turn.fail(ERROR_AUTHENTICATION_FAILURE);
        return this.#make(await this.#parts.phase.established(connection, session), turn, true);
      case "data":
        // An answer to the last message that is no acknowledgement: the peer has changed its mind.
        if (before.awaits === "success") return turn.fail(ERROR_AUTHENTICATION_FAILURE);
        return this.#make(await this.#parts.phase.received(heard.data), turn);
    }
  }

  async #make(move: TlsAuthenticatorMove, turn: Turn, handshaking = false): Promise<number> {
    switch (move.kind) {
      case "send": {
        const message = await this.#messages.seal(move.data);
        return turn.send(this.#messages.write(message, turn.sendPacket), move.interactive);
      }
      case "authenticate":
        this.#state = { awaits: "provider" };
        turn.output.action = EAPACTION_Authenticate;
        turn.output.userAttributes = move.attributes;
        return NO_ERROR;
      case "succeed": {
        const message = await this.#messages.seal(move.data);
        if (message.length === 0) return this.#succeed(move.success, turn);
        this.#state = { awaits: "success", success: move.success };
        return turn.send(this.#messages.write(message, turn.sendPacket));
      }
      case "fail": {
        const message =
          handshaking && move.alert !== undefined
            ? await this.#messages.refusal(move.alert)
            : await this.#messages.seal(move.data);
        return this.#refuse(message, move.code, turn, move.identity);
      }
    }
  }

  #refuse(message: Uint8Array, code: number, turn: Turn, identity?: string): number {
    if (message.length === 0) return turn.fail(code, identity);
    this.#state = { awaits: "failure", code, identity };
    return turn.send(this.#messages.write(message, turn.sendPacket));
  }

  #succeed(success: TlsSuccess, turn: Turn): number {
    const { connection } = this.#messages;
    if (connection === undefined) return turn.fail(ERROR_AUTHENTICATION_FAILURE);
    const { identity = this.#input.identity, attributes = [] } = success;
    const { msk, sessionId } = tlsMethodKeys(connection, this.#parts.type);
    const keys = success.keys === undefined ? mppeKeysOf(msk) : success.keys;
    const named = sessionId !== undefined && findAuthAttribute(attributes, raatSessionId) === undefined;
    return this.#requests.succeed(turn.sendPacket, turn.output, identity, [
      ...attributes,
      ...(keys === null ? [] : mppeKeyAttributes(keys)),
      ...(named ? [{ type: raatSessionId, value: sessionId }] : []),
    ]);
  }
}

const cutOff: TlsRefusal = {
  reason: "handshake",
  code: ERROR_AUTHENTICATION_FAILURE,
  alert: undefined,
  detail: "truncated",
};

/** One call of RasEapMakeMessage: where its answer goes. */
class Turn {
  readonly sendPacket: Uint8Array;
  readonly output: PppEapOutput;
  readonly #requests: Requests;

  constructor(requests: Requests, sendPacket: Uint8Array, output: PppEapOutput) {
    this.#requests = requests;
    this.sendPacket = sendPacket;
    this.output = output;
  }

  send(length: number, interactive = false): number {
    const action = interactive ? EAPACTION_SendWithTimeoutInteractive : EAPACTION_SendWithTimeout;
    return this.#requests.send(this.sendPacket, length, action, this.output);
  }

  fail(code: number, identity?: string): number {
    if (identity !== undefined) this.output.identity = identity;
    return this.#requests.fail(this.sendPacket, this.output, code);
  }
}
