import { Secret } from "@sallyport/crypto";
import { createVirtualClock, type VirtualClock } from "@sallyport/runtime";
import {
  type AttributeInput,
  attributesFromNames,
  type Endpoint,
  encodeRadiusPacket,
  formatAttribute,
  type RadiusPacket,
  RadiusReceiver,
  type RadiusReceiverOptions,
  type RawAttribute,
  type ReceivedRequest,
  type ReceiverEvent,
  signMessageAuthenticator,
  signRequestAuthenticator,
} from "../src/index.ts";

/** Octets from hexadecimal digits, whatever stands between them. */
export function octets(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const secret: Secret = new Secret("xyzzy5461");
export const source: Endpoint = { address: "192.0.2.7", port: 4001 };

export interface RequestFields {
  readonly code?: number;
  readonly identifier?: number;
  /** What the 16 octets of an Access-Request's authenticator start with. */
  readonly nonce?: number;
  readonly attributes?: AttributeInput;
  /** Where the Message-Authenticator stands; it is absent by default. */
  readonly messageAuthenticator?: "first" | "last";
  readonly secret?: Secret;
}

/** A request as an access server would send it. */
export function request(fields: RequestFields = {}): Uint8Array<ArrayBuffer> {
  const { code = 1, identifier = 7, nonce = 1, messageAuthenticator } = fields;
  const key = (fields.secret ?? secret).reveal();
  const accounting = code === 4;
  const authenticator = new Uint8Array(16);
  if (!accounting) new DataView(authenticator.buffer).setUint32(0, nonce);
  const named = attributesFromNames(fields.attributes ?? { "User-Name": "alice" });
  const empty: RawAttribute = { type: 80, value: new Uint8Array(16) };
  const attributes =
    messageAuthenticator === "first"
      ? [empty, ...named]
      : messageAuthenticator === "last"
        ? [...named, empty]
        : named;
  const packet = encodeRadiusPacket({ code, identifier, authenticator, attributes });
  const offset = messageAuthenticator === "first" ? 20 : packet.length - 18;
  if (messageAuthenticator !== undefined) signMessageAuthenticator(packet, offset, authenticator, key);
  if (accounting) signRequestAuthenticator(packet, key);
  return packet;
}

/** A receiver with a virtual clock, and what an observer sees of it. */
export interface ObservedReceiver {
  readonly receiver: RadiusReceiver;
  readonly clock: VirtualClock;
  readonly events: readonly ReceiverEvent[];
  /** What reached the handler. */
  readonly handled: readonly ReceivedRequest[];
  readonly sent: readonly Uint8Array[];
  kinds(): ReceiverEvent["kind"][];
  receive(datagram: Uint8Array, from?: Endpoint): void;
}

export function createReceiver(options: Partial<RadiusReceiverOptions> = {}): ObservedReceiver {
  const clock = createVirtualClock({ now: Date.UTC(2026, 0, 2) });
  const events: ReceiverEvent[] = [];
  const handled: ReceivedRequest[] = [];
  const sent: Uint8Array[] = [];
  const { handler = ({ port }) => ({ code: port === "accounting" ? 5 : 2, attributes: [] }) } = options;
  const receiver = new RadiusReceiver({
    port: "authentication",
    clients: [{ name: "lab", address: "192.0.2.0/24", secret }],
    clock,
    onEvent: (event) => void events.push(event),
    ...options,
    handler: (received) => {
      handled.push(received);
      return handler(received);
    },
  });
  return {
    receiver,
    clock,
    events,
    handled,
    sent,
    kinds: () => events.map(({ kind }) => kind),
    receive: (datagram: Uint8Array, from: Endpoint = source): void =>
      receiver.receive(datagram, from, (answer) => void sent.push(answer)),
  };
}

/** The attributes of a packet as "Name=text". */
export function texts(packet: RadiusPacket): string[] {
  return Array.from(packet, (attribute) => {
    const { name, text } = formatAttribute(attribute);
    return `${name}=${text}`;
  });
}
