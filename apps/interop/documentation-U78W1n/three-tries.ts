// apps/docs/guides/eap-method.md:125
import { defineEapMethod, raatUserPassword } from "@sallyport/eap";

const octets = (text: string) => new TextEncoder().encode(text);

export default defineEapMethod({
  type: 6,
  name: "Three tries",
  async authenticator(session) {
    let result = 691;
    for (const text of ["Your password:", "That was wrong. Your password:", "Wrong again. Your password:"]) {
      const reply = await session.request(octets(text), { interactive: true, accept: (data) => data.length > 0 });
      ({ result } = await session.authenticate([{ type: raatUserPassword, value: reply.data }]));
      if (result === 0) return session.succeed();
      if (result !== 691) break; // a disabled account stays disabled
    }
    return session.fail(result);
  },
  async peer(session) {
    let known = session.password;
    let event = await session.receive();
    while (event.kind === "request") {
      const answer = known === null ? await session.askUser(event.data) : octets(known);
      known = null;
      if (answer === null) return session.fail(); // the user cancelled
      event = await session.respond(answer);
    }
    return event.kind === "success" ? session.succeed() : session.fail();
  },
  userInterface: {
    async RasEapInvokeInteractiveUI(_type, window, contextData, dataOut) {
      const text = new TextDecoder().decode(contextData ?? undefined);
      const answer = (await window?.ask({ text, echo: false })) ?? null;
      if (answer !== null) dataOut.value = octets(answer);
      return 0;
    },
  },
});

export {};
