import { foldCase } from "@sallyport/accounts";
import {
  type AttributeInput,
  attributesFromNames,
  formatAttribute,
  splitVendorSpecific,
  standardDictionary,
} from "@sallyport/radius";
import { attributeText, type RadiusAttribute, radiusAttribute } from "../contract/attribute.ts";
import {
  ratClearTextPassword,
  ratPolicyName,
  ratProvider,
  ratStrippedUserName,
  ratUserName,
  ratUserPassword,
  ratVendorSpecific,
} from "../contract/attribute-types.ts";
import { rapNone, rapProxy, rcAccessAccept, rcAccessChallenge, rdtString } from "../contract/constants.ts";
import type {
  CallSignal,
  ExtensionLog,
  RadiusAttributeArray,
  RadiusExtensionControlBlock,
} from "../contract/extension-module.ts";

/** What a request comes to, as far as it is decided. */
export type FoundDisposition = "accept" | "reject" | "challenge";

/** Attributes by the names of the RFCs, over the array of a control block. */
export class NamedAttributes {
  readonly #array: RadiusAttributeArray;

  constructor(array: RadiusAttributeArray) {
    this.#array = array;
  }

  /** The first attribute of a name as text: UTF-8, dotted addresses, names of values ("Virtual"), decimal numbers. */
  get(name: string): string | undefined {
    return this.getAll(name)[0];
  }

  /** All attributes of a name as text, in order. */
  getAll(name: string): string[] {
    return this.#values(name).map(({ value, type, vendor }) => {
      const entry = standardDictionary.byType(type, vendor);
      if (entry?.dataType === "text") return new TextDecoder().decode(value);
      return vendor === 0 ? formatAttribute({ type, value }).text : new TextDecoder().decode(value);
    });
  }

  /** The octets of the first attribute of a name, passwords and State included. */
  octets(name: string): Uint8Array | undefined {
    return this.#values(name)[0]?.value;
  }

  /** Appends attributes. */
  add(attributes: AttributeInput): void {
    for (const { type, value } of attributesFromNames(attributes)) {
      expectSuccess(this.#array.add({ attrType: type, dataType: rdtString, value }), type);
    }
  }

  /** Puts attributes in the place of all that have the same name. */
  set(attributes: AttributeInput): void {
    for (const name of Object.keys(attributes)) this.remove(name);
    this.add(attributes);
  }

  /** Takes out all attributes of a name. */
  remove(name: string): void {
    const { type, vendor } = numberOf(name);
    for (let index = this.#array.getSize() - 1; index >= 0; index--) {
      const attribute = this.#array.attributeAt(index);
      if (attribute === null || !isOf(attribute, type, vendor)) continue;
      expectSuccess(this.#array.removeAt(index), attribute.attrType);
    }
  }

  #values(name: string): { readonly type: number; readonly vendor: number; readonly value: Uint8Array }[] {
    const { type, vendor } = numberOf(name);
    return Array.from(this.#array).flatMap((attribute) => {
      if (vendor === 0)
        return attribute.attrType === type ? [{ type, vendor, value: octetsOf(attribute) }] : [];
      return vendorValues(attribute, type, vendor).map((value) => ({ type, vendor, value }));
    });
  }
}

/** A request as an extension made by `defineNpsExtension` sees it. */
export class ExtensionRequest extends NamedAttributes {
  readonly #ecb: RadiusExtensionControlBlock;

  constructor(ecb: RadiusExtensionControlBlock) {
    super(ecb.getRequest());
    this.#ecb = ecb;
  }

  /** The User-Name as the wire carried it. */
  get userName(): string | undefined {
    return this.#text(ratUserName);
  }

  /**
   * `DOMAIN\USER` in upper case: the same for every spelling of one account ("alice", "ALICE", "corp\Alice",
   * "alice@corp.example"), and so the only name to look a user up by. A look-up by `userName` can be dodged.
   */
  get account(): string | undefined {
    const qualified = this.#text(ratStrippedUserName);
    return qualified && foldCase(qualified);
  }

  /** The User-Password, decrypted; undefined when the request carries another kind of credentials. */
  get password(): string | undefined {
    return this.#text(ratUserPassword);
  }

  /**
   * Brings the password of another user database, in clear: PAP, CHAP, MS-CHAP and EAP methods verify against it instead of
   * the account's, also for a user without account (NPS-66). At the authentication point, in every round.
   */
  supplyPassword(password: string): void {
    const array = this.#ecb.getRequest();
    for (let index = array.getSize() - 1; index >= 0; index--) {
      if (array.attributeAt(index)?.attrType === ratClearTextPassword) {
        expectSuccess(array.removeAt(index), ratClearTextPassword);
      }
    }
    expectSuccess(array.add(radiusAttribute(ratClearTextPassword, password)), ratClearTextPassword);
  }

  /** Who authenticates the request (NPS-23). */
  get provider(): "local" | "forward" | "none" {
    const number = this.#ecb.getRequest().find(ratProvider)?.value;
    return number === rapProxy ? "forward" : number === rapNone ? "none" : "local";
  }

  /** The network policy that matched; known at the authorization point. */
  get networkPolicy(): string | undefined {
    return this.#text(ratPolicyName);
  }

  /** What another extension has decided before this one was called; undefined as long as the request is open. */
  get decided(): FoundDisposition | undefined {
    const { responseType } = this.#ecb;
    return responseType === 0 ? undefined : dispositionOf(responseType);
  }

  /** What this extension kept with its challenge that the request answers. */
  get answered(): { readonly data: unknown } | undefined {
    return this.#ecb.answeredChallenge;
  }

  /** Aborted when the host stops waiting for this call: hand it to `fetch`. */
  get signal(): CallSignal {
    return this.#ecb.signal;
  }

  get log(): ExtensionLog {
    return this.#ecb.log;
  }

  #text(attrType: number): string | undefined {
    const attribute = this.#ecb.getRequest().find(attrType);
    return attribute && attributeText(attribute);
  }
}

/** The word for the type of an answer to an Access-Request. */
export function dispositionOf(responseType: number): FoundDisposition {
  if (responseType === rcAccessAccept) return "accept";
  return responseType === rcAccessChallenge ? "challenge" : "reject";
}

function numberOf(name: string): { readonly type: number; readonly vendor: number } {
  const entry = standardDictionary.byName(name);
  if (entry === undefined) throw new TypeError(`no attribute is called "${name}"`);
  return entry;
}

function isOf(attribute: RadiusAttribute, type: number, vendor: number): boolean {
  return vendor === 0 ? attribute.attrType === type : vendorValues(attribute, type, vendor).length > 0;
}

function vendorValues(attribute: RadiusAttribute, type: number, vendor: number): Uint8Array[] {
  if (attribute.attrType !== ratVendorSpecific) return [];
  const split = splitVendorSpecific(octetsOf(attribute));
  if (split?.vendor !== vendor) return [];
  return split.attributes.filter((own) => own.type === type).map(({ value }) => value);
}

function octetsOf({ value }: RadiusAttribute): Uint8Array {
  if (typeof value !== "number") return value;
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function expectSuccess(status: number, attrType: number): void {
  if (status !== 0) throw new RangeError(`attribute ${attrType} cannot be changed: error ${status}`);
}
