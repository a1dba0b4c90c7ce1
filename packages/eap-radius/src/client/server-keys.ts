import type { MppeKeyPair } from "@sallyport/eap";
import {
  type RadiusAnswer,
  RadiusPacketError,
  revealSaltEncrypted,
  type SharedSecret,
  splitVendorSpecific,
} from "@sallyport/radius";
import { vendorSpecificType } from "../wire/attribute-types.ts";

const microsoft = 311;
const sendKey = 16;
const receiveKey = 17;

/** MS-MPPE-Send-Key and MS-MPPE-Recv-Key of an answer, decrypted (RFC 2548 section 2.4); undefined unless both are there. */
export function serverKeys(
  answer: RadiusAnswer,
  secret: SharedSecret,
): MppeKeyPair | "unreadable" | undefined {
  const hidden = new Map<number, Uint8Array>();
  for (const value of answer.packet.all(vendorSpecificType)) {
    const split = splitVendorSpecific(value);
    if (split?.vendor !== microsoft) continue;
    for (const attribute of split.attributes) hidden.set(attribute.type, attribute.value);
  }
  const send = hidden.get(sendKey);
  const receive = hidden.get(receiveKey);
  if (send === undefined || receive === undefined) return undefined;
  try {
    const reveal = (value: Uint8Array) => revealSaltEncrypted(value, secret, answer.requestAuthenticator);
    return { send: reveal(send), receive: reveal(receive) };
  } catch (error) {
    if (error instanceof RadiusPacketError) return "unreadable";
    throw error;
  }
}
