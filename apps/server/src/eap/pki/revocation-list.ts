import { Integer, Sequence } from "asn1js";
import { CertificateRevocationList, Extensions, RevokedCertificate, Time } from "pkijs";
import { oid } from "../certificates/object-identifiers.ts";
import {
  contextPrimitive,
  extension,
  type Issuer,
  keyIdentifier,
  positiveInteger,
} from "./issue-certificate.ts";

/** A certificate that is not to be trusted any more. */
interface Revocation {
  readonly serialNumber: Uint8Array;
  readonly revokedAt: Date;
}

export interface RevocationListRequest {
  /** RFC 5280 section 5.2.3: rises with each list of an issuer. */
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly Revocation[];
}

/** Makes a certificate revocation list (RFC 5280 section 5), signed by the authority; its octets. */
export async function issueRevocationList(
  { number, thisUpdate, nextUpdate, revoked }: RevocationListRequest,
  issuer: Issuer,
): Promise<Uint8Array<ArrayBuffer>> {
  const list = new CertificateRevocationList();
  list.version = 1;
  list.issuer = issuer.certificate.subject;
  list.thisUpdate = new Time({ value: thisUpdate });
  list.nextUpdate = new Time({ value: nextUpdate });
  // RFC 5280 section 5.1.2.6: where there are none, the list is absent.
  if (revoked.length > 0) {
    list.revokedCertificates = revoked.map(
      ({ serialNumber, revokedAt }) =>
        new RevokedCertificate({
          userCertificate: positiveInteger(serialNumber),
          revocationDate: new Time({ value: revokedAt }),
        }),
    );
  }
  const authority = contextPrimitive(0, await keyIdentifier(issuer.certificate));
  list.crlExtensions = new Extensions({
    extensions: [
      extension(oid.authorityKeyIdentifier, new Sequence({ value: [authority] })),
      extension(oid.crlNumber, new Integer({ value: number })),
    ],
  });
  await list.sign(issuer.key.privateKey, "SHA-256");
  return new Uint8Array(list.toSchema(true).toBER());
}
