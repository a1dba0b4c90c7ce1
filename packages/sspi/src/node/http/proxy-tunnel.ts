import type { Agent } from "node:http";
import { connect, isIP, Socket } from "node:net";
import { connect as connectTls, type SecureContextOptions } from "node:tls";
import { ClientHandshake } from "../../http/client/client-handshake.ts";
import { NegotiateError } from "../../http/client/negotiate-error.ts";
import type { SignOnOffer } from "../../http/sign-on.ts";
import { decodeResponseHead, type ResponseHead } from "../../http/wire/response-head.ts";

/** Makes TLS connections through a proxy. */
export interface TunnelMaker {
  /** Lets an agent make its connections to an origin through the proxy. */
  through(agent: Agent, origin: URL, tls: SecureContextOptions): void;
}

/** A proxy with what to sign on to it with. */
export interface TunnelOptions {
  readonly proxy: URL;
  readonly schemes: readonly SignOnOffer[];
  readonly target: string;
}

const longestHead = 65_536;
const longestBody = 1_048_576;

/** Tunnels by CONNECT (RFC 9110 section 9.3.6); a 407 is answered over the connection it came on. */
export function tunnelMaker(options: TunnelOptions): TunnelMaker {
  return {
    through(agent, origin, tls) {
      const connection = async (): Promise<Socket> => {
        const socket = await openTunnel(options, origin);
        const host = origin.hostname.replace(/^\[|\]$/g, "");
        // RFC 6066 section 3: an address is no server name.
        const name = isIP(host) === 0 ? { servername: host } : {};
        return connectTls({ ...tls, ...name, socket, host, ALPNProtocols: ["http/1.1"] });
      };
      agent.createConnection = (_options, created) => {
        connection().then(
          (socket) => created?.(null, socket),
          (error: Error) => created?.(error, new Socket()),
        );
        return null;
      };
    },
  };
}

async function openTunnel({ proxy, schemes, target }: TunnelOptions, origin: URL): Promise<Socket> {
  const handshake = new ClientHandshake(schemes, target, undefined);
  let connection = new ProxyConnection(proxy);
  try {
    let authorization: string | undefined;
    for (;;) {
      const head = await connection.ask(origin, authorization);
      if (head.status >= 200 && head.status < 300) {
        await handshake.finish(head.values("proxy-authenticate"));
        return connection.detach();
      }
      const wasUnderWay = handshake.isUnderWay;
      const next = head.status === 407 ? await handshake.next(head.values("proxy-authenticate")) : undefined;
      if (next === undefined) throw new NegotiateError("proxy-refused", `the proxy answered ${head.status}`);
      authorization = next.value;
      if (await connection.canGoOn(head)) continue;
      if (wasUnderWay)
        throw new NegotiateError("connection-lost", "the proxy ended the connection of the handshake");
      connection.end();
      connection = new ProxyConnection(proxy);
    }
  } catch (error) {
    connection.end();
    throw error;
  } finally {
    await handshake.close();
  }
}

/** What a proxy says before the tunnel stands is read here; `node:http` hands such a connection over at the first answer. */
class ProxyConnection {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);

  constructor({ hostname, port }: URL) {
    this.#socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? 80 : Number(port) });
    this.#socket.on("error", () => {}); // each reading tells of it
  }

  async ask(origin: URL, authorization: string | undefined): Promise<ResponseHead> {
    const authority = `${origin.hostname}:${origin.port === "" ? 443 : origin.port}`;
    const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
    if (authorization !== undefined) lines.push(`Proxy-Authorization: ${authorization}`);
    this.#socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    for (;;) {
      const head = decodeResponseHead(this.#received);
      if (head === "malformed" || (head === undefined && this.#received.length > longestHead)) {
        throw new NegotiateError("bad-proxy-answer", "the proxy does not speak HTTP/1.1");
      }
      if (head !== undefined) {
        this.#received = this.#received.subarray(head.length);
        return head;
      }
      if (!(await this.#more()))
        throw new NegotiateError("connection-lost", "the proxy ended the connection");
    }
  }

  /** Reads the body of an answer; false when the connection ends with it. */
  async canGoOn({ values }: ResponseHead): Promise<boolean> {
    const [length] = values("content-length");
    const ends = [...values("connection"), ...values("proxy-connection")].some((value) =>
      /\bclose\b/i.test(value),
    );
    if (ends || length === undefined || Number(length) > longestBody) return false;
    while (this.#received.length < Number(length)) if (!(await this.#more())) return false;
    this.#received = this.#received.subarray(Number(length));
    return true;
  }

  /** The socket, with what was read too much put back. */
  detach(): Socket {
    this.#socket.removeAllListeners("error");
    if (this.#received.length > 0) this.#socket.unshift(this.#received);
    return this.#socket;
  }

  end(): void {
    this.#socket.destroy();
  }

  #more(): Promise<boolean> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        socket.off("readable", readable).off("end", ended).off("close", ended).off("error", failed);
        act();
      };
      const readable = (): void => {
        const part: unknown = socket.read();
        if (!Buffer.isBuffer(part)) return;
        this.#received = Buffer.concat([this.#received, part]);
        settle(() => resolve(true));
      };
      const ended = (): void => settle(() => resolve(false));
      const failed = (error: Error): void => settle(() => reject(error));
      if (socket.destroyed) return resolve(false);
      socket.on("readable", readable).on("end", ended).on("close", ended).on("error", failed);
      readable();
    });
  }
}
