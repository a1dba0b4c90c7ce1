import * as codes from "@sallyport/errors/sspi";
import type { ContextStep } from "../../contract/security-package.ts";
import { hasProtection } from "./ntlm-context.ts";
import type { AuthenticateMessage } from "./wire/authenticate-message.ts";
import * as flag from "./wire/negotiate-flags.ts";

/** What an acceptor grants when it is offered. */
const supported =
  flag.NTLMSSP_NEGOTIATE_UNICODE |
  flag.NTLM_NEGOTIATE_OEM |
  flag.NTLMSSP_REQUEST_TARGET |
  flag.NTLMSSP_NEGOTIATE_SIGN |
  flag.NTLMSSP_NEGOTIATE_SEAL |
  flag.NTLMSSP_NEGOTIATE_NTLM |
  flag.NTLMSSP_NEGOTIATE_ALWAYS_SIGN |
  flag.NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY |
  flag.NTLMSSP_NEGOTIATE_IDENTIFY |
  flag.NTLMSSP_NEGOTIATE_VERSION |
  flag.NTLMSSP_NEGOTIATE_128 |
  flag.NTLMSSP_NEGOTIATE_KEY_EXCH |
  flag.NTLMSSP_NEGOTIATE_56;

const protection =
  flag.NTLMSSP_NEGOTIATE_SIGN | flag.NTLMSSP_NEGOTIATE_SEAL | flag.NTLMSSP_NEGOTIATE_KEY_EXCH;

/** The flags of a CHALLENGE (NTLM-11, NTLM-12); undefined where the offer cannot be taken. */
export function answeredFlags(
  offered: number,
  kind: "domain" | "server",
  allowLegacy: boolean,
): number | undefined {
  const hasUnicode = (offered & flag.NTLMSSP_NEGOTIATE_UNICODE) !== 0;
  const hasCharacters = hasUnicode || (offered & flag.NTLM_NEGOTIATE_OEM) !== 0;
  const isExtended = (offered & flag.NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY) !== 0;
  if (!(hasCharacters && isExtended) && !allowLegacy) return undefined;
  let flags = offered & supported;
  if (hasUnicode) flags &= ~flag.NTLM_NEGOTIATE_OEM;
  if (!hasCharacters) flags |= flag.NTLM_NEGOTIATE_OEM;
  if (!isExtended) flags &= ~protection;
  flags |= flag.NTLMSSP_NEGOTIATE_TARGET_INFO;
  flags |= kind === "domain" ? flag.NTLMSSP_TARGET_TYPE_DOMAIN : flag.NTLMSSP_TARGET_TYPE_SERVER;
  return flags >>> 0;
}

/** What both sides have agreed on in the end; undefined where the client's last word is none (NTLM-12, NTLM-38). */
export function finalFlags(
  message: AuthenticateMessage,
  answered: number,
  allowLegacy: boolean,
): number | undefined {
  const flags = (message.flags & answered) >>> 0;
  const isExtended = (flags & flag.NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY) !== 0;
  if (!isExtended) return allowLegacy ? (flags & ~protection) >>> 0 : undefined;
  const exchangesKey = (flags & flag.NTLMSSP_NEGOTIATE_KEY_EXCH) !== 0;
  if (exchangesKey && message.encryptedSessionKey.length !== 16) return undefined;
  if (hasProtection(flags) && (flags & flag.NTLMSSP_NEGOTIATE_128) === 0) return undefined;
  return flags;
}

/** `ASC_RET_...` of an established context. */
export function resultAttributes(step: ContextStep, flags: number, isAnonymous: boolean): number {
  const signs = codes.ASC_RET_INTEGRITY | codes.ASC_RET_REPLAY_DETECT | codes.ASC_RET_SEQUENCE_DETECT;
  return (
    (hasProtection(flags) ? signs : 0) |
    ((flags & flag.NTLMSSP_NEGOTIATE_SEAL) === 0 ? 0 : codes.ASC_RET_CONFIDENTIALITY) |
    ((flags & flag.NTLMSSP_NEGOTIATE_IDENTIFY) === 0 ? 0 : codes.ASC_RET_IDENTIFY) |
    (isAnonymous ? codes.ASC_RET_NULL_SESSION : 0) |
    (step.asks(codes.ASC_REQ_CONNECTION) ? codes.ASC_RET_CONNECTION : 0)
  );
}
