/**
 * An EAP method of one's own: both sides prove that they have the same device key, and derive the keys of the link
 * from it. Nothing of the key crosses the link.
 *
 *     authenticator -> peer   random number
 *     peer -> authenticator   random number, proof
 *     authenticator -> peer   proof
 *     peer -> authenticator   verdict
 */
import {
  type DefinedEapMethod,
  defineEapMethod,
  type EapAuthenticatorSession,
  type EapPeerSession,
  type EapVerdict,
  type ExpandedEapType,
  raatSessionId,
} from "@sallyport/eap";
import {
  readAnswer,
  readChallenge,
  readProof,
  readVerdict,
  size,
  writeAnswer,
  writeChallenge,
  writeProof,
  writeVerdict,
} from "./messages.ts";
import { derive, type Exchange, isProof, proofKey, sessionKeys } from "./proof.ts";

/** 32473 is the enterprise number for documentation (RFC 5612); take your own for a method that others shall meet. */
export const keyProofType: ExpandedEapType = { vendorId: 32473, vendorType: 1 };

export interface KeyProofOptions {
  /**
   * The key of a device, 32 octets, by its identity; undefined when there is none. For the authenticator: a peer has its
   * key in its user data.
   */
  readonly deviceKey?: (identity: string) => Uint8Array | undefined | PromiseLike<Uint8Array | undefined>;
}

/**
 * Makes the method.
 *
 * @example
 * ```ts
 * import { keyProof } from "@sallyport/sample-eap-key-proof";
 *
 * const keys = new Map([["printer-1", crypto.getRandomValues(new Uint8Array(32))]]);
 * export default keyProof({ deviceKey: (identity) => keys.get(identity) });
 * ```
 */
export function keyProof({ deviceKey = () => undefined }: KeyProofOptions = {}): DefinedEapMethod {
  return defineEapMethod({
    type: keyProofType,
    name: "Key proof",
    keys: true,
    authenticator: (session) => authenticator(session, deviceKey),
    peer,
  });
}

async function authenticator(
  session: EapAuthenticatorSession,
  deviceKey: NonNullable<KeyProofOptions["deviceKey"]>,
): Promise<EapVerdict> {
  const { identity } = session;
  const serverNonce = session.random(size);
  // What is no answer is discarded as if it had not come: anybody could have sent it (EAP-22).
  const first = await session.request(writeChallenge(serverNonce), {
    accept: (data) => readAnswer(data) !== undefined,
  });
  const answer = readAnswer(first.data);
  if (answer === undefined) return session.fail();
  const known = await deviceKey(identity);
  // Unknown devices are refused at the same point as wrong keys, and after the same work.
  const key = await proofKey(known ?? session.random(size));
  const exchange: Exchange = { identity, serverNonce, peerNonce: answer.peerNonce };
  const right = await isProof(key, "peer proof", exchange, answer.proof);
  if (known?.length !== size || !right) return session.fail();
  const proof = await derive(key, "server proof", exchange);
  const last = await session.request(writeProof(proof), {
    accept: (data) => readVerdict(data) !== undefined,
  });
  return readVerdict(last.data) === true
    ? succeed(session, exchange, await sessionKeys(key, exchange))
    : session.fail();
}

async function peer(session: EapPeerSession): Promise<EapVerdict> {
  const { identity, userData } = session;
  if (userData?.length !== size) return session.fail();
  const key = await proofKey(userData);
  const serverNonce = await received(session, readChallenge, () => session.receive());
  if (serverNonce === undefined) return session.fail();
  const peerNonce = session.random(size);
  const exchange: Exchange = { identity, serverNonce, peerNonce };
  const answer = writeAnswer({ peerNonce, proof: await derive(key, "peer proof", exchange) });
  const serverProof = await received(session, readProof, () => session.respond(answer));
  if (serverProof === undefined) return session.fail();
  const satisfied = await isProof(key, "server proof", exchange, serverProof);
  const end = await session.respond(writeVerdict(satisfied));
  // A Success from somebody who has proved nothing is worth nothing.
  if (!satisfied || end.kind !== "success") return session.fail();
  return succeed(session, exchange, await sessionKeys(key, exchange));
}

/** The content of the next request that can be read; undefined when the session ends instead. */
async function received<Content>(
  session: EapPeerSession,
  read: (data: Uint8Array) => Content | undefined,
  next: () => ReturnType<EapPeerSession["receive"]>,
): Promise<Content | undefined> {
  let event = await next();
  while (event.kind === "request") {
    const content = read(event.data);
    if (content !== undefined) return content;
    event = await session.receive();
  }
  return undefined;
}

/** Session-Id: what both sides and nobody else call this session (RFC 5247 section 1.4); EAP-Key-Name in RADIUS. */
function succeed(
  session: EapAuthenticatorSession | EapPeerSession,
  { serverNonce, peerNonce }: Exchange,
  keys: Awaited<ReturnType<typeof sessionKeys>>,
): EapVerdict {
  const { vendorId, vendorType } = keyProofType;
  const value = new Uint8Array(8 + 2 * size);
  new DataView(value.buffer).setUint32(0, (254 << 24) | vendorId);
  new DataView(value.buffer).setUint32(4, vendorType);
  value.set(serverNonce, 8);
  value.set(peerNonce, 8 + size);
  return session.succeed({ keys, attributes: [{ type: raatSessionId, value }] });
}
