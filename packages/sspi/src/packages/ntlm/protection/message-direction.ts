import { constantTimeEqual, HmacMd5, Rc4 } from "@sallyport/crypto";
import type { ContextRole } from "../../../contract/security-package.ts";
import { LongHmacMd5 } from "../../../node/long-hmac-md5.ts";
import { NTLMSSP_NEGOTIATE_KEY_EXCH } from "../wire/negotiate-flags.ts";
import { readUint32, writeUint32 } from "../wire/payload.ts";
import { directionKeys } from "./session-keys.ts";

/** Of every signature: version, eight bytes of a code, sequence number (MS-NLMP section 2.2.2.9.2). */
export const signatureLength = 16;

/** What a signature turned out to be. */
export type SignatureVerdict = "right" | "altered" | "out-of-sequence";

/** From this many bytes on the code is computed by OpenSSL. */
const longMessage = 2048;

/** Where a direction stands, for another process. */
export interface DirectionState {
  readonly sequence: number;
  /** Undefined: from the beginning of the stream. */
  readonly stream: Uint8Array | undefined;
}

/**
 * One direction of a context: its keys, its running RC4 stream and its sequence number. The two directions share nothing
 * (SSPI-88).
 */
export class MessageDirection {
  readonly #signKey: Uint8Array<ArrayBuffer>;
  readonly #sealKey: Uint8Array<ArrayBuffer>;
  readonly #hmac: HmacMd5;
  /** With key exchange the eight bytes of the code are encrypted too. */
  readonly #encryptsCode: boolean;
  #longHmac: LongHmacMd5 | undefined;
  #stream: Rc4;
  #sequence: number;
  readonly #number: Uint8Array = new Uint8Array(4);
  readonly #code: Uint8Array = new Uint8Array(16);

  constructor(
    exportedKey: Uint8Array,
    flags: number,
    sender: ContextRole,
    { sequence, stream }: DirectionState = { sequence: 0, stream: undefined },
  ) {
    const { sign, seal } = directionKeys(exportedKey, flags, sender);
    this.#signKey = sign;
    this.#sealKey = seal;
    this.#hmac = new HmacMd5(sign);
    this.#encryptsCode = (flags & NTLMSSP_NEGOTIATE_KEY_EXCH) !== 0;
    this.#sequence = sequence;
    this.#stream = stream === undefined ? new Rc4(seal) : Rc4.restore(stream);
  }

  /** Signs what is `covered`, encrypts `data` in place, in this order of the stream: data, then code (NTLM-42). */
  protect(covered: readonly Uint8Array[], data: readonly Uint8Array[], signature: Uint8Array): void {
    this.#writeCode(covered);
    for (const part of data) this.#stream.apply(part);
    const code = this.#code.subarray(0, 8);
    if (this.#encryptsCode) this.#stream.apply(code);
    writeUint32(signature, 0, 1);
    signature.set(code, 4);
    writeUint32(signature, 12, this.#sequence);
    this.#sequence = (this.#sequence + 1) >>> 0;
  }

  /** Decrypts `data` in place and checks the signature over what is `covered` then. */
  check(
    covered: readonly Uint8Array[],
    data: readonly Uint8Array[],
    signature: Uint8Array,
  ): SignatureVerdict {
    if (signature.length !== signatureLength || readUint32(signature, 0) !== 1) return "altered";
    if (readUint32(signature, 12) !== this.#sequence) return "out-of-sequence";
    for (const part of data) this.#stream.apply(part);
    this.#writeCode(covered);
    const code = this.#code.subarray(0, 8);
    if (this.#encryptsCode) this.#stream.apply(code);
    if (!constantTimeEqual(code, signature.subarray(4, 12))) return "altered";
    this.#sequence = (this.#sequence + 1) >>> 0;
    return "right";
  }

  /** Begins the stream anew; the sequence number goes on (NTLM-43). */
  restartStream(): void {
    this.#stream.wipe();
    this.#stream = new Rc4(this.#sealKey);
  }

  state(): { readonly sequence: number; readonly stream: Uint8Array<ArrayBuffer> } {
    return { sequence: this.#sequence, stream: this.#stream.save() };
  }

  wipe(): void {
    this.#signKey.fill(0);
    this.#sealKey.fill(0);
    this.#stream.wipe();
  }

  /** The first eight bytes of HMAC-MD5(sign key, sequence number ∥ message) (NTLM-41). */
  #writeCode(covered: readonly Uint8Array[]): void {
    writeUint32(this.#number, 0, this.#sequence);
    let length = 0;
    for (const part of covered) length += part.length;
    if (length >= longMessage) {
      this.#longHmac ??= new LongHmacMd5(this.#signKey);
      this.#code.set(this.#longHmac.digest(this.#number, covered));
      return;
    }
    this.#hmac.update(this.#number);
    for (const part of covered) this.#hmac.update(part);
    this.#hmac.digestInto(this.#code, 0);
  }
}
