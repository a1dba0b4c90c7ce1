import { type AttributeInput, attributesFromNames, standardDictionary } from "@sallyport/radius";
import { dataTypeOf, isNumberDataType, type RadiusAttributeInput } from "../contract/attribute.ts";

/**
 * The attributes of a policy, of names and values.
 *
 * @throws {TypeError} for an attribute that does not exist, or that only the server itself can put into an answer
 * @throws {RangeError} for a value that the attribute cannot have
 */
export function policyAttributes(input: AttributeInput): RadiusAttributeInput[] {
  for (const name of Object.keys(input)) refuseOwn(name);
  return attributesFromNames(input).map(({ type, value }): RadiusAttributeInput => {
    const dataType = dataTypeOf(type);
    if (!isNumberDataType(dataType)) return { attrType: type, dataType, value };
    return { attrType: type, dataType, value: new DataView(value.buffer, value.byteOffset).getUint32(0) };
  });
}

/** User-Password, CHAP-Password, State, Proxy-State, CHAP-Challenge, EAP-Message, Message-Authenticator. */
const ownTypes: ReadonlySet<number> = new Set([2, 3, 24, 33, 60, 79, 80]);
const tunnelPassword = 69;

function refuseOwn(key: string): void {
  const name = key.replace(/:\d{1,2}$/, "");
  const number = /^Attr-(\d{1,3})$/i.exec(name);
  const entry =
    number === null ? standardDictionary.byName(name) : standardDictionary.byType(Number(number[1]));
  if (entry === undefined) return;
  const { vendor, type, secret, encryption } = entry;
  const own = vendor === 0 ? ownTypes.has(type) : secret === true || encryption !== undefined;
  if (own && !(vendor === 0 && type === tunnelPassword)) {
    throw new TypeError(`${entry.name} is made by the server itself; leave it out`);
  }
}
