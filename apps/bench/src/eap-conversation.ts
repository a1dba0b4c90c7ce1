import { createHash } from "node:crypto";
import type { RadiusAnswer, RawAttribute } from "@sallyport/radius";
import type { RadiusClient } from "@sallyport/radius/node";
import { BenchError } from "./bench-error.ts";
import { account } from "./cases.ts";

/** A conversation whose challenge has arrived and was not answered yet. */
export interface OpenConversation {
  readonly number: number;
  readonly state: Uint8Array;
  readonly identifier: number;
  readonly challenge: Uint8Array;
}

/** EAP codes and types (RFC 3748). */
const eapRequest = 1;
const eapResponse = 2;
const identity = 1;
const md5Challenge = 4;
/** RADIUS codes and attributes (RFC 2865, RFC 3579). */
const accessChallenge = 11;
const userName = 1;
const nasPort = 5;
const stateType = 24;
const eapMessage = 79;

/**
 * Tells the server who wants to log in, and takes its MD5-Challenge.
 *
 * @throws {BenchError} where the answer is anything else
 */
export async function openConversation(client: RadiusClient, number: number): Promise<OpenConversation> {
  const answer = await client.accessRequest(
    round(number, eapPacket(number & 255, identity, Buffer.from(account.name))),
  );
  const state = answer.packet.first(stateType);
  const eap = answer.packet.first(eapMessage);
  if (answer.code !== accessChallenge || state === undefined || eap === undefined)
    throw unexpected(`answered an identity with ${answer.codeName}`);
  const [code, identifier = 0, , , type, size = 0] = eap;
  if (code !== eapRequest || type !== md5Challenge || size === 0 || 6 + size > eap.length)
    throw unexpected("offers something else than an MD5-Challenge");
  return { number, state, identifier, challenge: eap.slice(6, 6 + size) };
}

/** Answers the challenge, rightly. */
export async function answerConversation(
  client: RadiusClient,
  { number, state, identifier, challenge }: OpenConversation,
): Promise<RadiusAnswer> {
  // RFC 1994 section 4.1: MD5 over identifier, secret and challenge.
  const response = createHash("md5")
    .update(Uint8Array.of(identifier))
    .update(account.password)
    .update(challenge)
    .digest();
  const data = Buffer.concat([Uint8Array.of(response.length), response]);
  const attributes = round(number, eapPacket(identifier, md5Challenge, data));
  return client.accessRequest([...attributes, { type: stateType, value: state }]);
}

function round(number: number, eap: Uint8Array): RawAttribute[] {
  const port = Buffer.alloc(4);
  port.writeUInt32BE(number);
  return [
    { type: userName, value: Buffer.from(account.name) },
    { type: nasPort, value: port },
    { type: eapMessage, value: eap },
  ];
}

function eapPacket(identifier: number, type: number, data: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(eapResponse, identifier, 0, 5 + data.length, type), data]);
}

function unexpected(what: string): BenchError {
  return new BenchError(`the server ${what}`, "try a whole login first: npm run bench -- --only eap-md5");
}
