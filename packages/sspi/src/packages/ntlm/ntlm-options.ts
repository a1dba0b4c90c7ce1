import type { Milliseconds } from "@sallyport/runtime";
import type { NtlmAccounts, NtlmLogonOptions, NtlmSecret } from "./ntlm-accounts.ts";
import type { NtlmLogonAuthority } from "./ntlm-logon.ts";

/** Who a client is: a name, and a password or what NTLM makes of it. */
export interface NtlmIdentity {
  /** `alice`, `CORP\alice`, or `alice@corp.example`, which is sent as it is with an empty domain (NTLM-35). */
  readonly user: string;
  /** Left out: what `user` says, or none, which is the server's own. */
  readonly domain?: string;
  readonly password?: string;
  /** Instead of the password: its NT hash, 16 bytes. */
  readonly ntHash?: Uint8Array | NtlmSecret;
}

/** What an acceptor tells of itself. No default is read from the machine (SSPI-106). */
export interface NtlmServerNames {
  /** NetBIOS name of the computer. Default `SALLYPORT`. */
  readonly computer?: string;
  /** NetBIOS name of its domain, or of itself where it is in none. Default `WORKGROUP`. */
  readonly domain?: string;
  /** Default: the NetBIOS name in lower case. */
  readonly dnsComputer?: string;
  /** Default: empty. */
  readonly dnsDomain?: string;
  /** The forest; left out where there is none. */
  readonly dnsTree?: string;
  /** Whether the accounts are those of the domain or of this server alone. Default `server`. */
  readonly kind?: "domain" | "server";
}

/** What to do about the channel bindings of a client (NTLM-30). */
export type NtlmBindingPolicy = "ignore" | "when-supported" | "required";

/** How strict an acceptor is. */
export interface NtlmAcceptorPolicy extends NtlmLogonOptions {
  /**
   * `ignore`: not looked at. `when-supported`: a client that sends none is accepted, a wrong one is not. `required`: also
   * refuses a client, and a caller, without. Default `when-supported`.
   */
  readonly channelBindings?: NtlmBindingPolicy | undefined;
  /** `always` refuses a response that says it has no MIC (NTLM-31). Default `when-flagged`. */
  readonly requireMic?: "when-flagged" | "always" | undefined;
  /**
   * Lets clients in that offer no extended session security, or no character set: they prove themselves with NTLMv2 all the
   * same, and messages are not protected. Default false.
   */
  readonly allowLegacy?: boolean | undefined;
  /** How far the time of a response may be off, milliseconds. Default 36 hours (NTLM-36). */
  readonly maximumTimeDifference?: Milliseconds | undefined;
  /** Refuses a client of this very package instance, to which the challenge may have been reflected (NTLM-37). Default false. */
  readonly refuseLoopback?: boolean | undefined;
  /** Strict checking of the SPN: only these are accepted, whatever their case, and only from a trusted source. Default: any. */
  readonly acceptedTargets?: readonly string[] | undefined;
  /** A peer that encrypts messages even where SEAL was not agreed on, as gss-ntlmssp does (NTLM-44). Default false. */
  readonly peerAlwaysSeals?: boolean | undefined;
}

/** Where logons are decided; of the two the authority counts. */
export interface NtlmAuthoritySource {
  /** The server's own accounts. */
  readonly accounts?: NtlmAccounts;
  /** Somebody else, who is handed challenge and response (NTLM-34). */
  readonly authority?: NtlmLogonAuthority;
}

/** What credentials of NTLM are acquired with (`authData`). */
export interface NtlmAuthData extends Partial<NtlmIdentity>, NtlmAuthoritySource, NtlmAcceptorPolicy {
  /** Outbound without an identity: contexts can only be null sessions. */
  readonly anonymous?: boolean;
}

/** What a package of NTLM is made with. */
export interface NtlmPackageOptions extends NtlmAuthoritySource, NtlmAcceptorPolicy {
  /** Who clients are that say nothing of themselves. Default: nobody (SSPI-33). */
  readonly identity?: NtlmIdentity;
  /** What the client calls its computer. Default: nothing. */
  readonly workstation?: string;
  readonly server?: NtlmServerNames;
}
