import { Secret } from "@sallyport/crypto";
import {
  type AttributeInput,
  attributesFromNames,
  decodeRadiusPacket,
  type Endpoint,
  encodeRadiusPacket,
  hideUserPassword,
  type RadiusClientSettings,
  RadiusCode,
  type RawAttribute,
  type ReceivedRequest,
  signRequestAuthenticator,
} from "@sallyport/radius";
import type { Clock, Random } from "@sallyport/runtime";

/** The access server that a request comes from. */
export interface BenchSender {
  /** The RADIUS client as the server knows it, or just its name. Default `"lab"`. */
  readonly client?: string | Partial<RadiusClientSettings>;
  /** Where the datagram came from. Default 192.0.2.7, port 4001. */
  readonly from?: Endpoint;
}

const userPassword = 2;

/**
 * Makes requests as the receiver hands them to the pipeline: encoded and decoded, passwords hidden under the shared
 * secret. Identifiers count up, and authenticators are never the same, so that no request is a resend.
 */
export function createRequestMaker(
  clock: Clock,
  random: Random,
): (code: RadiusCode, input: AttributeInput, sender: BenchSender) => ReceivedRequest {
  const secret = new Secret("test bench");
  let identifier = 0;
  return (code, input, { client, from = { address: "192.0.2.7", port: 4001 } }) => {
    const known: RadiusClientSettings = {
      name: "lab",
      address: from.address,
      secret,
      ...(typeof client === "string" ? { name: client } : client),
    };
    const authenticator = random(16);
    const attributes = attributesFromNames(input).map(
      ({ type, value }): RawAttribute =>
        type === userPassword
          ? { type, value: hideUserPassword(value, known.secret.reveal(), authenticator) }
          : { type, value },
    );
    const datagram = encodeRadiusPacket({ code, identifier: identifier++ & 255, authenticator, attributes });
    const isAccounting = code === RadiusCode.AccountingRequest;
    if (isAccounting) signRequestAuthenticator(datagram, known.secret.reveal());
    return {
      packet: decodeRadiusPacket(datagram),
      client: known,
      source: from,
      receivedAt: clock.now(),
      port: isAccounting ? "accounting" : "authentication",
    };
  };
}

/** What a client repeats of its request when it answers a challenge: everything but the credentials (RFC 2865 section 4.4). */
export function withoutCredentials(input: AttributeInput): AttributeInput {
  const credential = /^(?:User-Password|CHAP-|MS-CHAP|EAP-Message$|State$|Message-Authenticator$)/i;
  return Object.fromEntries(Object.entries(input).filter(([name]) => !credential.test(name)));
}
