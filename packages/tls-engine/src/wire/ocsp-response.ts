import { type DerValue, derValue, derValues } from "./der.ts";
import { objectIdentifier } from "./object-identifier.ts";

/** A basic OCSP response (RFC 6960 section 4.2.1). That it parses proves nothing: see {@link readOcspResponse}. */
export interface OcspResponse {
  readonly answers: readonly OcspAnswer[];
  /** What is signed. */
  readonly signedData: Uint8Array;
  /** Object identifier in dotted form. */
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  /** In DER, those that the responder sent along. */
  readonly certificates: readonly Uint8Array[];
}

/** What an OCSP response says of one certificate. */
export interface OcspAnswer {
  /** Object identifier of what both hashes are made with. */
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Hexadecimal digits in upper case, as in {@link TlsCertificate.serialNumber}. */
  readonly serialNumber: string;
  readonly status: "good" | "revoked" | "unknown";
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** Undefined: newer information is to be had at any time. */
  readonly nextUpdate: number | undefined;
}

/**
 * Reads a successful OCSP response in DER. The signature is not verified: clients of this engine do that with the
 * responses that servers staple.
 *
 * @returns undefined for anything else
 *
 * @example
 * ```ts
 * import { readOcspResponse } from "@sallyport/tls-engine";
 *
 * export const isRevoked = (response: Uint8Array, serialNumber: string): boolean =>
 *   readOcspResponse(response)?.answers.some(
 *     (answer) => answer.serialNumber === serialNumber && answer.status === "revoked",
 *   ) ?? false;
 * ```
 */
export function readOcspResponse(der: Uint8Array): OcspResponse | undefined {
  const outer = whole(der);
  const [state, wrapper] = derValues(outer?.content ?? nothing);
  if (state?.tag !== tags.enumerated || state.content[0] !== successful) return undefined;
  const [typed] = derValues(wrapper?.content ?? nothing);
  const [type, octets] = derValues(typed?.content ?? nothing);
  if (type === undefined || objectIdentifier(type.content) !== basicResponse) return undefined;
  const [data, algorithm, signature, more] = derValues(whole(octets?.content ?? nothing)?.content ?? nothing);
  const [algorithmType] = derValues(algorithm?.content ?? nothing);
  if (data?.tag !== tags.sequence || algorithmType === undefined || signature?.tag !== tags.bitString) {
    return undefined;
  }
  // Version [0], responder [1] or [2], time, the answers, extensions [1].
  const list = derValues(data.content).find(({ tag }) => tag === tags.sequence);
  const answers = list && derValues(list.content).map(answerOf);
  if (answers === undefined || !answers.every((answer) => answer !== undefined)) return undefined;
  const certificates = derValues(more?.content ?? nothing)[0];
  return {
    answers,
    signedData: data.whole,
    signatureAlgorithm: objectIdentifier(algorithmType.content),
    signature: signature.content.subarray(1),
    certificates: derValues(certificates?.content ?? nothing).map((certificate) => certificate.whole),
  };
}

/** SingleResponse: CertID, CertStatus, thisUpdate, [0] around nextUpdate, [1] extensions. */
function answerOf({ content }: DerValue): OcspAnswer | undefined {
  const [certificate, status, thisUpdate, next] = derValues(content);
  const [algorithm, nameHash, keyHash, serial] = derValues(certificate?.content ?? nothing);
  const [hash] = derValues(algorithm?.content ?? nothing);
  if (hash === undefined || nameHash === undefined || keyHash === undefined || serial === undefined)
    return undefined;
  const from = timeOf(thisUpdate);
  const nextUpdate = next?.tag === tags.context0 ? timeOf(derValue(next.content)) : undefined;
  if (status === undefined || from === undefined) return undefined;
  if (next?.tag === tags.context0 && nextUpdate === undefined) return undefined;
  return {
    hashAlgorithm: objectIdentifier(hash.content),
    issuerNameHash: nameHash.content,
    issuerKeyHash: keyHash.content,
    serialNumber: serialNumberOf(serial.content),
    status: statuses.get(status.tag) ?? "unknown",
    thisUpdate: from,
    nextUpdate,
  };
}

const nothing = new Uint8Array(0);
const successful = 0;
const basicResponse = "1.3.6.1.5.5.7.48.1.1";
const tags = { bitString: 3, enumerated: 10, generalizedTime: 0x18, sequence: 0x30, context0: 0xa0 } as const;
const statuses: ReadonlyMap<number, OcspAnswer["status"]> = new Map([
  [0x80, "good"],
  [0xa1, "revoked"],
  [0x82, "unknown"],
]);

/** One SEQUENCE and nothing behind it. */
function whole(der: Uint8Array): DerValue | undefined {
  const value = derValue(der);
  return value?.tag === tags.sequence && value.whole.length === der.length ? value : undefined;
}

/** GeneralizedTime as certificates have it: `20260131235959Z` (RFC 5280 section 4.1.2.5.2). */
function timeOf(value: DerValue | undefined): number | undefined {
  if (value?.tag !== tags.generalizedTime) return undefined;
  const text = String.fromCharCode(...value.content.subarray(0, 16));
  if (value.content.length !== 15 || !/^\d{14}Z$/.test(text)) return undefined;
  const time = Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  return Number.isNaN(time) ? undefined : time;
}

/** Without the octet that keeps a number from being negative. */
function serialNumberOf(content: Uint8Array): string {
  const digits = content.length > 1 && content[0] === 0 ? content.subarray(1) : content;
  return Array.from(digits, (octet) => octet.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}
