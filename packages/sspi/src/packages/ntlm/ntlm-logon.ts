import { constantTimeEqual, ntHash } from "@sallyport/crypto";
import { isThenable, type Milliseconds } from "@sallyport/runtime";
import type { CallSignal } from "../../contract/call-signal.ts";
import type { NtlmAccount, NtlmAccounts, NtlmLogonOptions } from "./ntlm-accounts.ts";
import { responseKey, responseProof } from "./response-keys.ts";

/** What a server knows of a client that wants to log on: everything that somebody else needs to decide. */
export interface NtlmLogon {
  /** As the client sent them. An empty domain is the server's own. */
  readonly domain: string;
  readonly user: string;
  readonly workstation: string;
  /** What the server had sent, 8 bytes. */
  readonly serverChallenge: Uint8Array;
  /** Proof and blob of NTLMv2. A view of the message: copy what is kept. */
  readonly ntResponse: Uint8Array;
  readonly lmResponse: Uint8Array;
  /** The wall clock of the server: milliseconds since the Unix epoch. */
  readonly now: Milliseconds;
  /** Fires when the handshake is aborted. Whoever takes it says that the logon may be cut off. */
  readonly signal: CallSignal;
}

/** Why a logon is refused. The client is told nothing of it. */
export type NtlmRefusalReason =
  | "unknown-account"
  | "wrong-password"
  | "no-nt-hash"
  | "empty-password"
  | "restricted"
  | "locked-out"
  | "refused";

/** How a logon ended. */
export type NtlmLogonResult =
  | {
      readonly kind: "accepted";
      /** 16 bytes: HMAC-MD5(response key, proof). It is the server's from now on. */
      readonly sessionBaseKey: Uint8Array;
      /** The account as its source spells it; left out: as the client sent it. */
      readonly account?: Pick<NtlmAccount, "name" | "domain" | "groups" | "passwordExpires">;
    }
  | { readonly kind: "refused"; readonly reason: NtlmRefusalReason }
  /** Nobody could decide: SEC_E_NO_AUTHENTICATING_AUTHORITY. */
  | { readonly kind: "unavailable"; readonly cause?: unknown };

/**
 * Who decides about a logon: the server's own accounts, or somebody else to whom challenge and response are passed through,
 * such as a domain controller. It gives back the session base key, never the password.
 */
export interface NtlmLogonAuthority {
  logon(request: NtlmLogon): NtlmLogonResult | PromiseLike<NtlmLogonResult>;
}

/**
 * The authority that has the accounts. It also serves the far end of a pass-through: give it what the server received.
 *
 * Unknown accounts, wrong passwords and accounts without an NT hash take the same computation.
 *
 * @example
 * ```ts
 * import { ntHash, Secret } from "@sallyport/crypto";
 * import { ntlmAuthority } from "@sallyport/sspi";
 *
 * const alice = { name: "alice", password: { ntHash: new Secret(ntHash("wonderland")) } };
 * const authority = ntlmAuthority({ find: ({ name }) => (name === "alice" ? alice : undefined) });
 * ```
 */
export function ntlmAuthority(accounts: NtlmAccounts, options: NtlmLogonOptions = {}): NtlmLogonAuthority {
  const decide = (request: NtlmLogon, account: NtlmAccount | undefined): NtlmLogonResult =>
    decided(request, account, options);
  return {
    logon(request) {
      let found: ReturnType<NtlmAccounts["find"]>;
      try {
        found = accounts.find({ domain: request.domain, name: request.user });
      } catch (cause) {
        return { kind: "unavailable", cause };
      }
      if (!isThenable(found)) return decide(request, found);
      void request.signal; // a source that makes us wait may be cut off
      return found.then(
        (account) => decide(request, account),
        (cause: unknown): NtlmLogonResult => ({ kind: "unavailable", cause }),
      );
    },
  };
}

/** Stands in for the NT hash of who has none. */
const decoy: Uint8Array = ntHash("decoy");
const hashOfEmpty: Uint8Array = ntHash("");
const proofLength = 16;

function decided(
  request: NtlmLogon,
  account: NtlmAccount | undefined,
  options: NtlmLogonOptions,
): NtlmLogonResult {
  const own = account?.password.ntHash?.reveal();
  const hash = own?.length === 16 ? own : decoy;
  const key = responseKey(hash, request.user, request.domain);
  const { proof, sessionBaseKey } = responseProof(
    key,
    request.serverChallenge,
    request.ntResponse.subarray(proofLength),
  );
  key.fill(0);
  const isRight = constantTimeEqual(proof, request.ntResponse.subarray(0, proofLength));
  const isEmpty = constantTimeEqual(hash, hashOfEmpty);
  const reason = refusal(account, hash !== decoy, isRight, isEmpty, request.now, options);
  if (reason === undefined && account !== undefined) return { kind: "accepted", sessionBaseKey, account };
  sessionBaseKey.fill(0);
  return { kind: "refused", reason: reason ?? "refused" };
}

function refusal(
  account: NtlmAccount | undefined,
  isOwn: boolean,
  isRight: boolean,
  isEmpty: boolean,
  now: Milliseconds,
  { allowEmptyPasswords = false, restriction = defaultRestriction }: NtlmLogonOptions,
): NtlmRefusalReason | undefined {
  if (account === undefined) return "unknown-account";
  if (!isOwn) return "no-nt-hash";
  if (!isRight) return "wrong-password";
  if (isEmpty && !allowEmptyPasswords) return "empty-password";
  return restriction(account as never, now) === undefined ? undefined : "restricted";
}

function defaultRestriction(account: NtlmAccount, now: Milliseconds): string | undefined {
  if (account.enabled === false) return "disabled";
  if (account.expires !== undefined && account.expires.getTime() <= now) return "expired";
  if (account.logonHours !== undefined) return "logon-hours";
  if (account.passwordExpires !== undefined && account.passwordExpires.getTime() <= now) {
    return "password-expired";
  }
  return undefined;
}
