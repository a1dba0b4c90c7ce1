// apps/docs/guides/eap-method.md:28
import { defineEapMethod, raatUserPassword } from "@sallyport/eap";

const octets = (text: string) => new TextEncoder().encode(text);

export default defineEapMethod({
  type: 6,
  name: "Token card",
  /** The server's side: one question, and somebody who knows the passwords looks at the answer. */
  async authenticator(session) {
    const reply = await session.request(octets(`Password of ${session.identity}:`), { interactive: true });
    const found = await session.authenticate([{ type: raatUserPassword, value: reply.data }]);
    return found.result === 0 ? session.succeed() : session.fail(found.result);
  },
  /** The user's side. */
  async peer(session) {
    const request = await session.receive();
    if (request.kind !== "request" || session.password === null) return session.fail();
    const end = await session.respond(octets(session.password));
    return end.kind === "success" ? session.succeed() : session.fail();
  },
});

export {};
