import { attribute, type DictionaryEntry, single, singleSecret } from "./entry.ts";

/** RFC 2869 section 5 and RFC 3579 section 3. An EAP-Message is secret because methods such as GTC carry passwords. */
export const rfc2869: readonly DictionaryEntry[] = [
  attribute(52, "Acct-Input-Gigawords", "integer", single),
  attribute(53, "Acct-Output-Gigawords", "integer", single),
  attribute(55, "Event-Timestamp", "time", single),
  attribute(70, "ARAP-Password", "octets", singleSecret),
  attribute(71, "ARAP-Features", "octets", single),
  attribute(72, "ARAP-Zone-Access", "integer", {
    single: true,
    values: { "Default-Zone": 1, "Zone-Filter-Inclusive": 2, "Zone-Filter-Exclusive": 4 },
  }),
  attribute(73, "ARAP-Security", "integer", single),
  attribute(74, "ARAP-Security-Data", "octets", { secret: true }),
  attribute(75, "Password-Retry", "integer", single),
  attribute(76, "Prompt", "integer", { single: true, values: { "No-Echo": 0, Echo: 1 } }),
  attribute(77, "Connect-Info", "text"),
  attribute(78, "Configuration-Token", "text"),
  attribute(79, "EAP-Message", "concat", { secret: true }),
  attribute(80, "Message-Authenticator", "octets", single),
  attribute(84, "ARAP-Challenge-Response", "octets", singleSecret),
  attribute(85, "Acct-Interim-Interval", "integer", single),
  attribute(87, "NAS-Port-Id", "text", single),
  attribute(88, "Framed-Pool", "text", single),
];
