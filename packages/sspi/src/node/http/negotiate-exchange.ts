import { TLSSocket } from "node:tls";
import { ClientHandshake } from "../../http/client/client-handshake.ts";
import { NegotiateError } from "../../http/client/negotiate-error.ts";
import type { SignOnOffer } from "../../http/sign-on.ts";
import type { ChannelBindings } from "../../wire/channel-bindings.ts";
import type { HeldConnection } from "./connection-pool.ts";
import { drain, exchange, type IncomingAnswer, type OutgoingRequest } from "./exchange.ts";
import { tlsBindingsOf } from "./tls-bindings.ts";

/** Whom a handshake is with. */
export interface Party {
  /** The schemes with outbound credentials; empty: no handshake with this one. */
  readonly schemes: readonly SignOnOffer[];
  /** The target name, such as `HTTP/intranet.example`. */
  readonly target: string;
}

/** The server, and the proxy where there is one. */
export interface Parties {
  readonly server: Party;
  readonly proxy: Party;
}

const statuses = { server: 401, proxy: 407 } as const;
const challengeNames = { server: "www-authenticate", proxy: "proxy-authenticate" } as const;
const credentialNames = { server: "authorization", proxy: "proxy-authorization" } as const;
const roles = ["proxy", "server"] as const;
type Role = (typeof roles)[number];

/**
 * Carries out a request over a held connection, and every handshake that it takes, first with the proxy, then with the server.
 * A refusal is an answer: 401 or 407.
 *
 * @throws {NegotiateError} for what went wrong on the way
 */
export async function negotiateExchange(
  connection: HeldConnection,
  request: OutgoingRequest,
  parties: Parties,
): Promise<IncomingAnswer> {
  const handshakes = new Map<Role, ClientHandshake>();
  try {
    let answer = await firstExchange(connection, request);
    for (;;) {
      const role = roles.find((one) => statuses[one] === answer.status);
      for (const [other, handshake] of handshakes) {
        if (other === role) continue;
        await finish(handshake, other, answer, request.signal);
        handshakes.delete(other);
      }
      const party = role && parties[role];
      if (role === undefined || party === undefined || party.schemes.length === 0) return answer;
      const handshake =
        handshakes.get(role) ?? new ClientHandshake(party.schemes, party.target, bindingsOf(answer, role));
      handshakes.set(role, handshake);
      const wasUnderWay = handshake.isUnderWay;
      const next = await handshake.next(answer.values(challengeNames[role]), request.signal);
      if (next === undefined) return answer;
      const { socket } = answer;
      await drain(answer);
      const headers = { ...request.headers, [credentialNames[role]]: next.value };
      const body = next.isOpening && request.body !== undefined ? new Uint8Array(0) : request.body;
      answer = await exchange(connection, { ...atOnce(request), headers, body });
      if (wasUnderWay && answer.socket !== socket) {
        throw new NegotiateError("connection-lost", "the server ended the connection of the handshake");
      }
    }
  } finally {
    for (const handshake of handshakes.values()) await handshake.close();
  }
}

/** The server may not want the body before it knows who sends it. */
async function firstExchange(connection: HeldConnection, request: OutgoingRequest): Promise<IncomingAnswer> {
  const answer = await exchange(connection, request);
  if (request.continueWait === undefined || answer.status !== expectationFailed) return answer;
  await drain(answer);
  return exchange(connection, atOnce(request));
}

/** In the middle of a handshake the connection has to stay, so the body goes along. */
function atOnce({ continueWait: _, ...request }: OutgoingRequest): OutgoingRequest {
  return request;
}

const expectationFailed = 417;

async function finish(
  handshake: ClientHandshake,
  role: Role,
  answer: IncomingAnswer,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await handshake.finish(answer.values(challengeNames[role]), signal);
  } catch (error) {
    answer.message.destroy();
    throw error;
  } finally {
    await handshake.close();
  }
}

/** What a handshake with the server is bound to; a proxy has no TLS of its own here. */
function bindingsOf({ socket }: IncomingAnswer, role: Role): ChannelBindings | undefined {
  if (role === "proxy" || !(socket instanceof TLSSocket)) return undefined;
  const certificate = socket.getPeerX509Certificate()?.raw;
  return tlsBindingsOf(socket, "tls-server-end-point", certificate, "client");
}
