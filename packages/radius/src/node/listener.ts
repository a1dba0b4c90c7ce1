import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIP } from "node:net";
import type { RadiusReceiver } from "../engine/receiver.ts";
import type { Endpoint } from "../engine/receiver-types.ts";

export interface ListenOptions {
  /** An IPv4 or IPv6 address of this machine; `0.0.0.0` is all of IPv4, `::` all of both. */
  readonly address: string;
  /** 0 to 65535; 0 is any free one. */
  readonly port: number;
  readonly receiver: RadiusReceiver;
  /** How many bytes the system keeps that were not read yet; 4 MiB by default. The system may give less. */
  readonly receiveBufferSize?: number | undefined;
}

/** A UDP port with a receiver behind it. */
export interface RadiusListener {
  /** Where it listens, the real port included. */
  readonly address: Endpoint;
  /** Takes no more requests; answers to those taken are still sent. Then await the receiver's `drained()`, and close. */
  stop(): void;
  /** Closes the socket. Answers that come later are lost. */
  close(): Promise<void>;
}

const defaultReceiveBuffer = 4 * 1024 * 1024;

/**
 * Opens a UDP port for a receiver. Rejects with the system's error (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` ...) when
 * it cannot; afterwards no error of the network ends anything.
 *
 * @example
 * ```ts
 * import { Secret } from "@sallyport/crypto";
 * import { RadiusCode, RadiusReceiver } from "@sallyport/radius";
 * import { listenRadius } from "@sallyport/radius/node";
 * import { systemClock } from "@sallyport/runtime";
 *
 * const receiver = new RadiusReceiver({
 *   port: "authentication",
 *   clients: [{ name: "lab", address: "127.0.0.1", secret: new Secret("testing123") }],
 *   clock: systemClock,
 *   handler: () => ({ code: RadiusCode.AccessAccept, attributes: [] }),
 * });
 * const listener = await listenRadius({ address: "127.0.0.1", port: 0, receiver });
 * console.log(listener.address.port);
 * await listener.close();
 * ```
 */
export async function listenRadius(options: ListenOptions): Promise<RadiusListener> {
  const { address, port, receiver, receiveBufferSize = defaultReceiveBuffer } = options;
  const family = isIP(address);
  if (family === 0) throw new TypeError(`address must be an IPv4 or IPv6 address, found "${address}"`);
  const socket = createSocket({
    type: family === 6 ? "udp6" : "udp4",
    // Answers go to addresses that datagrams came from: there is nothing to look up.
    lookup: (hostname, _options, callback) => callback(null, hostname, family),
  });
  await bind(socket, address, port);
  raiseReceiveBuffer(socket, receiveBufferSize);
  // Errors of single datagrams, such as a client's closed port, concern nobody: the client sends again.
  socket.on("error", () => {});
  socket.on("message", (datagram: Buffer, remote: RemoteInfo) => {
    const source = { address: plainAddress(remote.address), port: remote.port };
    receiver.receive(datagram, source, (answer) => socket.send(answer, remote.port, remote.address));
  });
  return new UdpListener(socket);
}

class UdpListener implements RadiusListener {
  readonly address: Endpoint;
  readonly #socket: Socket;
  #closed: Promise<void> | undefined;

  constructor(socket: Socket) {
    const { address, port } = socket.address();
    this.address = { address, port };
    this.#socket = socket;
  }

  stop(): void {
    this.#socket.removeAllListeners("message");
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.#socket.close(resolve));
    return this.#closed;
  }
}

function bind(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address, port }, () => {
      socket.removeAllListeners("error");
      resolve();
    });
  });
}

function raiseReceiveBuffer(socket: Socket, size: number): void {
  try {
    socket.setRecvBufferSize(size);
  } catch {
    // Some systems refuse instead of giving less: what they give by default works too.
  }
}

/** A socket of both families reports IPv4 sources in the mapped form. */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
