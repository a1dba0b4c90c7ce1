import * as codes from "@sallyport/errors/sspi";
import type { SecurityPackage } from "../../contract/security-package.ts";
import { acquireMechanisms } from "./acquire-mechanisms.ts";
import { importedContext } from "./imported-context.ts";
import { negotiateMaxToken } from "./negotiate-context.ts";
import type { NegotiateMechanism } from "./negotiate-mechanism.ts";
import { encodeMechTypeList } from "./wire/spnego-token.ts";

/** What Negotiate chooses from. */
export interface NegotiatePackageOptions {
  /** In order of preference, of both sides. */
  readonly mechanisms: readonly NegotiateMechanism[];
}

/**
 * The security package Negotiate: SPNEGO (RFC 4178, [MS-SPNG]) around the mechanisms given. Both sides agree on one of
 * them, and are told when somebody between them had a hand in that (SPN-06). Everything else, messages, names and
 * attributes, is the chosen mechanism's (SPN-10).
 *
 * Credentials are acquired with {@link NegotiateAuthData}, or with what the mechanisms want themselves.
 *
 * @throws {RangeError} without mechanisms, for two of one name, and for an object identifier that is none or comes twice
 *
 * @example
 * ```ts
 * import { createSspiProvider, negotiatePackage, ntlmMechanism, ntlmPackage } from "@sallyport/sspi";
 *
 * const provider = createSspiProvider({ packages: [negotiatePackage({ mechanisms: [ntlmMechanism(ntlmPackage())] })] });
 * ```
 */
export function negotiatePackage({ mechanisms }: NegotiatePackageOptions): SecurityPackage {
  checkMechanisms(mechanisms);
  const inner = mechanisms.reduce((flags, { package: { info } }) => flags | info.capabilities, 0);
  return {
    info: {
      name: "Negotiate",
      comment: "Chooses a security package together with the other side",
      capabilities:
        ((inner & passedOn) | codes.SECPKG_FLAG_EXTENDED_ERROR | codes.SECPKG_FLAG_GSS_COMPATIBLE) >>> 0,
      version: 1,
      rpcId: 9,
      maxToken: negotiateMaxToken,
    },
    maximumInputToken: 65_536,
    acceptsInitialToken: true,
    acquireCredentials: (request) => acquireMechanisms(mechanisms, request),
    importContext: (state, role) => importedContext(mechanisms, state, role),
  };
}

/** What Negotiate can do is what one of its mechanisms can, but for what has no sense around it. */
const passedOn = ~(
  codes.SECPKG_FLAG_STREAM |
  codes.SECPKG_FLAG_TOKEN_ONLY |
  codes.SECPKG_FLAG_DATAGRAM |
  codes.SECPKG_FLAG_NEGOTIABLE |
  codes.SECPKG_FLAG_NEGOTIABLE2
);

function checkMechanisms(mechanisms: readonly NegotiateMechanism[]): void {
  const names = new Set(mechanisms.map(({ package: { info } }) => info.name));
  const oids = mechanisms.flatMap((mechanism) => mechanism.oids);
  if (mechanisms.length === 0 || names.size < mechanisms.length) {
    throw new RangeError("mechanisms must be one or more packages, each of another name");
  }
  if (new Set(oids).size < oids.length || mechanisms.some((mechanism) => mechanism.oids.length === 0)) {
    throw new RangeError("mechanisms must have object identifiers, each of them its own");
  }
  encodeMechTypeList(oids); // refuses what is no object identifier
}
