import {
  CERT_E_CN_NO_MATCH,
  CERT_E_EXPIRED,
  CERT_E_UNTRUSTEDROOT,
  CERT_E_WRONG_USAGE,
  CRYPT_E_NO_REVOCATION_CHECK,
  CRYPT_E_REVOKED,
} from "@sallyport/errors/hresult";
import { ERROR_NO_EAPTLS_CERTIFICATE } from "@sallyport/errors/ras";
import type { TlsAlertName, TlsConnection, TlsError } from "@sallyport/tls-engine";
import { ERROR_AUTHENTICATION_FAILURE } from "../../contract/status-codes.ts";

/** Why a session of a TLS method was refused. */
export type TlsRefusalReason =
  /** The other side broke the rules of TLS, or the two have nothing in common. */
  | "handshake"
  /** The other side sent an alert: it is the one that refuses. */
  | "alert"
  | "no-certificate"
  | "expired"
  | "not-yet-valid"
  | "revoked"
  /** There are revocation lists, but none for this authority, or one that is too old. */
  | "revocation-unknown"
  | "untrusted"
  | "wrong-usage"
  | "name-mismatch"
  /** The certificate is broken in another way. */
  | "invalid-certificate"
  /** The host knows nobody for the certificate, or does not let them in. */
  | "not-authorised";

/** A refusal, for logs and traces; nothing in it is secret. */
export interface TlsRefusal {
  readonly reason: TlsRefusalReason;
  /** With which the session ends: 691, or one of winerror.h that says more. */
  readonly code: number;
  /** The alert that was sent, or that came. */
  readonly alert: number | TlsAlertName | undefined;
  /** The code of OpenSSL or Node.js. */
  readonly detail: string | undefined;
}

/**
 * Why the certificate of the other side does not do.
 *
 * @returns undefined where it does
 */
export function certificateRefusal(connection: TlsConnection): TlsRefusal | undefined {
  if (connection.authorized) return undefined;
  const detail = connection.authorizationError ?? "UNSPECIFIED";
  const [reason, alert, code] = refusals.get(detail) ?? otherwise;
  // Without a certificate TLS 1.3 has an alert of its own (RFC 8446 section 6.2).
  const older = reason === "no-certificate" && connection.protocol === "TLSv1.2";
  return { reason, code, alert: older ? "handshake_failure" : alert, detail };
}

/** What an error of the handshake means. */
export function handshakeRefusal({ reason, alert, detail }: TlsError): TlsRefusal {
  return {
    reason: reason === "alert-received" ? "alert" : "handshake",
    code: ERROR_AUTHENTICATION_FAILURE,
    alert,
    detail: detail ?? reason,
  };
}

type Row = readonly [reason: TlsRefusalReason, alert: TlsAlertName, code: number];

const untrusted: Row = ["untrusted", "unknown_ca", CERT_E_UNTRUSTEDROOT];
const revocationUnknown: Row = ["revocation-unknown", "certificate_unknown", CRYPT_E_NO_REVOCATION_CHECK];
/** RFC 6066 section 8. */
const badStatusResponse: Row = [
  "revocation-unknown",
  "bad_certificate_status_response",
  CRYPT_E_NO_REVOCATION_CHECK,
];
const otherwise: Row = ["invalid-certificate", "bad_certificate", ERROR_AUTHENTICATION_FAILURE];

/** By the codes of OpenSSL (`X509_V_ERR_...`) as Node.js gives them, with the alerts of RFC 8446 section 6.2. */
const refusals: ReadonlyMap<string, Row> = new Map([
  ["NO_CERTIFICATE", ["no-certificate", "certificate_required", ERROR_NO_EAPTLS_CERTIFICATE]],
  ["CERT_HAS_EXPIRED", ["expired", "certificate_expired", CERT_E_EXPIRED]],
  ["CERT_NOT_YET_VALID", ["not-yet-valid", "certificate_unknown", CERT_E_EXPIRED]],
  ["CERT_REVOKED", ["revoked", "certificate_revoked", CRYPT_E_REVOKED]],
  ["UNABLE_TO_GET_CRL", revocationUnknown],
  ["UNABLE_TO_GET_CRL_ISSUER", revocationUnknown],
  ["CRL_HAS_EXPIRED", revocationUnknown],
  ["CRL_NOT_YET_VALID", revocationUnknown],
  ["CRL_SIGNATURE_FAILURE", revocationUnknown],
  ["OCSP_VERIFY_FAILED", badStatusResponse],
  ["OCSP_CERT_UNKNOWN", badStatusResponse],
  ["UNABLE_TO_GET_ISSUER_CERT", untrusted],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", untrusted],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", untrusted],
  ["SELF_SIGNED_CERT_IN_CHAIN", untrusted],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", untrusted],
  ["CERT_UNTRUSTED", untrusted],
  ["INVALID_PURPOSE", ["wrong-usage", "unsupported_certificate", CERT_E_WRONG_USAGE]],
  ["ERR_TLS_CERT_ALTNAME_INVALID", ["name-mismatch", "bad_certificate", CERT_E_CN_NO_MATCH]],
  ["HOSTNAME_MISMATCH", ["name-mismatch", "bad_certificate", CERT_E_CN_NO_MATCH]],
]);
