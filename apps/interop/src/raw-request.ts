import { createSocket } from "node:dgram";
import { once } from "node:events";
import { Secret } from "@sallyport/crypto";
import {
  attributesFromNames,
  decodeRadiusPacket,
  encodeRadiusPacket,
  hideUserPassword,
  RadiusCode,
  type RawAttribute,
  radiusCodeName,
  signMessageAuthenticator,
  verifyResponseAuthenticator,
} from "@sallyport/radius";
import { systemRandom } from "@sallyport/runtime";

const secret = new Secret("testing123").reveal();

/** One Access-Request with attributes that no client would send. `hide` makes a User-Password of clear octets. */
export type RawAttributes = (hide: (password: string) => Uint8Array) => readonly RawAttribute[];

/**
 * Sends an Access-Request as it is, behind a right Message-Authenticator, and then alice's good one from the same port.
 *
 * @returns the name of the code that answers the first; "silence" where the second was answered and the first not,
 *   which the server has then had its chance to answer: it reads both in order, and decides about both at once
 */
export async function answerToRaw(server: string, attributes: RawAttributes): Promise<string> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  try {
    const [address = "", port] = server.split(":");
    const send = (packet: Uint8Array) => socket.send(packet, Number(port), address);
    const odd = request(1, attributes);
    const good = request(2, (hide) => [
      ...attributesFromNames({ "User-Name": "alice" }),
      { type: 2, value: hide("wonderland") },
    ]);
    let first = "silence";
    send(odd);
    send(good);
    for (;;) {
      const [datagram] = (await once(socket, "message", { signal: AbortSignal.timeout(10_000) })) as [Buffer];
      const answer = decodeRadiusPacket(datagram);
      const asked = answer.identifier === 1 ? odd : good;
      if (!verifyResponseAuthenticator(answer.bytes, asked.subarray(4, 20), secret))
        throw new Error("the Response Authenticator is wrong");
      if (answer.identifier === 1) {
        first = radiusCodeName(answer.code);
        continue;
      }
      if (answer.code !== RadiusCode.AccessAccept)
        throw new Error(`${radiusCodeName(answer.code)} for alice`);
      return first;
    }
  } finally {
    socket.close();
  }
}

function request(identifier: number, attributes: RawAttributes): Uint8Array {
  const authenticator = systemRandom(16);
  const hide = (password: string) => hideUserPassword(Buffer.from(password), secret, authenticator);
  const packet = encodeRadiusPacket({
    code: RadiusCode.AccessRequest,
    identifier,
    authenticator,
    attributes: [{ type: 80, value: new Uint8Array(16) }, ...attributes(hide)],
  });
  signMessageAuthenticator(packet, 20, authenticator, secret);
  return packet;
}
