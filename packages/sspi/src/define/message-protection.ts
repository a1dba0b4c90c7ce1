import {
  SEC_E_OK,
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_PADDING,
  SECBUFFER_STREAM,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECBUFFER_TOKEN,
  SECPKG_ATTR_PACKAGE_INFO,
  SECPKG_ATTR_SIZES,
  SECPKG_ATTR_STREAM_SIZES,
  SECPKG_FLAG_STREAM,
  SECQOP_WRAP_NO_ENCRYPT,
} from "@sallyport/errors/sspi";
import { bufferBytes, findBuffer, type SecBuffer, secBuffer, secBufferDesc } from "../buffers/sec-buffer.ts";
import type { ContextAttribute } from "../contract/attributes.ts";
import { out } from "../contract/out.ts";
import type { CtxtHandle } from "../handles/sec-handle.ts";
import { SspiError } from "../sspi-error.ts";
import type { SspiProvider } from "../sspi-provider.ts";

/** A message that arrived. */
export interface Unwrapped {
  readonly data: Uint8Array<ArrayBuffer>;
  /** Whether it was encrypted, and not only signed. */
  readonly encrypted: boolean;
  /** Bytes behind the message that belong to the next one; only streams have any. */
  readonly extra: number;
}

/**
 * EncryptMessage with buffers of its own: token, data and padding in one piece; of a stream header, data and trailer. They
 * are cut from the array that is returned: it is the only one.
 */
export function wrap(
  provider: SspiProvider,
  context: CtxtHandle,
  message: Uint8Array,
  encrypt: boolean,
): Uint8Array<ArrayBuffer> {
  const isOfStream = isStream(provider, context);
  const { before, after } = isOfStream
    ? aroundStream(provider, context, message.length)
    : aroundMessage(provider, context);
  const dataEnd = before + message.length;
  const whole = new Uint8Array(dataEnd + after);
  whole.set(message, before);
  const types = isOfStream
    ? ([SECBUFFER_STREAM_HEADER, SECBUFFER_STREAM_TRAILER] as const)
    : ([SECBUFFER_TOKEN, SECBUFFER_PADDING] as const);
  const buffers = [
    secBuffer(types[0], whole.subarray(0, before)),
    secBuffer(SECBUFFER_DATA, whole.subarray(before, dataEnd)),
    secBuffer(types[1], whole.subarray(dataEnd)),
    ...(isOfStream ? [secBuffer(SECBUFFER_EMPTY)] : []),
  ];
  const quality = encrypt ? 0 : SECQOP_WRAP_NO_ENCRYPT;
  succeed(provider.EncryptMessage(context, quality, secBufferDesc(...buffers), 0));
  return closedUp(whole, buffers.map(bufferBytes));
}

/** DecryptMessage of one piece, which is copied first. */
export function unwrap(provider: SspiProvider, context: CtxtHandle, wrapped: Uint8Array): Unwrapped {
  const quality = out(0);
  if (isStream(provider, context)) {
    const message = secBufferDesc(
      secBuffer(SECBUFFER_DATA, wrapped.slice()),
      secBuffer(),
      secBuffer(),
      secBuffer(),
    );
    succeed(provider.DecryptMessage(context, message, 0, quality));
    const extra = findBuffer(message.buffers, SECBUFFER_EXTRA)?.size ?? 0;
    return { data: plaintext(message.buffers), encrypted: true, extra };
  }
  const message = secBufferDesc(secBuffer(SECBUFFER_STREAM, wrapped.slice()), secBuffer(SECBUFFER_DATA));
  succeed(provider.DecryptMessage(context, message, 0, quality));
  return { data: plaintext(message.buffers), encrypted: quality.value !== SECQOP_WRAP_NO_ENCRYPT, extra: 0 };
}

/** MakeSignature with a buffer of its own. */
export function sign(
  provider: SspiProvider,
  context: CtxtHandle,
  message: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const token = secBuffer(SECBUFFER_TOKEN, ask(provider, context, SECPKG_ATTR_SIZES)?.maxSignature ?? 0);
  succeed(provider.MakeSignature(context, 0, secBufferDesc(...asData(message), token), 0));
  return new Uint8Array(bufferBytes(token));
}

/** VerifySignature. */
export function verify(
  provider: SspiProvider,
  context: CtxtHandle,
  signature: Uint8Array,
  message: readonly Uint8Array[],
): void {
  const token = secBuffer(SECBUFFER_TOKEN, signature);
  succeed(provider.VerifySignature(context, secBufferDesc(...asData(message), token), 0, null));
}

/** How many bytes go before and behind a message. */
interface Surroundings {
  readonly before: number;
  readonly after: number;
}

function aroundMessage(provider: SspiProvider, context: CtxtHandle): Surroundings {
  const sizes = ask(provider, context, SECPKG_ATTR_SIZES);
  return { before: sizes?.securityTrailer ?? 0, after: sizes?.blockSize ?? 0 };
}

function aroundStream(provider: SspiProvider, context: CtxtHandle, length: number): Surroundings {
  const sizes = ask(provider, context, SECPKG_ATTR_STREAM_SIZES);
  const { header = 0, trailer = 0, maximumMessage = Infinity } = sizes ?? {};
  if (length > maximumMessage) {
    throw new RangeError(`a message of this stream may have ${maximumMessage} bytes, not ${length}`);
  }
  return { before: header, after: trailer };
}

function isStream(provider: SspiProvider, context: CtxtHandle): boolean {
  const info = ask(provider, context, SECPKG_ATTR_PACKAGE_INFO)?.packageInfo;
  return ((info?.capabilities ?? 0) & SECPKG_FLAG_STREAM) !== 0;
}

function ask<Attribute extends number>(
  provider: SspiProvider,
  context: CtxtHandle,
  attribute: Attribute,
): ContextAttribute<Attribute> | undefined {
  const value = out<ContextAttribute<Attribute> | undefined>(undefined);
  succeed(provider.QueryContextAttributes(context, attribute, value));
  return value.value;
}

/** A message of no parts is an empty one. */
function asData(message: readonly Uint8Array[]): SecBuffer[] {
  const parts = message.length === 0 ? [new Uint8Array(0)] : message;
  return parts.map((part) => secBuffer(SECBUFFER_DATA, part));
}

function plaintext(buffers: readonly SecBuffer[]): Uint8Array<ArrayBuffer> {
  const data = findBuffer(buffers, SECBUFFER_DATA);
  return new Uint8Array(data === undefined ? [] : bufferBytes(data));
}

/** Moves parts of an array together that did not use all of their room; what is left over at its end is cut off. */
function closedUp(whole: Uint8Array<ArrayBuffer>, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let end = 0;
  for (const part of parts) {
    if (part.byteOffset !== end || part.buffer !== whole.buffer) whole.set(part, end);
    end += part.length;
  }
  return end === whole.length ? whole : whole.subarray(0, end);
}

/** @throws {SspiError} for every status but SEC_E_OK */
export function succeed(status: number): void {
  if (status !== SEC_E_OK) throw new SspiError(status);
}
