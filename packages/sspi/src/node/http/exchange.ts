import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { request as tlsRequest } from "node:https";
import type { Socket } from "node:net";
import type { Milliseconds } from "@sallyport/runtime";
import { NegotiateError } from "../../http/client/negotiate-error.ts";
import type { HeldConnection } from "./connection-pool.ts";

/** One request, as it goes out. */
export interface OutgoingRequest {
  readonly url: URL;
  /** Where to send it instead, in absolute form: a proxy for `http:`. */
  readonly proxy: URL | undefined;
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array | undefined;
  readonly signal: AbortSignal | undefined;
  /**
   * Sends the body when the server asks for it (RFC 9110 section 10.1.1), or has said nothing for so many milliseconds. Left out:
   * at once. A server that answers without asking never gets it, and the connection ends with the answer.
   */
  readonly continueWait?: Milliseconds;
}

/** The answer to it. */
export interface IncomingAnswer {
  readonly status: number;
  readonly message: IncomingMessage;
  readonly socket: Socket;
  /** All values of a header. */
  values(name: string): readonly string[];
}

/** Longer answers in the middle of a handshake are not read. */
const longestDrain = 1_048_576;

/**
 * Sends a request over a held connection and resolves to the head of its answer. A kept connection that turns out to be dead is
 * replaced once, where the method may be repeated (RFC 9110 section 9.2.2).
 */
export async function exchange(
  connection: HeldConnection,
  request: OutgoingRequest,
): Promise<IncomingAnswer> {
  try {
    return await once(connection, request);
  } catch (error) {
    if (!(error instanceof StaleConnectionError)) throw error;
    if (repeatable.has(request.method)) return once(connection, request);
    throw error.cause;
  }
}

/** Reads an answer that nobody wants, so that its connection can be used again. */
export async function drain({ message }: IncomingAnswer): Promise<void> {
  let length = 0;
  for await (const part of message) {
    length += Buffer.isBuffer(part) ? part.length : 0;
    if (length > longestDrain)
      throw new NegotiateError("answer-too-large", "a challenge comes with too much text");
  }
}

const repeatable: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

class StaleConnectionError extends Error {}

function once(
  connection: HeldConnection,
  { url, proxy, method, headers, body, signal, continueWait }: OutgoingRequest,
): Promise<IncomingAnswer> {
  return new Promise((resolve, reject) => {
    const destination = proxy ?? url;
    const send = url.protocol === "https:" ? tlsRequest : httpRequest;
    const request = send({
      agent: connection.agent,
      host: destination.hostname.replace(/^\[|\]$/g, ""),
      port: destination.port === "" ? undefined : Number(destination.port),
      path:
        proxy === undefined ? `${url.pathname}${url.search}` : `${url.origin}${url.pathname}${url.search}`,
      method,
      headers: {
        host: url.host,
        ...headers,
        ...(body === undefined ? {} : { "content-length": body.length }),
        ...(continueWait === undefined ? {} : { expect: "100-continue" }),
      },
      ...(signal && { signal }),
    });
    let waiting: NodeJS.Timeout | undefined;
    const sendBody = (): void => {
      clearTimeout(waiting);
      if (!request.writableEnded) request.end(body);
    };
    request.on("response", (message) => {
      clearTimeout(waiting);
      if (!request.writableEnded) message.once("close", () => request.destroy());
      const values = message.headersDistinct;
      resolve({
        status: message.statusCode ?? 0,
        message,
        socket: message.socket,
        values: (name) => values[name] ?? [],
      });
    });
    request.on("error", (cause: NodeJS.ErrnoException) => {
      clearTimeout(waiting);
      const isStale = request.reusedSocket && (cause.code === "ECONNRESET" || cause.code === "EPIPE");
      reject(isStale ? new StaleConnectionError("the connection had ended", { cause }) : cause);
    });
    if (continueWait === undefined) {
      sendBody();
      return;
    }
    request.on("continue", sendBody).flushHeaders();
    waiting = setTimeout(sendBody, continueWait);
  });
}
