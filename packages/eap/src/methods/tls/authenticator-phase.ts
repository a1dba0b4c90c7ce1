import { CERT_E_EXPIRED } from "@sallyport/errors/hresult";
import { NO_ERROR } from "@sallyport/errors/win32";
import type { Clock } from "@sallyport/runtime";
import type { TlsConnection } from "@sallyport/tls-engine";
import { ERROR_AUTHENTICATION_FAILURE } from "../../contract/status-codes.ts";
import type { TlsAuthenticatorMove, TlsAuthenticatorPhase } from "../tls-core/tls-phase.ts";
import { certificateRefusal, type TlsRefusal } from "../tls-core/tls-refusal.ts";
import type { EapTlsCaller, EapTlsServerOptions } from "./eap-tls.ts";

/** One octet of application data: this side will say no more (RFC 9190 section 2.5). */
const protectedSuccess = 0;

/** The server of EAP-TLS behind the handshake: is the certificate good, and whose is it? */
export class EapTlsAuthenticatorPhase implements TlsAuthenticatorPhase {
  readonly #options: EapTlsServerOptions;
  readonly #caller: EapTlsCaller;
  readonly #clock: Clock;
  readonly #refused: (refusal: TlsRefusal) => void;

  constructor(
    options: EapTlsServerOptions,
    caller: EapTlsCaller,
    clock: Clock,
    refused: (refusal: TlsRefusal) => void,
  ) {
    this.#options = options;
    this.#caller = caller;
    this.#clock = clock;
    this.#refused = refused;
  }

  async established(connection: TlsConnection): Promise<TlsAuthenticatorMove> {
    const { requireCertificate = true, authorise } = this.#options;
    const { peerCertificates: certificates, protocol } = connection;
    if (certificates.length > 0 || requireCertificate) {
      const refusal = certificateRefusal(connection) ?? this.#expired(connection);
      if (refusal !== undefined) return this.#refuse(refusal);
    }
    const verdict = await authorise({ ...this.#caller, certificates, connection });
    if (verdict.kind === "admitted") {
      return {
        kind: "succeed",
        data: protocol === "TLSv1.3" ? Uint8Array.of(protectedSuccess) : undefined,
        success: { identity: verdict.account, attributes: verdict.attributes },
      };
    }
    const code = verdict.code === undefined || verdict.code === NO_ERROR ? undefined : verdict.code;
    return this.#refuse({
      reason: "not-authorised",
      code: code ?? ERROR_AUTHENTICATION_FAILURE,
      alert: "access_denied",
      detail: undefined,
    });
  }

  /** A peer of EAP-TLS has nothing to say in the tunnel. */
  received(): TlsAuthenticatorMove {
    return { kind: "fail", code: ERROR_AUTHENTICATION_FAILURE };
  }

  /** A session may be resumed when the certificate of the earlier one has expired. */
  #expired({ resumed, peerCertificates: [own] }: TlsConnection): TlsRefusal | undefined {
    if (!resumed || own === undefined || this.#clock.now() <= own.validTo) return undefined;
    return { reason: "expired", code: CERT_E_EXPIRED, alert: "certificate_expired", detail: undefined };
  }

  #refuse(refusal: TlsRefusal): TlsAuthenticatorMove {
    this.#refused(refusal);
    const { code, alert } = refusal;
    return { kind: "fail", code, alert: typeof alert === "string" ? alert : undefined };
  }
}
