import { tlsAlerts } from "../alerts.ts";

/**
 * The alert that the other side sent, from the code of Node.js for it: `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA` and its like,
 * which OpenSSL names after the version that introduced the alert; its newer versions write `SSL/TLS` for the oldest.
 * Those of extensions lack the word: `ERR_SSL_TLSV1_UNRECOGNIZED_NAME`.
 */
export function alertOfError(code: string | undefined): number | undefined {
  const parts = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13|SSL\/TLS)_(ALERT_)?(\w+)$/.exec(code ?? "");
  if (parts === null) return undefined;
  const [, word, name = ""] = parts;
  return alerts.get(name.toLowerCase()) ?? (word === undefined ? undefined : tlsAlerts.handshake_failure);
}

const alerts: ReadonlyMap<string, number> = new Map([
  ...Object.entries(tlsAlerts),
  // OpenSSL's own spellings.
  ["decryption_failed", 21],
  ["no_certificate", 41],
  ["user_cancelled", tlsAlerts.user_canceled],
]);
