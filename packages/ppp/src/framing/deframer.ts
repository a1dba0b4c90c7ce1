import { fcs16, goodFcs16 } from "../wire/fcs16.ts";
import { defaultCharacterMap, escapeBit, escapeOctet, flagOctet } from "./character-map.ts";
import { giveBackFrameBuffer, takeFrameBuffer } from "./frame-buffers.ts";

export interface DeframerOptions {
  /**
   * Takes a frame whose check sequence was right: protocol and packet. The packet is valid until this function returns.
   */
  readonly onFrame: (protocol: number, packet: Uint8Array) => void;
  /** The longest packet that is taken, 1 500 octets or more (RFC 1661 section 6.1). Default: 1 500. */
  readonly maxPacket?: number;
  readonly counters?: DeframerCounters;
}

/** What became of the octets that came. All counts start at 0. */
export interface DeframerCounters {
  framesReceived: number;
  /** As they came on the line, flags and escapes included. */
  octetsReceived: number;
  /** Frames whose check sequence was wrong. */
  badFcs: number;
  /** Frames that were given up by their sender: the escape before the flag (RFC 1662 section 4.3). */
  aborted: number;
  /** Frames that were longer than allowed. */
  oversized: number;
  /** Frames too short to be any, or with an address, control or protocol that cannot be. */
  malformed: number;
}

export function zeroDeframerCounters(): DeframerCounters {
  return { framesReceived: 0, octetsReceived: 0, badFcs: 0, aborted: 0, oversized: 0, malformed: 0 };
}

/**
 * Finds the frames in a stream of octets (RFC 1662), however it is cut. It holds at most one frame, and none while no
 * frame has begun.
 *
 * Address and control, and the first octet of the protocol, may be left out whether or not that was agreed on: there is
 * no doubt what is meant.
 *
 * @example
 * ```ts
 * import { encodeFrame, PppDeframer, protocolLcp } from "@sallyport/ppp";
 *
 * const deframer = new PppDeframer({ onFrame: (protocol, packet) => console.log(protocol, packet) });
 * deframer.receive(encodeFrame(protocolLcp, Uint8Array.of(5, 1, 0, 4)));
 * ```
 */
export class PppDeframer {
  readonly counters: DeframerCounters;
  /**
   * The control characters that the other side escapes: one of them that comes as it is was put in by the line, and is
   * left out (RFC 1662 section 4.2).
   */
  characterMap: number = defaultCharacterMap;
  readonly #onFrame: DeframerOptions["onFrame"];
  readonly #capacity: number;
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  #length = 0;
  #escaped = false;
  /** The frame was too long: the rest of it is left out. */
  #skipping = false;

  constructor(options: DeframerOptions) {
    this.#onFrame = options.onFrame;
    this.#capacity = (options.maxPacket ?? 1500) + mostAround;
    this.counters = options.counters ?? zeroDeframerCounters();
  }

  /** Whether a frame has begun and not ended. */
  get inFrame(): boolean {
    return this.#length > 0 || this.#escaped || this.#skipping;
  }

  receive(chunk: Uint8Array): void {
    this.counters.octetsReceived += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      if (chunk[at] === flagOctet) {
        // Most frames begin with one, and lines that are idle may send nothing else: not worth a search.
        this.#endFrame();
        at += 1;
        continue;
      }
      const flag = chunk.indexOf(flagOctet, at);
      const end = flag < 0 ? chunk.length : flag;
      if (!this.#skipping) this.#take(chunk, at, end);
      if (flag >= 0) this.#endFrame();
      at = end + 1;
    }
    if (this.#length === 0) this.#release();
  }

  /** Forgets a frame that has begun: the line is gone. */
  reset(): void {
    this.#length = 0;
    this.#escaped = false;
    this.#skipping = false;
    this.#release();
  }

  #take(chunk: Uint8Array, start: number, end: number): void {
    this.#buffer ??= takeFrameBuffer(this.#capacity);
    let at = start;
    while (at < end) {
      // As many octets as there is room for: what they come to is never more.
      const stop = Math.min(end, at + this.#capacity - this.#length);
      if (stop === at) {
        this.#length = 0;
        this.#escaped = false;
        this.#skipping = true;
        return;
      }
      if (this.characterMap === 0) this.#unescape(this.#buffer, chunk, at, stop);
      else this.#unescapeAndFilter(this.#buffer, chunk, at, stop);
      at = stop;
    }
  }

  /** The usual case, where no octet but the escape means anything. */
  #unescape(buffer: Uint8Array, chunk: Uint8Array, start: number, end: number): void {
    let at = start;
    if (this.#escaped) {
      buffer[this.#length++] = (chunk[at++] as number) ^ escapeBit;
      this.#escaped = false;
    }
    // An escape at the end of what is there: what it belongs to comes later, or never.
    let last = end;
    while (last > at && chunk[last - 1] === escapeOctet) last -= 1;
    this.#escaped = (end - last) % 2 === 1;
    const whole = this.#escaped ? end - 1 : end;
    this.#length = unescapeInto(buffer, this.#length, chunk, at, whole);
  }

  #unescapeAndFilter(buffer: Uint8Array, chunk: Uint8Array, start: number, end: number): void {
    const map = this.characterMap;
    let escaped = this.#escaped;
    let length = this.#length;
    for (let at = start; at < end; at += 1) {
      const octet = chunk[at] as number;
      if (octet < 32 && ((map >>> octet) & 1) === 1) continue;
      if (escaped) {
        buffer[length++] = octet ^ escapeBit;
        escaped = false;
      } else if (octet === escapeOctet) escaped = true;
      else buffer[length++] = octet;
    }
    this.#length = length;
    this.#escaped = escaped;
  }

  #endFrame(): void {
    const length = this.#length;
    const aborted = this.#escaped;
    const skipped = this.#skipping;
    this.#length = 0;
    this.#escaped = false;
    this.#skipping = false;
    const { counters } = this;
    if (skipped) counters.oversized += 1;
    else if (aborted) counters.aborted += 1;
    else if (length > 0 && this.#buffer !== undefined) this.#frame(this.#buffer, length);
  }

  #frame(buffer: Uint8Array<ArrayBuffer>, length: number): void {
    const { counters } = this;
    if (length < leastFrame) {
      counters.malformed += 1;
      return;
    }
    if (fcs16(buffer, 0, length) !== goodFcs16) {
      counters.badFcs += 1;
      return;
    }
    const end = length - 2;
    let at = 0;
    if (buffer[0] === 0xff) {
      if (buffer[1] !== 0x03) {
        counters.malformed += 1;
        return;
      }
      at = 2;
    }
    // RFC 1661 section 2: the last octet of a protocol is odd, all before it are even.
    let protocol = buffer[at++] ?? 0;
    if ((protocol & 1) === 0) protocol = (protocol << 8) | (buffer[at++] ?? 0);
    if (at > end || (protocol & 1) === 0) {
      counters.malformed += 1;
      return;
    }
    if (end - at > this.#capacity - mostAround) {
      // Headers were compressed, and what they left room for is not for packets.
      counters.oversized += 1;
      return;
    }
    counters.framesReceived += 1;
    // What the receiver does may lead to octets for this very deframer: they need another buffer.
    this.#buffer = undefined;
    try {
      this.#onFrame(protocol, buffer.subarray(at, end));
    } finally {
      giveBackFrameBuffer(buffer);
    }
  }

  #release(): void {
    if (this.#buffer !== undefined) giveBackFrameBuffer(this.#buffer);
    this.#buffer = undefined;
  }
}

/** Takes the escapes out of whole octets, four at a time where none is among them; returns the end in the buffer. */
function unescapeInto(
  buffer: Uint8Array,
  offset: number,
  chunk: Uint8Array,
  start: number,
  end: number,
): number {
  let length = offset;
  let at = start;
  for (const last = end - 4; at <= last; ) {
    const one = chunk[at] as number;
    const two = chunk[at + 1] as number;
    const three = chunk[at + 2] as number;
    const four = chunk[at + 3] as number;
    if (one === escapeOctet) {
      buffer[length] = two ^ escapeBit;
      length += 1;
      at += 2;
    } else if (two !== escapeOctet && three !== escapeOctet && four !== escapeOctet) {
      buffer[length] = one;
      buffer[length + 1] = two;
      buffer[length + 2] = three;
      buffer[length + 3] = four;
      length += 4;
      at += 4;
    } else {
      buffer[length] = one;
      length += 1;
      at += 1;
    }
  }
  while (at < end) {
    const octet = chunk[at++] as number;
    buffer[length++] = octet === escapeOctet ? (chunk[at++] as number) ^ escapeBit : octet;
  }
  return length;
}

/** Address, control, two octets of protocol, two of check sequence. */
const mostAround = 6;
/** One octet of protocol, two of check sequence. */
const leastFrame = 3;
