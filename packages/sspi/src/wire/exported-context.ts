import { SspiFormatError } from "./sspi-format-error.ts";

/** What an exported context says before its sealed part: enough to find the package and the machine. */
export interface ExportedEnvelope {
  /** Which machine made it: 16 bytes. */
  readonly machine: Uint8Array;
  /** The nonce of the seal: 12 bytes. */
  readonly nonce: Uint8Array;
  /** Everything before the sealed part, which the seal covers too. */
  readonly header: Uint8Array;
  /** The sealed state with its tag. */
  readonly sealed: Uint8Array;
}

/** The state of an exported context, once opened. */
export interface ExportedState {
  readonly packageName: string;
  /** 0 for the initiating side, 1 for the accepting one. */
  readonly role: 0 | 1;
  readonly attributes: number;
  /** Milliseconds since the Unix epoch; Infinity for never. */
  readonly expiry: number;
  /** What the package wrote, for itself. */
  readonly packageState: Uint8Array;
}

const magic = 0x58435353; // "SSCX", little-endian
const version = 1;
const headerLength = 4 + 2 + 2 + 16 + 12;
const tagLength = 16;

/** Writes the part of an exported context that is not sealed. */
export function encodeEnvelopeHeader(machine: Uint8Array, nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headerLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint16(4, version, true);
  bytes.set(machine.subarray(0, 16), 8);
  bytes.set(nonce.subarray(0, 12), 24);
  return bytes;
}

/**
 * Takes an exported context apart. The result views `bytes`.
 *
 * @throws {SspiFormatError} `truncated` or `bad-version`
 */
export function decodeEnvelope(bytes: Uint8Array): ExportedEnvelope {
  if (bytes.length < headerLength + tagLength) throw new SspiFormatError("truncated", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== magic) throw new SspiFormatError("bad-version", 0);
  if (view.getUint16(4, true) !== version) throw new SspiFormatError("bad-version", 4);
  if (view.getUint16(6, true) !== 0) throw new SspiFormatError("bad-version", 6);
  return {
    machine: bytes.subarray(8, 24),
    nonce: bytes.subarray(24, headerLength),
    header: bytes.subarray(0, headerLength),
    sealed: bytes.subarray(headerLength),
  };
}

/** Writes the state that is to be sealed. */
export function encodeExportedState(state: ExportedState): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(state.packageName);
  const bytes = new Uint8Array(1 + 4 + 8 + 2 + name.length + state.packageState.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, state.role);
  view.setUint32(1, state.attributes >>> 0, true);
  view.setFloat64(5, state.expiry, true);
  view.setUint16(13, name.length, true);
  bytes.set(name, 15);
  bytes.set(state.packageState, 15 + name.length);
  return bytes;
}

/**
 * Reads the state of an opened context. The result views `bytes`.
 *
 * @throws {SspiFormatError} `truncated`, `bad-length`, `bad-version` for a role that is none, `bad-text` for the name
 */
export function decodeExportedState(bytes: Uint8Array): ExportedState {
  if (bytes.length < 15) throw new SspiFormatError("truncated", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const role = view.getUint8(0);
  if (role !== 0 && role !== 1) throw new SspiFormatError("bad-version", 0);
  const nameLength = view.getUint16(13, true);
  if (15 + nameLength > bytes.length) throw new SspiFormatError("bad-length", 13);
  return {
    role,
    attributes: view.getUint32(1, true),
    expiry: view.getFloat64(5, true),
    packageName: textOf(bytes.subarray(15, 15 + nameLength)),
    packageState: bytes.subarray(15 + nameLength),
  };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SspiFormatError("bad-text", 15);
  }
}
