// apps/docs/guides/eap-method.md:226
import { defineEapMethod } from "@sallyport/eap";

const derive = async (secret: Uint8Array<ArrayBuffer>) => {
  const octets = new Uint8Array(await crypto.subtle.digest("SHA-512", secret)); // 64 octets, the MSK
  return { receive: octets.slice(0, 32), send: octets.slice(32) };
};

/** Shows how keys are handed over. Do not use it: whoever listens knows the secret. */
export default defineEapMethod({
  type: { vendorId: 32473, vendorType: 255 },
  name: "Keyed",
  keys: true,
  async authenticator(session) {
    const secret = session.random(32);
    await session.request(secret);
    return session.succeed({ keys: await derive(secret) });
  },
  async peer(session) {
    const request = await session.receive();
    if (request.kind !== "request") return session.fail();
    const end = await session.respond(new Uint8Array());
    return end.kind === "success" ? session.succeed({ keys: await derive(request.data) }) : session.fail();
  },
});

export {};
