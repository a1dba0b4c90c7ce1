import { SECBUFFER_DATA, SECBUFFER_PADDING, SECBUFFER_STREAM, SECBUFFER_TOKEN } from "@sallyport/errors/sspi";
import {
  bufferBytes,
  bufferType,
  isReadOnly,
  isReadOnlyWithChecksum,
  type SecBuffer,
} from "../buffers/sec-buffer.ts";
import type { PackageMessage } from "../contract/package-message.ts";

/** The caller's buffers, sorted by what is to be done with them (SSPI-71, SSPI-82, SSPI-90). */
export class MessageView implements PackageMessage {
  readonly buffers: readonly SecBuffer[];
  readonly sequence: number;
  readonly token: Uint8Array;
  readonly data: Uint8Array[] = [];
  readonly covered: Uint8Array[] = [];
  readonly padding: Uint8Array;
  readonly stream: Uint8Array | undefined;
  tokenSize: number;
  paddingSize = 0;
  plaintext: Uint8Array | undefined = undefined;
  quality: number;
  readonly tokenBuffer: SecBuffer | undefined;
  readonly paddingBuffer: SecBuffer | undefined;
  /** The first DATA buffer, which takes the plaintext of a stream. */
  readonly dataBuffer: SecBuffer | undefined;
  readonly hasData: boolean;

  constructor(buffers: readonly SecBuffer[], quality: number, sequence: number) {
    this.buffers = buffers;
    this.quality = quality;
    this.sequence = sequence;
    let token: SecBuffer | undefined;
    let padding: SecBuffer | undefined;
    let stream: SecBuffer | undefined;
    let first: SecBuffer | undefined;
    let hasData = false;
    for (const buffer of buffers) {
      const type = bufferType(buffer);
      if (type === SECBUFFER_DATA) {
        hasData = true;
        if (isReadOnly(buffer)) continue;
        const bytes = bufferBytes(buffer);
        this.covered.push(bytes);
        if (isReadOnlyWithChecksum(buffer)) continue;
        first ??= buffer;
        this.data.push(bytes);
      } else if (isReadOnlyWithChecksum(buffer)) this.covered.push(bufferBytes(buffer));
      else if (type === SECBUFFER_TOKEN) token ??= buffer;
      else if (type === SECBUFFER_PADDING) padding ??= buffer;
      else if (type === SECBUFFER_STREAM) stream ??= buffer;
    }
    this.tokenBuffer = token;
    this.paddingBuffer = padding;
    this.dataBuffer = first;
    this.hasData = hasData;
    this.token = token === undefined ? nothing : bufferBytes(token);
    this.tokenSize = this.token.length;
    this.padding = padding === undefined ? nothing : bufferBytes(padding);
    this.stream = stream && bufferBytes(stream);
  }
}

const nothing = new Uint8Array(0);
