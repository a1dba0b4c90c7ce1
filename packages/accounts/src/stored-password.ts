import { ntHash, Secret } from "@sallyport/crypto";
import { formatScrypt, parseScrypt, type ScryptPassword } from "./scrypt-password.ts";

/** A password that is kept as it is: it serves every protocol. Made by {@link clearPassword}. */
export interface ClearPassword {
  readonly form: "clear";
  /** Not empty. */
  readonly password: Secret;
  /** Made beforehand, so that no verification waits for it; left out when the bytes are no UTF-8. */
  readonly ntHash?: Secret;
}

/** A password of which only the NT hash is kept. Made by {@link ntHashPassword}. */
export interface NtHashPassword {
  readonly form: "nt-hash";
  /** 16 bytes, not the hash of the empty password. Whoever has it can answer MS-CHAP: keep it like a password. */
  readonly ntHash: Secret;
}

/** A password as an account keeps it. What protocols it can serve depends on the form: see {@link servesProtocol}. */
export type StoredPassword = ClearPassword | NtHashPassword | ScryptPassword;

export type PasswordForm = StoredPassword["form"];

/** The protocols in which a peer proves that it knows a password. */
export type PasswordProtocol = "PAP" | "CHAP" | "MS-CHAP" | "MS-CHAPv2";

const served: Readonly<Record<PasswordForm, readonly PasswordProtocol[]>> = {
  clear: ["PAP", "CHAP", "MS-CHAP", "MS-CHAPv2"],
  "nt-hash": ["PAP", "MS-CHAP", "MS-CHAPv2"],
  scrypt: ["PAP"],
};

/** Whether a password that is kept in this form can be verified in this protocol. */
export function servesProtocol(form: PasswordForm, protocol: PasswordProtocol): boolean {
  return served[form].includes(protocol);
}

/**
 * A password to be kept in clear.
 *
 * @throws {RangeError} when it is empty
 */
export function clearPassword(password: string | Uint8Array | Secret): ClearPassword {
  const secret = password instanceof Secret ? password : new Secret(password);
  if (secret.length === 0) throw new RangeError("a password is empty");
  const text = decodeUtf8(secret.reveal());
  return Object.freeze({
    form: "clear",
    password: secret,
    ...(text !== undefined && { ntHash: new Secret(ntHash(text)) }),
  });
}

/**
 * A password of which only the NT hash is known.
 *
 * @param hash 16 bytes
 * @throws {RangeError} when it has another length, or is the hash of the empty password
 */
export function ntHashPassword(hash: Uint8Array | Secret): NtHashPassword {
  const secret = hash instanceof Secret ? hash : new Secret(hash);
  if (secret.length !== 16) throw new RangeError(`an NT hash has 16 bytes, not ${secret.length}`);
  if (secret.equals(hashOfEmpty)) throw new RangeError("an NT hash is that of the empty password");
  return Object.freeze({ form: "nt-hash", ntHash: secret });
}

/**
 * Reads the text form of a password that is not kept in clear: `nt:` and the 32 hexadecimal digits of the NT hash, or
 * the PHC string of a scrypt hash, `$scrypt$ln=15,r=8,p=3$salt$hash`. The cost of scrypt is bounded: ln at most 20,
 * r 32, p 16, memory 1 GiB, and work, 2^ln · r · p, 2^23.
 *
 * @throws {RangeError} saying what is wrong, without the hash
 *
 * @example
 * ```ts
 * import { parseStoredPassword } from "@sallyport/accounts";
 *
 * parseStoredPassword("nt:3e057cd123205aa168af5f121716b335").form; // "nt-hash"
 * ```
 */
export function parseStoredPassword(text: string): NtHashPassword | ScryptPassword {
  if (text.startsWith("$scrypt$")) return parseScrypt(text);
  const digits = /^nt:([0-9a-fA-F]{32})$/.exec(text)?.[1];
  if (digits !== undefined) {
    return ntHashPassword(
      Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16)),
    );
  }
  if (text.startsWith("nt:")) throw new RangeError("an NT hash is written nt: and 32 hexadecimal digits");
  throw new RangeError("a stored password begins with nt: or $scrypt$");
}

/** The text that {@link parseStoredPassword} reads. It is as secret as what it stands for. */
export function formatStoredPassword(password: NtHashPassword | ScryptPassword): string {
  if (password.form === "scrypt") return formatScrypt(password);
  const digits = Array.from(password.ntHash.reveal(), (byte) => byte.toString(16).padStart(2, "0"));
  return `nt:${digits.join("")}`;
}

/** MD4 of nothing: no account with it is ever verified. */
export const hashOfEmpty: Uint8Array = ntHash("");

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text that the bytes stand for; undefined when they are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
