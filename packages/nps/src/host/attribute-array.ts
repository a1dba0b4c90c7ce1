import { E_ACCESSDENIED } from "@sallyport/errors/hresult";
import { ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, NO_ERROR } from "@sallyport/errors/win32";
import { standardDictionary } from "@sallyport/radius";
import type { AttributeList, HeldAttribute } from "../attribute-list.ts";
import type { RadiusAttribute, RadiusAttributeInput } from "../contract/attribute.ts";
import {
  ratAuthenticator,
  ratCode,
  ratIdentifier,
  ratProvider,
  ratSrcIPAddress,
  ratSrcIPv6Address,
  ratSrcPort,
  ratUniqueId,
} from "../contract/attribute-types.ts";
import type { RadiusAttributeArray } from "../contract/extension-module.ts";
import { heldInput } from "./held-input.ts";

/** The readings of the contract that a module is called under. */
export interface CallCompatibility {
  readonly rawErrorCodes: boolean;
  readonly littleEndianAddresses: boolean;
}

/** The call that an array or control block was handed to. */
export interface CallScope extends CallCompatibility {
  /** Whether it is still running. */
  readonly live: boolean;
}

/** What a module may not add, replace or remove (NPS-60). */
const readOnlyTypes: ReadonlySet<number> = new Set([
  ratCode,
  ratIdentifier,
  ratAuthenticator,
  ratSrcIPAddress,
  ratSrcPort,
  ratProvider,
  ratUniqueId,
  ratSrcIPv6Address,
]);

/** RADIUS_ATTRIBUTE_ARRAY over a list of the host (Table N-7). Refuses every change once its call has ended. */
export class HostAttributeArray implements RadiusAttributeArray {
  readonly #list: AttributeList;
  readonly #scope: CallScope;

  constructor(list: AttributeList, scope: CallScope) {
    this.#list = list;
    this.#scope = scope;
  }

  add(attribute: RadiusAttributeInput): number {
    const status = this.insertAt(this.#list.size, attribute);
    return status === ERROR_ACCESS_DENIED && this.#scope.rawErrorCodes ? E_ACCESSDENIED : status;
  }

  attributeAt(index: number): RadiusAttribute | null {
    return isIndex(index, this.#list.size) ? (this.#list.at(index)?.forModule(this.#scope) ?? null) : null;
  }

  getSize(): number {
    return this.#list.size;
  }

  insertAt(index: number, attribute: RadiusAttributeInput): number {
    if (!isIndex(index, this.#list.size + 1)) return ERROR_INVALID_PARAMETER;
    const held = heldInput(attribute, this.#scope);
    if (held === undefined) return ERROR_INVALID_PARAMETER;
    if (this.#refuses(held.attrType)) return ERROR_ACCESS_DENIED;
    if (isSecondInstance(this.#list, held)) return ERROR_ACCESS_DENIED;
    this.#list.insert(index, held);
    return NO_ERROR;
  }

  removeAt(index: number): number {
    if (!isIndex(index, this.#list.size)) return ERROR_INVALID_PARAMETER;
    if (this.#refuses(this.#list.at(index)?.attrType)) return ERROR_ACCESS_DENIED;
    this.#list.remove(index);
    return NO_ERROR;
  }

  setAt(index: number, attribute: RadiusAttributeInput): number {
    if (!isIndex(index, this.#list.size)) return ERROR_INVALID_PARAMETER;
    const held = heldInput(attribute, this.#scope);
    if (held === undefined) return ERROR_INVALID_PARAMETER;
    const present = this.#list.at(index)?.attrType;
    if (this.#refuses(held.attrType) || this.#refuses(present)) return ERROR_ACCESS_DENIED;
    if (held.attrType !== present && isSecondInstance(this.#list, held)) return ERROR_ACCESS_DENIED;
    this.#list.replace(index, held);
    return NO_ERROR;
  }

  find(attrType: number): RadiusAttribute | undefined {
    return this.#list.first(attrType)?.forModule(this.#scope);
  }

  *[Symbol.iterator](): Iterator<RadiusAttribute> {
    for (const held of this.#list) yield held.forModule(this.#scope);
  }

  #refuses(attrType: number | undefined): boolean {
    return !this.#scope.live || (attrType !== undefined && readOnlyTypes.has(attrType));
  }
}

/** Whether adding would put a single-instance attribute into a list twice (NPS-53). */
export function isSecondInstance(list: AttributeList, attribute: HeldAttribute): boolean {
  return isSingleInstance(attribute.attrType) && list.has(attribute.attrType);
}

/** The "0-1" rows of the tables of RFC 2865 section 5.44 and its successors; internal attributes occur once. */
function isSingleInstance(attrType: number): boolean {
  return attrType > 255 || standardDictionary.byType(attrType)?.single === true;
}

/** Indexes are unsigned; anything else is out of range (NPS-62). */
function isIndex(index: number, end: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < end;
}
