import {
  type PackageContext,
  type PackageMessage,
  SEC_E_MESSAGE_ALTERED,
  SEC_E_OK,
  SEC_E_OUT_OF_SEQUENCE,
  SECQOP_WRAP_NO_ENCRYPT,
} from "@sallyport/sspi";

/** Statuses that the next calls return, instead of doing what they are for. */
export interface ScriptedMessages {
  readonly seal?: readonly number[];
  readonly unseal?: readonly number[];
  readonly sign?: readonly number[];
  readonly verify?: readonly number[];
}

const tokenLength = 16;
const plainMark = 1;

/**
 * Protection that protects nothing, for tests: bytes are XORed with 0xaa, the token holds a number, a mark and a sum of
 * what it covers. It finds a changed byte and a wrong order, and both sides can read each other.
 */
export function scriptedMessages(script: ScriptedMessages): Partial<PackageContext> {
  const queues = {
    seal: [...(script.seal ?? [])],
    unseal: [...(script.unseal ?? [])],
    sign: [...(script.sign ?? [])],
    verify: [...(script.verify ?? [])],
  };
  let sent = 0;
  let received = 0;
  const check = (found: Uint8Array, covered: readonly Uint8Array[]): number => {
    const view = new DataView(found.buffer, found.byteOffset, found.byteLength);
    if (found.length < tokenLength || view.getUint32(8, true) !== sum(covered)) return SEC_E_MESSAGE_ALTERED;
    if (view.getUint32(0, true) !== received) return SEC_E_OUT_OF_SEQUENCE;
    received += 1;
    return SEC_E_OK;
  };
  return {
    sizes: { maxToken: 4096, maxSignature: tokenLength, blockSize: 1, securityTrailer: tokenLength },
    seal(message) {
      const status = queues.seal.shift() ?? SEC_E_OK;
      if (status !== SEC_E_OK) return status;
      const isPlain = message.quality === SECQOP_WRAP_NO_ENCRYPT;
      write(message, sent++, isPlain ? plainMark : 0);
      if (!isPlain) mask(message.data);
      return SEC_E_OK;
    },
    unseal(message) {
      const status = queues.unseal.shift() ?? SEC_E_OK;
      if (status !== SEC_E_OK) return status;
      const { stream } = message;
      const token = stream === undefined ? message.token : stream.subarray(0, tokenLength);
      const body = stream === undefined ? message.data : [stream.subarray(tokenLength)];
      const isPlain = token[4] === plainMark;
      if (!isPlain) mask(body);
      if (isPlain) message.quality = SECQOP_WRAP_NO_ENCRYPT;
      message.plaintext = stream === undefined ? undefined : body[0];
      return check(token, stream === undefined ? message.covered : body);
    },
    sign(message) {
      const status = queues.sign.shift() ?? SEC_E_OK;
      if (status === SEC_E_OK) write(message, sent++, plainMark);
      return status;
    },
    verify(message) {
      const status = queues.verify.shift() ?? SEC_E_OK;
      return status === SEC_E_OK ? check(message.token, message.covered) : status;
    },
  };
}

function write(message: PackageMessage, sequence: number, mark: number): void {
  const { token } = message;
  const view = new DataView(token.buffer, token.byteOffset, token.byteLength);
  token.fill(0, 0, tokenLength);
  view.setUint32(0, sequence, true);
  view.setUint8(4, mark);
  view.setUint32(8, sum(message.covered), true);
  message.tokenSize = tokenLength;
}

function sum(parts: readonly Uint8Array[]): number {
  let total = 1;
  for (const part of parts) for (const byte of part) total = (Math.imul(total, 31) + byte) >>> 0;
  return total;
}

function mask(parts: readonly Uint8Array[]): void {
  for (const part of parts) for (let at = 0; at < part.length; at += 1) part[at] = (part[at] ?? 0) ^ 0xaa;
}
