import { isIP } from "node:net";
import { parseLogonHours, parseStoredPassword } from "@sallyport/accounts";
import { z } from "zod";
import { eapMethodNames, tunnelNames } from "../eap/eap-methods.ts";
import { parseOneTimePasswordState } from "../eap/one-time-password-states.ts";
import { policies } from "./policies-schema.ts";
import { pppSchema } from "./ppp-schema.ts";
import { choice, flag, list, message, network, readable, record, text, typeMessage } from "./schema-parts.ts";
import { certificateMappingSchema, tlsSchema } from "./tls-schema.ts";

/** "127.0.0.1:1812" or "[::1]:1812". */
const endpoint = text('an address and a port, such as "127.0.0.1:1812"').refine(
  (value) => parseEndpoint(value) !== undefined,
  {
    error: (issue) =>
      message(
        `${JSON.stringify(issue.input)} is not an IP address with a port`,
        'write for example "127.0.0.1:1812", "0.0.0.0:1812" or "[::1]:1812"; port 0 takes any free one',
      ),
    abort: true,
  },
);

const endpoints = z.union([endpoint, list(endpoint, "addresses")]).optional();

const client = record({
  name: text("a name for the access server"),
  address: network,
  secret: text("the shared secret that the access server uses"),
  requireMessageAuthenticator: choice(["always", "auto", "never"]).optional(),
});

const day = z.iso.date({
  error: (issue) => message(`${JSON.stringify(issue.input)} is not a date`, 'write the day as "2027-12-31"'),
});

const account = record({
  name: text("the user name"),
  password: text("the password").optional(),
  passwordHash: readable(
    parseStoredPassword,
    "a password hash",
    "let `sallyport account hash` make it: nt:... or $scrypt$...",
  ).optional(),
  passwordExpires: day.optional(),
  /** Where the user's one-time passwords begin (RFC 2289): challenge, and the password with its sequence number. */
  oneTimePassword: text("a one-time password")
    .refine((value) => parseOneTimePasswordState(value) !== undefined, {
      error: message(
        "is no one-time password",
        "let `sallyport account otp` make it: otp-md5 500 seed 0123456789ABCDEF",
      ),
    })
    .optional(),
  /** By what the account's certificates are known, beside a user principal name that is its own name. */
  certificates: list(certificateMappingSchema, "certificates").optional(),
  groups: list(text("a group name"), "group names").optional(),
  enabled: flag.optional(),
  expires: day.optional(),
  /** In `timeZone`. */
  logonHours: readable(
    parseLogonHours,
    "logon hours",
    'write for example "Mo-Fr 08:00-18:00; Sa 09:00-12:00"',
  ).optional(),
  dialIn: choice(["allow", "deny", "policy"]).optional(),
}).refine(({ password, passwordHash }) => (password === undefined) !== (passwordHash === undefined), {
  error: message("needs either password or passwordHash", "write one of the two"),
});

const timeZone = readable(
  (zone) => parseLogonHours("00:00-24:00", zone),
  "a time zone",
  'write for example "Europe/Vienna"',
);

const names = (what: string): z.ZodOptional<z.ZodArray<z.ZodString>> =>
  list(text(`a ${what}`), `${what}s`).optional();

/** Which requests a module is called for. */
const scope = record({
  clients: names("client name"),
  groups: names("group name"),
  connectionRequestPolicies: names("policy name"),
  networkPolicies: names("policy name"),
  providers: list(choice(["local", "forward", "none"]), "providers").optional(),
  addresses: list(network, "addresses").optional(),
  attributes: z
    .record(z.string(), z.union([z.string(), z.array(z.string())]), {
      error: (issue) => typeMessage(issue, "an object", 'write for example { "NAS-Port-Type": "Virtual" }'),
    })
    .optional(),
});

const extension = z.union([
  text("a path or a package name"),
  record({
    module: text("a path or a package name"),
    settings: z.unknown().optional(),
    scope: scope.optional(),
    /** Where it runs: in the process of the server, or in a worker thread that it may break. */
    isolation: choice(["inline", "worker"]).optional(),
    /** What a request gets whose call its worker did not survive. */
    onCrash: choice(["discard", "reject", "restart"]).optional(),
    memoryLimitMb: z
      .int({ error: (issue) => typeMessage(issue, "a whole number of megabytes", "write for example 512") })
      .min(64, { error: message("is less than a worker needs", "write at least 64") })
      .max(65_536, { error: message("is more than 64 GB", "write at most 65536") })
      .optional(),
  }),
]);

const eapMethod = z.union([
  text(
    `one of ${eapMethodNames.join(", ")}, one inside of a tunnel such as peap/mschapv2, or the path of a method's module`,
  ),
  record({
    module: text("a path or a package name"),
    /** The tunnel around it. */
    inside: choice(tunnelNames).optional(),
    /** Where the module does not say it itself. */
    type: z
      .int({ error: (issue) => typeMessage(issue, "the number of an EAP type", "write for example 255") })
      .min(4, { error: message("is no type of a method", "write 4 to 253, or 255") })
      .max(255, { error: message("is no type of a method", "write 4 to 253, or 255") })
      .refine((type) => type !== 254, {
        error: message("is the sign of expanded types", "let the module name its expanded type"),
      })
      .optional(),
    friendlyName: text("a name").optional(),
  }),
]);

const milliseconds = z
  .int({ error: (issue) => typeMessage(issue, "a whole number of milliseconds", "write for example 30000") })
  .min(1, { error: message("is less than 1", "write for example 30000") })
  .max(600_000, { error: message("is more than ten minutes", "write at most 600000") });

const wholeNumber = (least: number, most: number): z.ZodNumber =>
  z
    .int({ error: (issue) => typeMessage(issue, "a whole number", `write ${least} to ${most}`) })
    .min(least, { error: message(`is less than ${least}`, `write ${least} to ${most}`) })
    .max(most, { error: message(`is more than ${most}`, `write ${least} to ${most}`) });

/** "127.0.0.1:7000", or "unix:./gate.sock". */
const rasListen = text('an address and a port, such as "127.0.0.1:7000"').refine(
  (value) => /^unix:./.test(value) || parseEndpoint(value) !== undefined,
  {
    error: (issue) =>
      message(
        `${JSON.stringify(issue.input)} is neither an IP address with a port nor a Unix socket`,
        'write for example "127.0.0.1:7000", "[::1]:7000" or "unix:./gate.sock"; port 0 takes any free one',
      ),
  },
);

/** "echo", "ppp", or "tcp:HOST:PORT". */
const handOver = text('"ppp", "echo" or a target such as "tcp:127.0.0.1:22"').refine(
  (value) => value === "echo" || value === "ppp" || parseTarget(value) !== undefined,
  {
    error: (issue) =>
      message(
        `${JSON.stringify(issue.input)} is no service that a line can be handed over to`,
        'write "ppp", "echo" or for example "tcp:127.0.0.1:22", "tcp:console.example:23"',
      ),
  },
);

const rasModule = z.union([
  text("a path or a package name"),
  record({ module: text("a path or a package name"), settings: z.unknown().optional() }),
]);

const ras = record({
  /** DLLPath of HKLM\\SOFTWARE\\Microsoft\\RAS\\SecurityHost: the one security module. */
  module: rasModule.optional(),
  /** DLLPath of HKLM\\SOFTWARE\\Microsoft\\RAS\\AdminDll: asked in this order. */
  adminModules: list(text("a path or a package name"), "modules").optional(),
  /** What callers get whose port hands over to PPP. */
  ppp: pppSchema.optional(),
  ports: list(
    record({
      /** Calls are named after it: gate-1, gate-2 ... */
      name: text("a name for the port"),
      listen: rasListen,
      /** "raw" hands bytes over as they are; "telnet" speaks RFC 854. */
      protocol: choice(["raw", "telnet"]).optional(),
      maxCalls: wholeNumber(1, 4_096).optional(),
      /** What a caller gets whose dialog succeeded. */
      handOver: handOver.optional(),
      /** What this port has of its own in place of `ras.ppp`. */
      ppp: pppSchema.optional(),
    }),
    "ports",
  ).min(1, { error: message("is empty", "list at least one port with name and listen") }),
  limits: record({
    dialogLimitMs: wholeNumber(1, 86_400_000).optional(),
    delayLimitMs: wholeNumber(1, 600_000).optional(),
    maxEndCalls: wholeNumber(1, 1_000).optional(),
    maxTypeahead: wholeNumber(1, 16_777_216).optional(),
    flushMs: wholeNumber(0, 60_000).optional(),
    serializeBegin: flag.optional(),
    strict: flag.optional(),
    requireSameUser: flag.optional(),
  }).optional(),
});

/** The shape of the settings file. */
export const settingsSchema = record({
  radius: record({
    /** Where Access-Requests arrive. Loopback unless told otherwise; the ports are those of RFC 2865 (NPS-98). */
    auth: endpoints,
    acct: endpoints,
    clients: list(client, "clients").min(1, {
      error: message("is empty", "list at least one access server with name, address and secret"),
    }),
  }).optional(),
  /** Ports for callers, each with a security dialog before it goes on. */
  ras: ras.optional(),
  accounts: list(account, "accounts").optional(),
  extensions: record({
    /** ExtensionDLLs of HKLM\System\CurrentControlSet\Services\AuthSrv\Parameters. */
    authentication: list(extension, "modules").optional(),
    /** AuthorizationDLLs of the same key. */
    authorization: list(extension, "modules").optional(),
    timeoutMs: milliseconds.optional(),
  }).optional(),
  /** The NetBIOS domain of user names that carry none. */
  defaultDomain: text("a domain name").optional(),
  /** In which the logon hours of accounts are meant: an IANA name. */
  timeZone: timeZone.optional(),
  authentication: record({
    /** Whether MS-CHAP, version 1, is accepted. MS-CHAPv2 always is. */
    msChap: flag.optional(),
    /** The AccountLockout key of HKLM\SYSTEM\CurrentControlSet\Services\RemoteAccess\Parameters. */
    lockout: record({
      /** MaxDenials. */
      maxDenials: z
        .int({ error: (issue) => typeMessage(issue, "a whole number", "write for example 10") })
        .min(1, { error: message("is less than 1", "write for example 10, or remove lockout") }),
      /** ResetTime (mins). */
      resetMinutes: z
        .int({ error: (issue) => typeMessage(issue, "a whole number of minutes", "write for example 30") })
        .min(1, { error: message("is less than 1", "write for example 30") })
        .max(10_080, { error: message("is more than a week", "write at most 10080") })
        .optional(),
    }).optional(),
  }).optional(),
  /** The EAP methods of this server: what network policies allow unless they say less. */
  eap: record({
    /** In the order in which they are offered. */
    methods: list(eapMethod, "methods").optional(),
    /** How many conversations may wait for their peer. */
    conversations: z
      .int({ error: (issue) => typeMessage(issue, "a whole number", "write for example 10000") })
      .min(1, { error: message("is less than 1", "write for example 10000") })
      .max(1_000_000, { error: message("is more than a million", "write at most 1000000") })
      .optional(),
    /** Certificates and TLS for EAP-TLS, PEAP and TTLS. */
    tls: tlsSchema.optional(),
  }).optional(),
  /** Who is authenticated where, and who is admitted with what. */
  policies: policies.optional(),
  /** The "ping user-name" registry value of NPS. */
  pingUserName: text("a user name").optional(),
  /** The folder for what the server must remember; relative to the settings file. */
  state: text("a folder").optional(),
  /** Where the console's interface listens, or false. */
  console: z
    .union([z.literal(false), endpoint], {
      error: (issue) =>
        typeMessage(issue, "an address or false", 'write false or for example "127.0.0.1:4180"'),
    })
    .optional(),
  /** People who see `/status` of the console with their own accounts, by Negotiate and NTLM. */
  consoleSignOn: record({
    /** Whose members may look. */
    groups: list(text("the name of a group"), "groups").min(1, {
      error: message("is empty", "name at least one group of the accounts that may look"),
    }),
    /** What is offered, the best first. */
    schemes: list(choice(["Negotiate", "NTLM"]), "schemes")
      .min(1, { error: message("is empty", 'write for example ["Negotiate", "NTLM"]') })
      .refine((schemes) => new Set(schemes).size === schemes.length, {
        error: message("names a scheme twice", 'write for example ["Negotiate", "NTLM"]'),
      })
      .optional(),
  }).optional(),
  metrics: record({
    /** What a collector shows to read `/metrics` of the console, beside the console's own token. */
    token: text("a long random text").min(16, {
      error: message("is shorter than 16 characters", "write a long random text"),
    }),
  }).optional(),
  log: record({
    format: choice(["text", "json"]).optional(),
    /** Whether each request leaves a line. */
    requests: flag.optional(),
    /** Whether requests that were granted, denied or discarded leave an event with its fields. */
    audit: choice(["none", "failures", "all"]).optional(),
  }).optional(),
  accounting: record({
    /** Whether every batch of records is forced to the disk before it is acknowledged. */
    fsync: flag.optional(),
    /** Log files as NPS writes them, beside the store; without this key there are none (NPS-91). */
    log: record({
      folder: text("the folder for the log files").optional(),
      format: choice(["dts", "odbc", "ias"]).optional(),
      rotate: choice(["daily", "weekly", "monthly", "never", "size"]).optional(),
      maxSizeMb: z
        .number({ error: (issue) => typeMessage(issue, "a number of megabytes", "write for example 10") })
        .min(0.1, { error: message("is less than 0.1", "write a size from 0.1 to 100000 megabytes") })
        .max(100_000, { error: message("is more than 100000", "write a size from 0.1 to 100000 megabytes") })
        .optional(),
      /** Whether Access-Requests, Accepts and Rejects are recorded, too. */
      authentication: flag.optional(),
      onFailure: choice(["discard", "continue"]).optional(),
    }).optional(),
  }).optional(),
  compatibility: record({
    process2AfterReject: flag.optional(),
    allowAuthorizationAccept: flag.optional(),
    rawErrorCodes: flag.optional(),
    littleEndianAddresses: flag.optional(),
    enforceNetworkPolicyOnChallengeResponse: flag.optional(),
  }).optional(),
});

/** The settings file, as its author writes it. */
export type SettingsInput = z.input<typeof settingsSchema>;

/**
 * Gives a settings file in TypeScript its type.
 *
 * @example
 * ```ts
 * import { defineSettings } from "@sallyport/server";
 *
 * export default defineSettings({
 *   radius: { clients: [{ name: "vpn", address: "192.0.2.7", secret: process.env.VPN_SECRET ?? "" }] },
 *   accounts: [{ name: "alice", password: "wonderland" }],
 * });
 * ```
 */
export function defineSettings(settings: SettingsInput): SettingsInput {
  return settings;
}

/** Takes "127.0.0.1:1812" or "[::1]:1812" apart; undefined when it is neither. */
export function parseEndpoint(
  value: string,
): { readonly address: string; readonly port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value);
  const address = match?.[1] ?? match?.[2] ?? "";
  const port = Number(match?.[3]);
  const family = match?.[1] === undefined ? 4 : 6;
  return match !== null && isIP(address) === family && port <= 65_535 ? { address, port } : undefined;
}

/** Takes "tcp:HOST:PORT" apart; undefined when it is something else. */
export function parseTarget(value: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^tcp:(?:\[([^\]]+)\]|([\w.-]+)):(\d{1,5})$/.exec(value);
  const host = match?.[1] ?? match?.[2] ?? "";
  const port = Number(match?.[3]);
  return match !== null && host !== "" && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
