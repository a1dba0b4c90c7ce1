import { serialNumberText } from "./certificate-facts.ts";
import { type DerNode, readDer, tag } from "./der.ts";

/** What an OCSP response says of one certificate. */
export interface OcspAnswer {
  /** Hexadecimal, lower case, without leading zeros. */
  readonly serialNumber: string;
  readonly status: "good" | "revoked" | "unknown";
  readonly nextUpdate: Date | undefined;
}

/** Reads a successful response in DER (RFC 6960 section 4.2.1); undefined where it is none. */
export function readOcspResponse(der: Uint8Array): { readonly answers: readonly OcspAnswer[] } | undefined {
  const [status, bytes] = readDer(der)?.children ?? [];
  if (status?.tagNumber !== tag.enumerated || status.content[0] !== 0) return undefined;
  const [, basic] = bytes?.children[0]?.children ?? [];
  const data = basic === undefined ? undefined : readDer(basic.content)?.children[0];
  const responses = data?.children.find(
    ({ tagClass, tagNumber }) => tagClass === 1 && tagNumber === tag.sequence,
  );
  if (responses === undefined) return undefined;
  return { answers: responses.children.flatMap(answerOf) };
}

/** SingleResponse: CertID, CertStatus, thisUpdate, and [0] around nextUpdate. */
function answerOf({ children: [certificate, status, , next] }: DerNode): OcspAnswer[] {
  const serial = certificate?.children[3];
  if (serial === undefined || status === undefined) return [];
  return [
    {
      serialNumber: serialNumberText(Buffer.from(serial.content).toString("hex")),
      status: (["good", "revoked", "unknown"] as const)[status.tagNumber] ?? "unknown",
      nextUpdate: next?.tagClass === 3 && next.tagNumber === 0 ? next.children[0]?.time : undefined,
    },
  ];
}
