/**
 * An EAP method of one's own: both sides prove that they know the same passphrase, and derive the keys of the link from it.
 * The passphrase does not cross the link, and the server does not keep it.
 *
 *     authenticator -> peer   random number; salt and iterations, with which the peer makes a key of its passphrase
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
import {
  deriveKey,
  keySize,
  mostIterations,
  parseVerifier,
  saltSize,
  usualIterations,
  type Verifier,
} from "./verifier.ts";

export { enrol, newPassphrase } from "./verifier.ts";

/** 32473 is the enterprise number for documentation (RFC 5612); take your own for a method that others shall meet. */
export const passphraseType: ExpandedEapType = { vendorId: 32473, vendorType: 1 };

export interface PassphraseOptions {
  /** What {@link enrol} made for an identity; undefined when there is none. For the authenticator: a peer has a password. */
  readonly verifierOf?: (identity: string) => string | undefined | PromiseLike<string | undefined>;
  /** A peer answers no server that asks for less work: it would help to guess. Default 100 000. */
  readonly leastIterations?: number;
  /**
   * What the salts of unknown identities are made of, so that they look like those of known ones; 32 random octets by default.
   * Give one that stays, and nobody learns by a restart who is unknown.
   */
  readonly decoySecret?: Uint8Array;
}

/**
 * Makes the method.
 *
 * @example
 * ```ts
 * import { enrol, passphrase } from "@sallyport/sample-eap-passphrase";
 *
 * const users = new Map([["alice", await enrol("k3f9-0pzt-8m2c-wq1x-7hbd")]]);
 * export default passphrase({ verifierOf: (identity) => users.get(identity) });
 * ```
 */
export function passphrase(options: PassphraseOptions = {}): DefinedEapMethod {
  const { verifierOf = () => undefined, leastIterations = 100_000 } = options;
  const decoySecret = options.decoySecret ?? crypto.getRandomValues(new Uint8Array(32));
  return defineEapMethod({
    type: passphraseType,
    name: "Passphrase",
    keys: true,
    async authenticator(session) {
      const found = await verifierOf(session.identity);
      const isKnown = found !== undefined;
      const verifier = isKnown ? parseVerifier(found) : await decoy(session, decoySecret);
      return authenticator(session, verifier, isKnown);
    },
    peer: (session) => peer(session, leastIterations),
  });
}

async function authenticator(
  session: EapAuthenticatorSession,
  verifier: Verifier,
  isKnown: boolean,
): Promise<EapVerdict> {
  const { identity } = session;
  const serverNonce = session.random(size);
  // What is no answer is discarded as if it had not come: anybody could have sent it (EAP-22).
  const first = await session.request(writeChallenge({ ...verifier, serverNonce }), {
    accept: (data) => readAnswer(data) !== undefined,
  });
  const answer = readAnswer(first.data);
  if (answer === undefined) return session.fail();
  const key = await proofKey(verifier.key);
  const exchange: Exchange = { identity, serverNonce, peerNonce: answer.peerNonce };
  // Unknown identities are refused at the same point as wrong passphrases, and after the same work.
  const right = await isProof(key, "peer proof", exchange, answer.proof);
  if (!isKnown || !right) return session.fail();
  const proof = await derive(key, "server proof", exchange);
  const last = await session.request(writeProof(proof), {
    accept: (data) => readVerdict(data) !== undefined,
  });
  return readVerdict(last.data) === true
    ? succeed(session, exchange, await sessionKeys(key, exchange))
    : session.fail();
}

/** For an identity that nobody knows: a salt that is the same each time, and a key that nobody has. */
async function decoy(session: EapAuthenticatorSession, secret: Uint8Array): Promise<Verifier> {
  const none = new Uint8Array();
  const exchange = { identity: session.identity, serverNonce: none, peerNonce: none };
  const salt = (await derive(await proofKey(secret), "decoy salt", exchange)).slice(0, saltSize);
  return { salt, iterations: usualIterations, key: session.random(keySize) };
}

async function peer(session: EapPeerSession, leastIterations: number): Promise<EapVerdict> {
  const { identity, password } = session;
  if (password === null || password === "") return session.fail();
  const challenge = await received(session, readChallenge, () => session.receive());
  if (challenge === undefined) return session.fail();
  const { serverNonce, salt, iterations } = challenge;
  if (iterations < leastIterations || iterations > mostIterations) return session.fail();
  const key = await proofKey(await deriveKey(password, salt, iterations));
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
  const { vendorId, vendorType } = passphraseType;
  const value = new Uint8Array(8 + 2 * size);
  new DataView(value.buffer).setUint32(0, (254 << 24) | vendorId);
  new DataView(value.buffer).setUint32(4, vendorType);
  value.set(serverNonce, 8);
  value.set(peerNonce, 8 + size);
  return session.succeed({ keys, attributes: [{ type: raatSessionId, value }] });
}
