import { findMppeKeys } from "../../src/contract/mppe-key-attributes.ts";
import { msChapV2 } from "../../src/methods/ms-chap-v2/ms-chap-v2.ts";
import type { MsChap2Accounts } from "../../src/methods/ms-chap-v2/ms-chap2-accounts.ts";
import { fromHex, hex, Side, type Step, text } from "./conversation.ts";
import { PasswordBook } from "./password-book.ts";

/** RFC 2759 section 9.2, RFC 3079 section 3.5.3. */
export const rfc2759: Readonly<
  Record<
    "authenticatorChallenge" | "peerChallenge" | "ntResponse" | "authenticatorResponse" | "sendKey",
    string
  >
> = {
  authenticatorChallenge: "5b5d7c7d7b3f2f3e3c2c602132262628",
  peerChallenge: "21402324255e262a28295f2b3a337c7e",
  ntResponse: "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df",
  authenticatorResponse: "S=407A5589115FD0D6209F510FE9C04566932CDA56",
  sendKey: "8b7cdc149b993a1ba118cb153f56dccb",
};

type Octets = Uint8Array<ArrayBuffer>;

/** The challenge of the RFC in a packet with identifier 7, and the answer of its user to it. */
export const challenge: Octets = fromHex(
  `0107001d1a0107001810${rfc2759.authenticatorChallenge}${hex(text("nas"))}`,
);
export const response: Octets = fromHex(
  `0207003f1a0207003a31${rfc2759.peerChallenge}0000000000000000${rfc2759.ntResponse}00${hex(text("User"))}`,
);

export const success = (id: string, proof: string = rfc2759.authenticatorResponse, message = ""): Octets =>
  messagePacket(id, 3, `${proof}${message}`);
export const failure = (id: string, message: string): Octets => messagePacket(id, 4, message);
export const acknowledged = (id: string, op: 3 | 4): Octets => fromHex(`02${id}00061a0${op}`);

function messagePacket(id: string, op: 3 | 4, message: string): Octets {
  const data = text(message);
  const length = (offset: number) => (offset + data.length).toString(16).padStart(4, "0");
  return fromHex(`01${id}${length(9)}1a0${op}07${length(4)}${hex(data)}`);
}

export const accounts = (): PasswordBook => new PasswordBook({ User: "clientPass" });

export const authenticator = (book: MsChap2Accounts = accounts(), retries = 2): Side =>
  new Side(msChapV2({ accounts: book, name: "nas", retries }), {
    authenticator: true,
    identity: "User",
    initialId: 7,
    random: () => fromHex(rfc2759.authenticatorChallenge),
  });

export const peer = (password: string | null = "clientPass", flags = 0): Side =>
  new Side(msChapV2(), {
    identity: "User",
    password,
    flags,
    random: () => fromHex(rfc2759.peerChallenge),
  });

/** The session keys that a step hands to its host. */
export function keysOf(step: Step | undefined): { send: string; receive: string } | undefined {
  const keys = findMppeKeys(step?.attributes ?? []);
  return keys && { send: hex(keys.send), receive: hex(keys.receive) };
}
