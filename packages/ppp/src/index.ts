// A link.

export type { PppCounters } from "./link/link-counters.ts";
export type * from "./link/link-options.ts";
export type { PppOutcome } from "./link/outcome.ts";
export { PppLink } from "./link/ppp-link.ts";
export type { NegotiationSettings } from "./negotiation/negotiation-settings.ts";
export { AddressPool, type AddressPoolOptions } from "./network/address-pool.ts";
export type { PingResult } from "./network/ping.ts";

// Who may come in.

export { type AccountsProviderOptions, accountsProvider } from "./authentication/accounts-provider.ts";
export type { PppAuthenticationProtocol } from "./authentication/authentication-protocol.ts";
export type {
  PppAuthenticationProvider,
  PppCredentials,
  PppGrant,
  PppVerdict,
} from "./authentication/credentials.ts";
export { grantOf } from "./authentication/grant.ts";

// What was said.

export { PppEvent, pppEventSource } from "./events.ts";
export { describePacket } from "./trace/describe-packet.ts";
export type { PppTraceEvent } from "./trace/trace-event.ts";

// Frames.

export { defaultCharacterMap } from "./framing/character-map.ts";
export {
  type DeframerCounters,
  type DeframerOptions,
  PppDeframer,
} from "./framing/deframer.ts";
export { encodeFrame, type FrameFormat } from "./framing/framer.ts";

// Packets.

export { formatIpv4, parseIpv4 } from "./network/ipv4-address.ts";
export * from "./wire/authentication-packets.ts";
export * from "./wire/control-packet.ts";
export { fcs16, goodFcs16 } from "./wire/fcs16.ts";
export { decodeIcmpEcho, encodeIcmpEcho, type IcmpEcho } from "./wire/icmp-echo.ts";
export { decodeIpv4, encodeIpv4, type Ipv4Packet, ipProtocolIcmp } from "./wire/ipv4.ts";
export {
  decodeMsChap2Response,
  encodeMsChap2Response,
  type MsChap2Response,
} from "./wire/ms-chap2.ts";
export { type ConfigurationOption, decodeOptions, encodeOptions } from "./wire/options.ts";
export { PppPacketError, type PppPacketErrorReason } from "./wire/packet-error.ts";
export * from "./wire/protocols.ts";
