import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { isIP } from "node:net";
import type { Secret } from "@sallyport/crypto";
import { type Clock, type Milliseconds, type Random, systemClock, systemRandom } from "@sallyport/runtime";
import { type AttributeInput, attributesFromNames } from "../dictionary/attributes-from-names.ts";
import { RadiusExchange, type RequestCode } from "../engine/exchange.ts";
import type { RadiusAnswer } from "../engine/radius-answer.ts";
import { RadiusCode } from "../wire/codes.ts";
import type { RawAttribute } from "../wire/packet.ts";
import { parseServerAddress } from "./server-address.ts";

export interface RadiusClientOptions {
  /** `"host:port"` or `"[2001:db8::1]:1812"`. A host name is resolved at the first request. */
  readonly server: string;
  readonly secret: Secret | string | Uint8Array;
  /** How long to wait for an answer, all tries included; 30 000 milliseconds by default. */
  readonly timeout?: Milliseconds | undefined;
  /** How often a request is sent at most, 1 to 100; 5 by default. */
  readonly tries?: number | undefined;
  /** Whether answers to Access-Request and Status-Server must carry Message-Authenticator; true by default. */
  readonly requireMessageAuthenticator?: boolean | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** The address to send from; the system's choice by default. */
  readonly localAddress?: string | undefined;
}

/** Attributes by name, or ready-made. */
export type RequestAttributes = AttributeInput | readonly RawAttribute[];

/** Asks one server. Requests may overlap; more than 256 at a time wait for each other. */
export interface RadiusClient {
  /**
   * Sends an Access-Request. A User-Password is given in clear and hidden on the way; Message-Authenticator is added.
   *
   * Rejects with {@link RadiusTimeoutError}; `TypeError` and `RangeError` for attributes that cannot be; and the
   * system's error when the host name cannot be resolved or the local address not be used.
   */
  accessRequest(attributes: RequestAttributes): Promise<RadiusAnswer>;
  /** Sends an Accounting-Request, to a server's accounting port. Rejects as {@link RadiusClient.accessRequest}. */
  accountingRequest(attributes: RequestAttributes): Promise<RadiusAnswer>;
  /** Asks whether the server is there (RFC 5997). Rejects as {@link RadiusClient.accessRequest}. */
  statusServer(): Promise<RadiusAnswer>;
  /** Gives up what is outstanding, with an error, and closes the socket. */
  close(): Promise<void>;
}

/**
 * Makes a RADIUS client over UDP. Its socket is opened with the first request and keeps the process alive only while a
 * request is outstanding.
 *
 * @throws {TypeError} when `server` is no host and port
 * @throws {RangeError} when `timeout` or `tries` is impossible
 *
 * @example
 * ```ts
 * import { createRadiusClient } from "@sallyport/radius/node";
 *
 * const client = createRadiusClient({ server: "192.0.2.1:1812", secret: "testing123", timeout: 5_000 });
 * const answer = await client.accessRequest({ "User-Name": "alice", "User-Password": "wonderland" });
 * console.log(answer.codeName, answer.get("Reply-Message"));
 * await client.close();
 * ```
 */
export function createRadiusClient(options: RadiusClientOptions): RadiusClient {
  return new UdpClient(options);
}

class UdpClient implements RadiusClient {
  readonly #options: RadiusClientOptions;
  readonly #exchange: RadiusExchange;
  #socket: Socket | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: RadiusClientOptions) {
    parseServerAddress(options.server);
    this.#options = options;
    this.#exchange = new RadiusExchange({
      ...options,
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
      send: (datagram) => this.#socket?.send(datagram, (error) => error && this.#exchange.sendFailed(error)),
    });
  }

  accessRequest(attributes: RequestAttributes): Promise<RadiusAnswer> {
    return this.#request(RadiusCode.AccessRequest, attributes);
  }

  accountingRequest(attributes: RequestAttributes): Promise<RadiusAnswer> {
    return this.#request(RadiusCode.AccountingRequest, attributes);
  }

  statusServer(): Promise<RadiusAnswer> {
    return this.#request(RadiusCode.StatusServer, []);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #request(code: RequestCode, given: RequestAttributes): Promise<RadiusAnswer> {
    const attributes = isRaw(given) ? given : attributesFromNames(given);
    this.#opening ??= this.#open();
    await this.#opening;
    this.#socket?.ref();
    try {
      return await this.#exchange.request(code, attributes);
    } finally {
      if (this.#exchange.outstanding === 0) this.#socket?.unref();
    }
  }

  async #open(): Promise<void> {
    try {
      const { address: host, port } = parseServerAddress(this.#options.server);
      const { address, family } =
        isIP(host) === 0 ? await lookup(host) : { address: host, family: isIP(host) };
      if (this.#closing !== undefined) return;
      const socket = createSocket(family === 6 ? "udp6" : "udp4");
      try {
        if (this.#options.localAddress !== undefined) {
          socket.bind({ address: this.#options.localAddress, port: 0 });
          await once(socket, "listening");
        }
        // Connected: the kernel drops what others send, and reports a port that nobody listens on.
        socket.connect(port, address);
        await once(socket, "connect");
      } catch (error) {
        socket.close();
        throw error;
      }
      socket.on("message", (datagram) => this.#exchange.receive(datagram));
      socket.on("error", (error) => this.#exchange.sendFailed(error));
      socket.unref();
      this.#socket = socket;
    } catch (error) {
      // The next request tries again.
      this.#opening = undefined;
      throw error;
    }
  }

  async #close(): Promise<void> {
    this.#exchange.close(new Error(`the RADIUS client of ${this.#options.server} was closed`));
    await this.#opening?.catch(() => {});
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(resolve));
  }
}

function isRaw(attributes: RequestAttributes): attributes is readonly RawAttribute[] {
  return Array.isArray(attributes);
}
