import {
  EAPACTION_Done,
  EAPACTION_SendWithTimeout,
  type EapMethodRegistration,
  encodeEapPacket,
  type PppEapBeginInput,
  raatUserName,
  raatUserPassword,
  textAttribute,
} from "@sallyport/eap";
import { createSeededRandom, createVirtualClock, silentLog } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import { type EapOutcome, EapRadiusServer } from "../src/index.ts";
import { splitEapMessage } from "../src/wire/eap-message.ts";
import { createLab, methodsOf, text } from "./support.ts";

/** Asks once; then bob, who gave his password inside, is admitted or refused. */
function tunnel(result: number, begins: PppEapBeginInput[] = []): EapMethodRegistration {
  return {
    type: 255,
    module: {
      RasEapGetInfo(_, info) {
        info.begin = (work, input) => {
          begins.push(input);
          work.value = input.initialId;
          return 0;
        };
        info.makeMessage = (work, received, send, output) => {
          if (received === null) {
            send.set(encodeEapPacket({ code: 1, identifier: work as number, type: 255 }));
            output.action = EAPACTION_SendWithTimeout;
            return 0;
          }
          output.action = EAPACTION_Done;
          output.authResultCode = result;
          output.identity = "bob";
          if (result === 0) {
            output.userAttributes = [
              textAttribute(raatUserName, "bob"),
              textAttribute(raatUserPassword, "builder of things"),
            ];
          }
          return 0;
        };
        return 0;
      },
    },
  };
}

async function converse(method: EapMethodRegistration, offer: { suppliedPassword?: Uint8Array } = {}) {
  const lab = await createLab();
  const server = new EapRadiusServer({
    methods: await methodsOf(method),
    clock: createVirtualClock(),
    random: createSeededRandom(1),
    log: silentLog,
  });
  const round = async (packet: Uint8Array, state?: Uint8Array) => {
    const opening = server.open(
      lab.received([
        { type: 1, value: text("anonymous") },
        ...splitEapMessage(packet),
        ...(state === undefined ? [] : [{ type: 24, value: state }]),
      ]),
    );
    if (opening.kind !== "round") throw new Error(opening.kind);
    const outcome = await opening.round.proceed({ types: undefined, ...offer });
    const code = outcome.kind === "challenge" ? 11 : outcome.kind === "success" ? 2 : 3;
    const attributes =
      outcome.kind === "challenge"
        ? outcome.attributes
        : opening.round.ending(code === 2 ? "accept" : "reject");
    opening.round.settle({ code, attributes });
    return { outcome, attributes };
  };
  const identity = encodeEapPacket({ code: 2, identifier: 1, type: 1, data: text("anonymous") });
  const asked = await round(identity);
  const octets = asked.attributes.find(({ type }) => type === 79)?.value ?? new Uint8Array(2);
  const state = asked.attributes.find(({ type }) => type === 24)?.value;
  const end = await round(encodeEapPacket({ code: 2, identifier: octets[1] ?? 0, type: 255 }), state);
  server.close();
  return end;
}

describe("who spoke inside a tunnel", () => {
  it("EAP-46 success tells the inner identity, and the password that was given in clear as a secret", async () => {
    const { outcome, attributes } = await converse(tunnel(0));
    const found = outcome as Extract<EapOutcome, { kind: "success" }>;
    expect(found.identity).toBe("bob");
    expect(new TextDecoder().decode(found.password?.reveal())).toBe("builder of things");
    expect(JSON.stringify(found)).not.toContain("builder of things");
    // Neither among the method's attributes, nor in what ends the conversation.
    expect([...found.attributes, ...attributes].map(({ type }) => type)).toEqual([79]);
  });

  it("a refusal tells it, too", async () => {
    expect((await converse(tunnel(691))).outcome).toMatchObject({
      kind: "failure",
      error: 691,
      identity: "bob",
    });
  });

  it("NPS-66 what a module brought is there for the method", async () => {
    const begins: PppEapBeginInput[] = [];
    await converse(tunnel(0, begins), { suppliedPassword: text("from elsewhere") });
    await converse(tunnel(0, begins));
    expect(begins.map(({ suppliedPassword }) => suppliedPassword?.())).toEqual([
      text("from elsewhere"),
      undefined,
    ]);
  });
});
