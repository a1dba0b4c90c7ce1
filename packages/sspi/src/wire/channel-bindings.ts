import { SspiFormatError } from "./sspi-format-error.ts";

/** What ties an authentication to the channel below it (sspi.h: `SEC_CHANNEL_BINDINGS`, RFC 2743 section 1.1.6). */
export interface ChannelBindings {
  /** sspi.h: `dwInitiatorAddrType`; 0 where no address is bound. */
  readonly initiatorType: number;
  readonly initiator: Uint8Array;
  /** sspi.h: `dwAcceptorAddrType`; 0 where no address is bound. */
  readonly acceptorType: number;
  readonly acceptor: Uint8Array;
  /** The bindings proper, such as `tls-server-end-point:` and a hash (RFC 5929). */
  readonly applicationData: Uint8Array;
}

/** Eight words of 32 bits. */
const headerLength = 32;

/**
 * Reads a `SEC_CHANNEL_BINDINGS` structure (SSPI-75): three pieces of data behind eight little-endian words, by offsets
 * from the start of the structure. The result views `bytes`; nothing is copied.
 *
 * @throws {SspiFormatError} `truncated` when the header is not whole, `out-of-bounds` when a piece lies outside
 */
export function decodeChannelBindings(bytes: Uint8Array): ChannelBindings {
  if (bytes.length < headerLength) throw new SspiFormatError("truncated", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const piece = (at: number): Uint8Array => {
    const length = view.getUint32(at, true);
    const offset = view.getUint32(at + 4, true);
    if (length === 0) return bytes.subarray(0, 0);
    if (offset < headerLength || offset + length > bytes.length)
      throw new SspiFormatError("out-of-bounds", at);
    return bytes.subarray(offset, offset + length);
  };
  return {
    initiatorType: view.getUint32(0, true),
    initiator: piece(4),
    acceptorType: view.getUint32(12, true),
    acceptor: piece(16),
    applicationData: piece(24),
  };
}

/**
 * Writes a `SEC_CHANNEL_BINDINGS` structure, for a buffer of type SECBUFFER_CHANNEL_BINDINGS. With application data
 * only, as everywhere today, they start at offset 32.
 *
 * @example
 * ```ts
 * import { encodeChannelBindings, SECBUFFER_CHANNEL_BINDINGS, secBuffer, tlsChannelBindings } from "@sallyport/sspi";
 *
 * const certificateHash = new Uint8Array(32);
 * const bindings = tlsChannelBindings("tls-server-end-point", certificateHash);
 * const buffer = secBuffer(SECBUFFER_CHANNEL_BINDINGS, encodeChannelBindings(bindings));
 * ```
 */
export function encodeChannelBindings(bindings: ChannelBindings): Uint8Array<ArrayBuffer> {
  const { initiator, acceptor, applicationData } = bindings;
  const bytes = new Uint8Array(headerLength + initiator.length + acceptor.length + applicationData.length);
  const view = new DataView(bytes.buffer);
  let end = headerLength;
  const place = (at: number, data: Uint8Array): void => {
    view.setUint32(at, data.length, true);
    view.setUint32(at + 4, data.length === 0 ? 0 : end, true);
    bytes.set(data, end);
    end += data.length;
  };
  view.setUint32(0, bindings.initiatorType, true);
  place(4, initiator);
  view.setUint32(12, bindings.acceptorType, true);
  place(16, acceptor);
  place(24, applicationData);
  return bytes;
}

/** The kinds of channel bindings that TLS has (RFC 5929, RFC 9266). */
export type TlsBindingKind = "tls-server-end-point" | "tls-exporter" | "tls-unique";

/** Channel bindings of a TLS connection: the kind, a colon, the data. No addresses. */
export function tlsChannelBindings(kind: TlsBindingKind, data: Uint8Array): ChannelBindings {
  const prefix = new TextEncoder().encode(`${kind}:`);
  const applicationData = new Uint8Array(prefix.length + data.length);
  applicationData.set(prefix);
  applicationData.set(data, prefix.length);
  const none = new Uint8Array(0);
  return { initiatorType: 0, initiator: none, acceptorType: 0, acceptor: none, applicationData };
}
