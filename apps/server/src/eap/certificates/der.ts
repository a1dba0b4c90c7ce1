import { type BaseBlock, fromBER, type ObjectIdentifier } from "asn1js";

/** One value in DER, taken apart. Whatever does not fit is undefined: certificates come from strangers. */
export interface DerNode {
  /** 1 universal, 3 of the context. */
  readonly tagClass: number;
  readonly tagNumber: number;
  readonly children: readonly DerNode[];
  /** The whole value with its tag. */
  readonly der: Uint8Array<ArrayBuffer>;
  /** What stands behind tag and length. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** Of an object identifier, in dotted form. */
  readonly identifier: string | undefined;
  /** Of UTCTime or GeneralizedTime. */
  readonly time: Date | undefined;
}

/** The universal tags that are looked for here. */
export const tag = {
  integer: 2,
  bitString: 3,
  octetString: 4,
  objectIdentifier: 6,
  sequence: 16,
} as const;

/** Reads one value; undefined when the octets are not one in DER. */
export function readDer(octets: Uint8Array): DerNode | undefined {
  try {
    const copy = Uint8Array.from(octets);
    const { offset, result } = fromBER(copy.buffer);
    return offset === copy.length ? nodeOf(result) : undefined;
  } catch {
    return undefined;
  }
}

function nodeOf(block: BaseBlock): DerNode {
  const { tagClass, tagNumber } = block.idBlock;
  const value = block.valueBlock as { readonly value?: unknown };
  const children = block.idBlock.isConstructed && Array.isArray(value.value) ? value.value : [];
  const der = Uint8Array.from(block.valueBeforeDecodeView);
  return {
    tagClass,
    tagNumber,
    children: (children as readonly BaseBlock[]).map(nodeOf),
    der,
    content: der.subarray(der.length - block.lenBlock.length),
    identifier:
      tagClass === 1 && tagNumber === tag.objectIdentifier
        ? (block as ObjectIdentifier).getValue()
        : undefined,
    time: timeOf(block),
  };
}

function timeOf(block: BaseBlock): Date | undefined {
  if (!("toDate" in block) || typeof block.toDate !== "function") return undefined;
  const date: unknown = block.toDate();
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date : undefined;
}
