import { protocolChap, protocolEap, protocolPap } from "../wire/protocols.ts";

/** How one side of a link proves who it is. */
export type PppAuthenticationProtocol =
  /** The password in clear (RFC 1334). */
  | "PAP"
  /** CHAP with MD5 (RFC 1994). */
  | "CHAP"
  /** RFC 2759: both sides prove that they know the password. */
  | "MS-CHAPv2"
  /** RFC 3748: by a method of its own. */
  | "EAP";

/** The value of LCP's option Authentication-Protocol (RFC 1661 section 6.2; RFC 1994 section 3; RFC 2759 section 1). */
export function authenticationOption(protocol: PppAuthenticationProtocol): Uint8Array {
  return optionValues[protocol];
}

/** The protocol that a value of LCP's option Authentication-Protocol stands for; undefined for those not known here. */
export function authenticationProtocolOf(value: Uint8Array): PppAuthenticationProtocol | undefined {
  for (const protocol of allProtocols) {
    const known = optionValues[protocol];
    if (known.length === value.length && known.every((octet, index) => octet === value[index]))
      return protocol;
  }
  return undefined;
}

const allProtocols: readonly PppAuthenticationProtocol[] = ["PAP", "CHAP", "MS-CHAPv2", "EAP"];
const algorithmMd5 = 5;
const algorithmMsChap2 = 0x81;
const optionValues: Readonly<Record<PppAuthenticationProtocol, Uint8Array>> = {
  PAP: Uint8Array.of(protocolPap >> 8, protocolPap & 255),
  CHAP: Uint8Array.of(protocolChap >> 8, protocolChap & 255, algorithmMd5),
  "MS-CHAPv2": Uint8Array.of(protocolChap >> 8, protocolChap & 255, algorithmMsChap2),
  EAP: Uint8Array.of(protocolEap >> 8, protocolEap & 255),
};
