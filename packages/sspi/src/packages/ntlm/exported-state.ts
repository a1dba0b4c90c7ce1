import type { PeerIdentity } from "../../contract/attributes.ts";
import type { TimeStamp } from "../../time-stamp.ts";
import { NtlmFormatError } from "./wire/ntlm-format-error.ts";
import { readUint32, writeUint32 } from "./wire/payload.ts";

/** What is known of an established context. */
export interface NtlmContextFacts {
  /** As both sides agreed on them. */
  readonly flags: number;
  readonly exportedKey: Uint8Array<ArrayBuffer>;
  /** Whether messages are encrypted: SEAL, or a peer that always does (NTLM-44). */
  readonly seals: boolean;
  /** `DOMAIN\user`; empty for nobody. */
  readonly userName: string;
  /** The SPN that the client gave; empty where it gave none. */
  readonly targetName: string;
  /** Who the client is; the accepting side only, undefined for nobody. */
  readonly peer: PeerIdentity | undefined;
  readonly passwordExpires: TimeStamp | undefined;
  /** Whether the client runs in this process. */
  readonly isLoopback: boolean;
}

interface Direction {
  readonly sequence: number;
  readonly stream: Uint8Array;
}

/** A context on its way into another process. */
export interface NtlmState {
  readonly facts: NtlmContextFacts;
  /** Undefined where the directions begin anew, or messages are not protected. */
  readonly outgoing: Direction | undefined;
  readonly incoming: Direction | undefined;
}

const version = 1;
/** Version, whether the streams are there, flags, key. */
const headerLength = 24;
const directionLength = 4 + 258;

/** Version 1, whether streams are there, whether it seals, flags, key, streams, then the names as JSON. */
export function encodeNtlmState({ facts, outgoing, incoming }: NtlmState): Uint8Array<ArrayBuffer> {
  const { userName, targetName, peer, passwordExpires, isLoopback } = facts;
  const names = new TextEncoder().encode(
    JSON.stringify({ userName, targetName, peer, passwordExpires: passwordExpires?.toString(), isLoopback }),
  );
  const streams = outgoing === undefined || incoming === undefined ? [] : [outgoing, incoming];
  const bytes = new Uint8Array(headerLength + streams.length * directionLength + names.length);
  bytes[0] = version;
  bytes[1] = streams.length;
  bytes[2] = facts.seals ? 1 : 0;
  writeUint32(bytes, 4, facts.flags);
  bytes.set(facts.exportedKey, 8);
  let at = headerLength;
  for (const { sequence, stream } of streams) {
    writeUint32(bytes, at, sequence);
    bytes.set(stream, at + 4);
    at += directionLength;
  }
  bytes.set(names, at);
  return bytes;
}

/**
 * Reads what {@link encodeNtlmState} wrote. The provider has opened it with its own key: it is ours.
 *
 * @throws {NtlmFormatError} `truncated` or `bad-type`, all the same
 */
export function decodeNtlmState(bytes: Uint8Array): NtlmState {
  if (bytes.length < headerLength) throw new NtlmFormatError("truncated", bytes.length);
  if (bytes[0] !== version) throw new NtlmFormatError("bad-type", 0);
  const hasStreams = bytes[1] === 2;
  const end = headerLength + (hasStreams ? 2 * directionLength : 0);
  if (bytes.length < end) throw new NtlmFormatError("truncated", bytes.length);
  const direction = (at: number): Direction => ({
    sequence: readUint32(bytes, at),
    stream: bytes.subarray(at + 4, at + directionLength),
  });
  const names = JSON.parse(new TextDecoder().decode(bytes.subarray(end))) as Omit<
    NtlmContextFacts,
    "flags" | "exportedKey" | "seals" | "passwordExpires"
  > & { readonly passwordExpires: string | undefined };
  return {
    facts: {
      ...names,
      peer: names.peer,
      passwordExpires: names.passwordExpires === undefined ? undefined : BigInt(names.passwordExpires),
      flags: readUint32(bytes, 4),
      exportedKey: bytes.slice(8, headerLength),
      seals: bytes[2] === 1,
    },
    outgoing: hasStreams ? direction(headerLength) : undefined,
    incoming: hasStreams ? direction(headerLength + directionLength) : undefined,
  };
}
