import { z } from "zod";
import { mappingNames } from "../eap/certificates/certificate-mapping.ts";
import { choice, list, message, record, text, typeMessage } from "./schema-parts.ts";

const file = (what: string): z.ZodString => text(`the path of ${what}, relative to the settings file`);

const wholeNumber = (least: number, most: number, unit: string): z.ZodNumber =>
  z
    .int({
      error: (issue) => typeMessage(issue, `a whole number of ${unit}`, `write ${least} to ${most}`),
    })
    .min(least, { error: message(`is less than ${least}`, `write ${least} to ${most}`) })
    .max(most, { error: message(`is more than ${most}`, `write ${least} to ${most}`) });

/** A certificate with its key. */
const credentials = {
  /** The server's certificate first, then those that lead to the root. */
  certificate: file("a PEM file with the server's certificate and those that lead to its root"),
  key: file("the PEM file with the private key"),
  passphrase: text("the passphrase of the key").optional(),
  /** A file whose first line is the passphrase. */
  passphraseFile: file("a file whose first line is the passphrase").optional(),
  /** An answer of the authority's OCSP responder, in DER. */
  ocspResponse: file("a file with an OCSP response in DER").optional(),
};

const version = choice(["1.2", "1.3"]).optional();

/** The `eap.tls` of a settings file: what EAP-TLS, PEAP and TTLS share. */
export const tlsSchema = record({
  ...credentials,
  /** Who signs the certificates of clients; without them no client is known by certificate. */
  clientAuthorities: list(file("a PEM file with authorities"), "paths").optional(),
  /** One for each authority, or none. */
  revocationLists: list(file("a PEM file with a revocation list"), "paths").optional(),
  minVersion: version,
  maxVersion: version,
  /** Other certificates for identities of these realms. */
  realms: z
    .record(z.string(), record(credentials), {
      error: (issue) =>
        typeMessage(issue, "an object", 'write { "guests.example": { "certificate": ..., "key": ... } }'),
    })
    .optional(),
  /** Threads that do the handshakes; 0: the thread that answers requests. */
  workers: wholeNumber(0, 64, "threads").optional(),
  /** Conversations in TLS at a time. */
  sessions: wholeNumber(1, 1_000_000, "sessions").optional(),
  /** For how long a client may come back without a full handshake; 0: never. */
  resumptionSeconds: wholeNumber(0, 604_800, "seconds").optional(),
  /** By what a client's certificate leads to its account. */
  mappings: list(choice(mappingNames), "mappings")
    .min(1, { error: message("is empty", "leave it out for principalName, thumbprint, issuerSerial, sid") })
    .optional(),
  /** The most octets of one EAP packet with TLS in it. */
  fragmentSize: wholeNumber(64, 65_535, "octets").optional(),
});

/** `certificates` of an account: exactly one way for each. */
export const certificateMappingSchema = record({
  principalName: text("the user principal name in the certificate").optional(),
  thumbprint: text("SHA-1 or SHA-256 of the certificate")
    .regex(/^(?:[0-9a-f]{2}[\s:]?){19}(?:[\s:]?[0-9a-f]{2}){1}(?:(?:[\s:]?[0-9a-f]{2}){12})?$/i, {
      error: message("is no SHA-1 or SHA-256", "write 40 or 64 hexadecimal digits"),
    })
    .optional(),
  issuer: text("the issuer, such as CN=Root, O=Corp").optional(),
  serialNumber: text("the serial number")
    .regex(/^[0-9a-f][0-9a-f\s:]*$/i, {
      error: message("is no serial number", "write hexadecimal digits, as in 4c0ffee5"),
    })
    .optional(),
  sid: text("the SID of the account")
    .regex(/^S-1-\d+(?:-\d+)+$/, {
      error: message("is no SID", "write for example S-1-5-21-1004336348-1177238915-682003330-512"),
    })
    .optional(),
  email: text("the e-mail address in the certificate").optional(),
  subject: text("the subject, such as CN=alice, O=Corp").optional(),
  commonName: text("the common name in the subject").optional(),
  dns: text("the DNS name in the certificate").optional(),
});
