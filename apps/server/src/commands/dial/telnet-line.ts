import type { Socket } from "node:net";
import { TelnetEnd } from "@sallyport/ras-security";

const interpretAsCommand = 0xff;
const flag = 0x7e;
/** WILL, WON'T, DO and DON'T (RFC 854): no text, and no beginning of PPP, has one of them behind 0xff. */
const isNegotiation = (octet: number | undefined): boolean =>
  octet !== undefined && octet >= 251 && octet <= 254;

/** A line that may turn out to be telnet: what a server negotiates is answered, whoever asked for it. */
export class TelnetLine {
  readonly #socket: Socket;
  #telnet: TelnetEnd | undefined;
  #isSettled = false;

  constructor(socket: Socket, { telnet }: { readonly telnet: boolean }) {
    this.#socket = socket;
    if (telnet) this.#telnet = new TelnetEnd("client");
  }

  /** Transmits. @returns false when the line takes no more for now */
  write(bytes: Uint8Array<ArrayBuffer>): boolean {
    return this.#socket.write(this.#telnet?.encode(bytes) ?? bytes);
  }

  /** What the server has sent, without telnet's commands. */
  received(bytes: Uint8Array): Uint8Array {
    if (this.#telnet === undefined && !this.#isSettled) {
      const ppp = beginningOfPpp(bytes);
      if (negotiates(bytes.subarray(0, ppp))) this.#telnet = new TelnetEnd("client");
      else if (ppp < bytes.length) this.settled();
    }
    if (this.#telnet === undefined) return bytes;
    const { data, reply } = this.#telnet.received(bytes);
    if (reply.length > 0) this.#socket.write(reply);
    return data;
  }

  /**
   * PPP has begun: a line that was none of telnet until now will not become one. What PPP carries may well have such a pair
   * in it, as one certificate in ten does.
   */
  settled(): void {
    this.#isSettled = true;
  }
}

/** Where the first frame of PPP begins: the flag, then address or protocol; the end of the octets where there is none. */
function beginningOfPpp(bytes: Uint8Array): number {
  const found = bytes.findIndex(
    (octet, at) => octet === flag && (bytes[at + 1] === 0xff || bytes[at + 1] === 0xc0),
  );
  return found < 0 ? bytes.length : found;
}

function negotiates(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(interpretAsCommand); at >= 0; at = bytes.indexOf(interpretAsCommand, at + 1)) {
    if (isNegotiation(bytes[at + 1])) return true;
  }
  return false;
}
