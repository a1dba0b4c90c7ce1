import type { TlsConnection, TlsSession } from "@sallyport/tls-engine";
import { raatEMSK } from "../../contract/auth-attribute-types.ts";
import { RAS_EAP_FLAG_NON_INTERACTIVE } from "../../contract/constants.ts";
import type { PppEapBeginInput } from "../../contract/ppp-eap.ts";
import {
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_INTERACTIVE_MODE,
  ERROR_MUTUAL_AUTH_FAILED,
} from "../../contract/status-codes.ts";
import type { TlsMethodClient } from "../tls-core/tls-endpoints.ts";
import { mppeKeysOf, tlsMethodKeys } from "../tls-core/tls-keys.ts";
import type { TlsPeerMove, TlsPeerPhase, TlsSuccess } from "../tls-core/tls-phase.ts";
import type { TlsRefusal } from "../tls-core/tls-refusal.ts";
import { encodeUserQuestion } from "../user-question.ts";
import type { PeerPhase, PeerStep, Tunnel, TunnelKeys } from "./phase.ts";
import { maxMessageSize } from "./tunnel-size.ts";

export interface TunnelPeerParts {
  readonly type: number;
  readonly servers: TlsMethodClient;
  /** Under which name the session is kept: that of the user inside, too. */
  readonly keptAs: string;
  readonly fragmentBytes: number | undefined;
  readonly onRefused: ((refusal: TlsRefusal) => void) | undefined;
  readonly makePhase: (tunnel: Tunnel) => PeerPhase;
  /** The identifier of the outer request that is to be answered. */
  readonly identifier: () => number;
}

/** The inside of PEAP and TTLS on the peer: what both have in common. */
export class TunnelPeerPhase implements TlsPeerPhase {
  readonly #input: PppEapBeginInput;
  readonly #parts: TunnelPeerParts;
  #tunnel: Tunnel | undefined;
  #phase: PeerPhase | undefined;
  #begun = false;

  constructor(input: PppEapBeginInput, parts: TunnelPeerParts) {
    this.#input = input;
    this.#parts = parts;
  }

  established(connection: TlsConnection): TlsPeerMove | Promise<TlsPeerMove> {
    const { type, servers, fragmentBytes, makePhase, onRefused } = this.#parts;
    const refusal = servers.refusalOf(connection);
    if (refusal !== undefined) {
      onRefused?.(refusal);
      const { code, alert } = refusal;
      return { kind: "fail", code, alert: typeof alert === "string" ? alert : undefined };
    }
    const tunnel = {
      input: this.#input,
      connection,
      resumed: connection.resumed,
      maxMessageSize: maxMessageSize(this.#input, fragmentBytes),
      keys: tlsMethodKeys(connection, type),
    };
    this.#tunnel = tunnel;
    this.#phase = makePhase(tunnel);
    // Where this side's Finished is the last of the handshake, it goes alone: not every server reads on behind it.
    if (connection.protocol === "TLSv1.3" && !connection.resumed) return { kind: "send" };
    return this.#begin();
  }

  async received(data: Uint8Array): Promise<TlsPeerMove> {
    return this.#receive(data);
  }

  async acknowledged(): Promise<TlsPeerMove> {
    return this.#receive(new Uint8Array(0));
  }

  async typed(data: Uint8Array | null): Promise<TlsPeerMove> {
    const step = await this.#phase?.answered(data === null ? null : new TextDecoder().decode(data));
    return this.#moveOf(step ?? { kind: "discard" });
  }

  async believes(): Promise<TlsSuccess | undefined> {
    const tunnel = this.#tunnel;
    return tunnel !== undefined && (await this.#phase?.believes()) === true
      ? this.#success(tunnel.keys)
      : undefined;
  }

  succeeded(session: TlsSession): void {
    this.#parts.servers.keep(this.#parts.keptAs, session);
  }

  end(): void {
    this.#phase?.stop();
  }

  async #begin(): Promise<TlsPeerMove> {
    this.#begun = true;
    return this.#moveOf((await this.#phase?.begin()) ?? { kind: "discard" });
  }

  async #receive(data: Uint8Array): Promise<TlsPeerMove> {
    const phase = this.#phase;
    if (phase === undefined) return { kind: "fail", code: ERROR_MUTUAL_AUTH_FAILED };
    const begins = !this.#begun;
    this.#begun = true;
    let step: PeerStep = begins ? await phase.begin() : { kind: "listen" };
    if (!begins || (data.length > 0 && step.kind === "listen")) {
      step = await phase.receive(data, this.#parts.identifier());
    }
    return this.#moveOf(step);
  }

  #moveOf(step: PeerStep): TlsPeerMove {
    switch (step.kind) {
      case "send":
        return step;
      case "listen":
        return { kind: "send" };
      case "succeeded":
        return { kind: "succeed", data: step.data, success: this.#success(step.keys ?? this.#tunnel?.keys) };
      case "failed":
        return { kind: "fail", code: step.code, data: step.data };
      case "discard":
        // In a tunnel nothing is lost and nobody else speaks: what makes no sense is the server's own.
        return { kind: "fail", code: ERROR_AUTHENTICATION_FAILURE };
      case "question": {
        if ((this.#input.flags & RAS_EAP_FLAG_NON_INTERACTIVE) !== 0) {
          return { kind: "fail", code: ERROR_INTERACTIVE_MODE };
        }
        const { text, echo = true } = step.question;
        return { kind: "ask", contextData: encodeUserQuestion({ purpose: "password", text, echo }) };
      }
    }
  }

  #success(keys: TunnelKeys | undefined): TlsSuccess {
    if (keys === undefined) return {};
    return { keys: mppeKeysOf(keys.msk), attributes: [{ type: raatEMSK, value: keys.emsk }] };
  }
}
