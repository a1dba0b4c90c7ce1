// The Type-Data of the four messages. Reading is total: what has another form is undefined, and nobody answers it.
import { saltSize } from "./verifier.ts";

/** Octets of a random number, and of a proof. */
export const size = 32;
/** The first octet of each message; a later version of the method would count up. */
const version = 1;

/** The peer's verdict, its last message. */
const verdict = { satisfied: 1, refused: 0 } as const;

/** Authenticator to peer, first: its random number, and how the peer makes a key of its passphrase. */
export interface Challenge {
  readonly serverNonce: Uint8Array<ArrayBuffer>;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
}

export function writeChallenge({ serverNonce, salt, iterations }: Challenge): Uint8Array<ArrayBuffer> {
  const count = [24, 16, 8, 0].map((shift) => (iterations >>> shift) & 255);
  return Uint8Array.of(version, ...serverNonce, ...salt, ...count);
}

export function readChallenge(data: Uint8Array): Challenge | undefined {
  if (data.length !== 1 + size + saltSize + 4 || data[0] !== version) return undefined;
  return {
    serverNonce: new Uint8Array(data.subarray(1, 1 + size)),
    salt: new Uint8Array(data.subarray(1 + size, 1 + size + saltSize)),
    iterations: data.subarray(-4).reduce((count, octet) => count * 256 + octet, 0),
  };
}

/** What the peer answers: its own random number, and its proof. */
export interface Answer {
  readonly peerNonce: Uint8Array<ArrayBuffer>;
  readonly proof: Uint8Array<ArrayBuffer>;
}

export function writeAnswer({ peerNonce, proof }: Answer): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(version, ...peerNonce, ...proof);
}

export function readAnswer(data: Uint8Array): Answer | undefined {
  if (data.length !== 1 + 2 * size || data[0] !== version) return undefined;
  return {
    peerNonce: new Uint8Array(data.subarray(1, 1 + size)),
    proof: new Uint8Array(data.subarray(1 + size)),
  };
}

/** Authenticator to peer, second: its proof. */
export function writeProof(proof: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(version, ...proof);
}

export function readProof(data: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  return data.length === 1 + size && data[0] === version ? new Uint8Array(data.subarray(1)) : undefined;
}

/** The peer's last message. */
export function writeVerdict(isSatisfied: boolean): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(version, isSatisfied ? verdict.satisfied : verdict.refused);
}

export function readVerdict(data: Uint8Array): boolean | undefined {
  if (data.length !== 2 || data[0] !== version) return undefined;
  if (data[1] === verdict.satisfied) return true;
  return data[1] === verdict.refused ? false : undefined;
}
