import * as codes from "@sallyport/errors/sspi";
import type { PeerIdentity, SecPkgContextSizes } from "../../contract/attributes.ts";
import type { PackageMessage } from "../../contract/package-message.ts";
import type {
  ContextRole,
  ContextStep,
  PackageContext,
  StepAnswer,
} from "../../contract/security-package.ts";
import { encodeNtlmState, type NtlmContextFacts } from "./exported-state.ts";
import {
  type DirectionState,
  MessageDirection,
  type SignatureVerdict,
  signatureLength,
} from "./protection/message-direction.ts";
import { NTLMSSP_NEGOTIATE_SEAL, NTLMSSP_NEGOTIATE_SIGN } from "./wire/negotiate-flags.ts";

/** Of every context of NTLM (SSPI-97). */
export const ntlmSizes: SecPkgContextSizes = {
  maxToken: 2888,
  maxSignature: signatureLength,
  blockSize: 1,
  securityTrailer: signatureLength,
};

/** What the two sides have in common once they are established: messages, attributes, export. */
export abstract class NtlmContext implements PackageContext {
  readonly sizes: SecPkgContextSizes = ntlmSizes;
  readonly role: ContextRole;
  #facts: NtlmContextFacts | undefined;
  #outgoing: MessageDirection | undefined;
  #incoming: MessageDirection | undefined;

  constructor(role: ContextRole) {
    this.role = role;
  }

  abstract step(step: ContextStep): number | StepAnswer | PromiseLike<number | StepAnswer>;

  identity(): PeerIdentity | undefined {
    return this.#facts?.peer;
  }

  query(attribute: number): unknown {
    const facts = this.#facts;
    if (facts === undefined) return undefined;
    switch (attribute) {
      case codes.SECPKG_ATTR_NAMES:
        return facts.userName === "" ? undefined : { userName: facts.userName };
      case codes.SECPKG_ATTR_NATIVE_NAMES:
        return { clientName: facts.userName, serverName: facts.targetName };
      case codes.SECPKG_ATTR_SESSION_KEY:
        return { sessionKey: facts.exportedKey.slice() };
      case codes.SECPKG_ATTR_KEY_INFO:
        return hasProtection(facts.flags) ? keyInfo : undefined;
      case codes.SECPKG_ATTR_CLIENT_SPECIFIED_TARGET:
      case codes.SECPKG_ATTR_TARGET:
        return this.#target(attribute, facts.targetName);
      case codes.SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS:
        // The AUTHENTICATE message was the client's last token.
        return this.role === "accept" ? { status: 0 } : undefined;
      case codes.SECPKG_ATTR_PASSWORD_EXPIRY:
        return facts.passwordExpires && { passwordExpires: facts.passwordExpires };
      case codes.SECPKG_ATTR_IS_LOOPBACK:
        return this.role === "accept" ? { isLoopback: facts.isLoopback } : undefined;
      default:
        return undefined;
    }
  }

  seal(message: PackageMessage): number {
    const outgoing = this.#direction("outgoing");
    if (outgoing === undefined) return codes.SEC_E_QOP_NOT_SUPPORTED;
    const encrypts = message.quality !== codes.SECQOP_WRAP_NO_ENCRYPT;
    // What was to be encrypted is never sent in clear.
    if (encrypts && !this.#facts?.seals) return codes.SEC_E_QOP_NOT_SUPPORTED;
    return protect(outgoing, message, encrypts ? message.data : nothing);
  }

  sign(message: PackageMessage): number {
    const outgoing = this.#direction("outgoing");
    return outgoing === undefined ? codes.SEC_E_QOP_NOT_SUPPORTED : protect(outgoing, message, nothing);
  }

  unseal(message: PackageMessage): number {
    const incoming = this.#direction("incoming");
    if (incoming === undefined) return codes.SEC_E_QOP_NOT_SUPPORTED;
    const decrypts = this.#facts?.seals === true;
    message.quality = decrypts ? 0 : codes.SECQOP_WRAP_NO_ENCRYPT;
    const { stream } = message;
    if (stream === undefined) {
      return statusOf(incoming.check(message.covered, decrypts ? message.data : nothing, message.token));
    }
    if (stream.length < signatureLength) return codes.SEC_E_INVALID_TOKEN;
    const body = [stream.subarray(signatureLength)];
    const verdict = incoming.check(body, decrypts ? body : nothing, stream.subarray(0, signatureLength));
    if (verdict === "right") message.plaintext = body[0];
    return statusOf(verdict);
  }

  verify(message: PackageMessage): number {
    const incoming = this.#direction("incoming");
    if (incoming === undefined) return codes.SEC_E_QOP_NOT_SUPPORTED;
    message.quality = codes.SECQOP_WRAP_NO_ENCRYPT;
    return statusOf(incoming.check(message.covered, nothing, message.token));
  }

  /** NTLM-43: the signature over the mechanism list of SPNEGO has used the stream, and is forgotten by it. */
  mechanismListSigned(direction: "sent" | "received"): void {
    this.#direction(direction === "sent" ? "outgoing" : "incoming")?.restartStream();
  }

  export({ resetSequence }: { readonly resetSequence: boolean }): Uint8Array {
    const facts = this.#facts;
    if (facts === undefined) throw new Error("a context is exported that is not established");
    return encodeNtlmState({
      facts,
      outgoing: resetSequence ? undefined : this.#direction("outgoing")?.state(),
      incoming: resetSequence ? undefined : this.#direction("incoming")?.state(),
    });
  }

  delete(): void {
    this.#facts?.exportedKey.fill(0);
    this.#facts = undefined;
    this.#outgoing?.wipe();
    this.#incoming?.wipe();
  }

  /** From now on the context is established; the directions go on where another process has left them. */
  protected establish(
    facts: NtlmContextFacts,
    { outgoing, incoming }: Partial<Record<"outgoing" | "incoming", DirectionState | undefined>> = {},
  ): void {
    this.#facts = facts;
    if (outgoing !== undefined) this.#outgoing = this.#begin(facts, "outgoing", outgoing);
    if (incoming !== undefined) this.#incoming = this.#begin(facts, "incoming", incoming);
  }

  /** Undefined where messages are not protected. Its keys are made for its first message: many contexts have none. */
  #direction(which: "outgoing" | "incoming"): MessageDirection | undefined {
    const known = which === "outgoing" ? this.#outgoing : this.#incoming;
    const facts = this.#facts;
    if (known !== undefined || facts === undefined || !hasProtection(facts.flags)) return known;
    const begun = this.#begin(facts, which);
    if (which === "outgoing") this.#outgoing = begun;
    else this.#incoming = begun;
    return begun;
  }

  #begin(facts: NtlmContextFacts, which: "outgoing" | "incoming", state?: DirectionState): MessageDirection {
    const other = this.role === "accept" ? "initiate" : "accept";
    return new MessageDirection(
      facts.exportedKey,
      facts.flags,
      which === "outgoing" ? this.role : other,
      state,
    );
  }

  #target(attribute: number, targetName: string): unknown {
    if (attribute === codes.SECPKG_ATTR_TARGET)
      return this.role === "accept" ? undefined : { target: targetName };
    return this.role === "accept" && targetName === "" ? undefined : { targetName };
  }
}

/** Whether messages can be protected at all. */
export function hasProtection(flags: number): boolean {
  return (flags & (NTLMSSP_NEGOTIATE_SIGN | NTLMSSP_NEGOTIATE_SEAL)) !== 0;
}

const nothing: readonly Uint8Array[] = [];

/** sspi.h: `SecPkgContext_KeyInfo`. NTLM has no algorithm identifiers. */
const keyInfo = {
  signatureAlgorithmName: "HMAC-MD5",
  encryptAlgorithmName: "RC4",
  /** Bits. */
  keySize: 128,
  signatureAlgorithm: 0,
  encryptAlgorithm: 0,
} as const;

function protect(
  direction: MessageDirection,
  message: PackageMessage,
  encrypted: readonly Uint8Array[],
): number {
  if (message.token.length < signatureLength) return codes.SEC_E_BUFFER_TOO_SMALL;
  direction.protect(message.covered, encrypted, message.token);
  message.tokenSize = signatureLength;
  return codes.SEC_E_OK;
}

function statusOf(verdict: SignatureVerdict): number {
  if (verdict === "right") return codes.SEC_E_OK;
  return verdict === "altered" ? codes.SEC_E_MESSAGE_ALTERED : codes.SEC_E_OUT_OF_SEQUENCE;
}
