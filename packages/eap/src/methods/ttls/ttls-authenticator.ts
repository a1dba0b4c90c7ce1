import { NO_ERROR } from "@sallyport/errors/win32";
import { type RasAuthAttribute, textAttribute } from "../../contract/auth-attribute.ts";
import {
  raatMD5CHAPChallenge,
  raatMD5CHAPPassword,
  raatUserName,
  raatUserPassword,
} from "../../contract/auth-attribute-types.ts";
import {
  ERROR_AUTH_PROTOCOL_REJECTED,
  ERROR_AUTHENTICATION_FAILURE,
  eapStatusText,
} from "../../contract/status-codes.ts";
import { askProvider, type EapProviderResult } from "../../host/provider.ts";
import { strictUtf8Text } from "../../wire/text.ts";
import type { MsChap2Accounts, MsChap2Verdict } from "../ms-chap-v2/ms-chap2-accounts.ts";
import { encodeMsChap2Failure } from "../ms-chap-v2/ms-chap2-message.ts";
import { withoutNameAndKeys } from "../tunnel/inner-attributes.ts";
import { InnerAuthenticator, type InnerProgress } from "../tunnel/inner-authenticator.ts";
import type { InnerMethods } from "../tunnel/inner-methods.ts";
import type { AuthenticatorPhase, InnerSuccess, PhaseStep, Tunnel } from "../tunnel/phase.ts";
import { suppliedPasswordFor } from "../tunnel/supplied-password.ts";
import { whenKnown } from "../when-known.ts";
import { decodeAvps, encodeAvps } from "./avp.ts";
import { AvpError } from "./avp-error.ts";
import type { MsChapAccounts } from "./ms-chap-accounts.ts";
import {
  AvpMessage,
  avpEapMessage,
  avpMsChap2Success,
  avpMsChapError,
  microsoftAvp,
  standardAvp,
} from "./ttls-avps.ts";
import { implicitChallenge } from "./ttls-challenge.ts";
import { type TtlsCredentials, type TtlsProtocol, ttlsCredentials } from "./ttls-credentials.ts";

export interface TtlsAuthenticatorSettings {
  readonly protocols: readonly TtlsProtocol[];
  readonly msChap: MsChapAccounts | undefined;
  readonly msChap2: MsChap2Accounts | undefined;
}

type Admission = Omit<InnerSuccess, "keys">;
type Named = Exclude<TtlsCredentials, { readonly protocol: "eap" }>;

type State =
  | { readonly awaits: "credentials" }
  | { readonly awaits: "eap"; readonly conversation: InnerAuthenticator }
  /** The peer is to acknowledge with an empty packet: the proof of MS-CHAPv2, or an error. */
  | { readonly awaits: "acknowledgement"; readonly step: PhaseStep };

/**
 * TLS 1.3: nothing more comes through the tunnel (RFC 9190 section 2.5). Where no phase 2 runs, nothing else would tell the
 * peer under protection that it is admitted (RFC 9427 section 3.1).
 */
const protectedSuccess = 0;

/** What is said inside TTLS, on the server (RFC 5281 section 11). */
export class TtlsAuthenticator implements AuthenticatorPhase {
  readonly #tunnel: Tunnel;
  readonly #inner: InnerMethods;
  readonly #settings: TtlsAuthenticatorSettings;
  readonly #remembered: Admission | undefined;
  #state: State = { awaits: "credentials" };

  /** @param remembered who the resumed session belongs to */
  constructor(
    tunnel: Tunnel,
    inner: InnerMethods,
    settings: TtlsAuthenticatorSettings,
    remembered: Admission | undefined,
  ) {
    this.#tunnel = tunnel;
    this.#inner = inner;
    this.#settings = settings;
    this.#remembered = remembered;
  }

  begin(): PhaseStep {
    if (this.#remembered === undefined) return { kind: "listen" };
    const data = this.#tunnel.connection.protocol === "TLSv1.3" ? Uint8Array.of(protectedSuccess) : undefined;
    return { ...this.#succeeded(this.#remembered), data };
  }

  receive(data: Uint8Array): PhaseStep | PromiseLike<PhaseStep> {
    const state = this.#state;
    if (state.awaits === "acknowledgement") {
      // Whoever goes on talking did not take what was said.
      return data.length === 0 ? state.step : failed(ERROR_AUTHENTICATION_FAILURE);
    }
    const avps = avpsIn(data);
    if (avps === undefined)
      return data.length === 0 ? { kind: "discard" } : failed(ERROR_AUTHENTICATION_FAILURE);
    if (avps.hasUnknownMandatory) return failed(ERROR_AUTHENTICATION_FAILURE);
    if (state.awaits === "eap") {
      const packet = avps.eapMessage();
      return packet === undefined ? { kind: "discard" } : this.#eap(state.conversation, packet);
    }
    const credentials = ttlsCredentials(avps, (length) => implicitChallenge(this.#tunnel.connection, length));
    if (credentials === undefined) return failed(ERROR_AUTHENTICATION_FAILURE);
    if (!this.#settings.protocols.includes(credentials.protocol)) return failed(ERROR_AUTH_PROTOCOL_REJECTED);
    return credentials.protocol === "eap" ? this.#beginEap(credentials.packet) : this.#named(credentials);
  }

  stop(): void {
    if (this.#state.awaits === "eap") this.#state.conversation.stop();
  }

  #beginEap(packet: Uint8Array): PhaseStep | PromiseLike<PhaseStep> {
    // Without the header of the AVP.
    const size = this.#tunnel.maxMessageSize - 8;
    const conversation = new InnerAuthenticator(this.#tunnel.input, this.#inner, size);
    this.#state = { awaits: "eap", conversation };
    return this.#eap(conversation, packet);
  }

  #eap(conversation: InnerAuthenticator, packet: Uint8Array): PhaseStep | PromiseLike<PhaseStep> {
    return whenKnown(conversation.receive(packet), (progress) => this.#progressed(progress));
  }

  #progressed(progress: InnerProgress): PhaseStep {
    switch (progress.kind) {
      case "nothing":
        return { kind: "discard" };
      case "request": {
        const data = encodeAvps([standardAvp(avpEapMessage, progress.packet)]);
        return { kind: "send", data, interactive: progress.interactive };
      }
      case "finished": {
        const { result, identity, attributes, method } = progress.outcome;
        if (result !== NO_ERROR) return failed(result, identity);
        return this.#succeeded({
          identity,
          attributes: withoutNameAndKeys(attributes),
          innerType: typeof method === "number" ? method : undefined,
        });
      }
    }
  }

  #named(credentials: Named): PhaseStep | PromiseLike<PhaseStep> {
    const identity = strictUtf8Text(credentials.userName, 0);
    if (identity === undefined) return failed(ERROR_AUTHENTICATION_FAILURE);
    switch (credentials.protocol) {
      case "pap": {
        const { password } = credentials;
        return this.#ask(identity, [{ type: raatUserPassword, value: password }], password);
      }
      case "chap": {
        const value = Uint8Array.of(credentials.identifier, ...credentials.response);
        return this.#ask(identity, [
          { type: raatMD5CHAPPassword, value },
          { type: raatMD5CHAPChallenge, value: credentials.challenge },
        ]);
      }
      case "mschap":
        return this.#msChap(identity, credentials);
      case "mschapv2":
        return this.#msChap2(identity, credentials);
    }
  }

  /** The provider verifies it, as it does for a method (EAP-50, EAP-53). */
  #ask(
    identity: string,
    credentials: readonly RasAuthAttribute[],
    password?: Uint8Array,
  ): PhaseStep | PromiseLike<PhaseStep> {
    const { userAttributes } = this.#tunnel.input;
    const request = {
      identity,
      attributes: [textAttribute(raatUserName, identity), ...credentials],
      sessionAttributes: userAttributes,
      ...this.#supplied(identity),
    };
    const answer: EapProviderResult | PromiseLike<EapProviderResult> = askProvider(
      this.#inner.provider,
      request,
      () => undefined,
    );
    return whenKnown(answer, ({ result, attributes }) =>
      result === NO_ERROR
        ? this.#succeeded({
            identity,
            attributes,
            ...(password !== undefined && { password: password.slice() }),
          })
        : failed(result, identity),
    );
  }

  #msChap(
    identity: string,
    { challenge, ntResponse, useNtResponse }: Extract<Named, { readonly protocol: "mschap" }>,
  ): PhaseStep | PromiseLike<PhaseStep> {
    const { msChap } = this.#settings;
    if (msChap === undefined) return failed(ERROR_AUTH_PROTOCOL_REJECTED, identity);
    const answer = { identity, challenge, ntResponse, useNtResponse, ...this.#supplied(identity) };
    return whenKnown(msChap.verify(answer), (code) =>
      code === NO_ERROR ? this.#succeeded({ identity, attributes: [] }) : failed(code, identity),
    );
  }

  #msChap2(
    identity: string,
    credentials: Extract<Named, { readonly protocol: "mschapv2" }>,
  ): PhaseStep | PromiseLike<PhaseStep> {
    const { msChap2 } = this.#settings;
    if (msChap2 === undefined) return failed(ERROR_AUTH_PROTOCOL_REJECTED, identity);
    const { identifier, challenge, peerChallenge, ntResponse, userName } = credentials;
    const answer = {
      identity,
      userName,
      authenticatorChallenge: challenge,
      peerChallenge,
      ntResponse,
      ...this.#supplied(identity),
    };
    return whenKnown(msChap2.verify(answer), (verdict) => this.#judged(verdict, identity, identifier));
  }

  /** RFC 5281 section 11.2.4: proof or error go through the tunnel, and the peer answers with an empty packet. */
  #judged(verdict: MsChap2Verdict, identity: string, identifier: number): PhaseStep {
    if (verdict.kind === "refused") {
      const code = verdict.code === NO_ERROR ? ERROR_AUTHENTICATION_FAILURE : verdict.code;
      const message = encodeMsChap2Failure({
        code,
        retry: false,
        challenge: this.#tunnel.input.random(16),
        version: 3,
        message: (verdict.message ?? eapStatusText(code)).slice(0, 128),
      });
      return this.#tell(avpMsChapError, identifier, message, failed(code, identity));
    }
    const { authenticatorResponse, attributes = [] } = verdict;
    const proof = new TextEncoder().encode(authenticatorResponse);
    return this.#tell(avpMsChap2Success, identifier, proof, this.#succeeded({ identity, attributes }));
  }

  #tell(code: number, identifier: number, text: Uint8Array, step: PhaseStep): PhaseStep {
    this.#state = { awaits: "acknowledgement", step };
    const data = encodeAvps([microsoftAvp(code, Uint8Array.of(identifier, ...text))]);
    return { kind: "send", data, interactive: false };
  }

  #succeeded(admission: Admission): Extract<PhaseStep, { readonly kind: "succeeded" }> {
    return { kind: "succeeded", success: { ...admission, keys: this.#tunnel.keys } };
  }

  #supplied(identity: string): { readonly suppliedPassword?: Uint8Array } {
    const suppliedPassword = suppliedPasswordFor(this.#tunnel.input, identity);
    return suppliedPassword === undefined ? {} : { suppliedPassword };
  }
}

/** The AVPs in what came; undefined where it is none of them. */
function avpsIn(data: Uint8Array): AvpMessage | undefined {
  if (data.length === 0) return undefined;
  try {
    return new AvpMessage(decodeAvps(data));
  } catch (error) {
    if (error instanceof AvpError) return undefined;
    throw error;
  }
}

function failed(code: number, identity?: string): PhaseStep {
  return { kind: "failed", code, ...(identity !== undefined && { identity }) };
}
