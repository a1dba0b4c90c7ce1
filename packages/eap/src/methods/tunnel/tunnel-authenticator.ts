import { NO_ERROR } from "@sallyport/errors/win32";
import type { TlsConnection, TlsSession } from "@sallyport/tls-engine";
import { type RasAuthAttribute, replaceAttributes, textAttribute } from "../../contract/auth-attribute.ts";
import {
  raatEMSK,
  raatFastRoamedSession,
  raatInnerEAPTypeId,
  raatUserName,
  raatUserPassword,
} from "../../contract/auth-attribute-types.ts";
import type { PppEapBeginInput } from "../../contract/ppp-eap.ts";
import { ERROR_AUTHENTICATION_FAILURE } from "../../contract/status-codes.ts";
import { askProvider } from "../../host/provider.ts";
import { mppeKeysOf, tlsMethodKeys } from "../tls-core/tls-keys.ts";
import type { TlsAuthenticatorMove, TlsAuthenticatorPhase } from "../tls-core/tls-phase.ts";
import type { InnerMethods } from "./inner-methods.ts";
import type { AuthenticatorPhase, InnerSuccess, PhaseStep, Tunnel } from "./phase.ts";
import { decodeRemembered, encodeRemembered, type Remembered } from "./remembered.ts";
import { maxMessageSize } from "./tunnel-size.ts";

/** What a tunnel method adds: what is said inside. */
export type MakeAuthenticatorPhase = (
  tunnel: Tunnel,
  remembered: Remembered | undefined,
) => AuthenticatorPhase;

export interface TunnelAuthenticatorParts {
  readonly type: number;
  readonly inner: InnerMethods;
  readonly fragmentBytes: number | undefined;
  readonly makePhase: MakeAuthenticatorPhase;
  /** The identifier of the outer request that is to be sent next. */
  readonly nextIdentifier: () => number;
}

/** The inside of PEAP and TTLS on the authenticator: what both have in common. */
export class TunnelAuthenticatorPhase implements TlsAuthenticatorPhase {
  readonly #input: PppEapBeginInput;
  readonly #parts: TunnelAuthenticatorParts;
  #session: TlsSession | undefined;
  #tunnel: Tunnel | undefined;
  #phase: AuthenticatorPhase | undefined;
  #begun = false;
  #succeeded = false;

  constructor(input: PppEapBeginInput, parts: TunnelAuthenticatorParts) {
    this.#input = input;
    this.#parts = parts;
  }

  async established(connection: TlsConnection, session: TlsSession): Promise<TlsAuthenticatorMove> {
    const { type, makePhase, fragmentBytes } = this.#parts;
    this.#session = session;
    // Only who was authenticated inside is remembered: everybody else proves it now, resumed or not.
    const known = connection.resumed ? decodeRemembered(type, connection.remembered) : undefined;
    const remembered = known && (await this.#authorized(known));
    if (typeof remembered === "number") {
      return { kind: "fail", code: remembered, alert: "access_denied", identity: known?.identity };
    }
    const tunnel = {
      input: this.#input,
      connection,
      resumed: remembered !== undefined,
      maxMessageSize: maxMessageSize(this.#input, fragmentBytes),
      keys: tlsMethodKeys(connection, type),
    };
    this.#tunnel = tunnel;
    this.#phase = makePhase(tunnel, remembered);
    // TLS 1.2: the server's last flight, and the peer's word that it came, before anything is said inside.
    if (connection.protocol === "TLSv1.2" && !connection.resumed) return { kind: "send" };
    return this.#speak(session.read());
  }

  received(data: Uint8Array): Promise<TlsAuthenticatorMove> {
    return this.#speak(data);
  }

  acknowledged(): Promise<TlsAuthenticatorMove> {
    return this.#speak(new Uint8Array(0));
  }

  end(): void {
    this.#phase?.stop();
    // Nobody may come back to a session whose user did not prove anything.
    if (!this.#succeeded) this.#session?.forget();
  }

  async #speak(data: Uint8Array): Promise<TlsAuthenticatorMove> {
    const phase = this.#phase;
    if (phase === undefined) return { kind: "fail", code: ERROR_AUTHENTICATION_FAILURE };
    const identifier = this.#parts.nextIdentifier();
    const begins = !this.#begun;
    this.#begun = true;
    let step: PhaseStep = begins ? await phase.begin(identifier) : { kind: "listen" };
    // Octets that came with the end of the handshake are the answer to nothing but a wait.
    if (!begins || (data.length > 0 && step.kind === "listen")) step = await phase.receive(data, identifier);
    return this.#moveOf(step);
  }

  #moveOf(step: PhaseStep): TlsAuthenticatorMove {
    switch (step.kind) {
      case "send":
        return step;
      case "listen":
        return { kind: "send" };
      case "succeeded":
        return this.#succeed(step.success, step.data);
      case "failed":
        return { kind: "fail", code: step.code, identity: step.identity };
      case "discard":
        // In a tunnel nothing is lost and nobody else speaks: what makes no sense is the peer's own.
        return { kind: "fail", code: ERROR_AUTHENTICATION_FAILURE };
    }
  }

  #succeed(success: InnerSuccess, data: Uint8Array | undefined): TlsAuthenticatorMove {
    const session = this.#session;
    const { resumed = false } = this.#tunnel ?? {};
    const kept = encodeRemembered(this.#parts.type, success);
    if (kept === undefined) session?.forget();
    else session?.remember(kept);
    this.#succeeded = true;
    const { identity, attributes, keys, innerType, password } = success;
    const all: readonly RasAuthAttribute[] = [
      ...attributes,
      { type: raatEMSK, value: keys.emsk },
      { type: raatFastRoamedSession, value: resumed ? 1 : 0 },
      ...(innerType === undefined ? [] : [{ type: raatInnerEAPTypeId, value: innerType }]),
      ...(password === undefined ? [] : [{ type: raatUserPassword, value: password }]),
    ];
    return {
      kind: "succeed",
      data,
      success: { identity, attributes: all, keys: mppeKeysOf(keys.msk) },
    };
  }

  /** Whose session is resumed may have lost what it had: the provider tells anew (EAP-52). */
  async #authorized(remembered: Remembered): Promise<Remembered | number> {
    const { provider } = this.#parts.inner;
    if (provider === undefined) return remembered;
    const { identity, attributes } = remembered;
    const { userAttributes } = this.#input;
    const request = {
      identity,
      attributes: [textAttribute(raatUserName, identity)],
      sessionAttributes: userAttributes,
    };
    const { result, attributes: fresh } = await askProvider(provider, request, () => undefined);
    return result === NO_ERROR ? { ...remembered, attributes: replaceAttributes(attributes, fresh) } : result;
  }
}
