import * as codes from "@sallyport/errors/sspi";
import type { SecPkgInfo } from "../../contract/attributes.ts";
import type {
  ContextRole,
  CredentialRequest,
  PackageCredential,
  SecurityPackage,
} from "../../contract/security-package.ts";
import { acceptorPolicy } from "./acceptor-policy.ts";
import { type ClientIdentity, clientIdentity } from "./client-identity.ts";
import { decodeNtlmState, type NtlmState } from "./exported-state.ts";
import { NtlmAcceptor } from "./ntlm-acceptor.ts";
import type { NtlmLogonOptions } from "./ntlm-accounts.ts";
import { NtlmContext, ntlmSizes } from "./ntlm-context.ts";
import { NtlmInitiator } from "./ntlm-initiator.ts";
import { type NtlmLogonAuthority, ntlmAuthority } from "./ntlm-logon.ts";
import type { NtlmAuthData, NtlmAuthoritySource, NtlmPackageOptions } from "./ntlm-options.ts";
import { NtlmShared } from "./ntlm-shared.ts";
import { wrongSetting } from "./settings-check.ts";

/** What EnumerateSecurityPackages tells of NTLM (SSPI-98). */
const info: SecPkgInfo = {
  name: "NTLM",
  comment: "NTLM, version 2 only",
  capabilities:
    codes.SECPKG_FLAG_INTEGRITY |
    codes.SECPKG_FLAG_PRIVACY |
    codes.SECPKG_FLAG_TOKEN_ONLY |
    codes.SECPKG_FLAG_CONNECTION |
    codes.SECPKG_FLAG_MULTI_REQUIRED |
    codes.SECPKG_FLAG_IMPERSONATION |
    codes.SECPKG_FLAG_ACCEPT_WIN32_NAME |
    codes.SECPKG_FLAG_NEGOTIABLE |
    codes.SECPKG_FLAG_LOGON,
  version: 1,
  rpcId: 10,
  maxToken: ntlmSizes.maxToken,
};

/**
 * The security package NTLM, both sides: NTLMv2 only, with MIC, channel bindings, signed and sealed messages.
 * `authData` of its credentials is an {@link NtlmAuthData}.
 *
 * @throws {TypeError} for a setting that is none
 * @throws {RangeError} for a name of more than 255 letters
 *
 * @example
 * ```ts
 * import { ntHash, Secret } from "@sallyport/crypto";
 * import { createSspiProvider, ntlmPackage } from "@sallyport/sspi";
 *
 * const alice = { name: "alice", password: { ntHash: new Secret(ntHash("wonderland")) } };
 * const provider = createSspiProvider({
 *   packages: [ntlmPackage({ accounts: { find: ({ name }) => (name === "alice" ? alice : undefined) } })],
 * });
 * ```
 */
export function ntlmPackage(options: NtlmPackageOptions = {}): SecurityPackage {
  const wrong = wrongSetting(options);
  if (wrong !== undefined) throw new TypeError(`${wrong} is not what this setting can be`);
  if (options.identity !== undefined && clientIdentity(options.identity) === undefined) {
    throw new TypeError("identity needs a user, and either a password or an NT hash of 16 bytes");
  }
  const shared = new NtlmShared(options);
  return {
    info,
    maximumInputToken: 16_384,
    maximumSizes: ntlmSizes,
    messageErrorsAreFatal: true,
    acquireCredentials: (request) => acquired(shared, options, request),
    importContext: (state, role) => new ImportedContext(decodeNtlmState(state), role),
  };
}

function acquired(
  shared: NtlmShared,
  options: NtlmPackageOptions,
  { use, authData, principal }: CredentialRequest,
): number | PackageCredential {
  const isDefault = authData === null || authData === undefined;
  if (!isDefault && (!isAuthData(authData) || wrongSetting(authData) !== undefined)) {
    return codes.SEC_E_UNKNOWN_CREDENTIALS;
  }
  const given: NtlmAuthData = isDefault ? {} : authData;
  const saysWho = given.user !== undefined || given.password !== undefined || given.ntHash !== undefined;
  const identity = saysWho ? clientIdentity(given) : options.identity && clientIdentity(options.identity);
  if (identity === undefined && saysWho) return codes.SEC_E_UNKNOWN_CREDENTIALS;
  if (!saysWho && principal !== undefined && !isNameOf(identity, principal))
    return codes.SEC_E_NO_CREDENTIALS;

  const policy = acceptorPolicy(given, options);
  const authority = authorityOf(given, options, policy);
  const isOutbound = (use & (codes.SECPKG_CRED_OUTBOUND | codes.SECPKG_CRED_DEFAULT)) !== 0;
  const isInbound = (use & (codes.SECPKG_CRED_INBOUND | codes.SECPKG_CRED_DEFAULT)) !== 0;
  const mayInitiate = isOutbound && (identity !== undefined || given.anonymous === true);
  const mayAccept = isInbound && authority !== undefined;
  if (!mayInitiate && !mayAccept) return codes.SEC_E_NO_CREDENTIALS;
  const peerAlwaysSeals = policy.peerAlwaysSeals === true;
  return {
    ...(mayInitiate && { initiate: () => new NtlmInitiator(shared, identity, peerAlwaysSeals) }),
    ...(mayAccept && { accept: () => new NtlmAcceptor(shared, authority, policy) }),
    query: (attribute) =>
      attribute === codes.SECPKG_CRED_ATTR_NAMES && identity !== undefined
        ? { userName: identity.name }
        : undefined,
    free: () => identity?.wipe(),
  };
}

function isAuthData(given: unknown): given is NtlmAuthData {
  return typeof given === "object" && !Array.isArray(given) && !(given instanceof Uint8Array);
}

function authorityOf(
  given: NtlmAuthoritySource,
  options: NtlmAuthoritySource,
  policy: NtlmLogonOptions,
): NtlmLogonAuthority | undefined {
  const source = given.authority !== undefined || given.accounts !== undefined ? given : options;
  if (source.authority !== undefined) return source.authority;
  return source.accounts && ntlmAuthority(source.accounts, policy);
}

/** SSPI-33: a principal that was asked for by name is the default one, or nobody. */
function isNameOf(identity: ClientIdentity | undefined, principal: string): boolean {
  return (
    identity !== undefined &&
    [identity.name, identity.user].some((name) => name.toUpperCase() === principal.toUpperCase())
  );
}

/** A context that another process has established. */
class ImportedContext extends NtlmContext {
  constructor({ facts, outgoing, incoming }: NtlmState, role: ContextRole) {
    super(role);
    this.establish(facts, { outgoing, incoming });
  }

  step(): number {
    return codes.SEC_E_UNSUPPORTED_FUNCTION;
  }
}
