import type { Socket } from "node:net";
import { TelnetEnd } from "@sallyport/ras-security";

const interpretAsCommand = 0xff;
/** WILL, WON'T, DO and DON'T (RFC 854): no text, and no frame of PPP, has one of them behind 0xff. */
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
    if (this.#telnet === undefined && !this.#isSettled && negotiates(bytes)) {
      this.#telnet = new TelnetEnd("client");
    }
    if (this.#telnet === undefined) return bytes;
    const { data, reply } = this.#telnet.received(bytes);
    if (reply.length > 0) this.#socket.write(reply);
    return data;
  }

  /** PPP has begun: a line that was none of telnet until now will not become one. */
  settled(): void {
    this.#isSettled = true;
  }
}

function negotiates(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(interpretAsCommand); at >= 0; at = bytes.indexOf(interpretAsCommand, at + 1)) {
    if (isNegotiation(bytes[at + 1])) return true;
  }
  return false;
}
