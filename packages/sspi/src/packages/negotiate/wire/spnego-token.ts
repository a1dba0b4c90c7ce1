import {
  contentOf,
  contextTag,
  type DerElement,
  DerTag,
  encodeElement,
  octetsOf,
  readChildren,
  readElement,
  readFields,
  readInside,
  readSmallInteger,
  readWhole,
} from "../../../wire/der.ts";
import { DerError } from "../../../wire/der-error.ts";
import { encodeOid, readOid } from "../../../wire/object-identifier.ts";
import { oidSpnego } from "./mechanism-oids.ts";

/** How the acceptor says the negotiation stands (RFC 4178 section 4.2.2: `negState`). */
export type NegState = "accept-completed" | "accept-incomplete" | "reject" | "request-mic";

/** The words, by their number. */
export const negStates: readonly NegState[] = [
  "accept-completed",
  "accept-incomplete",
  "reject",
  "request-mic",
];

/** The first token of either side (RFC 4178 section 4.2.1; NegTokenInit2 of [MS-SPNG] section 2.2.1). */
export interface NegTokenInit {
  readonly kind: "init";
  /** The mechanisms in order of preference: object identifiers. */
  readonly mechTypes: readonly string[];
  /** The DER of that list exactly as it travelled, which is what `mechListMIC` covers (SPN-06). */
  readonly mechTypeList: Uint8Array;
  /** The optimistic token of the first mechanism. */
  readonly mechToken?: Uint8Array | undefined;
  /** Only a server that speaks first sends them. */
  readonly negHints?: NegHints | undefined;
  readonly mechListMIC?: Uint8Array | undefined;
}

/** What a server that speaks first adds ([MS-SPNG] section 2.2.1). */
export interface NegHints {
  readonly hintName?: string | undefined;
  readonly hintAddress?: Uint8Array | undefined;
}

/** Every later token (RFC 4178 section 4.2.2). */
export interface NegTokenResp {
  readonly kind: "response";
  readonly negState?: NegState | undefined;
  readonly supportedMech?: string | undefined;
  readonly responseToken?: Uint8Array | undefined;
  readonly mechListMIC?: Uint8Array | undefined;
}

/** The name that servers give as hint, and that nobody is to read ([MS-SPNG] section 2.2.1). */
export const ignoredHintName = "not_defined_in_RFC4178@please_ignore";

/** More mechanisms in one list are refused (SPN-11). */
const maximumMechanisms = 32;

const initialTag = 0x60; // [APPLICATION 0], RFC 2743 section 3.1

/**
 * Reads one SPNEGO token (SPN-01, SPN-11). The result views `bytes`; nothing is copied.
 *
 * @throws {DerError} with the offset of what is wrong
 *
 * @example
 * ```ts
 * import { decodeSpnegoToken } from "@sallyport/sspi/decode";
 *
 * const completed = Uint8Array.of(0xa1, 7, 0x30, 5, 0xa0, 3, 0x0a, 1, 0);
 * decodeSpnegoToken(completed); // { kind: "response", negState: "accept-completed", ... }
 * ```
 */
export function decodeSpnegoToken(bytes: Uint8Array): NegTokenInit | NegTokenResp {
  const outer = readElement(bytes, 0, bytes.length);
  if (outer.end !== bytes.length) throw new DerError("trailing-data", outer.end);
  if (outer.tag === initialTag) return readInit(bytes, outer);
  if (outer.tag === contextTag(1)) return readResponse(bytes, outer);
  throw new DerError("unexpected-tag", 0);
}

/** Whether bytes begin as a SPNEGO token: a NegTokenResp, or the frame of the first token with SPNEGO's identifier. */
export function isSpnegoToken(bytes: Uint8Array): boolean {
  return bytes[0] === contextTag(1) || framedMechanism(bytes) === oidSpnego;
}

/** The mechanism that a first token in GSS-API's frame names (RFC 2743 section 3.1); undefined where there is no frame. */
export function framedMechanism(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== initialTag) return undefined;
  try {
    const outer = readElement(bytes, 0, bytes.length);
    return readOid(bytes, readElement(bytes, outer.start, outer.end, 1));
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function readInit(bytes: Uint8Array, outer: DerElement): NegTokenInit {
  const mechanism = readElement(bytes, outer.start, outer.end, 1);
  if (readOid(bytes, mechanism) !== oidSpnego) throw new DerError("bad-oid", mechanism.offset);
  const inner = readWhole(bytes, mechanism.end, outer.end, contextTag(0), 1);
  const sequence = readInside(bytes, inner, DerTag.sequence);
  const fields = readFields(bytes, sequence);
  const list = fields.get(0);
  if (list === undefined) throw new DerError("missing-field", sequence.start);
  const mechTypes = readInside(bytes, list, DerTag.sequence);
  const third = fields.get(3);
  // [3] is mechListMIC in RFC 4178, and negHints in NegTokenInit2, where mechListMIC is [4].
  const isSecondForm = third !== undefined && bytes[third.start] === DerTag.sequence;
  return {
    kind: "init",
    mechTypes: readChildren(bytes, mechTypes, maximumMechanisms).map((element) => readOid(bytes, element)),
    mechTypeList: octetsOf(bytes, mechTypes),
    mechToken: readOctets(bytes, fields.get(2)),
    negHints: isSecondForm ? readHints(bytes, third) : undefined,
    mechListMIC: readOctets(bytes, isSecondForm ? fields.get(4) : third),
  };
}

function readHints(bytes: Uint8Array, field: DerElement): NegHints {
  const fields = readFields(bytes, readInside(bytes, field, DerTag.sequence));
  const name = fields.get(0);
  return {
    hintName: name && latin1(contentOf(bytes, readInside(bytes, name, DerTag.generalString))),
    hintAddress: readOctets(bytes, fields.get(1)),
  };
}

function readResponse(bytes: Uint8Array, outer: DerElement): NegTokenResp {
  const fields = readFields(bytes, readInside(bytes, outer, DerTag.sequence));
  const supported = fields.get(1);
  return {
    kind: "response",
    negState: readState(bytes, fields.get(0)),
    supportedMech: supported && readOid(bytes, readInside(bytes, supported, DerTag.oid)),
    responseToken: readOctets(bytes, fields.get(2)),
    mechListMIC: readOctets(bytes, fields.get(3)),
  };
}

function readState(bytes: Uint8Array, field: DerElement | undefined): NegState | undefined {
  if (field === undefined) return undefined;
  const state = negStates[readSmallInteger(bytes, readInside(bytes, field, DerTag.enumerated))];
  if (state === undefined) throw new DerError("bad-value", field.start);
  return state;
}

function readOctets(bytes: Uint8Array, field: DerElement | undefined): Uint8Array | undefined {
  return field && contentOf(bytes, readInside(bytes, field, DerTag.octetString));
}

/** The DER of a list of mechanisms, as a first token carries it and `mechListMIC` covers it. */
export function encodeMechTypeList(mechTypes: readonly string[]): Uint8Array<ArrayBuffer> {
  return encodeElement(DerTag.sequence, ...mechTypes.map(encodeOid));
}

/** Writes a first token: NegTokenInit, or NegTokenInit2 where there are hints. */
export function encodeNegTokenInit(
  token: Pick<NegTokenInit, "mechTypeList" | "mechToken" | "negHints" | "mechListMIC">,
): Uint8Array<ArrayBuffer> {
  const { mechTypeList, mechToken, negHints, mechListMIC } = token;
  const sequence = encodeElement(
    DerTag.sequence,
    encodeElement(contextTag(0), mechTypeList),
    octets(2, mechToken),
    negHints === undefined ? nothing : encodeElement(contextTag(3), encodeHints(negHints)),
    octets(negHints === undefined ? 3 : 4, mechListMIC),
  );
  return encodeElement(initialTag, encodeOid(oidSpnego), encodeElement(contextTag(0), sequence));
}

/** Writes a later token. */
export function encodeNegTokenResp(token: Omit<NegTokenResp, "kind">): Uint8Array<ArrayBuffer> {
  const { negState, supportedMech, responseToken, mechListMIC } = token;
  const state = negState && Uint8Array.of(DerTag.enumerated, 1, negStates.indexOf(negState));
  const sequence = encodeElement(
    DerTag.sequence,
    state === undefined ? nothing : encodeElement(contextTag(0), state),
    supportedMech === undefined ? nothing : encodeElement(contextTag(1), encodeOid(supportedMech)),
    octets(2, responseToken),
    octets(3, mechListMIC),
  );
  return encodeElement(contextTag(1), sequence);
}

function encodeHints({ hintName, hintAddress }: NegHints): Uint8Array<ArrayBuffer> {
  const name =
    hintName === undefined
      ? nothing
      : encodeElement(contextTag(0), encodeElement(DerTag.generalString, fromLatin1(hintName)));
  return encodeElement(DerTag.sequence, name, octets(1, hintAddress));
}

function octets(field: number, content: Uint8Array | undefined): Uint8Array {
  return content === undefined
    ? nothing
    : encodeElement(contextTag(field), encodeElement(DerTag.octetString, content));
}

const nothing = new Uint8Array(0);

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => String.fromCharCode(octet)).join("");
}

function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
