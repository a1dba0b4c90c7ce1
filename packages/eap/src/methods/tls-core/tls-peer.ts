import { NO_ERROR } from "@sallyport/errors/win32";
import type { TlsSession } from "@sallyport/tls-engine";
import type { RasAuthAttribute } from "../../contract/auth-attribute.ts";
import { findAuthAttribute } from "../../contract/auth-attribute.ts";
import { raatSessionId } from "../../contract/auth-attribute-types.ts";
import { mppeKeyAttributes } from "../../contract/mppe-key-attributes.ts";
import type { PppEapInput, PppEapOutput, RasEapStatus } from "../../contract/ppp-eap.ts";
import {
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_MUTUAL_AUTH_FAILED,
  ERROR_PPP_INVALID_PACKET,
} from "../../contract/status-codes.ts";
import type { MethodSide } from "../method-side.ts";
import { done, Responses } from "../responses.ts";
import { whenKnown } from "../when-known.ts";
import { mppeKeysOf, tlsMethodKeys } from "./tls-keys.ts";
import { type TlsMessageSettings, TlsMessages } from "./tls-messages.ts";
import type { TlsPeerMove, TlsPeerPhase, TlsSuccess } from "./tls-phase.ts";
import { handshakeRefusal, type TlsRefusal } from "./tls-refusal.ts";

/** What a session of the peer is made of. */
export interface TlsPeerParts extends TlsMessageSettings {
  /** Opens a session of the endpoint of the client; its exporters are those of `tlsMethodExporters`. */
  readonly open: () => TlsSession;
  readonly phase: TlsPeerPhase;
  /** Hears why TLS itself ended the session. */
  readonly onRefused?: ((refusal: TlsRefusal) => void) | undefined;
  /** Whether the version in the flags of Start will do; by default any does, as RFC 5216 has it. */
  readonly acceptsVersion?: ((version: number) => boolean) | undefined;
}

type State =
  | { readonly awaits: "start" }
  | { readonly awaits: "message" }
  | { readonly awaits: "user" }
  /** Success is believed. */
  | { readonly awaits: "success"; readonly success: TlsSuccess }
  /** Nothing but Failure is believed. */
  | { readonly awaits: "failure"; readonly code: number };

/**
 * The peer of a TLS method in one session (RFC 5216 section 2.1): the counterpart of `TlsAuthenticator`, and like it the
 * same for EAP-TLS, PEAP and TTLS.
 */
export class TlsPeer implements MethodSide {
  readonly #responses: Responses;
  readonly #parts: TlsPeerParts;
  readonly #messages: TlsMessages;
  #state: State = { awaits: "start" };
  #ended = false;

  constructor(parts: TlsPeerParts) {
    this.#responses = new Responses(parts.type);
    this.#parts = parts;
    this.#messages = new TlsMessages(parts.open, parts);
  }

  /** The identifier of the request that is to be answered: what PEAP says inside follows it. */
  get identifier(): number {
    return this.#responses.identifier;
  }

  makeMessage(
    received: Uint8Array | null,
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
    input: PppEapInput | null,
  ): RasEapStatus {
    if (received === null) return this.#withoutPacket(sendPacket, output, input);
    const event = this.#responses.read(received, sendPacket, output);
    switch (event.kind) {
      case "duplicate":
        return event.answered ? NO_ERROR : ERROR_PPP_INVALID_PACKET;
      case "request":
        return this.#request(received, event.data, sendPacket, output);
      case "success":
        return this.#state.awaits === "success"
          ? this.#succeed(this.#state.success, output)
          : this.#believe(output, () => ERROR_PPP_INVALID_PACKET);
      case "failure":
        return done(
          output,
          this.#state.awaits === "failure" ? this.#state.code : ERROR_AUTHENTICATION_FAILURE,
        );
      case "none":
        return ERROR_PPP_INVALID_PACKET;
    }
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#messages.end();
    this.#parts.phase.end?.();
  }

  #withoutPacket(
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
    input: PppEapInput | null,
  ): RasEapStatus {
    const state = this.#state;
    const { phase } = this.#parts;
    if (
      input?.dataReceivedFromInteractiveUI === true &&
      state.awaits === "user" &&
      phase.typed !== undefined
    ) {
      const typed = input.dataFromInteractiveUI ?? null;
      this.#state = { awaits: "message" };
      return this.#makeLater(phase.typed(typed === null ? null : new Uint8Array(typed)), sendPacket, output);
    }
    if (input?.successPacketReceived !== true) return NO_ERROR;
    // The network phase alone does not make up for an exchange that is not complete (EAP-49).
    return state.awaits === "success"
      ? this.#succeed(state.success, output)
      : this.#believe(output, () => done(output, ERROR_MUTUAL_AUTH_FAILED));
  }

  /** Success came in the middle of what is said inside: only that can tell whether it may be one. */
  #believe(output: PppEapOutput, otherwise: () => number): RasEapStatus {
    const { phase } = this.#parts;
    const inTunnel = this.#state.awaits === "message" && this.#messages.connection !== undefined;
    if (!inTunnel || phase.believes === undefined) return otherwise();
    return whenKnown(phase.believes(), (success) =>
      success === undefined ? otherwise() : this.#succeed(success, output),
    );
  }

  #request(
    packet: Uint8Array,
    data: Uint8Array,
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
  ): RasEapStatus {
    const state = this.#state;
    if (state.awaits === "user") return ERROR_PPP_INVALID_PACKET;
    const event = this.#messages.receive(data);
    if (event === undefined || (event.kind === "start") !== (state.awaits === "start")) {
      return ERROR_PPP_INVALID_PACKET;
    }
    switch (event.kind) {
      case "start":
        if (this.#parts.acceptsVersion?.(event.version) === false) return ERROR_PPP_INVALID_PACKET;
        this.#responses.take(packet);
        this.#state = { awaits: "message" };
        return this.#heard(new Uint8Array(0), sendPacket, output);
      case "fragment":
        this.#responses.take(packet);
        return this.#send(this.#messages.acknowledge(sendPacket), sendPacket, output);
      case "acknowledged":
        this.#responses.take(packet);
        return this.#send(this.#messages.writeNext(sendPacket), sendPacket, output);
      case "empty":
        return this.#acknowledged(packet, sendPacket, output);
      case "message":
        this.#responses.take(packet);
        return this.#heard(event.message, sendPacket, output);
    }
  }

  #acknowledged(packet: Uint8Array, sendPacket: Uint8Array<ArrayBuffer>, output: PppEapOutput): RasEapStatus {
    // Before the tunnel is there, the authenticator always has something to say.
    if (this.#messages.connection === undefined) return ERROR_PPP_INVALID_PACKET;
    this.#responses.take(packet);
    const { phase } = this.#parts;
    if (phase.acknowledged === undefined || this.#state.awaits === "failure") {
      return this.#send(this.#messages.acknowledge(sendPacket), sendPacket, output);
    }
    return this.#makeLater(phase.acknowledged(), sendPacket, output);
  }

  async #makeLater(
    move: TlsPeerMove | PromiseLike<TlsPeerMove>,
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
  ): Promise<number> {
    return this.#make(await move, sendPacket, output);
  }

  async #heard(
    message: Uint8Array,
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
  ): Promise<number> {
    // Whatever comes after a refusal is no news; the authenticator wants an answer before it says Failure.
    if (this.#state.awaits === "failure") return this.#write(new Uint8Array(0), sendPacket, output);
    const heard = await this.#messages.hear(message);
    const { connection } = this.#messages;
    switch (heard.kind) {
      case "failed": {
        const refusal = handshakeRefusal(heard.error);
        // A session that was ended meanwhile has refused nobody.
        if (!this.#ended) this.#parts.onRefused?.(refusal);
        this.#state = { awaits: "failure", code: refusal.code };
        return this.#write(heard.error.flight, sendPacket, output);
      }
      case "handshake":
        return this.#write(heard.flight, sendPacket, output);
      case "established":
        if (connection === undefined) return done(output, ERROR_AUTHENTICATION_FAILURE);
        return this.#make(await this.#parts.phase.established(connection), sendPacket, output, true);
      case "data":
        // Session tickets, for instance, are for TLS alone; but the authenticator has given the word with them.
        if (heard.data.length === 0) {
          const { acknowledged } = this.#parts.phase;
          if (acknowledged !== undefined) {
            return this.#make(await acknowledged.call(this.#parts.phase), sendPacket, output);
          }
          return this.#write(await this.#messages.seal(undefined), sendPacket, output);
        }
        return this.#make(await this.#parts.phase.received(heard.data), sendPacket, output);
    }
  }

  async #make(
    move: TlsPeerMove,
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
    handshaking = false,
  ): Promise<number> {
    switch (move.kind) {
      case "ask":
        this.#state = { awaits: "user" };
        output.invokeInteractiveUI = true;
        output.uiContextData = move.contextData;
        return NO_ERROR;
      case "fail": {
        this.#state = { awaits: "failure", code: move.code };
        const message =
          handshaking && move.alert !== undefined
            ? await this.#messages.refusal(move.alert)
            : await this.#messages.seal(move.data);
        return this.#write(message, sendPacket, output);
      }
      case "succeed":
        this.#state = { awaits: "success", success: move.success ?? {} };
        return this.#write(await this.#messages.seal(move.data), sendPacket, output);
      case "send":
        return this.#write(await this.#messages.seal(move.data), sendPacket, output);
    }
  }

  #write(message: Uint8Array, sendPacket: Uint8Array, output: PppEapOutput): number {
    return this.#send(this.#messages.write(message, sendPacket), sendPacket, output);
  }

  #send(length: number, sendPacket: Uint8Array, output: PppEapOutput): number {
    return this.#responses.send(sendPacket, length, output);
  }

  #succeed(success: TlsSuccess, output: PppEapOutput): number {
    const { connection, session } = this.#messages;
    if (connection === undefined || session === undefined) return done(output, ERROR_MUTUAL_AUTH_FAILED);
    this.#parts.phase.succeeded?.(session);
    return done(output, NO_ERROR, this.#attributes(success, tlsMethodKeys(connection, this.#parts.type)));
  }

  #attributes(
    success: TlsSuccess,
    { msk, sessionId }: ReturnType<typeof tlsMethodKeys>,
  ): readonly RasAuthAttribute[] {
    const { attributes = [] } = success;
    const keys = success.keys === undefined ? mppeKeysOf(msk) : success.keys;
    const named = sessionId !== undefined && findAuthAttribute(attributes, raatSessionId) === undefined;
    return [
      ...attributes,
      // Named from the view of the access server, handed over from the peer's own (EAP-84).
      ...(keys === null ? [] : mppeKeyAttributes({ send: keys.receive, receive: keys.send })),
      ...(named ? [{ type: raatSessionId, value: sessionId }] : []),
    ];
  }
}
