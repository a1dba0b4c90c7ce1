import { isIPv4 } from "node:net";
import { z } from "zod";
import { choice, flag, list, message, record, text, typeMessage } from "./schema-parts.ts";

/** The names that settings have for the protocols by which callers prove who they are. */
export const pppProtocolNames = ["eap", "mschapv2", "chap", "pap"] as const;

const whole = (what: string, least: number, most: number): z.ZodNumber =>
  z
    .int({ error: (issue) => typeMessage(issue, what, `write ${least} to ${most}`) })
    .min(least, { error: message(`is less than ${least}`, `write ${least} to ${most}`) })
    .max(most, { error: message(`is more than ${most}`, `write ${least} to ${most}`) });

const ipv4 = text('an IPv4 address, such as "10.99.0.1"').refine((value) => isIPv4(value), {
  error: (issue) =>
    message(`${JSON.stringify(issue.input)} is no IPv4 address`, 'write for example "10.99.0.1"'),
});

const pool = text('a range of addresses, such as "10.99.0.2-10.99.0.254"').refine(
  (value) => parseAddressRange(value) !== undefined,
  {
    error: (issue) =>
      message(
        `${JSON.stringify(issue.input)} is no range of at most 65536 addresses`,
        'write for example "10.99.0.2-10.99.0.254"',
      ),
  },
);

/** What callers get behind the dialog when a port hands over to PPP. */
export const pppSchema = record({
  /** In the order in which callers are asked for them. */
  authentication: list(choice(pppProtocolNames), "protocols")
    .min(1, { error: message("is empty", `list at least one of ${pppProtocolNames.join(", ")}`) })
    .optional(),
  /** "windows": the accounts and EAP methods of this server. Or RADIUS servers, the next where one does not answer. */
  provider: z
    .union([
      choice(["windows"]),
      record({
        radius: list(
          record({
            server: text('a host and a port, such as "192.0.2.1:1812"'),
            accounting: text('a host and a port, such as "192.0.2.1:1813"').optional(),
            secret: text("the shared secret"),
            timeoutMs: whole("a whole number of milliseconds", 100, 120_000).optional(),
            tries: whole("a whole number", 1, 100).optional(),
            /** False for a server that leaves Message-Authenticator out of its answers. */
            requireMessageAuthenticator: flag.optional(),
          }),
          "RADIUS servers",
        ).min(1, { error: message("is empty", "list at least one server with server and secret") }),
        nasIdentifier: text("a name").optional(),
      }),
    ])
    .optional(),
  addresses: record({
    pool,
    local: ipv4,
    dns: list(ipv4, "addresses")
      .max(2, { error: message("has more than two addresses", "PPP tells two") })
      .optional(),
  }).optional(),
  limits: record({
    /** The restart timer of RFC 1661 section 4.6: how long an answer of LCP and IPCP is waited for. */
    restartMs: whole("a whole number of milliseconds", 100, 60_000).optional(),
    negotiationLimitMs: whole("a whole number of milliseconds", 1_000, 3_600_000).optional(),
    echoIntervalMs: whole("a whole number of milliseconds", 0, 3_600_000).optional(),
    echoFailures: whole("a whole number", 1, 100).optional(),
    mru: whole("a whole number of octets", 576, 16_384).optional(),
  }).optional(),
  /** How often a connection is accounted for. */
  interimSeconds: whole("a whole number of seconds", 60, 86_400).optional(),
});

/** Takes "10.99.0.2-10.99.0.254" apart; undefined when it is something else. */
export function parseAddressRange(
  value: string,
): { readonly first: string; readonly last: string } | undefined {
  const [first = "", last = "", more] = value.split("-").map((part) => part.trim());
  if (more !== undefined || !isIPv4(first) || !isIPv4(last)) return undefined;
  const size = numberOf(last) - numberOf(first) + 1;
  return size >= 1 && size <= 65_536 ? { first, last } : undefined;
}

export function numberOf(address: string): number {
  return address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}
