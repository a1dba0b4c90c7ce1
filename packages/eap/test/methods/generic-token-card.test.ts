import { describe, expect, it } from "vitest";
import type { RasAuthAttribute } from "../../src/contract/auth-attribute.ts";
import { raatClass, raatUserName, raatUserPassword } from "../../src/contract/auth-attribute-types.ts";
import type { DialogVerdict } from "../../src/methods/dialog-authenticator.ts";
import { genericTokenCard } from "../../src/methods/generic-token-card/generic-token-card.ts";
import { decodeUserQuestion } from "../../src/methods/user-question.ts";
import { attributeText, converse, hex, Side, text } from "./conversation.ts";

const knows = (password: string) => (attributes: readonly RasAuthAttribute[]) => {
  const value = attributes.find(({ type }) => type === raatUserPassword)?.value;
  return value instanceof Uint8Array && hex(value) === hex(text(password)) ? 0 : 691;
};
const packet = (code: number, identifier: number, data: string | Uint8Array) => {
  const bytes = typeof data === "string" ? text(data) : data;
  const length = 5 + bytes.length;
  return Uint8Array.from([code, identifier, length >> 8, length & 255, 6, ...bytes]);
};

describe("Generic Token Card (RFC 3748 section 5.6)", () => {
  it("EAP-29 EAP-53 the answer goes to the provider as a password in clear", async () => {
    const options = {
      authenticator: genericTokenCard(),
      provider: knows("wonderland"),
      identity: "CORP\\alice",
    };
    const result = await converse({ ...options, password: "wonderland" });
    expect(result.trace).toEqual([
      "> SendWithTimeoutInteractive",
      "< Send",
      "> Authenticate",
      "> SendAndDone 0",
      "< Done 0",
    ]);
    expect(attributeText(result.authenticator, raatUserName)).toBe("CORP\\alice");
    const wrong = await converse({ ...options, password: "wonder" });
    expect(wrong.trace.slice(-2)).toEqual(["> SendAndDone 691", "< Done 691"]);
  });

  it("EAP-64 the user is shown the prompt", async () => {
    const authenticator = genericTokenCard({ prompt: "Код от жетона:" });
    const result = await converse({ authenticator, provider: knows("123456"), types: ["123456"] });
    expect(result.asked).toEqual(["Код от жетона:"]);
    expect(result.trace.at(-1)).toBe("< Done 0");
  });

  it("EAP-52 an empty answer does not reach the provider", () => {
    const side = new Side(genericTokenCard(), { authenticator: true });
    side.call(null);
    expect(side.call(packet(2, 1, "")).did).toBe("SendAndDone 691");
  });

  it("a verifier may ask further, with an identifier for each question, and give attributes", async () => {
    const seen: string[] = [];
    const authenticator = genericTokenCard({
      tokens: {
        verify({ identity, token, round }): DialogVerdict {
          seen.push(`${round} ${identity} ${new TextDecoder().decode(token)}`);
          if (round < 3) return { kind: "challenge", message: `Code ${round + 1}:` };
          return { kind: "accepted", attributes: [{ type: raatClass, value: text("staff") }] };
        },
      },
    });
    const result = await converse({ authenticator, password: "one", types: ["two", "three"] });
    expect(seen).toEqual(["1 alice one", "2 alice two", "3 alice three"]);
    expect(result.asked).toEqual(["Code 2:", "Code 3:"]);
    expect(result.packets.map((bytes) => bytes[1])).toEqual([254, 254, 255, 255, 0, 0, 0]);
    expect(attributeText(result.authenticator, raatClass)).toBe("staff");
  });

  it.each([
    [{ kind: "refused", code: 647 }, "SendAndDone 647"],
    [{ kind: "refused", code: 0 }, "SendAndDone 691"],
    [{ kind: "challenge", message: "" }, "SendAndDone 645"],
    [{ kind: "challenge", message: "x".repeat(2000) }, "SendAndDone 645"],
  ] as const)("EAP-43 the verdict %j", async (verdict, did) => {
    for (const verify of [() => verdict, async () => verdict]) {
      const side = new Side(genericTokenCard({ tokens: { verify } }), { authenticator: true });
      side.call(null);
      expect((await side.callAsync(packet(2, 1, "123456"))).did).toBe(did);
    }
  });

  it("a verifier that never has enough is stopped after 16 questions", async () => {
    const authenticator = genericTokenCard({
      tokens: { verify: () => ({ kind: "challenge", message: "And?" }) },
    });
    const result = await converse({ authenticator, types: Array.from({ length: 50 }, () => "x") });
    expect(result.asked).toHaveLength(16);
    expect(result.trace.slice(-2)).toEqual(["> SendAndDone 645", "< Done 691"]);
  });

  it("what the authenticator shows has no control characters and is not endless", () => {
    const side = new Side(genericTokenCard(), {});
    const question = side.call(packet(1, 1, `\u001b[2JCode\u0007:\n${"x".repeat(900)}`)).question ?? null;
    expect(decodeUserQuestion(question)?.text).toBe(`[2JCode:\n${"x".repeat(900)}`);
    const bytes = new Uint8Array([0xff, 0xfe, 0x41]);
    expect(decodeUserQuestion(side.call(packet(1, 2, bytes)).question ?? null)?.text).toBe("\ufffd\ufffdA");
  });

  it("EAP-66 while the user types, the second request again gets no answer: not that to the first", () => {
    const side = new Side(genericTokenCard(), { password: "one" });
    expect(side.call(packet(1, 1, "First:")).did).toBe("Send");
    expect(side.call(packet(1, 2, "Second:")).did).toBe("NoAction");
    expect(side.call(packet(1, 2, "Second:")).did).toBe("722");
    const input = { dataReceivedFromInteractiveUI: true, dataFromInteractiveUI: text("two") };
    expect(side.call(null, input).packet).toEqual(packet(2, 2, "two"));
  });

  it.each([
    [1015, "SendWithTimeoutInteractive"],
    [1016, "SendAndDone 645"],
  ])("EAP-38 a question of %i octets in a packet of 1020", (length, did) => {
    const verify = (): DialogVerdict => ({ kind: "challenge", message: "x".repeat(length) });
    const side = new Side(genericTokenCard({ tokens: { verify } }), { authenticator: true });
    side.call(null);
    expect(side.call(packet(2, 1, "123456")).did).toBe(did);
  });

  it("a request without text is discarded", () => {
    expect(new Side(genericTokenCard(), {}).call(packet(1, 1, "")).did).toBe("722");
  });

  it.each(["", "x".repeat(2000)])("an answer that makes no packet ends the session", (typed) => {
    const side = new Side(genericTokenCard(), {});
    side.call(packet(1, 1, "Code:"));
    const input = { dataReceivedFromInteractiveUI: true, dataFromInteractiveUI: text(typed) };
    expect(side.call(null, input).did).toBe("Done 691");
  });

  it("a prompt has 1 to 512 octets", () => {
    for (const prompt of ["", "x".repeat(513)])
      expect(() => genericTokenCard({ prompt })).toThrow(RangeError);
    for (const prompt of ["?", "x".repeat(512)]) {
      const side = new Side(genericTokenCard({ prompt }), { authenticator: true });
      expect(side.call(null).packet).toEqual(packet(1, 1, prompt));
    }
  });
});
