import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import type { TlsIdentity, TlsSettings } from "../settings.ts";

export const ticketKeyLength = 48;

/** Settings of either role in the words of Node.js. */
export function contextOptions(
  settings: TlsSettings & { readonly identity?: TlsIdentity | undefined },
): SecureContextOptions {
  const { identity, trustedAuthorities = [], revocationLists = [], ciphers } = settings;
  const options: SecureContextOptions = {
    // Undefined would mean the authorities of Node.js, who vouch for web sites.
    ca: [...trustedAuthorities],
    minVersion: settings.minVersion ?? "TLSv1.2",
    maxVersion: settings.maxVersion ?? "TLSv1.3",
    ecdhCurve: settings.ecdhCurve ?? "X25519:P-256:P-384:P-521",
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    honorCipherOrder: true,
  };
  if (ciphers !== undefined) options.ciphers = ciphers;
  if (revocationLists.length > 0) options.crl = [...revocationLists];
  if (identity !== undefined) {
    options.key = identity.key;
    options.cert = identity.certificateChain;
    if (identity.passphrase !== undefined) options.passphrase = identity.passphrase;
  }
  return options;
}
