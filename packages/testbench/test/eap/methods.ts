import {
  type DefinedEapMethod,
  defineEapMethod,
  type EapMethodDefinition,
  type EapMethodRegistration,
  type PppEapInfo,
} from "@sallyport/eap";

/** A method that asks for its random number back. */
export function echo(changes: Partial<EapMethodDefinition> = {}): DefinedEapMethod {
  return defineEapMethod({
    type: 255,
    name: "Echo",
    async authenticator(session) {
      const asked = session.random(8);
      const { data } = await session.request(asked);
      return asked.every((octet, index) => octet === data[index]) ? session.succeed() : session.fail();
    },
    async peer(session) {
      const request = await session.receive();
      if (request.kind !== "request") return session.fail();
      const end = await session.respond(request.data);
      return end.kind === "success" ? session.succeed() : session.fail();
    },
    ...changes,
  });
}

/** A registration around functions of one's own, as a ported module has them. */
export function ported(
  fill: (info: PppEapInfo) => void,
  more: Partial<EapMethodRegistration> = {},
): EapMethodRegistration {
  return {
    type: 255,
    module: {
      RasEapGetInfo(_type, info) {
        fill(info);
        return 0;
      },
    },
    ...more,
  };
}
