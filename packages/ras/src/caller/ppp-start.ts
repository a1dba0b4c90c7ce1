/** The flag that begins a frame (RFC 1662 section 4.1). */
const flag = 0x7e;

/**
 * Finds where PPP begins behind a dialog: the flag, and behind it the address of HDLC or the protocol of LCP. Neither can
 * follow in text: no character of UTF-8 has such an octet.
 */
export class PppStart {
  #flagAtEnd = false;

  /** @returns the text, and the octets of PPP where they begin in these */
  look(bytes: Uint8Array): {
    readonly text: Uint8Array;
    readonly ppp: Uint8Array<ArrayBuffer> | undefined;
  } {
    if (this.#flagAtEnd && isFirst(bytes[0])) {
      return { text: new Uint8Array(0), ppp: Uint8Array.of(flag, ...bytes) };
    }
    for (let at = bytes.indexOf(flag); at >= 0; at = bytes.indexOf(flag, at + 1)) {
      if (isFirst(bytes[at + 1]))
        return { text: bytes.subarray(0, at), ppp: Uint8Array.from(bytes.subarray(at)) };
    }
    if (bytes.length > 0) this.#flagAtEnd = bytes[bytes.length - 1] === flag;
    return { text: bytes, ppp: undefined };
  }
}

/** All stations (RFC 1662 section 3.1), or the first octet of LCP's number where that is left out. */
function isFirst(octet: number | undefined): boolean {
  return octet === 0xff || octet === 0xc0;
}
