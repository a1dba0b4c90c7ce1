import { decodeEapPacket, describeEapPacket, EapPacketError, eapTypeName } from "@sallyport/eap";
import { authenticationProtocolOf } from "../authentication/authentication-protocol.ts";
import { textOf } from "../authentication/text.ts";
import { ipcpServerOptions } from "../negotiation/ipcp-policy.ts";
import { formatIpv4 } from "../network/ipv4-address.ts";
import { decodeChapValue, decodePapMessage, decodePapRequest } from "../wire/authentication-packets.ts";
import { decodeControlPacket } from "../wire/control-packet.ts";
import { type ConfigurationOption, decodeOptions, numberOf } from "../wire/options.ts";
import { PppPacketError } from "../wire/packet-error.ts";
import {
  isNetworkControlProtocol,
  protocolChap,
  protocolEap,
  protocolIpcp,
  protocolLcp,
  protocolName,
  protocolPap,
} from "../wire/protocols.ts";

/**
 * A packet of a link in words: protocol, code, identifier, options. Passwords and answers to challenges are left out.
 *
 * @example
 * ```ts
 * import { describePacket, protocolLcp } from "@sallyport/ppp";
 *
 * describePacket(protocolLcp, Uint8Array.of(1, 1, 0, 8, 1, 4, 0x05, 0x78)); // "LCP Configure-Request id=1 mru=1400"
 * ```
 */
export function describePacket(protocol: number, packet: Uint8Array): string {
  const name = protocolName(protocol);
  try {
    if (protocol === protocolEap) return eapWords(packet);
    const described = words(protocol, packet);
    return described === undefined ? `${name} ${packet.length} octets` : `${name} ${described}`;
  } catch (error) {
    if (error instanceof PppPacketError || error instanceof EapPacketError) {
      return `${name} ${packet.length} octets (${error.reason})`;
    }
    throw error;
  }
}

function eapWords(bytes: Uint8Array): string {
  const packet = decodeEapPacket(bytes);
  // Success and Failure have no type.
  const method = packet.code > 2 ? "" : ` (${eapTypeName(packet.type)})`;
  return `EAP ${describeEapPacket(packet)}${method}`;
}

function words(protocol: number, bytes: Uint8Array): string | undefined {
  const control = protocol === protocolLcp || isNetworkControlProtocol(protocol);
  const codes = protocol === protocolPap ? papCodes : protocol === protocolChap ? chapCodes : controlCodes;
  if (!control && codes === controlCodes) return undefined;
  const { code, identifier, data } = decodeControlPacket(bytes);
  const head = `${codes[code] ?? `code ${code}`} id=${identifier}`;
  const rest =
    codes === papCodes ? papWords(code, data) : codes === chapCodes ? chapWords(code, data) : undefined;
  if (rest !== undefined) return `${head} ${rest}`;
  if (control && code >= 1 && code <= 4) {
    const options = decodeOptions(data).map((option) => optionWords(protocol, option));
    return [head, ...options].join(" ");
  }
  if (protocol === protocolLcp && code === 12) return `${head} ${quoted(data.subarray(4))}`;
  if (protocol === protocolLcp && code === 8)
    return `${head} of ${protocolName(numberOf(data.subarray(0, 2)))}`;
  return head;
}

const controlCodes: readonly string[] = [
  "code 0",
  "Configure-Request",
  "Configure-Ack",
  "Configure-Nak",
  "Configure-Reject",
  "Terminate-Request",
  "Terminate-Ack",
  "Code-Reject",
  "Protocol-Reject",
  "Echo-Request",
  "Echo-Reply",
  "Discard-Request",
  "Identification",
  "Time-Remaining",
];
const papCodes: readonly string[] = [
  "code 0",
  "Authenticate-Request",
  "Authenticate-Ack",
  "Authenticate-Nak",
];
const chapCodes: readonly string[] = ["code 0", "Challenge", "Response", "Success", "Failure"];

function papWords(code: number, data: Uint8Array): string {
  if (code === 1) return `user=${quoted(decodePapRequest(data).peerId)} password=***`;
  return `message=${quoted(decodePapMessage(data))}`;
}

/** The message of a Success holds a proof, and none is a secret; of a Response only the name is told. */
function chapWords(code: number, data: Uint8Array): string {
  if (code > 2) return `message=${quoted(data)}`;
  const { name, value } = decodeChapValue(data);
  return `name=${quoted(name)} value=${value.length} octets`;
}

function optionWords(protocol: number, option: ConfigurationOption): string {
  if (protocol === protocolLcp) return lcpOptionWords(option);
  if (protocol === protocolIpcp) return ipcpOptionWords(option);
  return plain("option", option);
}

function lcpOptionWords(option: ConfigurationOption): string {
  const { type, value } = option;
  switch (type) {
    case 1:
      return `mru=${numberOf(value.subarray(0, 4))}`;
    case 2:
      return `accm=0x${numberOf(value.subarray(0, 4)).toString(16).padStart(8, "0")}`;
    case 3:
      return `auth=${authenticationProtocolOf(value) ?? protocolName(numberOf(value.subarray(0, 2)))}`;
    case 5:
      return `magic=0x${numberOf(value.subarray(0, 4)).toString(16).padStart(8, "0")}`;
    case 7:
      return "pfc";
    case 8:
      return "acfc";
    default:
      return plain(lcpNames.get(type) ?? "option", option);
  }
}

const lcpNames: ReadonlyMap<number, string> = new Map([
  [4, "quality"],
  [13, "callback"],
  [17, "mrru"],
  [18, "short-sequence"],
  [19, "endpoint"],
]);

function ipcpOptionWords(option: ConfigurationOption): string {
  const { type, value } = option;
  const name = type === 3 ? "address" : ["dns1", "dns2", "nbns1", "nbns2"][ipcpServerOptions.indexOf(type)];
  if (name !== undefined && value.length === 4) return `${name}=${formatIpv4(numberOf(value))}`;
  return plain(type === 2 ? "compression" : (name ?? "option"), option);
}

function plain(name: string, { type, value }: ConfigurationOption): string {
  let octets = "";
  for (const octet of value.subarray(0, 16)) octets += octet.toString(16).padStart(2, "0");
  return `${name}(${type})=${octets}${value.length > 16 ? "..." : ""}`;
}

/** Printable, and not too long for a line. */
function quoted(octets: Uint8Array): string {
  return JSON.stringify(textOf(octets.subarray(0, 64)));
}
