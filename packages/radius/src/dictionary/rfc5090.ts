import { attribute, type DictionaryEntry } from "./entry.ts";

/** RFC 5090 section 3: HTTP Digest. What proves the password is secret. */
export const rfc5090: readonly DictionaryEntry[] = [
  attribute(103, "Digest-Response", "text", { secret: true }),
  attribute(104, "Digest-Realm", "text"),
  attribute(105, "Digest-Nonce", "text"),
  attribute(106, "Digest-Response-Auth", "text", { secret: true }),
  attribute(107, "Digest-Nextnonce", "text"),
  attribute(108, "Digest-Method", "text"),
  attribute(109, "Digest-URI", "text"),
  attribute(110, "Digest-Qop", "text"),
  attribute(111, "Digest-Algorithm", "text"),
  attribute(112, "Digest-Entity-Body-Hash", "text"),
  attribute(113, "Digest-CNonce", "text"),
  attribute(114, "Digest-Nonce-Count", "text"),
  attribute(115, "Digest-Username", "text"),
  attribute(116, "Digest-Opaque", "text"),
  attribute(117, "Digest-Auth-Param", "text"),
  attribute(118, "Digest-AKA-Auts", "text"),
  attribute(119, "Digest-Domain", "text"),
  attribute(120, "Digest-Stale", "text"),
  attribute(121, "Digest-HA1", "text", { secret: true }),
  attribute(122, "SIP-AOR", "text"),
];
