import {
  type ContextRole,
  type CredentialRequest,
  type PackageContext,
  type PackageCredential,
  type PeerIdentity,
  SEC_E_INTERNAL_ERROR,
  SEC_E_OK,
  SECPKG_FLAG_CONNECTION,
  SECPKG_ID_NONE,
  type SecPkgInfo,
  type SecurityPackage,
  type StepAnswer,
} from "@sallyport/sspi";
import { carryOut, type ScriptedAnswer, type ScriptedStep } from "./scripted-answer.ts";
import { type ScriptedMessages, scriptedMessages } from "./scripted-messages.ts";

/** What a package on the bench does. Everything that is left out succeeds. */
export interface PackageScript
  extends Partial<Omit<SecurityPackage, "info" | "acquireCredentials" | "importContext">> {
  /** Default: `"Scripted"`, a connection package with tokens of 4096 bytes. */
  readonly info?: Partial<SecPkgInfo>;
  /** What acquiring comes to, call by call; the last one stays. Default: a credential. */
  readonly acquire?: readonly ScriptedAnswer<CredentialRequest, PackageCredential>[];
  /** The steps of every initiating context; one too many is SEC_E_INTERNAL_ERROR. Default: one that succeeds. */
  readonly initiate?: readonly ScriptedStep[];
  /** The steps of every accepting context. */
  readonly accept?: readonly ScriptedStep[];
  /** Attributes that contexts tell, by number. */
  readonly attributes?: Readonly<Record<number, unknown>>;
  /** Who the client is. Default: nobody. */
  readonly identity?: PeerIdentity;
  /** What protecting messages comes to. Default: it works, without cryptography. */
  readonly messages?: ScriptedMessages;
}

/** One call that the package got. */
export interface PackageCallRecord {
  readonly what: "acquire" | "initiate" | "accept" | "delete" | "free";
  /** Of a step: its number, from 0. */
  readonly step?: number;
  /** Of a step: the token, copied. */
  readonly token?: Uint8Array<ArrayBuffer>;
  readonly targetName?: string;
  readonly contextReq?: number;
}

/** A security package that follows a script. */
export interface ScriptedPackage extends SecurityPackage {
  /** What it was asked to do, in order. */
  readonly calls: readonly PackageCallRecord[];
}

/**
 * Makes a security package that does what a test says: answers any status, writes any buffer, waits, throws, answers twice,
 * or never. What is between a program and SSPI is tested with it, without cryptography; and it is an example of
 * how a package is written.
 *
 * @example
 * ```ts
 * import { createSspiProvider, SEC_E_LOGON_DENIED, SEC_I_CONTINUE_NEEDED } from "@sallyport/sspi";
 * import { scriptedPackage, waits } from "@sallyport/testbench";
 *
 * const kerberos = scriptedPackage({
 *   info: { name: "Kerberos" },
 *   accept: [{ status: SEC_I_CONTINUE_NEEDED, token: Uint8Array.of(1) }, waits(5_000, SEC_E_LOGON_DENIED, { interruptible: true })],
 * });
 * const provider = createSspiProvider({ packages: [kerberos] });
 * ```
 */
export function scriptedPackage(script: PackageScript = {}): ScriptedPackage {
  const { info, acquire = [], initiate, accept, attributes, identity, messages, ...rest } = script;
  const calls: PackageCallRecord[] = [];
  const steps: Readonly<Record<ContextRole, readonly ScriptedStep[]>> = {
    initiate: initiate ?? [SEC_E_OK],
    accept: accept ?? [SEC_E_OK],
  };

  function context(role: ContextRole): PackageContext {
    let next = 0;
    return {
      ...scriptedMessages(messages ?? {}),
      step(given) {
        const step = next++;
        const { targetName, contextReq } = given;
        calls.push({ what: role, step, token: given.token.slice(), targetName, contextReq });
        const answer = steps[role][step] ?? { status: SEC_E_INTERNAL_ERROR, cause: exhausted(role, step) };
        return carryOut<typeof given, StepAnswer>(answer, given);
      },
      query: (attribute) => attributes?.[attribute],
      identity: () => identity,
      delete: () => void calls.push({ what: "delete" }),
    };
  }

  const credential = (): PackageCredential => ({
    initiate: () => context("initiate"),
    accept: () => context("accept"),
    free: () => void calls.push({ what: "free" }),
  });

  let acquired = 0;
  return {
    ...rest,
    info: {
      name: "Scripted",
      comment: "Follows a script",
      capabilities: SECPKG_FLAG_CONNECTION,
      version: 1,
      rpcId: SECPKG_ID_NONE,
      maxToken: 4096,
      ...info,
    },
    acquireCredentials(request) {
      calls.push({ what: "acquire" });
      const answer = acquire[Math.min(acquired++, acquire.length - 1)];
      if (answer === undefined || answer === SEC_E_OK) return credential();
      return carryOut(answer, request);
    },
    calls,
  };
}

function exhausted(role: ContextRole, step: number): Error {
  return new Error(`the script has no step ${step} for the side that should ${role}`);
}
